import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import { joined, printOf, smallestPair, spanOf, withoutStrays } from "../../lib/core/generation.ts";
import { limits } from "../../lib/core/limits.ts";
import { commandId, generation } from "./samples.ts";

/** The span of commands that were made at these times; the print of each is its number. */
function span(times: readonly number[]) {
  return spanOf(Float64Array.from(times), (number) => number);
}

/** What spans all from one time to another. */
function whole(earliestMs: number, latestMs: number) {
  const usual = { usualFromMs: earliestMs, usualUntilMs: latestMs };
  return { earliestMs, latestMs, ...usual, strays: [] };
}

Deno.test("spanOf() spans the times of all, where none is unusual", () => {
  assertEquals(span([]), whole(0, 0));
  assertEquals(span([7]), whole(7, 7));
  assertEquals(span([30, 10, 20]), whole(10, 30));
  const even = Array.from({ length: 1_000 }, (_, index) => 5 * index);
  assertEquals(span(even), whole(0, 4_995));
});

Deno.test("spanOf() keeps apart the few that were made long before or after the others", () => {
  const times = Array.from({ length: 100 }, (_, index) => 1_000 + index);
  const ahead = times.with(40, 601_000).with(60, 601_001);
  const rest = { usualFromMs: 1_000, usualUntilMs: 1_099 };
  const strays = span(ahead);
  assertEquals([strays.earliestMs, strays.latestMs], [1_000, 601_001]);
  assert(strays.strays.includes(40) && strays.strays.includes(60));
  assert(strays.usualUntilMs <= rest.usualUntilMs, "nobody's time goes beyond");
  const behind = span(times.with(7, 3));
  assertEquals(behind.earliestMs, 3);
  assert(behind.strays.includes(7) && behind.usualFromMs >= 1_000);
});

Deno.test("spanOf() has every time in its usual span, or its command among the strays", () => {
  const anyTimes = fc.array(
    fc.oneof(fc.integer({ min: 1_000, max: 1_100 }), fc.integer({ min: 0, max: 9_999_999 })),
    { maxLength: 200 },
  );
  fc.assert(fc.property(anyTimes, (times) => {
    const { earliestMs, latestMs, usualFromMs, usualUntilMs, strays } = span(times);
    times.forEach((ms, number) => {
      assert(ms >= earliestMs && ms <= latestMs);
      assert((ms >= usualFromMs && ms <= usualUntilMs) || strays.includes(number), `${ms}`);
    });
    assert(strays.length <= times.length / 8);
  }));
});

Deno.test("spanOf() keeps no more apart than it may", () => {
  const many = 10 * limits.straysMax;
  const times = Array.from({ length: many }, (_, index) => index < many / 9 ? 9_000_000 : index);
  assertEquals(span(times).strays, []);
  const fewer = times.map((ms, index) => index < limits.straysMax ? ms : index);
  assertEquals(span(fewer).strays.length, limits.straysMax);
});

const older = generation({
  ...{ number: 3, size: 10, oldest: 0, earliestMs: 1, latestMs: 90 },
  ...{ usualFromMs: 10, usualUntilMs: 20, strays: [5] },
});
const younger = generation({
  ...{ number: 8, size: 20, oldest: 7, earliestMs: 15, latestMs: 50 },
  ...{ usualFromMs: 15, usualUntilMs: 30, strays: [4, 6] },
});

Deno.test("joined() spans both, and keeps the strays of both", () => {
  const both = {
    ...{ number: 3, size: 30, oldest: 7, earliestMs: 1, latestMs: 90 },
    ...{ usualFromMs: 10, usualUntilMs: 30, strays: [5, 4, 6] },
  };
  assertEquals(joined(older, younger), both);
  assertEquals(joined({ ...older, oldest: 2 }, younger).oldest, 2);
});

Deno.test("joined() spans all that were made, where the strays are too many together", () => {
  const strays = Array.from({ length: limits.straysMax }, (_, index) => index);
  const both = joined({ ...older, strays }, younger);
  assertEquals([both.usualFromMs, both.usualUntilMs, both.strays], [1, 90, []]);
});

Deno.test("withoutStrays() spans all that were made", () => {
  assertEquals(withoutStrays(older), {
    ...older,
    ...{ usualFromMs: 1, usualUntilMs: 90, strays: [] },
  });
});

Deno.test("smallestPair() finds the neighbours that are smallest together, the oldest of them", () => {
  const pair = (...sizes: readonly number[]) => smallestPair(sizes.map((size) => ({ size })));
  assertEquals([pair(5, 1, 9, 2, 3), pair(1, 1, 1), pair(3, 2, 1, 2)], [3, 0, 1]);
});

Deno.test("printOf() tells ids apart, and is the same in every life of a branch", () => {
  const prints = Array.from(
    { length: 100_000 },
    (_, index) => printOf(commandId(`run/1/${index}`)),
  );
  assertEquals(new Set(prints).size, prints.length);
  assert(prints.every((print) => Number.isSafeInteger(print) && print >= 0 && print < 2 ** 52));
  // A checkpoint has them: another function would not find these commands any more.
  assertEquals(printOf(commandId("a")), 1_938_854_956_757_130);
});
