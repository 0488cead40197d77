import { assertEquals } from "@std/assert";
import { readArguments } from "../../lib/format/arguments.ts";
import { branchHelp, branchOptions } from "../../lib/format/branch_arguments.ts";

Deno.test("branchHelp tells of each of the branchOptions, and of no other", () => {
  const said = branchHelp.match(/^ {2}--[\w-]+/gm)?.map((name) => name.slice(4)) ?? [];
  const options = [...Object.keys(branchOptions.values), ...branchOptions.repeated];
  assertEquals(said.toSorted(), [...options, "help"].toSorted());
});

Deno.test("branchOptions are read", () => {
  const args = ["--bank", "bank.json", "--id", "1", "--id=2", "--ack", "local"];
  const { faults, values, repeated } = readArguments(args, branchOptions);
  assertEquals(faults, []);
  assertEquals([...values], [["bank", "bank.json"], ["ack", "local"]]);
  assertEquals(repeated.get("id"), ["1", "2"]);
});
