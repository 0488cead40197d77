import { assertEquals } from "@std/assert";
import { dialectOf, dialects, isDialect, isRunnable } from "../../lib/format/dialect.ts";

const plain = {
  hasCustomerRequests: false,
  hasBranch: false,
  hasDest: false,
  hasMoneyOnQueries: false,
};

Deno.test("dialectOf() lets the rarest sign decide", () => {
  const all = {
    hasCustomerRequests: true,
    hasBranch: true,
    hasDest: true,
    hasMoneyOnQueries: true,
  };
  assertEquals(dialectOf(all), "clock");
  assertEquals(dialectOf({ ...all, hasCustomerRequests: false }), "session");
  assertEquals(dialectOf({ ...plain, hasDest: true, hasMoneyOnQueries: true }), "session-classic");
  assertEquals(dialectOf({ ...plain, hasMoneyOnQueries: true }), "classic");
  assertEquals(dialectOf(plain), "sequential");
});

Deno.test("isDialect() knows the six names and no other", () => {
  assertEquals(dialects.filter(isDialect).length, 6);
  assertEquals(["", "Classic", "toString"].filter(isDialect), []);
});

Deno.test("isRunnable() tells the dialects of this version", () => {
  assertEquals(dialects.filter(isRunnable), [
    "classic",
    "sequential",
    "session",
    "session-classic",
  ]);
});
