import { assertEquals, assertThrows } from "@std/assert";
import { Books } from "../../lib/core/books.ts";
import type { CheckpointRecord } from "../../lib/core/checkpoint_record.ts";
import { commandIdPrefix } from "../../lib/core/ids.ts";
import { InvariantError } from "../../lib/core/invariant.ts";
import { contentsOf, type JournalRecord, ownOf } from "../../lib/core/journal_record.ts";
import { limits } from "../../lib/core/limits.ts";
import { money } from "../../lib/core/money.ts";
import {
  branch,
  commandId,
  deposit,
  deposits,
  madeMs,
  record,
  vector,
  withdrawal,
} from "./samples.ts";

const [one, two, three] = [branch(1), branch(2), branch(3)];
const outcomeMs = limits.outcomeMsMin;
/** Of a branch that has heard from all others. */
const sure = { isSure: true };

/** Books of branch 1 as these records leave them, opened with 100. */
function books(records: readonly JournalRecord[] = [], opening = 100): Books {
  const config = { self: one, members: [one, two, three], opening: money(opening), outcomeMs };
  return new Books(config, contentsOf(one, records));
}

/** All that can be seen of books. */
function shown({ ledger, outcomes, last, isEmpty }: Books) {
  const { size, expiredMs } = outcomes;
  const { balance, known } = ledger;
  return { balance, known: [...known].toSorted(), last, isEmpty, outcomes: size, expiredMs };
}

/** Executes so many deposits, and ends a page after each as many as a step may. */
function fill(book: Books, { name, count, nowMs = madeMs }: {
  readonly name: string;
  readonly count: number;
  readonly nowMs?: number;
}): readonly JournalRecord[] {
  const all = deposits(name, count);
  const pages: JournalRecord[] = [];
  for (let from = 0; from < count; from += limits.stepCommandsMax) {
    for (const write of all.slice(from, from + limits.stepCommandsMax)) book.execute(write, sure);
    pages.push(...book.turnPage(nowMs));
  }
  return pages;
}

function checkpointsIn(records: readonly JournalRecord[]): readonly CheckpointRecord[] {
  return records.filter((record) => record.kind === "checkpoint");
}

Deno.test("books.execute() writes entries under the next sequences, and refusals apart", () => {
  const book = books();
  const outcomes = [deposit("a", 5), withdrawal("b", 500), withdrawal("c", 39)]
    .map((write) => book.execute(write, sure));
  assertEquals(outcomes, [
    { kind: "entry", sequence: 1 },
    { kind: "refused", refusal: "insufficient funds" },
    { kind: "entry", sequence: 2 },
  ]);
  assertEquals([book.entries, book.last, book.ledger.balance], [2, 2, 66n]);
  const write = withdrawal("b", 500);
  assertEquals(book.turnPage(madeMs), [
    { kind: "refusal", write, refusal: "insufficient funds" },
    record({ origin: one, first: 1, entries: [deposit("a", 5), withdrawal("c", 39)] }),
  ]);
  assertEquals([book.entries, book.turnPage(madeMs)], [0, []]);
});

Deno.test("books.execute() refuses a deposit for which there is no room", () => {
  const book = books([], limits.balanceMax);
  assertEquals(book.execute(deposit("a", 1), sure), { kind: "refused", refusal: "balance limit" });
});

Deno.test("books.turnPage() tells what own entries come after, as the difference to before", () => {
  const book = books();
  book.take(record({ origin: two, first: 1, entries: deposits("two", 2) }));
  const afters = [["a", undefined], ["b", three], ["c", undefined]].map(([name, origin]) => {
    if (origin === three) book.take(record({ origin: three, first: 1 }));
    book.execute(deposit(String(name), 1), sure);
    const own = book.turnPage(madeMs).at(-1);
    return own?.kind === "entries" ? own.after : undefined;
  });
  assertEquals(afters, [vector({ 2: 2 }), vector({ 3: 1 }), vector({})]);
});

Deno.test("books go on, after a restart, with what their own records came after", () => {
  const book = books();
  const records: JournalRecord[] = [];
  book.take(record({ origin: two, first: 1 }));
  book.execute(deposit("a", 1), sure);
  records.push(...book.turnPage(madeMs));
  const again = books(records);
  assertEquals(shown(again), shown(book));
  again.execute(deposit("b", 1), sure);
  const [own] = again.turnPage(madeMs);
  assertEquals(own?.kind === "entries" ? own.after : undefined, vector({}));
});

Deno.test("books.isEmpty is so until something is written", () => {
  assertEquals(books().isEmpty, true);
  const [refused, taken] = [books(), books()];
  refused.execute(withdrawal("a", 500), sure);
  taken.take(record({ origin: two, first: 1 }));
  for (const book of [refused, taken]) {
    assertEquals([book.isEmpty, books(book.turnPage(madeMs)).isEmpty], [false, false]);
  }
});

Deno.test("books.turnPage() writes a checkpoint once the journal has so much after the last", () => {
  const book = books();
  const most = limits.checkpointEntries;
  const before = fill(book, { name: "a", count: most - 2 });
  assertEquals(checkpointsIn(before), []);
  book.execute(withdrawal("refused", 1_000_000), sure);
  assertEquals(checkpointsIn(book.turnPage(madeMs)), []);
  book.take(record({ origin: two, first: 1 }));
  const page = book.turnPage(madeMs);
  const [checkpoint] = checkpointsIn(page);
  assertEquals(page.at(-1), checkpoint, "it comes last");
  assertEquals(checkpoint?.number, before.length + 3);
  assertEquals(checkpoint?.ledger, book.ledger.state);
  const more = fill(book, { name: "b", count: most });
  assertEquals(checkpointsIn(more).map(({ number }) => number), [before.length + 3 + more.length]);
});

Deno.test("books of a journal with checkpoints are those that wrote it, and go on alike", () => {
  const book = books();
  const records: JournalRecord[] = [];
  for (let round = 0; round < 3; round++) {
    book.take(record({ origin: two, first: round + 1, after: vector({ 3: 0 }) }));
    book.execute(withdrawal(`refused/${round}`, 1_000_000_000), sure);
    records.push(...fill(book, { name: `${round}`, count: limits.checkpointEntries - 5 }));
  }
  assertEquals(checkpointsIn(records).length, 2);
  const again = books(records);
  assertEquals(shown(again), shown(book));
  for (const round of [0, 1, 2]) {
    const refused = withdrawal(`refused/${round}`, 1_000_000_000);
    assertEquals(again.outcomes.of(refused)?.kind, "refused", refused.id);
    const [first] = deposits(`${round}`, 1);
    if (first !== undefined) {
      assertEquals(again.outcomes.of(first), book.outcomes.of(first), first.id);
      assertEquals(again.outcomes.memoryOf({ ...first, amount: money(2) }), "another");
    }
  }
  for (const each of [book, again]) each.execute(deposit("next", 1), sure);
  assertEquals(again.turnPage(madeMs), book.turnPage(madeMs));
});

Deno.test("books forget outcomes at a checkpoint that were made long enough before, no others", () => {
  const book = books();
  const day = limits.outcomeMsMin;
  const records = [...fill(book, { name: "first", count: limits.checkpointEntries })];
  const young = commandIdPrefix(madeMs + day);
  const count = limits.checkpointEntries;
  records.push(...fill(book, { name: `${young}second`, count, nowMs: madeMs + day - 1 }));
  assertEquals(book.outcomes.size, 2 * count, "a millisecond too early");
  records.push(...fill(book, { name: `${young}third`, count, nowMs: madeMs + day }));
  assertEquals([book.outcomes.size, book.outcomes.expiredMs], [2 * count, madeMs]);
  assertEquals(checkpointsIn(records).at(-1)?.expiredMs, madeMs);
  assertEquals(shown(books(records)), shown(book));
  assertEquals(book.outcomes.memoryOf(deposit("first/0", 1)), "forgotten");
});

Deno.test("books forget nothing at a checkpoint while no clock was heard", () => {
  const book = books();
  const all = deposits("a", limits.stepCommandsMax);
  for (let page = 0; page * all.length < limits.checkpointEntries; page++) {
    for (const write of deposits(`${page}`, all.length)) book.execute(write, sure);
    book.turnPage(undefined);
  }
  assertEquals([book.outcomes.size, book.outcomes.expiredMs], [limits.checkpointEntries, 0]);
});

Deno.test("books.expire() has a checkpoint written with the next page, so that a restart knows it too", () => {
  const book = books();
  book.execute(deposit("a", 1), sure);
  const records = [...book.turnPage(madeMs)];
  book.expire(madeMs);
  records.push(...book.turnPage(madeMs));
  assertEquals(checkpointsIn(records).map(({ expiredMs }) => expiredMs), [madeMs]);
  assertEquals(book.turnPage(madeMs), [], "once");
  const again = books(records);
  for (const each of [book, again]) {
    assertEquals(each.outcomes.memoryOf(deposit("b", 1)), "forgotten");
    assertEquals(each.outcomes.of(deposit("a", 1)), { kind: "entry", sequence: 1 });
  }
});

Deno.test("books take own entries that come back, with their outcomes, and go on after them", () => {
  const book = books();
  const back = record({
    origin: one,
    first: 1,
    after: vector({ 2: 1 }),
    entries: deposits("a", 2),
  });
  book.take(record({ origin: two, first: 1 }));
  book.take(back);
  assertEquals([book.last, book.outcomes.of(deposit("a/1", 1))], [2, {
    kind: "entry",
    sequence: 2,
  }]);
  book.execute(deposit("b", 1), sure);
  const [, taken, own] = book.turnPage(madeMs);
  assertEquals(taken, back);
  assertEquals(own, record({ origin: one, first: 3, entries: [deposit("b", 1)] }));
});

Deno.test("Books refuse records that nobody wrote in that order", () => {
  const gap = [record({ origin: one, first: 2 })];
  assertThrows(() => books(gap), InvariantError, "in its turn");
  const entries = [deposit("a", 1)];
  const twice = [1, 2].map((first) => record({ origin: one, first, entries }));
  assertThrows(() => books(twice), InvariantError, "one outcome");
});

Deno.test("books.denies() tells what is surely not this branch's own entry, and only that", () => {
  const book = books();
  for (const write of [deposit("a", 1), withdrawal("refused", 500), deposit("b", 1)]) {
    book.execute(write, sure);
  }
  const denied = (["a", "b", "refused", "other"] as const).map((name) =>
    [1, 2, 3].map((sequence) => book.denies(commandId(name), sequence))
  );
  assertEquals(denied, [
    [false, true, false],
    [true, false, false],
    [true, true, false],
    [true, true, false],
  ], "entry 3 is still to come");
  book.outcomes.expire(madeMs);
  assertEquals(book.denies(commandId("other"), 1), true, "all of its entries are remembered");
  assertEquals(book.denies(commandId("b"), 1), true);
  book.outcomes.turn(9, madeMs);
  book.execute(deposit(`${commandIdPrefix(madeMs + 1)}c`, 1), sure);
  const later = [2, 3].map((sequence) => book.denies(commandId("other"), sequence));
  assertEquals(later, [false, true], "entry 2 is forgotten");
});

/** Books with the entries 1 to 8, of which only the last two are in memory, and these refusals. */
function turned() {
  const config = { self: one, members: [one, two, three], opening: money(100), outcomeMs };
  const book = new Books(
    { ...config, checkpointEntries: 2, heldOutcomesMax: 2 },
    contentsOf(one, []),
  );
  const records: JournalRecord[] = [];
  for (let sequence = 1; sequence <= 8; sequence++) {
    book.execute(deposit(made(sequence, "a"), 1), sure);
    records.push(...book.turnPage(madeMs));
  }
  return { book, records };
}

/** Names a command of the time at which that entry was made. */
function made(sequence: number, name: string): string {
  return `${commandIdPrefix(madeMs + sequence)}${name}`;
}

/** Gives books all that they want to recall. */
function recall({ book, records }: ReturnType<typeof turned>): void {
  for (const asked of book.outcomes.recalls()) {
    const { number } = asked;
    book.recalled({ kind: "recalled", number, records: [], isLast: false });
    const own = ownOf(one, records, asked);
    book.recalled({ kind: "recalled", number, records: own, isLast: true });
  }
}

Deno.test("books.denies() cannot tell of entries that are not in memory, until they are recalled", () => {
  const old = turned();
  const { book } = old;
  const denies = (id: string, sequence: number) => book.denies(commandId(id), sequence);
  assertEquals(denies(made(3, "a"), 3), undefined);
  assertEquals(denies(made(3, "other"), 3), undefined);
  assertEquals(denies(made(3, "other"), 8), true, "all of that time are in memory");
  assertEquals(denies(made(8, "a"), 3), true, "it is another one");
  assertEquals(denies(made(99, "other"), 3), true, "none was made then");
  book.outcomes.ask([{ id: commandId(made(3, "other")) }]);
  recall(old);
  assertEquals([denies(made(3, "a"), 3), denies(made(3, "other"), 3)], [false, true]);
  assertEquals([denies(made(3, "a"), 4), denies(made(1, "a"), 1)], [true, undefined]);
});

Deno.test("books.areNew() asks for what is not in memory, and can then tell", () => {
  const old = turned();
  const { book } = old;
  const young = deposit(made(99, "young"), 1);
  assertEquals(book.areNew([young]), true);
  assertEquals(book.areNew([deposit(made(8, "a"), 1), young]), false);
  assertEquals(book.areNew([deposit(made(3, "other"), 1), young]), undefined);
  recall(old);
  assertEquals(book.areNew([deposit(made(3, "other"), 1), young]), true);
  assertEquals(book.areNew([deposit(made(3, "a"), 1), young]), false);
});

Deno.test("books.execute() does not take for new what is not in memory", () => {
  for (const write of [deposit(made(3, "a"), 1), withdrawal(made(3, "b"), 1_000)]) {
    const { book } = turned();
    assertThrows(() => book.execute(write, sure), InvariantError, "is known to be new");
  }
});
