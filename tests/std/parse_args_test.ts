import { parseArgs } from "@std/cli/parse-args";
import { assertEquals } from "@std/assert";

Deno.test("parseArgs() reads long, short, joined and positional arguments", () => {
  const args = parseArgs(
    ["in.json", "--plan", "free", "--output=x.json", "-v", "-n5", "-o", "-", "7", "--quiet"],
    { string: ["plan", "output", "o"], boolean: ["quiet", "verbose"], alias: { verbose: "v" } },
  );
  assertEquals(args, {
    _: ["in.json", 7],
    plan: "free",
    output: "x.json",
    v: true,
    verbose: true,
    n: 5,
    o: "-",
    quiet: true,
  });
});

Deno.test("parseArgs() keeps text text where it is declared so, and else makes numbers", () => {
  const args = parseArgs(["--run", "007", "--port", "080", "--at", "x1"], { string: ["run"] });
  assertEquals(args, { _: [], run: "007", port: 80, at: "x1" });
});

Deno.test("parseArgs() lets the last value win, and collects where asked", () => {
  const options = { string: ["plan", "peer"], collect: ["peer"] } as const;
  const args = parseArgs(["--plan=a", "--peer=1", "--plan=b", "--peer", "2"], options);
  assertEquals(args, { _: [], plan: "b", peer: ["1", "2"] });
  assertEquals(parseArgs([], options), { _: [], peer: [] });
});

Deno.test("parseArgs() fills in defaults, false for flags, and aliases of both", () => {
  const args = parseArgs([], {
    string: ["plan"],
    boolean: ["quiet"],
    default: { plan: "settled" },
    alias: { plan: "p", quiet: ["q"] },
  });
  assertEquals(args, { _: [], plan: "settled", p: "settled", quiet: false, q: false });
});

Deno.test("parseArgs() takes a value for a flag only when it is true or false", () => {
  const options = { boolean: ["quiet"] } as const;
  assertEquals(parseArgs(["--quiet", "in.json"], options), { _: ["in.json"], quiet: true });
  assertEquals(parseArgs(["--quiet", "false"], options), { _: [], quiet: false });
  assertEquals(parseArgs(["--quiet=false"], options), { _: [], quiet: false });
});

Deno.test("parseArgs() gives an option without a value empty text, or true", () => {
  const args = parseArgs(["--plan", "--free"], { string: ["plan"] });
  assertEquals(args, { _: [], plan: "", free: true });
});

Deno.test("parseArgs() takes nothing behind -- for an option", () => {
  const args = parseArgs(["--quiet", "--", "--plan", "5"], { boolean: ["quiet"] });
  assertEquals(args, { _: ["--plan", "5"], quiet: true });
});

Deno.test("parseArgs() stops at the first positional argument when asked", () => {
  const args = parseArgs(["-q", "run", "--plan"], { boolean: ["q", "plan"], stopEarly: true });
  assertEquals(args, { _: ["run", "--plan"], q: true, plan: false });
});

Deno.test("parseArgs() reports what is not declared, and leaves it out when told so", () => {
  const heard: unknown[] = [];
  const args = parseArgs(["--plan=a", "--colour", "red", "-x", "in.json"], {
    string: ["plan"],
    unknown: (arg, key, value) => {
      heard.push([arg, key, value]);
      return false;
    },
  });
  assertEquals(args, { _: [], plan: "a" });
  assertEquals(heard, [
    ["--colour", "colour", "red"],
    ["-x", "x", "in.json"],
  ]);
});
