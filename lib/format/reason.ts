/**
 * Says in a few words why something from outside failed, for the end of a sentence.
 *
 * Deno's messages go on with the number of the system's error, the call and its path, of which
 * the sentence tells what matters.
 */
export function reasonOf(error: unknown): string {
  const message = error instanceof Error ? error.message : String(error);
  const [reason = ""] = message.split(/ \(os error \d+\)/);
  return /^[A-Z][a-z]/.test(reason) ? reason.charAt(0).toLowerCase() + reason.slice(1) : reason;
}
