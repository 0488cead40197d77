import { type BranchId, type CommandId, isBranchId, isCommandId, isSequence } from "../core/ids.ts";
import type { Sequence } from "../core/ids.ts";
import { limits } from "../core/limits.ts";
import { isAmount, isBalance, type Money, money } from "../core/money.ts";
import type { VersionVector } from "../core/version_vector.ts";
import type { VersionVector__Output } from "../gen/bank/v1/VersionVector.ts";

/** A message from outside that cannot mean anything here; it names the field and its value. */
export class MalformedError extends RangeError {
  override readonly name = "MalformedError";
}

/** A message from outside that is larger, or has more in it, than any message may. */
export class ExcessError extends RangeError {
  override readonly name = "ExcessError";
}

/** Reads something from outside, which is nothing where it means nothing. */
export function meaning<Meaning>(read: () => Meaning): Meaning | undefined {
  try {
    return read();
  } catch (error) {
    if (!(error instanceof MalformedError)) throw error;
    return undefined;
  }
}

/** Reads a branch id at `path`. @throws {MalformedError} */
export function readBranchId(path: string, value: number): BranchId {
  if (isBranchId(value)) return value;
  throw new MalformedError(`${path} is ${value}; it must be a whole number from 0 to 4294967295`);
}

/** Reads a command id at `path`. @throws {MalformedError} */
export function readCommandId(path: string, value: string): CommandId {
  if (isCommandId(value)) return value;
  const found = JSON.stringify(value.slice(0, limits.commandIdCharactersMax));
  throw new MalformedError(
    `${path} is ${found}; it must be at most ${limits.commandIdCharactersMax} visible ASCII characters and begin with the time, as a UUIDv7 does`,
  );
}

/** Reads the amount of a write at `path`, in minor units. @throws {MalformedError} */
export function readAmount(path: string, value: number): Money {
  if (isAmount(value)) return money(value);
  throw new MalformedError(
    `${path} is ${value}; it must be a whole number from 0 to ${limits.amountMax}`,
  );
}

/** Reads a balance or an allowance at `path`, in minor units. @throws {MalformedError} */
export function readBalance(path: string, value: number | bigint): Money {
  const found = Number(value);
  if (isBalance(found)) return money(found);
  throw new MalformedError(`${path} is ${value}; it must be a whole number from 0 to 2^53 - 1`);
}

/** Reads a sequence at `path`. @throws {MalformedError} */
export function readSequence(path: string, value: number): Sequence {
  if (isSequence(value)) return value;
  throw new MalformedError(`${path} is ${value}; it must be a whole number from 0 to 2^53 - 1`);
}

/** Reads a version vector at `path`; one that is not there knows nothing. @throws {MalformedError} */
export function readVector(path: string, value: VersionVector__Output | null): VersionVector {
  const pairs = Object.entries(value?.sequences ?? {});
  if (pairs.length > limits.branchesMax) {
    throw new MalformedError(
      `${path} names ${pairs.length} branches; a bank has at most ${limits.branchesMax}`,
    );
  }
  return new Map(
    pairs.map(([branch, sequence]) => [
      readBranchId(`${path}.sequences`, Number(branch)),
      readSequence(`${path}.sequences[${branch}]`, sequence),
    ]),
  );
}
