import { assertEquals } from "@std/assert";
import { type OptionTable, readArguments } from "../../lib/format/arguments.ts";

const table: OptionTable = {
  values: { output: "any", ack: ["all", "majority", "local"] },
  repeated: ["id"],
  flags: ["quiet"],
  positional: ["SCENARIO"],
};

function faults(...args: string[]): readonly string[] {
  return readArguments(args, table).faults;
}

Deno.test("readArguments() reads flags, values, repeated values and positional arguments", () => {
  const args = ["in.json", "--output=out.txt", "--ack", "local", "--id", "2", "--id=10", "-q"];
  const read = readArguments(args, table);
  assertEquals(read, {
    flags: new Set(["quiet"]),
    values: new Map([["output", "out.txt"], ["ack", "local"]]),
    repeated: new Map([["id", ["2", "10"]]]),
    positional: ["in.json"],
    faults: [],
  });
});

Deno.test("readArguments() finds nothing wrong with nothing", () => {
  const { flags, values, repeated, positional } = readArguments([], table);
  assertEquals([flags.size, values.size, positional.length], [0, 0, 0]);
  assertEquals(repeated.get("id"), []);
});

Deno.test("readArguments() knows --help, -h and --version of every program", () => {
  for (const help of ["--help", "-h"]) {
    assertEquals(readArguments([help], table).flags, new Set(["help"]));
  }
  assertEquals(readArguments(["--version"], table).flags, new Set(["version"]));
});

Deno.test("readArguments() keeps the text of numbers as it was given", () => {
  const read = readArguments(["007", "--output", "1e3", "--id", "08"], table);
  assertEquals(read.positional, ["007"]);
  assertEquals(read.values.get("output"), "1e3");
  assertEquals(read.repeated.get("id"), ["08"]);
});

Deno.test("readArguments() names what is no option, as it was given", () => {
  assertEquals(faults("--ouptut=x"), ["--ouptut=x is not an option"]);
  assertEquals(faults("-z"), ["-z is not an option"]);
});

Deno.test("readArguments() says which values an option may have", () => {
  assertEquals(faults("--ack", "some"), ['--ack is "some"; it must be all, majority or local']);
});

Deno.test("readArguments() finds an option without a value, or with two", () => {
  assertEquals(faults("--output", "--quiet"), ["--output has no value"]);
  assertEquals(faults("--output", "a", "--output", "b"), ["--output is given 2 times"]);
});

Deno.test("readArguments() finds every argument too many, and all that is wrong at once", () => {
  assertEquals(faults("a.json", "b.json", "c", "--ack=x", "--no"), [
    "--no is not an option",
    '--ack is "x"; it must be all, majority or local',
    '"b.json" is one argument too many',
    '"c" is one argument too many',
  ]);
});
