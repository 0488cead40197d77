import type { Process } from "../host/ports.ts";
import { expectLine, type Line } from "./control_line.ts";

/** Tells a process of the run something. */
export function tell(to: Process, line: Line): void {
  to.tell(line);
}

/**
 * Waits for the next line of a process, which must be of the kind that is due.
 *
 * @throws {ProcessError} when it ends before it says anything more.
 * @throws {TypeError} when it says something else.
 */
export async function hear<Kind extends Line["kind"]>(
  from: Process,
  kind: Kind,
): Promise<Extract<Line, { readonly kind: Kind }>> {
  return expectLine(await from.next(), kind);
}
