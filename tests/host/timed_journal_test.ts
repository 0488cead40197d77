import { assertEquals, assertThrows } from "@std/assert";
import type { JournalRecord } from "../../lib/core/journal_record.ts";
import { timedJournal } from "../../lib/host/timed_journal.ts";
import { branch, record, vector } from "../core/samples.ts";
import { emptyJournal } from "./bench.ts";

Deno.test("timedJournal() tells how long a commit took, once it is durable, and hands all on", () => {
  const happened: string[] = [];
  let nowMs = 5;
  const commit = (records: readonly JournalRecord[]) => {
    nowMs += 2.5;
    happened.push(`commit of ${records.length}`);
  };
  const journal = timedJournal({
    ...emptyJournal,
    after: (sequences, bytesMax) => {
      happened.push(`after ${sequences.size}, ${bytesMax}`);
      return [];
    },
    recall: ({ number }) => {
      happened.push(`recall ${number}`);
      return [record({ origin: branch(1), first: 1 })].values();
    },
    latest: (entriesMax) => {
      happened.push(`latest ${entriesMax}`);
      return [];
    },
    commit,
    close: () => happened.push("close"),
  }, { nowMs: () => nowMs, took: (ms) => happened.push(`took ${ms}`) });
  assertEquals([...journal.read().records], []);
  journal.commit([1, 2].map((first) => record({ origin: branch(1), first })));
  journal.after(vector({ 1: 1 }), 7);
  assertEquals([...journal.recall({ number: 4, end: 5, size: 1 })].length, 1);
  journal.latest(3);
  journal.close();
  assertEquals(happened, [
    "commit of 2",
    "took 2.5",
    "after 1, 7",
    "recall 4",
    "latest 3",
    "close",
  ]);
});

Deno.test("timedJournal() measures no commit that failed", () => {
  const failing = { ...emptyJournal, commit: () => fail() };
  const took: number[] = [];
  const journal = timedJournal(failing, { nowMs: () => 0, took: (ms) => took.push(ms) });
  assertThrows(() => journal.commit([]), Error, "the disk is full");
  assertEquals(took, []);
});

function fail(): never {
  throw new Error("the disk is full");
}
