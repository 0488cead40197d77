import { assertEquals, assertMatch } from "@std/assert";
import { readArguments } from "../../lib/format/arguments.ts";
import { runHelp, runOptions } from "../../lib/format/run_arguments.ts";

Deno.test("runHelp tells of each of the runOptions", () => {
  for (const name of [...Object.keys(runOptions.values), ...runOptions.flags]) {
    // The task that explains stands for its own option.
    assertMatch(runHelp, name === "explain" ? /deno task explain TRACE/ : new RegExp(`--${name}`));
  }
});

Deno.test("runOptions are read", () => {
  const { faults, values, positional } = readArguments(
    ["input1.json", "--plan", "free", "--ack", "all", "--report", "page.html"],
    runOptions,
  );
  assertEquals(faults, []);
  assertEquals([...values.keys()].toSorted(), ["ack", "plan", "report"]);
  assertEquals(positional, ["input1.json"]);
});
