import { assertEquals, assertThrows } from "@std/assert";
import { MalformedError } from "../../lib/format/malformed.ts";
import { outcomeOf, readWritten, unavailable } from "../../lib/format/outcome.ts";
import descriptor from "../../lib/gen/bank.json" with { type: "json" };

Deno.test("readWritten() reads the refusal for which outcomeOf() stands", () => {
  for (const refusal of ["insufficient funds", "balance limit"] as const) {
    assertEquals(readWritten(outcomeOf(refusal), 0), { kind: "refused", refusal });
  }
});

Deno.test("readWritten() reads that nothing is decided, which is no refusal", () => {
  assertEquals(readWritten(unavailable, 0), { kind: "unavailable" });
});

Deno.test("readWritten() reads every outcome that the contract has, but the unspecified one", () => {
  const names = Object.keys(descriptor.nested.bank.nested.v1.nested.Outcome.values);
  const specified = names.filter((name) => name !== "OUTCOME_UNSPECIFIED");
  const results = specified.map((name) => JSON.stringify(readWritten(name, 1)));
  assertEquals(new Set(results).size, names.length - 1, "each means something else");
});

Deno.test("readWritten() tells how many branches have a write that was done", () => {
  assertEquals(readWritten("OUTCOME_SUCCESS", 3), { kind: "written", branches: 3 });
});

Deno.test("readWritten() refuses what is no outcome", () => {
  for (const outcome of ["OUTCOME_UNSPECIFIED", "unknown"]) {
    assertThrows(() => readWritten(outcome, 1), MalformedError, `outcome is ${outcome};`);
  }
});
