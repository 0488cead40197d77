import { assertEquals } from "@std/assert";
import { asksForClocks, dialectOf, dialects, isDialect } from "../../lib/format/dialect.ts";

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

Deno.test("asksForClocks() tells the dialects whose files are of clocks", () => {
  assertEquals(dialects.filter(asksForClocks), ["clock", "clock-classic"]);
});
