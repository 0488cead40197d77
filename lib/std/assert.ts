/**
 * Stands in for `jsr:@std/assert` where that registry is out of reach.
 *
 * It has the signatures of the part that is used here over `node:assert/strict`, so that
 * mapping the name to the registry changes nothing else. It is never laxer than the original;
 * it is stricter about 0 and -0 and about objects without a prototype.
 *
 * @module
 */
import nodeAssert from "node:assert/strict";
import { inspect } from "node:util";

/** Makes an error of the class `E`. */
export type ErrorConstructor<E extends Error> = new (...args: never[]) => E;

/** Thrown when what was asserted does not hold. */
export class AssertionError extends Error {
  /** What it is called in a stack trace. */
  override readonly name = "AssertionError";
}

/**
 * Asserts that `expr` is truthy.
 *
 * @throws {AssertionError} when it is not.
 */
export function assert(expr: unknown, msg = ""): asserts expr {
  if (!expr) throw new AssertionError(msg);
}

/**
 * Fails at once.
 *
 * @throws {AssertionError} always.
 */
export function fail(msg?: string): never {
  throw new AssertionError(`Failed assertion${msg === undefined ? "." : `: ${msg}`}`);
}

/**
 * Asserts that two values are equal all the way down.
 *
 * @throws {AssertionError} with the difference when they are not.
 */
export function assertEquals<T>(actual: T, expected: T, msg?: string): void {
  asserting(msg, () => nodeAssert.deepStrictEqual(actual, expected));
}

/**
 * Asserts that two values differ somewhere.
 *
 * @throws {AssertionError} when they do not.
 */
export function assertNotEquals<T>(actual: T, expected: T, msg?: string): void {
  asserting(msg, () => nodeAssert.notDeepStrictEqual(actual, expected));
}

/**
 * Asserts that two values are the same one, as `Object.is` tells.
 *
 * @throws {AssertionError} when they are not.
 */
export function assertStrictEquals<T>(
  actual: unknown,
  expected: T,
  msg?: string,
): asserts actual is T {
  asserting(msg, () => nodeAssert.strictEqual(actual, expected));
}

/**
 * Asserts that a value is neither null nor undefined.
 *
 * @throws {AssertionError} when it is one of them.
 */
export function assertExists<T>(actual: T, msg?: string): asserts actual is NonNullable<T> {
  const holds = actual !== undefined && actual !== null;
  if (!holds) refuse(`Expected a value, not ${inspect(actual)}`, msg);
}

/**
 * Asserts that a text matches a pattern.
 *
 * @throws {AssertionError} when it does not.
 */
export function assertMatch(actual: string, expected: RegExp, msg?: string): void {
  if (!expected.test(actual)) refuse(`Expected ${inspect(actual)} to match ${expected}`, msg);
}

/**
 * Asserts that a text contains another.
 *
 * @throws {AssertionError} when it does not.
 */
export function assertStringIncludes(actual: string, expected: string, msg?: string): void {
  if (actual.includes(expected)) return;
  refuse(`Expected ${inspect(actual)} to contain ${inspect(expected)}`, msg);
}

/**
 * Asserts that `actual` is greater than `expected`.
 *
 * @throws {AssertionError} when it is not.
 */
export function assertGreater<T>(actual: T, expected: T, msg?: string): void {
  if (!(actual > expected)) refuse(`Expected ${inspect(actual)} > ${inspect(expected)}`, msg);
}

/**
 * Asserts that `actual` is less than `expected`.
 *
 * @throws {AssertionError} when it is not.
 */
export function assertLess<T>(actual: T, expected: T, msg?: string): void {
  if (!(actual < expected)) refuse(`Expected ${inspect(actual)} < ${inspect(expected)}`, msg);
}

/**
 * Asserts that `actual` is at most `expected`.
 *
 * @throws {AssertionError} when it is not.
 */
export function assertLessOrEqual<T>(actual: T, expected: T, msg?: string): void {
  if (!(actual <= expected)) refuse(`Expected ${inspect(actual)} <= ${inspect(expected)}`, msg);
}

/**
 * Asserts that `fn` throws, and returns what it threw.
 *
 * @throws {AssertionError} when it returns.
 */
export function assertThrows(fn: () => unknown, msg?: string): unknown;
/**
 * Asserts that `fn` throws an error of the class whose message contains `msgIncludes`, and
 * returns the error.
 *
 * @throws {AssertionError} when it returns, or throws something else.
 */
export function assertThrows<E extends Error = Error>(
  fn: () => unknown,
  ErrorClass: ErrorConstructor<E>,
  msgIncludes?: string,
  msg?: string,
): E;
export function assertThrows(
  fn: () => unknown,
  classOrMsg?: ErrorConstructor<Error> | string,
  msgIncludes?: string,
  msg?: string,
): unknown {
  const wanted = wantedOf(classOrMsg, { msgIncludes, msg });
  try {
    fn();
  } catch (error) {
    return examined(error, wanted);
  }
  return refuse("Expected function to throw", wanted.msg);
}

/**
 * Asserts that the promise of `fn` rejects, and resolves to the reason.
 *
 * @throws {AssertionError} when it resolves, or `fn` itself throws.
 */
export function assertRejects(fn: () => PromiseLike<unknown>, msg?: string): Promise<unknown>;
/**
 * Asserts that the promise of `fn` rejects with an error of the class whose message contains
 * `msgIncludes`, and resolves to the error.
 *
 * @throws {AssertionError} when it resolves, rejects with something else, or `fn` throws.
 */
export function assertRejects<E extends Error = Error>(
  fn: () => PromiseLike<unknown>,
  ErrorClass: ErrorConstructor<E>,
  msgIncludes?: string,
  msg?: string,
): Promise<E>;
export async function assertRejects(
  fn: () => PromiseLike<unknown>,
  classOrMsg?: ErrorConstructor<Error> | string,
  msgIncludes?: string,
  msg?: string,
): Promise<unknown> {
  const wanted = wantedOf(classOrMsg, { msgIncludes, msg });
  let promise: PromiseLike<unknown>;
  try {
    promise = fn();
  } catch {
    // Whatever it threw, it did not reject, which is what was asserted.
    return refuse("Function throws when expected to reject", wanted.msg);
  }
  try {
    await promise;
  } catch (error) {
    return examined(error, wanted);
  }
  return refuse("Expected function to reject", wanted.msg);
}

interface Wanted {
  readonly ErrorClass?: ErrorConstructor<Error>;
  readonly msgIncludes?: string | undefined;
  readonly msg?: string | undefined;
}

function wantedOf(
  classOrMsg: ErrorConstructor<Error> | string | undefined,
  rest: Omit<Wanted, "ErrorClass">,
): Wanted {
  if (typeof classOrMsg === "string") return { msg: classOrMsg };
  return classOrMsg === undefined ? rest : { ErrorClass: classOrMsg, ...rest };
}

function examined(error: unknown, { ErrorClass, msgIncludes, msg }: Wanted): unknown {
  if (ErrorClass === undefined) return error;
  if (!(error instanceof ErrorClass)) {
    return refuse(`Expected ${inspect(error)} to be a ${ErrorClass.name}`, msg);
  }
  if (!error.message.includes(msgIncludes ?? "")) {
    const found = inspect(error.message);
    return refuse(`Expected error message ${found} to include ${inspect(msgIncludes)}`, msg);
  }
  return error;
}

function asserting(msg: string | undefined, check: () => void): void {
  try {
    check();
  } catch (error) {
    refuse(error instanceof Error ? error.message : String(error), msg);
  }
}

function refuse(claim: string, msg: string | undefined): never {
  throw new AssertionError(msg === undefined ? claim : `${claim}: ${msg}`);
}
