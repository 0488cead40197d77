import { assertEquals } from "@std/assert";
import { readFaults } from "../../lib/format/faults.ts";
import type { Faults } from "../../lib/host/faulty_transport.ts";
import { branch } from "../core/samples.ts";

const [one, two, three, ten] = [branch(1), branch(2), branch(3), branch(10)];
const branches = [one, two, three, ten];

function assertFaults(text: string, faults: Partial<Faults>): void {
  const all = { drop: 0, double: 0, cuts: [], ...faults };
  assertEquals(readFaults(text, branches), { kind: "faults", faults: all }, text);
}

function assertWrong(text: string, ...complaints: readonly string[]): void {
  assertEquals(readFaults(text, branches), { kind: "wrong", complaints }, text);
}

Deno.test("readFaults() reads all kinds of faults, in any order", () => {
  assertFaults("delay=20ms..200ms,drop=0.1,double=0.2,cut=1|2,3@0.5s..2s", {
    delayMs: { least: 20, most: 200 },
    drop: 0.1,
    double: 0.2,
    cuts: [{ left: [one], right: [two, three], fromMs: 500, untilMs: 2_000 }],
  });
  assertFaults("cut=1,10|2,double=.9, drop = 0", { double: 0.9, cuts: [cut([one, ten], [two])] });
});

function cut(left: Faults["cuts"][number]["left"], right: typeof left) {
  return { left, right, fromMs: 0 };
}

Deno.test("readFaults() takes a piece without = for a part of the cut before it", () => {
  const cuts = [cut([one], [two, three]), cut([one, two], [three, ten])];
  assertFaults("cut=1|2,3,cut=1,2|3,10,drop=0.5", { cuts, drop: 0.5 });
  assertFaults("cut= 1 | 2 , 3 ", { cuts: cuts.slice(0, 1) });
  const item = "an item must be delay=, drop=, double= or cut=";
  assertWrong("cut=1|2,drop=0.1,3", `--faults has "3"; ${item}`);
});

Deno.test("readFaults() reads durations in ms and s, up to 10 s, and one for two that are equal", () => {
  assertFaults("delay=5ms", { delayMs: { least: 5, most: 5 } });
  assertFaults("delay=0ms..10s", { delayMs: { least: 0, most: 10_000 } });
  assertFaults("delay=.07s..1.5s", { delayMs: { least: 70, most: 1_500 } });
  const durations =
    "it must be one or two durations, such as 20ms or 0.02s..0.2s, the smaller one first, of at most 10s";
  const wrong = ["20", "ms", "-1ms", "1m", "1e3ms", "10001ms", "1s..20s", "2s..1s", "1s..", "..1s"];
  for (const value of [...wrong, "1s..2s..3s", "1s-2s", "1..2s", "NaNs"]) {
    assertWrong(`delay=${value}`, `--faults delay is ${value}; ${durations}`);
  }
});

Deno.test("readFaults() takes probabilities from 0 to 0.9", () => {
  for (const name of ["drop", "double"]) {
    for (const value of ["0", "0.9", ".5", "0.", "00.10"]) {
      assertFaults(`${name}=${value}`, { [name]: Number(value) });
    }
    for (const value of ["0.91", "1.5", "-0.1", "10%", "1e-3", "NaN", "0x0", "0.1.1", "0.1=1"]) {
      assertWrong(`${name}=${value}`, `--faults ${name} is ${value}; it must be from 0 to 0.9`);
    }
  }
});

Deno.test("readFaults() takes two groups that have no branch in common, of branches that there are", () => {
  const groups = "it must be two groups of branches, such as 1|2,3";
  for (
    const value of ["1", "1,2", "1|", "|2", "1|2|3", "1,|2", "1|2,", "|", "@0s..1s", "1@0s..1s"]
  ) {
    assertWrong(`cut=${value}`, `--faults cut is ${value}; ${groups}`);
  }
  assertWrong(
    "cut=1,2|2,10,1",
    "--faults cut is 1,2|2,10,1; branch 1 must be on one side only",
    "--faults cut is 1,2|2,10,1; branch 2 must be on one side only",
  );
  assertWrong(
    "cut=1,4|01,x",
    ...["4", "01", "x"].map((id) =>
      `--faults cut is 1,4|01,x; ${id} must be a branch of the scenario`
    ),
  );
});

Deno.test("readFaults() takes a time for a cut, or none", () => {
  assertFaults("cut=1|2@0s..1ms", { cuts: [{ ...cut([one], [two]), untilMs: 1 }] });
  const times =
    "behind @ there must be two durations, such as 0.5s..2s, the smaller one first, of at most 10s";
  for (const time of ["", "1s", "1s..1s", "2s..1s", "1..2", "1s..11s", "1s..2s..3s", "1s..2s@3s"]) {
    assertWrong(`cut=1|2@${time}`, `--faults cut is 1|2@${time}; ${times}`);
  }
});

Deno.test("readFaults() refuses what it does not know, and what has nothing to say", () => {
  const item = "an item must be delay=, drop=, double= or cut=";
  for (const text of ["", " "]) assertWrong(text, `--faults has an empty item; ${item}`);
  assertWrong("drop=0.1,", `--faults has an empty item; ${item}`);
  for (const text of ["loss=0.1", "none", "=1", "Drop=0.1", "1|2"]) {
    assertWrong(text, `--faults has "${text}"; ${item}`);
  }
  for (const name of ["delay", "drop", "double", "cut"]) {
    assertWrong(name, `--faults ${name} has no value`);
    assertWrong(`${name}=`, `--faults ${name} has no value`);
  }
});

Deno.test("readFaults() tells all that is wrong, once each", () => {
  assertWrong(
    "drop=1,loss=1,drop=0.5,cut=1|9@2s..1s,delay=x\n,delay=1s,cut=1|2",
    "--faults drop is given 2 times; it must be given once",
    "--faults drop is 1; it must be from 0 to 0.9",
    '--faults has "loss=1"; an item must be delay=, drop=, double= or cut=',
    "--faults cut is 1|9@2s..1s; behind @ there must be two durations, such as 0.5s..2s, the smaller one first, of at most 10s",
    "--faults cut is 1|9@2s..1s; 9 must be a branch of the scenario",
    "--faults delay is given 2 times; it must be given once",
    "--faults delay is x; it must be one or two durations, such as 20ms or 0.02s..0.2s, the smaller one first, of at most 10s",
  );
  assertWrong("drop=a\u001bb", "--faults drop is a\ufffdb; it must be from 0 to 0.9");
});
