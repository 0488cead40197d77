import { assertEquals, assertMatch } from "@std/assert";
import { readArguments } from "../../lib/format/arguments.ts";
import { dialects } from "../../lib/format/dialect.ts";
import { runHelp, runOptions } from "../../lib/format/run_arguments.ts";

Deno.test("runHelp tells of each of the runOptions, and of no other", () => {
  const said = runHelp.match(/^ {2}--[\w-]+/gm)?.map((name) => name.slice(4)) ?? [];
  // The task that explains stands for its own options.
  assertMatch(runHelp, /deno task explain TRACE \[--command ID\]/);
  const options = [...Object.keys(runOptions.values), ...runOptions.flags]
    .filter((name) => !["explain", "command"].includes(name));
  assertEquals(said.toSorted(), [...options, "help"].toSorted());
});

Deno.test("runHelp names each dialect", () => {
  const unsaid = dialects.filter((dialect) => !new RegExp(`\\b${dialect}\\b`).test(runHelp));
  assertEquals(unsaid, []);
});

Deno.test("runOptions are read", () => {
  const { faults, flags, values, positional } = readArguments(
    ["input1.json", "--plan", "free", "--no-response", "--spelling", "propagate"],
    runOptions,
  );
  assertEquals(faults, []);
  assertEquals([...values].toSorted(), [["plan", "free"], ["spelling", "propagate"]]);
  assertEquals([...flags], ["no-response"]);
  assertEquals(positional, ["input1.json"]);
  assertEquals(readArguments(["--spelling=propegate"], runOptions).faults, [
    '--spelling is "propegate"; it must be propogate or propagate',
  ]);
});
