import { assertEquals, assertThrows } from "@std/assert";
import { InvariantError } from "../../lib/core/invariant.ts";
import { limits } from "../../lib/core/limits.ts";
import { isAmount, isBalance, isOpeningBalance, minus, money, plus } from "../../lib/core/money.ts";

const largest = money(Number.MAX_SAFE_INTEGER);

Deno.test("isAmount() takes whole minor units from 0 to the largest amount", () => {
  for (const amount of [0, 1, limits.amountMax]) assertEquals(isAmount(amount), true);
  for (const wrong of [-1, 0.5, limits.amountMax + 1, NaN, Infinity, "1", 1n, null]) {
    assertEquals(isAmount(wrong), false, `${wrong}`);
  }
});

Deno.test("isOpeningBalance() takes whole minor units from 0 to the largest opening", () => {
  for (const balance of [0, limits.openingBalanceMax]) {
    assertEquals(isOpeningBalance(balance), true);
  }
  for (const wrong of [-1, 0.5, limits.openingBalanceMax + 1, "1", null]) {
    assertEquals(isOpeningBalance(wrong), false, `${wrong}`);
  }
});

Deno.test("isBalance() takes whole minor units from 0 to 2^53 - 1", () => {
  for (const balance of [0, 1, Number.MAX_SAFE_INTEGER]) assertEquals(isBalance(balance), true);
  for (const wrong of [-1, 0.5, 2 ** 53, NaN, "1", null]) {
    assertEquals(isBalance(wrong), false, `${wrong}`);
  }
});

Deno.test("money() is exact from zero to 2^53 - 1, and a bug beyond", () => {
  assertEquals(money(Number.MAX_SAFE_INTEGER), 9007199254740991n);
  assertThrows(() => money(2n ** 53n), InvariantError, "largest balance");
  assertThrows(() => money(-1n), InvariantError, "from zero");
});

Deno.test("plus() and minus() calculate exactly, and never leave the range of money", () => {
  assertEquals(plus(minus(largest, money(1)), money(1)), 9007199254740991n);
  assertThrows(() => plus(largest, money(1)), InvariantError);
  assertThrows(() => minus(money(1), money(3)), InvariantError);
});
