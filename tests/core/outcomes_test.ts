import { assert, assertEquals, assertThrows } from "@std/assert";
import { commandIdPrefix } from "../../lib/core/ids.ts";
import { InvariantError } from "../../lib/core/invariant.ts";
import { limits } from "../../lib/core/limits.ts";
import { Outcomes } from "../../lib/core/outcomes.ts";
import { deposit, generation, madeMs, withdrawal } from "./samples.ts";

/** Names a command that was made so many milliseconds after the others. */
function at(ms: number, name: string): string {
  return commandIdPrefix(madeMs + ms) + name;
}

/** Keeps a deposit that was made at that time, in that record. */
function keep(
  outcomes: Outcomes,
  { ms, name, number }: Record<"ms" | "number", number> & { name: string },
) {
  outcomes.keep(deposit(at(ms, name), 1), { kind: "entry", sequence: 1 }, number);
}

/** Tells which of these deposits are remembered. */
function remembered(outcomes: Outcomes, ids: readonly string[]): readonly string[] {
  return ids.filter((id) => outcomes.of(deposit(id, 1)) !== undefined);
}

Deno.test("Outcomes tells what a write was given, refusals included, and nothing of a new one", () => {
  const outcomes = new Outcomes();
  outcomes.keep(deposit("a", 5), { kind: "entry", sequence: 3 }, 1);
  outcomes.keep(withdrawal("b", 9), { kind: "refused", refusal: "insufficient funds" }, 2);
  assertEquals(outcomes.of(deposit("a", 5)), { kind: "entry", sequence: 3 });
  const refused = { kind: "refused", refusal: "insufficient funds" } as const;
  assertEquals(outcomes.of(withdrawal("b", 9)), refused);
  assertEquals(outcomes.of(deposit("c", 5)), undefined);
  assertEquals(outcomes.size, 2);
});

Deno.test("outcomes.memoryOf() tells an id that stands for another write", () => {
  const outcomes = new Outcomes();
  outcomes.keep(deposit("a", 5), { kind: "entry", sequence: 1 }, 1);
  outcomes.keep(deposit("z", 0), { kind: "entry", sequence: 2 }, 1);
  assertEquals(outcomes.memoryOf(deposit("a", 5)), "it");
  for (const other of [deposit("a", 6), deposit("a", 4), withdrawal("a", 5), withdrawal("z", 0)]) {
    assertEquals(outcomes.memoryOf(other), "another", `${other.action} ${other.amount}`);
  }
  assertEquals(outcomes.memoryOf(deposit("b", 6)), "none");
});

Deno.test("outcomes.of() finds a command in whichever generation it is, whenever it was made", () => {
  const outcomes = new Outcomes();
  const made = [5, 9, 1, 7, 7, 3].map((ms, index) =>
    deposit(`${commandIdPrefix(madeMs + ms)}${index}`, 1)
  );
  made.forEach((write, index) => {
    outcomes.keep(write, { kind: "entry", sequence: index + 1 }, index + 1);
    if (index % 2 === 1) outcomes.turn(index + 2, 0);
  });
  const found = () => made.map((write) => outcomes.of(write));
  const all = made.map((_, index) => ({ kind: "entry", sequence: index + 1 }));
  assertEquals<unknown>(found(), all);
  assertEquals(outcomes.of(deposit(`${commandIdPrefix(madeMs + 7)}x`, 1)), undefined);
  for (let turns = 0; turns < 70; turns++) {
    for (const name of ["a", "b", "c"]) {
      outcomes.keep(deposit(`${turns}/${name}`, 1), { kind: "entry", sequence: 100 }, 100);
    }
    outcomes.turn(101 + turns, 0);
  }
  assertEquals<unknown>(found(), all, "also when generations were merged");
});

Deno.test("outcomes.keep() and restore() refuse to give a command a second outcome", () => {
  const outcomes = new Outcomes();
  outcomes.keep(deposit("a", 5), { kind: "entry", sequence: 1 }, 1);
  const second = { kind: "entry", sequence: 2 } as const;
  assertThrows(() => outcomes.keep(deposit("a", 5), second, 2), InvariantError, "one outcome");
  const restored = new Outcomes({
    expiredMs: 0,
    generations: [generation({ number: 1, size: 2 })],
  });
  restored.restore(deposit("a", 5), second);
  assertThrows(() => restored.restore(deposit("a", 5), second), InvariantError, "one outcome");
});

Deno.test("outcomes.generations count what is kept, from its first record on, and its youngest", () => {
  const outcomes = new Outcomes();
  assertEquals(outcomes.generations, []);
  keep(outcomes, { ms: 20, name: "a", number: 4 });
  keep(outcomes, { ms: 10, name: "b", number: 6 });
  const first = generation({
    ...{ number: 4, size: 2, oldest: 1 },
    ...{ earliestMs: madeMs + 10, latestMs: madeMs + 20 },
  });
  assertEquals(outcomes.generations, [first]);
  outcomes.turn(7, 0);
  keep(outcomes, { ms: 5, name: "c", number: 8 });
  const second = generation({ number: 7, size: 1, oldest: 1, latestMs: madeMs + 5 });
  assertEquals(outcomes.generations, [first, second]);
});

Deno.test("outcomes.restore() gives back what the generations count already", () => {
  const generations = [generation({ number: 4, size: 1, oldest: 3 })];
  const outcomes = new Outcomes({ expiredMs: 9, generations });
  outcomes.restore(deposit("a", 5), { kind: "entry", sequence: 3 });
  assertEquals(outcomes.of(deposit("a", 5)), { kind: "entry", sequence: 3 });
  assertEquals([outcomes.generations, outcomes.expiredMs, outcomes.size], [generations, 9, 1]);
});

Deno.test("outcomes.turn() forgets whole generations, once their youngest command is old enough", () => {
  const outcomes = new Outcomes();
  const ids = [at(0, "a"), at(30, "b"), at(10, "c")];
  keep(outcomes, { ms: 0, name: "a", number: 1 });
  keep(outcomes, { ms: 30, name: "b", number: 2 });
  outcomes.turn(3, madeMs + 29);
  assertEquals(remembered(outcomes, ids.slice(0, 2)), ids.slice(0, 2), "b is young enough");
  keep(outcomes, { ms: 10, name: "c", number: 4 });
  outcomes.turn(5, madeMs + 30);
  assertEquals(remembered(outcomes, ids), [], "c is old enough too");
  assertEquals(outcomes.generations, [generation({ number: 5, size: 0, latestMs: 0 })]);
  assertEquals([outcomes.size, outcomes.expiredMs], [0, madeMs + 30]);
});

Deno.test("outcomes.turn() keeps the generations after one that it has to keep", () => {
  const outcomes = new Outcomes();
  keep(outcomes, { ms: 50, name: "young", number: 1 });
  outcomes.turn(2, 0);
  keep(outcomes, { ms: 0, name: "old", number: 3 });
  outcomes.turn(4, madeMs + 40);
  const ids = [at(50, "young"), at(0, "old")];
  assertEquals(remembered(outcomes, ids), ids);
  assertEquals(outcomes.expiredMs, 0, "nothing is forgotten");
});

Deno.test("outcomes.turn() forgets those that were kept first, restored ones before the rest", () => {
  const outcomes = new Outcomes({
    expiredMs: 0,
    generations: [generation({ number: 1, size: 2 })],
  });
  outcomes.restore(deposit(at(0, "a"), 1), { kind: "entry", sequence: 1 });
  outcomes.restore(deposit(at(0, "b"), 1), { kind: "entry", sequence: 2 });
  outcomes.turn(3, 0);
  keep(outcomes, { ms: 60, name: "c", number: 4 });
  outcomes.turn(5, madeMs);
  assertEquals(remembered(outcomes, [at(0, "a"), at(0, "b"), at(60, "c")]), [at(60, "c")]);
});

Deno.test("outcomes.memoryOf() holds for forgotten what is as old as anything forgotten, unless it is remembered", () => {
  const outcomes = new Outcomes();
  keep(outcomes, { ms: 10, name: "gone", number: 1 });
  outcomes.turn(2, madeMs + 10);
  keep(outcomes, { ms: 9, name: "kept", number: 3 });
  const hasExpired = (ms: number, name: string) =>
    outcomes.memoryOf(deposit(at(ms, name), 1)) === "forgotten";
  assertEquals([hasExpired(10, "gone"), hasExpired(10, "new"), hasExpired(3, "new")], [
    true,
    true,
    true,
  ]);
  assertEquals([hasExpired(11, "new"), hasExpired(9, "kept")], [false, false]);
});

Deno.test("outcomes.expire() never goes back", () => {
  const outcomes = new Outcomes();
  outcomes.expire(madeMs + 5);
  outcomes.expire(madeMs);
  assertEquals(outcomes.expiredMs, madeMs + 5);
  outcomes.turn(1, madeMs);
  assertEquals(outcomes.expiredMs, madeMs + 5);
});

Deno.test("outcomes.turn() keeps the generations few, and what they remember", () => {
  const outcomes = new Outcomes();
  const names = Array.from({ length: 3 * limits.heldGenerationsMax }, (_, index) => `${index}`);
  for (const [index, name] of names.entries()) {
    keep(outcomes, { ms: index, name, number: 2 * index + 1 });
    outcomes.turn(2 * index + 2, 0);
  }
  const { generations } = outcomes;
  assertEquals(generations.length, limits.heldGenerationsMax);
  assertEquals(generations.reduce((sum, { size }) => sum + size, 0), names.length);
  const numbers = generations.map(({ number }) => number);
  assertEquals(numbers, numbers.toSorted((left, right) => left - right));
  const ids = names.map((name, index) => at(index, name));
  assertEquals(remembered(outcomes, ids), ids);
  outcomes.turn(9_999, madeMs + 100);
  const left = remembered(outcomes, ids);
  assertEquals(left.slice(-ids.length + 101), ids.slice(101), "none that is young enough is gone");
  assert(left.length < ids.length, "some are");
});

/** Outcomes of five generations of two each, of which two are held. */
function turned(): Outcomes {
  const outcomes = new Outcomes({ heldMax: 4 });
  for (let number = 1; number <= 9; number += 2) {
    for (const ms of [number, number + 1]) {
      const write = deposit(at(10 * ms, `${ms}`), 1);
      outcomes.keep(write, { kind: "entry", sequence: ms }, number);
    }
    outcomes.turn(number + 2, 0);
  }
  return outcomes;
}

/** One that was made at that time, which `turned` has. */
function kept(ms: number) {
  return deposit(at(10 * ms, `${ms}`), 1);
}

/** Gives outcomes all that they want to recall, as entries of these. */
function recall(outcomes: Outcomes, all: readonly number[]): readonly number[] {
  return outcomes.recalls().map(({ number, end }) => {
    for (const ms of all.filter((each) => each >= number && each < end)) {
      outcomes.take(kept(ms), { kind: "entry", sequence: ms });
    }
    outcomes.finish();
    return number;
  });
}

const ten = Array.from({ length: 10 }, (_, index) => index + 1);

Deno.test("outcomes.turn() holds the youngest generations, and counts the others", () => {
  const outcomes = turned();
  assertEquals(ten.filter((ms) => outcomes.of(kept(ms)) !== undefined), [7, 8, 9, 10]);
  const { size, oldest, oldestHeld, heldFrom } = outcomes;
  assertEquals([size, oldest, oldestHeld, heldFrom], [10, 1, 7, 7]);
  assertEquals(outcomes.generations.map(({ number }) => number), [1, 3, 5, 7, 9, 11]);
});

Deno.test("outcomes.turn() holds those since the last time, however few it is to hold", () => {
  const outcomes = new Outcomes({ heldMax: 1 });
  for (const ms of ten) outcomes.keep(kept(ms), { kind: "entry", sequence: ms }, 1);
  assertEquals(outcomes.memoryOf(kept(1)), "it");
  outcomes.turn(11, 0);
  assertEquals([outcomes.memoryOf(kept(1)), outcomes.heldFrom], ["unread", 11]);
});

Deno.test("outcomes.memoryOf() takes for unread what those may have that are not held, until they are recalled", () => {
  const outcomes = turned();
  const memories = () => [1, 3, 5, 7].map((ms) => outcomes.memoryOf(kept(ms)));
  assertEquals(memories(), ["unread", "unread", "unread", "it"]);
  outcomes.ask([kept(3), kept(4), kept(9)]);
  assertEquals(recall(outcomes, ten), [3]);
  assertEquals(memories(), ["unread", "it", "unread", "it"]);
  assertEquals(outcomes.memoryOf(withdrawal(at(30, "3"), 1)), "another");
  assertEquals(outcomes.memoryOf(deposit(at(30, "x"), 1)), "none");
  outcomes.expire(madeMs + 1_000);
  assertEquals(outcomes.memoryOf(deposit(at(30, "x"), 1)), "forgotten");
  assertEquals(outcomes.memoryOf(deposit(at(50, "x"), 1)), "unread", "it may be remembered");
  assertEquals(recall(outcomes, ten), [], "nobody waits for anything");
});

Deno.test("outcomes.restore() takes those that are held; the others are as they were before", () => {
  const { generations, heldFrom, expiredMs, size } = turned();
  const restored = new Outcomes({ generations, heldFrom, expiredMs, heldMax: 4 });
  for (const ms of [7, 8, 9, 10]) restored.restore(kept(ms), { kind: "entry", sequence: ms });
  assertEquals(restored.generations, generations);
  assertEquals([restored.size, restored.oldest, restored.oldestHeld], [size, 1, 7]);
  assertEquals([6, 7].map((ms) => restored.memoryOf(kept(ms))), ["unread", "it"]);
  const more = { kind: "entry", sequence: 11 } as const;
  assertThrows(() => new Outcomes().restore(kept(1), more), InvariantError, "a checkpoint counts");
});

Deno.test("outcomes.turn() forgets those first that are not held, then the others", () => {
  const outcomes = turned();
  outcomes.turn(13, madeMs + 40);
  assertEquals([outcomes.size, outcomes.expiredMs], [6, madeMs + 40]);
  outcomes.turn(15, madeMs + 80);
  assertEquals([outcomes.size, outcomes.expiredMs], [2, madeMs + 80]);
  outcomes.turn(17, madeMs + 100);
  assertEquals([outcomes.size, outcomes.expiredMs], [0, madeMs + 100]);
});

Deno.test("outcomes.turn() keeps what is held after one that is not, and has to be kept", () => {
  const outcomes = new Outcomes({ heldMax: 1 });
  const [young, old] = [deposit(at(50, "young"), 1), deposit(at(0, "old"), 1)];
  for (const write of [young, deposit(at(51, "b"), 1)]) {
    outcomes.keep(write, { kind: "entry", sequence: 1 }, 1);
  }
  outcomes.turn(2, 0);
  outcomes.keep(old, { kind: "entry", sequence: 3 }, 2);
  outcomes.turn(4, madeMs + 40);
  assertEquals([outcomes.memoryOf(young), outcomes.memoryOf(old)], ["unread", "it"]);
  assertEquals(outcomes.expiredMs, 0, "nothing is forgotten");
});

Deno.test("outcomes.ask() has nothing recalled for what is held", () => {
  const outcomes = turned();
  const held = deposit(at(30, "held"), 1);
  outcomes.keep(held, { kind: "entry", sequence: 11 }, 11);
  outcomes.ask([held]);
  assertEquals(outcomes.recalls(), []);
});
