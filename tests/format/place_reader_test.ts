import { assertEquals, assertThrows } from "@std/assert";
import { readScenario } from "../../lib/format/scenario.ts";
import { ScenarioError } from "../../lib/format/scenario_error.ts";
import { branch } from "../core/samples.ts";

/** Branch records of a scenario with these fields besides those that each has. */
function text(records: readonly object[]): string {
  const all = records.map((fields, id) => ({ id, type: "branch", balance: 400, ...fields }));
  return JSON.stringify(all);
}

function placeOf(...records: readonly object[]) {
  return readScenario(text(records), { file: "a.json" }).scenario.place;
}

function faults(...records: readonly object[]): readonly string[] {
  const read = () => readScenario(text(records), { file: "a.json" });
  return assertThrows(read, ScenarioError).faults.map((fault) => (
    fault.replace(/^a\.json:1:\d+: branches/, "")
  ));
}

const address = "127.0.0.1:5001";

Deno.test("PlaceReader finds where branches are, and of which bank", () => {
  assertEquals(placeOf({}, {}), undefined);
  assertEquals(placeOf({ bank: "gold" }), undefined, "a name is no place");
  const place = placeOf({ bank: "gold", address }, { bank: "gold", address: "[::1]:1" });
  assertEquals(place?.name, "gold");
  assertEquals([...place?.addresses ?? []], [[branch(0), address], [branch(1), "[::1]:1"]]);
  assertEquals(placeOf({ address })?.name, "unnamed");
});

Deno.test("PlaceReader wants an address of each branch, or of none", () => {
  const condition = (says: string) =>
    `all branches must have one or none, and branches[0] has ${says}`;
  assertEquals(faults({ address }, {}), [`[1].address is missing; ${condition("one")}`]);
  const given = `[1].address is ${JSON.stringify(address)}; ${condition("none")}`;
  assertEquals(faults({}, { address }), [given]);
});

Deno.test("PlaceReader refuses what is no address", () => {
  for (const address of ["127.0.0.1", "a b:1", 5001, null]) {
    const fault = `[0].address is ${JSON.stringify(address)}; it must be "HOST:PORT"`;
    assertEquals(faults({ address }), [fault]);
  }
});

Deno.test("PlaceReader refuses a name that cannot be, and a second one", () => {
  for (const bank of ["", "two words", "é", 7, null]) {
    const condition = "it must be 1 to 64 visible ASCII characters";
    assertEquals(faults({ bank }), [`[0].bank is ${JSON.stringify(bank)}; ${condition}`]);
  }
  assertEquals(faults({ bank: "x".repeat(65) }).length, 1);
  const second = '[1].bank is "gold"; all must be of the same bank';
  assertEquals(faults({ bank: "savings" }, { bank: "gold" }), [second]);
  const none = "[1].bank is missing; all must be of the same bank";
  assertEquals(faults({ bank: "savings" }, {}), [none]);
});
