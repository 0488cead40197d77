import { assertEquals } from "@std/assert";
import { commandNames } from "../../lib/format/command_names.ts";
import { readScenario } from "../../lib/format/scenario.ts";

Deno.test("commandNames() counts a customer's commands over its records", () => {
  const records = [[7, 2], [8, 1], [7, 0], [7, 1]].map(([id, count]) => ({
    ...{ id, type: "customer" },
    events: Array(count).fill({ interface: "query", branch: 1 }),
  }));
  const text = JSON.stringify([
    ...records,
    ...[1, 7].map((id) => (
      { id, type: "branch", balance: 0 }
    )),
  ]);
  assertEquals(commandNames(readScenario(text, { file: "" }).scenario), [
    ["7/1", "7/2"],
    ["8/1"],
    [],
    ["7/3"],
  ]);
});
