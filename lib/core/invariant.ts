/** Thrown where the program itself is wrong; nobody catches it but the two programs. */
export class InvariantError extends Error {
  override readonly name = "InvariantError";
}

/**
 * States what must hold here, in production too.
 *
 * A broken invariant is a bug, never a refusal or a bad input, and the journal is the truth:
 * it is better to stop than to go on with money that does not add up.
 *
 * @throws {InvariantError} when `condition` is false.
 */
export function invariant(condition: boolean, claim: string): asserts condition {
  if (!condition) throw new InvariantError(claim);
}

/**
 * Ends an exhaustive switch: the type checker refuses a case that was forgotten.
 *
 * @throws {InvariantError} always, since no value of the type is left.
 */
export function unreachable(value: never): never {
  throw new InvariantError(`no case for ${JSON.stringify(value)}`);
}
