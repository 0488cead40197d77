import { assertEquals } from "@std/assert";
import type { CheckpointRecord, Generation } from "../../lib/core/checkpoint_record.ts";
import {
  contentsOf,
  type EntriesRecord,
  heldFrom,
  isAfter,
  type JournalRecord,
  lastOf,
  latestOf,
  outcomesIn,
  ownOf,
  recordsWithin,
  type RefusalRecord,
  repeats,
} from "../../lib/core/journal_record.ts";
import { limits } from "../../lib/core/limits.ts";
import {
  branch,
  checkpoint,
  deposit,
  deposits,
  generation,
  record,
  refusal,
  vector,
} from "./samples.ts";

const [one, two] = [branch(1), branch(2)];

Deno.test("lastOf() tells the sequence of the last entry", () => {
  assertEquals(lastOf(record({ origin: one, first: 4 })), 4);
  assertEquals(lastOf(record({ origin: one, first: 4, entries: deposits("a", 3) })), 6);
});

Deno.test("isAfter() finds the records of the logs asked for that begin after what is there", () => {
  const asked = vector({ 1: 3, 2: 0 });
  assertEquals(isAfter(record({ origin: one, first: 3 }), asked), false);
  assertEquals(isAfter(record({ origin: one, first: 4 }), asked), true);
  assertEquals(isAfter(record({ origin: two, first: 1 }), asked), true);
  assertEquals(isAfter(record({ origin: branch(3), first: 1 }), asked), false, "not asked for");
});

Deno.test("recordsWithin() takes records from the first on, as long as they surely fit", () => {
  const { recordBytesMax, entryBytesMax, vectorElementBytesMax } = limits;
  const small = record({ origin: one, first: 1 });
  const after = vector({ 2: 7, 3: 9 });
  const large = record({ origin: one, first: 2, after, entries: deposits("a", 3) });
  const smallBytes = recordBytesMax + entryBytesMax;
  const bytes = smallBytes + recordBytesMax + 3 * entryBytesMax + 2 * vectorElementBytesMax;
  const all = [small, large, record({ origin: one, first: 5 })];
  assertEquals(recordsWithin(bytes + smallBytes, all), all);
  assertEquals(recordsWithin(bytes + smallBytes - 1, all), [small, large]);
  assertEquals(recordsWithin(bytes, all), [small, large]);
  assertEquals(recordsWithin(bytes - 1, all), [small], "none that is behind one that does not fit");
  assertEquals(recordsWithin(smallBytes - 1, all), []);
  assertEquals(recordsWithin(bytes, []), []);
});

Deno.test("latestOf() finds the last records of entries, in their order", () => {
  const [a, b] = [record({ origin: one, first: 1 }), record({ origin: two, first: 1 })];
  const records = [a, refusal("x"), b, checkpoint({ number: 4 })];
  assertEquals([0, 1, 2, 9].map((count) => latestOf(records, count)), [[], [b], [a, b], [a, b]]);
});

type Plain = EntriesRecord | RefusalRecord;

/** A refusal, an own record and another's, three times over, with checkpoints between them. */
function journal(generations: readonly Generation[], heldFrom = 0) {
  const of = (name: string, first: number): readonly Plain[] => [
    refusal(`refused/${name}`),
    record({ origin: one, first }),
    record({ origin: two, first }),
  ];
  const parts = [of("a", 1), of("b", 2), of("c", 3)] as const;
  const [early, middle, late] = parts;
  const first: CheckpointRecord = checkpoint({ number: 4 });
  const second: CheckpointRecord = checkpoint({ number: 8, generations, heldFrom });
  const records: readonly JournalRecord[] = [...early, first, ...middle, second, ...late];
  return { records, early, middle, late, second };
}

function listed(records: readonly JournalRecord[]) {
  const { checkpoint, remembered, records: later } = contentsOf(one, records);
  return { checkpoint, remembered: [...remembered], later: [...later] };
}

Deno.test("contentsOf() gives all records where there is no checkpoint", () => {
  const { early } = journal([]);
  assertEquals(listed(early), { checkpoint: undefined, remembered: [], later: [...early] });
  assertEquals(listed([]), { checkpoint: undefined, remembered: [], later: [] });
});

Deno.test("contentsOf() gives the newest checkpoint, and the records after it", () => {
  const { records, late, second } = journal([]);
  assertEquals(listed(records), { checkpoint: second, remembered: [], later: [...late] });
  assertEquals(listed(records.slice(0, 8)), { checkpoint: second, remembered: [], later: [] });
});

Deno.test("contentsOf() gives the branch's own records from the oldest remembered generation on", () => {
  const of = (number: number) => generation({ number, size: 2 });
  const all = journal([of(1), of(4), of(8)]);
  const own = (records: readonly Plain[]) => records.slice(0, 2);
  assertEquals(listed(all.records).remembered, [...own(all.early), ...own(all.middle)]);
  const newer = journal([of(4), of(8)]);
  assertEquals(listed(newer.records).remembered, own(newer.middle));
  assertEquals(listed(journal([of(8)]).records).remembered, []);
  assertEquals(listed(journal([of(1), of(4), of(8)], 4).records).remembered, own(all.middle));
});

Deno.test("ownOf() gives the branch's own records from one record to another", () => {
  const { records, early, middle } = journal([]);
  const own = (all: readonly Plain[]) => all.slice(0, 2);
  assertEquals(ownOf(one, records, { number: 1, end: 8 }), [...own(early), ...own(middle)]);
  assertEquals(ownOf(one, records, { number: 2, end: 5 }), early.slice(1, 2));
  assertEquals(ownOf(two, records, { number: 3, end: 4 }), early.slice(2));
  assertEquals(ownOf(one, records, { number: 4, end: 4 }), []);
});

Deno.test("heldFrom() tells where the outcomes begin that are held, which are all where nothing is said", () => {
  const generations = [generation({ number: 3, size: 1 }), generation({ number: 7, size: 1 })];
  assertEquals(heldFrom(checkpoint({ number: 9, generations })), 3);
  assertEquals(heldFrom(checkpoint({ number: 9, generations, heldFrom: 7 })), 7);
  assertEquals(heldFrom(checkpoint({ number: 9 })), 9);
});

Deno.test("outcomesIn() counts what a record is the outcome of", () => {
  assertEquals(outcomesIn(record({ origin: one, first: 4, entries: deposits("a", 3) })), 3);
  assertEquals(outcomesIn(refusal("a")), 1);
});

Deno.test("repeats() tells a record that names a command twice", () => {
  const [a, b] = [deposit("a", 1), deposit("b", 1)];
  assertEquals(repeats(record({ origin: one, first: 1, entries: [a, b] })), false);
  assertEquals(repeats(record({ origin: one, first: 1, entries: [a, b, a] })), true);
});
