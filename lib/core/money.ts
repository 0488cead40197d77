import { invariant } from "./invariant.ts";
import { limits } from "./limits.ts";

declare const brand: unique symbol;

/**
 * An amount, an allowance or a balance in minor units, from 0 to 2^53 - 1: exact in JSON and in
 * `int64`. There is no money below zero anywhere in the bank.
 */
export type Money = bigint & { readonly [brand]: "Money" };

/** Tells whether `value` can be the amount of one deposit or withdrawal, in minor units. */
export function isAmount(value: unknown): value is number {
  return isWhole(value) && value <= limits.amountMax;
}

/** Tells whether `value` can be a balance or an allowance, in minor units. */
export function isBalance(value: unknown): value is number {
  return isWhole(value);
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
 * @throws {InvariantError} when `minorUnits` is below zero or above 2^53 - 1.
 */
export function money(minorUnits: number | bigint): Money {
  const value = BigInt(minorUnits);
  invariant(isMoney(value), "money is from zero to the largest balance");
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
  return value >= 0n && value <= balanceMax;
}

function isWhole(value: unknown): value is number {
  return Number.isSafeInteger(value) && Number(value) >= 0;
}
