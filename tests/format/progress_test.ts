import { assertEquals } from "@std/assert";
import { progressLine, type ProgressView } from "../../lib/format/progress.ts";

const progress = { phase: 2, phases: 12, done: 30, commands: 400 };
const view: ProgressView = { elapsedMs: 2_000, columns: 80 };

Deno.test("progressLine() says the phase, the commands done, and the rate so far", () => {
  assertEquals(progressLine(progress, view), "phase 2 of 12: 30 of 400 commands, 15 a second");
});

Deno.test("progressLine() rounds a rate to what is worth knowing, and never to nothing", () => {
  const rates = [[0, 5_000], [1, 3_000], [1_989, 200_000], [199, 20_000], [9, 4], [99_999, 1_500]];
  const said = rates.map(([done = 0, elapsedMs = 0]) =>
    progressLine({ ...progress, done, commands: 100_000 }, { ...view, elapsedMs })
  ).map((line) => line.replace(/^.*, /, ""));
  assertEquals(said, [
    ...["0.0 a second", "0.3 a second", "9.9 a second", "10 a second"],
    ...["2250 a second", "66666 a second"],
  ]);
});

Deno.test("progressLine() says what a run waits for before its first command and after its last", () => {
  assertEquals(progressLine(undefined, view), "waiting for the branches");
  assertEquals(
    progressLine({ phase: 3, phases: 3, done: 5, commands: 5 }, view),
    "waiting for the branches to agree: 5 of 5 commands",
  );
});

Deno.test("progressLine() is cut to fit a terminal, whose last column it leaves free", () => {
  const whole = progressLine(progress, view);
  for (const columns of [0, 1, 2, 20, whole.length, whole.length + 1, 500]) {
    const line = progressLine(progress, { ...view, columns });
    assertEquals(line, whole.slice(0, Math.max(0, columns - 1)));
  }
});
