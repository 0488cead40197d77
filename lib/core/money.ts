import { invariant } from "./invariant.ts";
import { limits } from "./limits.ts";

declare const brand: unique symbol;

/**
 * An amount or a balance in minor units, at most 2^53 - 1 either side of zero: exact in JSON
 * and in `int64`. Amounts are never negative.
 */
export type Money = bigint & { readonly [brand]: "Money" };

/** Tells whether `value` can be the amount of one deposit or withdrawal, in minor units. */
export function isAmount(value: unknown): value is number {
  return isWhole(value) && value <= limits.amountMax;
}

/** Tells whether `value` can be the balance that a bank opens with, in minor units. */
export function isOpeningBalance(value: unknown): value is number {
  return isWhole(value) && value <= limits.openingBalanceMax;
}

/**
 * Makes money of minor units that were found to be in range.
 *
 * ```ts
 * import { money } from "./money.ts";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(money(400), 400n);
 * ```
 *
 * @throws {InvariantError} when `minorUnits` is more than 2^53 - 1 away from zero.
 */
export function money(minorUnits: number | bigint): Money {
  const value = BigInt(minorUnits);
  invariant(isMoney(value), "money is no larger than the largest balance");
  return value;
}

/** Adds up; the sum is checked like any other money. */
export function plus(left: Money, right: Money): Money {
  return money(left + right);
}

/** Takes away; the difference is checked like any other money. */
export function minus(left: Money, right: Money): Money {
  return money(left - right);
}

const balanceMax = BigInt(limits.balanceMax);

function isMoney(value: bigint): value is Money {
  return value >= -balanceMax && value <= balanceMax;
}

function isWhole(value: unknown): value is number {
  return Number.isSafeInteger(value) && Number(value) >= 0;
}
