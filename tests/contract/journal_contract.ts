import { assertEquals } from "@std/assert";
import type { JournalRecord, Recall, RefusalRecord } from "../../lib/core/journal_record.ts";
import { money } from "../../lib/core/money.ts";
import type { VersionVector } from "../../lib/core/version_vector.ts";
import { encodeRecord } from "../../lib/format/record.ts";
import type { Journal } from "../../lib/host/ports.ts";
import { permitted } from "../permitted.ts";
import {
  branch,
  checkpoint,
  commandId,
  deposit,
  deposits,
  generation,
  grant,
  madeMs,
  outcomesOf,
  record,
  vector,
  withdrawal,
} from "../core/samples.ts";

/** A journal of branch 1 under test. */
export interface Opened {
  readonly journal: Journal;
  /** Opens what it has kept again, as a branch that starts again does. */
  readonly reopen?: () => Opened;
  /** Lets go of it. */
  readonly close?: () => void;
}

const [one, two, three] = [branch(1), branch(2), branch(3)];
const first = record({ origin: one, first: 1, entries: [deposit("a", 5), withdrawal("b", 3)] });
const foreign = record({ origin: two, first: 1, after: vector({ 1: 2 }) });
const refusal: RefusalRecord = {
  kind: "refusal",
  write: withdrawal("c", 1_000_000_000_000),
  refusal: "insufficient funds",
};
const limit: RefusalRecord = { kind: "refusal", write: deposit("d", 0), refusal: "balance limit" };

const all = Number.MAX_SAFE_INTEGER;

/** What a journal gives a replica to be restored from. */
function contents(journal: Journal) {
  const { checkpoint, remembered, records } = journal.read();
  return { checkpoint, remembered: [...remembered], records: [...records] };
}

/** All records of a journal that has no checkpoint. */
function read(journal: Journal): readonly JournalRecord[] {
  const { checkpoint, remembered, records } = contents(journal);
  assertEquals({ checkpoint, remembered }, { checkpoint: undefined, remembered: [] });
  return records;
}

/** All that a journal recalls. */
function recalled(journal: Journal, recall: Recall): readonly JournalRecord[] {
  return [...journal.recall(recall)];
}

/** The first sequences of the records after those that a vector names, by their origin. */
function after(journal: Journal, sequences: VersionVector, bytesMax = all) {
  return journal.after(sequences, bytesMax).map(({ origin, first }) => [origin, first]);
}

/** What any journal has to do, whatever it writes on, with the permissions that it needs. */
export function journalContract(
  name: string,
  open: () => Opened,
  { permissions = [] }: { readonly permissions?: readonly Deno.PermissionDescriptor[] } = {},
): void {
  function check(criterion: string, body: (opened: Opened) => void): void {
    permitted(`${name} ${criterion}`, permissions, () => {
      const opened = open();
      try {
        body(opened);
      } finally {
        opened.close?.();
      }
    });
  }

  check("holds nothing before the first commit", ({ journal }) => {
    assertEquals(read(journal), []);
  });

  check("reads what was committed, in the order in which it was", ({ journal }) => {
    journal.commit([foreign, refusal, first]);
    journal.commit([limit]);
    assertEquals(read(journal), [foreign, refusal, first, limit]);
  });

  check("reads the same again and again", ({ journal }) => {
    journal.commit([first]);
    assertEquals(read(journal), read(journal));
    journal.commit([refusal]);
    assertEquals(read(journal), [first, refusal]);
  });

  check("commits nothing when it is given nothing", ({ journal }) => {
    journal.commit([]);
    assertEquals(read(journal), []);
  });

  check("does not hold on to the array that it was given", ({ journal }) => {
    const records = [first];
    journal.commit(records);
    records.length = 0;
    assertEquals(read(journal), [first]);
  });

  check("keeps values at their limits", ({ journal }) => {
    const largest = record({
      origin: branch(2 ** 32 - 1),
      first: Number.MAX_SAFE_INTEGER - 1_999,
      after: vector({ 0: Number.MAX_SAFE_INTEGER }),
      entries: [...deposits("~".repeat(109), 1_999), grant("~", 2 ** 32 - 1, all)],
    });
    journal.commit([largest]);
    assertEquals(read(journal), [largest]);
  });

  /** A refusal, records of branches 1 and 2, a checkpoint, and the same again. */
  const early = [refusal, first, foreign] as const;
  const late = [limit, record({ origin: one, first: 3 }), record({ origin: two, first: 2 })];
  const sums = {
    after: vector({ 2: 1 }),
    expiredMs: madeMs - 5,
    ledger: {
      accounts: [
        { branch: one, known: 2, lastId: commandId("b"), deposited: money(5), allowance: money(2) },
        { branch: two, known: 0, lastId: undefined, deposited: money(0), allowance: money(0) },
        {
          branch: three,
          known: 9,
          lastId: commandId("z"),
          deposited: money(0),
          allowance: money(7),
        },
      ],
    },
  };
  const generations = [
    generation({ number: 1, size: 3, strays: [5] }),
    generation({ number: 4, size: 0, latestMs: 0 }),
  ];
  const check1 = checkpoint({ number: 4, ...sums, generations });

  check("reads the newest checkpoint, and the records after it", ({ journal }) => {
    journal.commit([...early, check1]);
    journal.commit(late);
    const remembered = [refusal, first];
    assertEquals(contents(journal), { checkpoint: check1, remembered, records: late });
    const check2 = checkpoint({ number: 8 });
    journal.commit([check2]);
    assertEquals(contents(journal), { checkpoint: check2, remembered: [], records: [] });
  });

  check(
    "reads the branch's own records that are remembered, from the oldest generation",
    (opened) => {
      const { journal } = opened;
      journal.commit([...early, check1, ...late]);
      const own = [[refusal, first], late.slice(0, 2)] as const;
      for (const [from, remembered] of [[4, own[1]], [1, own.flat()], [8, []]] as const) {
        // Every one of them takes the place of the one before it.
        const number = { 4: 8, 1: 9, 8: 10 }[from];
        const size = remembered.reduce((sum, row) => sum + outcomesOf(row), 0);
        const only = generation({ number: from === 8 ? number : from, size });
        journal.commit([checkpoint({ number, generations: [only] })]);
        assertEquals(contents(journal).remembered, remembered, `from record ${from} on`);
      }
    },
  );

  check("reads of what is remembered only what is held in memory", ({ journal }) => {
    journal.commit([...early, checkpoint({ number: 4, generations }), ...late]);
    const both = [generation({ number: 1, size: 3 }), generation({ number: 4, size: 2 })];
    const held = checkpoint({ number: 8, generations: both, heldFrom: 4 });
    journal.commit([held]);
    const remembered = late.slice(0, 2);
    assertEquals(contents(journal), { checkpoint: held, remembered, records: [] });
    const none = checkpoint({ number: 9, generations: both, heldFrom: 9 });
    journal.commit([none]);
    assertEquals(contents(journal).remembered, []);
  });

  check("recalls the branch's own records of a generation, in their order", ({ journal }) => {
    journal.commit([...early, check1, ...late, checkpoint({ number: 8 }), first]);
    assertEquals(recalled(journal, { number: 1, end: 4, size: 3 }), [refusal, first]);
    assertEquals(recalled(journal, { number: 4, end: 8, size: 2 }), late.slice(0, 2));
    assertEquals(recalled(journal, { number: 1, end: 8, size: 5 }), [
      refusal,
      first,
      ...late.slice(0, 2),
    ]);
    assertEquals(recalled(journal, { number: 2, end: 3, size: 2 }), [first]);
    assertEquals(recalled(journal, { number: 7, end: 8, size: 0 }), []);
  });

  check("recalls piece by piece, with commits in between, or not to the end", ({ journal }) => {
    const many = Array.from({ length: 500 }, (_, at) => record({ origin: one, first: at + 1 }));
    journal.commit(many);
    const recall = { number: 1, end: 501, size: 500 };
    journal.recall(recall).next();
    const reading = journal.recall(recall);
    const read = many.map((_, at) => {
      if (at % 100 === 7) journal.commit([record({ origin: one, first: 501 + at })]);
      const { value } = reading.next();
      return value;
    });
    assertEquals<unknown>(read, many);
    assertEquals(reading.next().done, true);
  });

  check("reads what a checkpoint says as it was written", ({ journal }) => {
    const largest = checkpoint({
      number: 1,
      after: vector({ [2 ** 32 - 1]: Number.MAX_SAFE_INTEGER }),
      expiredMs: 2 ** 48 - 1,
      heldFrom: 1,
      generations: [
        generation({ number: 1, size: 0, latestMs: 2 ** 48 - 1, strays: [2 ** 52 - 1] }),
      ],
      ledger: {
        accounts: [{
          branch: branch(2 ** 32 - 1),
          known: Number.MAX_SAFE_INTEGER,
          lastId: commandId("~".repeat(114)),
          deposited: money(Number.MAX_SAFE_INTEGER),
          allowance: money(Number.MAX_SAFE_INTEGER),
        }],
      },
    });
    journal.commit([largest]);
    assertEquals(contents(journal).checkpoint, largest);
  });

  check(
    "gives records after those that are asked for, of these logs only, as committed",
    (opened) => {
      const { journal } = opened;
      journal.commit([...early, check1, ...late, record({ origin: three, first: 1 })]);
      assertEquals(after(journal, vector({ 1: 0, 2: 0 })), [[one, 1], [two, 1], [one, 3], [
        two,
        2,
      ]]);
      assertEquals(after(journal, vector({ 1: 2, 2: 1 })), [[one, 3], [two, 2]]);
      assertEquals(after(journal, vector({ 1: 0 })), [[one, 1], [one, 3]]);
      assertEquals(after(journal, vector({ 3: 0 })), [[three, 1]]);
      for (const nothing of [vector({}), vector({ 1: 3 }), vector({ 9: 0 })]) {
        assertEquals(after(journal, nothing), []);
      }
      assertEquals(journal.after(vector({ 1: 0 }), all)[0], first);
    },
  );

  check(
    "gives no more bytes of records than it is told, but one record if there is one",
    (opened) => {
      const { journal } = opened;
      const records = [1, 2, 3].map((sequence) => record({ origin: two, first: sequence }));
      journal.commit(records);
      const bytes = records.slice(0, 2).reduce((sum, each) => sum + encodeRecord(each).length, 0);
      const given = [bytes, bytes - 1, 1].map((most) =>
        after(journal, vector({ 2: 0 }), most).length
      );
      assertEquals(given, [2, 1, 1]);
      assertEquals(after(journal, vector({ 2: 3 }), 1), []);
    },
  );

  check(
    "gives the last records of entries in their order, and no more than it is told",
    (opened) => {
      const { journal } = opened;
      assertEquals(journal.latest(3), []);
      journal.commit([first, foreign, refusal]);
      journal.commit([checkpoint({ number: 4 })]);
      const last = record({ origin: two, first: 2 });
      journal.commit([last, limit]);
      assertEquals(journal.latest(2), [foreign, last]);
      assertEquals(journal.latest(9), [first, foreign, last]);
      assertEquals(journal.latest(0), []);
    },
  );

  check("keeps what it has when it is opened again", (opened) => {
    if (opened.reopen === undefined) return;
    opened.journal.commit([first, refusal]);
    const again = opened.reopen();
    try {
      again.journal.commit([foreign]);
      assertEquals(read(again.journal), [first, refusal, foreign]);
    } finally {
      again.close?.();
    }
  });
}
