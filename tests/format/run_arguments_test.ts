import { assertEquals } from "@std/assert";
import { readArguments } from "../../lib/format/arguments.ts";
import { dialects } from "../../lib/format/dialect.ts";
import { runHelp, runOptions } from "../../lib/format/run_arguments.ts";

Deno.test("runHelp says of each option of a run, and of no other", () => {
  const said = runHelp.match(/^ {2}--[\w-]+/gm)?.map((name) => name.slice(4)) ?? [];
  const options = [...Object.keys(runOptions.values), ...runOptions.flags];
  assertEquals(said.toSorted(), [...options, "help"].toSorted());
});

Deno.test("runHelp names each dialect", () => {
  const unsaid = dialects.filter((dialect) => !new RegExp(`\\b${dialect}\\b`).test(runHelp));
  assertEquals(unsaid, []);
});

Deno.test("runOptions take --no-response for a flag, and two spellings", () => {
  const args = ["a.json", "--no-response", "--spelling", "propagate"];
  const { flags, values, faults } = readArguments(args, runOptions);
  assertEquals([[...flags], values.get("spelling"), faults], [["no-response"], "propagate", []]);
  assertEquals(readArguments(["--spelling=propegate"], runOptions).faults, [
    '--spelling is "propegate"; it must be propogate or propagate',
  ]);
});
