import { assert, assertEquals, assertThrows } from "@std/assert";
import { Archive } from "../../lib/core/archive.ts";
import type { Generation } from "../../lib/core/checkpoint_record.ts";
import { printOf } from "../../lib/core/generation.ts";
import { type CommandId, commandIdPrefix } from "../../lib/core/ids.ts";
import { InvariantError } from "../../lib/core/invariant.ts";
import { limits } from "../../lib/core/limits.ts";
import { patience } from "../../lib/core/patience.ts";
import { commandId, deposit, generation, madeMs } from "./samples.ts";

/** Names a command that was made so many milliseconds after the others. */
function at(ms: number, name: string): CommandId {
  return commandId(commandIdPrefix(madeMs + ms) + name);
}

/** A generation of these commands; the first of them is entry `number`. */
interface Past {
  readonly generation: Generation;
  readonly ids: readonly CommandId[];
}

/** A generation that begins with record `number`, of commands made at these times. */
function past(number: number, times: readonly number[], strays: readonly CommandId[] = []): Past {
  const ids = [...times.map((ms) => at(ms, `${number}`)), ...strays];
  const [earliestMs, latestMs] = [madeMs + Math.min(...times), madeMs + Math.max(...times)];
  const sums = { number, size: ids.length, oldest: number, earliestMs, latestMs };
  return { generation: generation({ ...sums, strays: strays.map(printOf) }), ids };
}

const [first, second, third] = [past(1, [0, 10]), past(5, [20, 30]), past(9, [25, 40])];
const all = [first, second, third];
/** The first record whose outcomes are in memory. */
const end = 13;

function archive(pasts: readonly Past[] = all): Archive {
  return new Archive(pasts.map(({ generation }) => generation), undefined);
}

/** Gives an archive all that it wants to recall, and tells from which record on that was. */
function recalled(from: Archive, pasts: readonly Past[] = all): readonly number[] {
  const numbers: number[] = [];
  for (let [recall] = from.recalls(end); recall !== undefined; [recall] = from.recalls(end)) {
    const { number } = recall;
    numbers.push(number);
    const ids = pasts.find(({ generation }) => generation.number === number)?.ids ?? [];
    ids.forEach((id, index) =>
      from.take(deposit(id, 1), { kind: "entry", sequence: number + index })
    );
    from.finish();
  }
  return numbers;
}

/** What became of a command, as far as it was read. */
function told(from: Archive, id: CommandId) {
  const outcome = from.find(id)?.outcome;
  return outcome?.kind === "entry" ? outcome.sequence : outcome;
}

Deno.test("archive.isUnread() is so for what one of them may have, by the time it was made at", () => {
  const times = [-1, 0, 5, 10, 11, 19, 20, 40, 41];
  const unread = times.filter((ms) => archive().isUnread(at(ms, "x")));
  assertEquals(unread, [0, 5, 10, 20, 40]);
  assertEquals(archive([]).isUnread(at(5, "x")), false);
});

Deno.test("archive.isUnread() is so for a stray, and for no other of its time", () => {
  const stray = at(99_000, "stray");
  const pasts = [past(1, [0, 10], [stray])];
  const it = archive(pasts);
  assertEquals([it.isUnread(stray), it.isUnread(at(99_000, "x"))], [true, false]);
  it.ask(stray);
  assertEquals([recalled(it, pasts), told(it, stray)], [[1], 3]);
});

Deno.test("archive recalls a generation once somebody waits for it, and then knows", () => {
  const it = archive();
  assertEquals(it.recalls(end), [], "nobody waits");
  const [, known] = second.ids;
  assert(known !== undefined);
  it.ask(known);
  assertEquals(it.recalls(end), [{ number: 9, end: 13, size: 2 }], "the youngest first");
  assertEquals([it.reads(9), it.reads(5)], [true, false]);
  assertEquals(it.recalls(end), [], "one at a time");
  third.ids.forEach((id, index) => it.take(deposit(id, 1), { kind: "entry", sequence: 9 + index }));
  assertEquals(it.isUnread(known), true);
  const { moment } = it;
  it.finish();
  assert(it.moment > moment, "those who wait are looked at again");
  assertEquals(it.recalls(end), [{ number: 5, end: 9, size: 2 }]);
});

Deno.test("archive holds what was read last, for whoever asks next", () => {
  const it = archive();
  it.ask(at(0, "x"));
  assertEquals(recalled(it), [1]);
  assertEquals(first.ids.map((id) => told(it, id)), [1, 2]);
  assertEquals([it.isUnread(at(3, "y")), told(it, at(3, "y"))], [false, undefined]);
  it.ask(at(20, "x"));
  assertEquals(recalled(it), [5]);
  assertEquals(it.isUnread(at(3, "y")), true, "another has taken its place");
});

Deno.test("archive comes to an end with commands of many generations, one after the other", () => {
  const it = archive();
  const asked = [...all.flatMap(({ ids }) => ids), at(5, "new"), at(28, "new")];
  for (const id of asked) it.ask(id);
  assertEquals(recalled(it).toSorted((left, right) => left - right), [1, 5, 9]);
  assertEquals(asked.filter((id) => it.isUnread(id)), []);
  assertEquals(asked.map((id) => told(it, id)), [1, 2, 5, 6, 9, 10, undefined, undefined]);
});

Deno.test("archive keeps what it found in the one that it held while others are read", () => {
  const it = archive();
  it.ask(at(0, "x"));
  recalled(it);
  for (const id of [...first.ids, at(5, "new"), at(20, "x")]) it.ask(id);
  assertEquals(recalled(it), [5]);
  assertEquals([...first.ids, at(5, "new")].map((id) => [told(it, id), it.isUnread(id)]), [
    [1, false],
    [2, false],
    [undefined, false],
  ]);
});

Deno.test("archive lets go of what nobody asked for in a while, and of what is held", () => {
  const it = archive();
  it.tick(1);
  it.ask(at(0, "x"));
  recalled(it);
  it.tick(1 + patience.recallTicks);
  assertEquals(it.isUnread(at(3, "y")), false, "it is still held, and was now of use");
  it.tick(1 + 2 * patience.recallTicks);
  assertEquals(it.isUnread(at(3, "y")), false);
  it.tick(2 + 3 * patience.recallTicks);
  assertEquals([it.isUnread(at(3, "y")), told(it, at(0, "1"))], [true, undefined]);
  assertEquals(it.recalls(end), [], "nobody waits any more");
});

Deno.test("archive takes note of so many at most, and of more when there is room", () => {
  const it = archive();
  for (let count = 0; count < limits.recallIdsMax; count++) it.ask(at(0, `${count}`));
  it.tick(5);
  it.ask(at(20, "late"));
  assertEquals(recalled(it), [1], "of the late one it takes no note");
  it.ask(at(0, "1"));
  const { moment } = it;
  it.tick(1 + patience.recallTicks);
  assert(it.moment > moment, "those who wait may ask again");
  it.ask(at(20, "late"));
  assertEquals(recalled(it), [5]);
});

Deno.test("archive.forget() forgets the oldest, up to the first that has to be kept", () => {
  const it = archive();
  it.ask(at(0, "x"));
  recalled(it);
  assertEquals(it.forget(madeMs + 9), 0);
  assertEquals(first.ids.map((id) => told(it, id)), [1, 2]);
  assertEquals(it.forget(madeMs + 30), madeMs + 30);
  assertEquals(first.ids.map((id) => told(it, id)), [undefined, undefined], "it is not held");
  assertEquals(it.generations, [third.generation]);
  assertEquals([it.size, it.oldest, it.isUnread(at(5, "x"))], [2, 9, false]);
  assertEquals(it.forget(madeMs + 40), madeMs + 40);
  assertEquals([it.size, it.oldest], [0, Infinity]);
});

Deno.test("archive that is changed while it reads looks again, and loses nothing", () => {
  const it = archive();
  const [known] = first.ids;
  assert(known !== undefined);
  it.ask(known);
  const [recall] = it.recalls(end);
  assertEquals(recall?.number, 1);
  it.forget(madeMs + 10);
  it.finish();
  assertEquals([it.isUnread(known), told(it, known), it.recalls(end)], [false, undefined, []]);
});

Deno.test("archive.add() asks what was cleared about those that come after", () => {
  const it = archive([first]);
  const id = at(5, "new");
  it.ask(id);
  assertEquals([recalled(it), it.isUnread(id)], [[1], false]);
  const later = past(5, [5, 6]);
  it.add([later.generation]);
  assertEquals(it.isUnread(id), true);
  assertEquals(recalled(it, [first, later]), [5]);
  assertEquals(it.isUnread(id), false);
});

Deno.test("archive.add() joins neighbours where there are too many, and reads them as one", () => {
  const pasts = Array.from(
    { length: limits.generationsMax + 1 },
    (_, index) => past(1 + index, [10 * index, 10 * index + 5]),
  );
  const it = archive(pasts.slice(0, -1));
  const [known] = pasts[0]?.ids ?? [];
  assert(known !== undefined);
  it.ask(known);
  it.add(pasts.slice(-1).map(({ generation }) => generation));
  assertEquals(it.generations.length, limits.generationsMax);
  assertEquals(it.size, 2 * pasts.length);
  assertEquals(it.recalls(end), [{ number: 1, end: 3, size: 4 }]);
  pasts.slice(0, 2).flatMap(({ ids }) => ids).forEach((id, index) =>
    it.take(deposit(id, 1), { kind: "entry", sequence: index + 1 })
  );
  it.finish();
  assertEquals([told(it, known), it.isUnread(known)], [1, false]);
});

Deno.test("archive gives up the strays of the oldest where they are too many", () => {
  const of = (number: number) => {
    const strays = Array.from({ length: limits.straysMax }, (_, index) => 1e6 * number + index);
    return generation({
      ...{ number, size: 9, oldest: 1, earliestMs: madeMs, latestMs: madeMs + 1_000 },
      ...{ usualFromMs: madeMs, usualUntilMs: madeMs + 1, strays },
    });
  };
  const count = limits.straysTotalMax / limits.straysMax + 1;
  const it = new Archive(Array.from({ length: count }, (_, index) => of(index + 1)), undefined);
  const usual = it.generations.map(({ usualUntilMs }) => usualUntilMs - madeMs);
  assertEquals(usual, [1_000, ...Array.from({ length: count - 1 }, () => 1)]);
  assertEquals(it.isUnread(at(500, "x")), true, "which costs a look into that one");
});

Deno.test("archive ends where a generation has not as many outcomes as it counts", () => {
  const it = archive();
  it.ask(at(0, "x"));
  it.recalls(end);
  assertThrows(() => it.finish(), InvariantError, "as many outcomes");
});
