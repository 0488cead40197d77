import { assertEquals, assertThrows } from "@std/assert";
import { InvariantError } from "../../lib/core/invariant.ts";
import { Outcomes } from "../../lib/core/outcomes.ts";
import { deposit, withdrawal } from "./samples.ts";

Deno.test("Outcomes tells what a write was given, refusals included, and nothing of a new one", () => {
  const outcomes = new Outcomes();
  outcomes.keep(deposit("a", 5), { kind: "entry", sequence: 3 });
  outcomes.keep(withdrawal("b", 9), { kind: "refused", refusal: "insufficient funds" });
  assertEquals(outcomes.of(deposit("a", 5)), { kind: "entry", sequence: 3 });
  const refused = { kind: "refused", refusal: "insufficient funds" } as const;
  assertEquals(outcomes.of(withdrawal("b", 9)), refused);
  assertEquals(outcomes.of(deposit("c", 5)), undefined);
  assertEquals(outcomes.size, 2);
});

Deno.test("Outcomes.contradicts() finds an id that stands for another write", () => {
  const outcomes = new Outcomes();
  outcomes.keep(deposit("a", 5), { kind: "entry", sequence: 1 });
  assertEquals(outcomes.contradicts(deposit("a", 5)), false);
  assertEquals(outcomes.contradicts(deposit("a", 6)), true);
  assertEquals(outcomes.contradicts(withdrawal("a", 5)), true);
  assertEquals(outcomes.contradicts(deposit("b", 6)), false);
});

Deno.test("Outcomes.keep() refuses to give a command a second outcome", () => {
  const outcomes = new Outcomes();
  outcomes.keep(deposit("a", 5), { kind: "entry", sequence: 1 });
  const again = () => outcomes.keep(deposit("a", 5), { kind: "entry", sequence: 2 });
  assertThrows(again, InvariantError, "one outcome");
});
