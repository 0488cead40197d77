import { assert, assertEquals, assertThrows } from "@std/assert";
import { DatabaseSync } from "node:sqlite";
import { SqliteJournal } from "../../lib/adapter/sqlite_journal.ts";
import type { CheckpointRecord } from "../../lib/core/checkpoint_record.ts";
import type { JournalRecord } from "../../lib/core/journal_record.ts";
import { money } from "../../lib/core/money.ts";
import { Replica } from "../../lib/core/replica.ts";
import type { ReplicaConfig } from "../../lib/core/replica_config.ts";
import type { Founding } from "../../lib/format/founding.ts";
import {
  branch,
  commandId,
  deposit,
  generation,
  madeMs,
  record,
  vector,
  withdrawal,
} from "../core/samples.ts";
import { permitted } from "../permitted.ts";
import { TemporaryFolder } from "../temporary_folder.ts";

const files = [{ name: "read" }, { name: "write" }] as const;
const [one, two] = [branch(1), branch(2)];
const members = [one, two];
const founding: Founding = { bank: "5ec2e7", branch: one, members, opening: money(0) };
const config: ReplicaConfig = { id: one, members, opening: money(0), acknowledge: "all" };

const refused = (id: string): JournalRecord => ({
  kind: "refusal",
  write: withdrawal(id, 500),
  refusal: "insufficient funds",
});
const first = record({ origin: one, first: 1, entries: [deposit("a", 5), withdrawal("b", 3)] });
const foreign = record({ origin: two, first: 1 });
const plain: readonly JournalRecord[] = [
  first,
  foreign,
  refused("c"),
  record({ origin: one, first: 3, entries: [deposit("d", 1)] }),
  record({ origin: one, first: 4, entries: [deposit("e", 2)] }),
];

/** What the first four records add up to; of their outcomes all but the first's are held. */
const checkpoint: CheckpointRecord = {
  kind: "checkpoint",
  number: 5,
  ledger: {
    accounts: [
      { branch: one, known: 3, lastId: commandId("d"), deposited: money(6), allowance: money(3) },
      { branch: two, known: 1, lastId: commandId("2/1"), deposited: money(1), allowance: money(1) },
    ],
  },
  after: vector({}),
  hasBegun: true,
  expiredMs: madeMs - 1,
  generations: [generation({ number: 1, size: 2 }), generation({ number: 2, size: 2 })],
  heldFrom: 2,
};
const checked: readonly JournalRecord[] = [
  first,
  foreign,
  refused("c"),
  record({ origin: one, first: 3, entries: [deposit("d", 1)] }),
  checkpoint,
  record({ origin: two, first: 2 }),
  record({ origin: one, first: 4, after: vector({ 2: 2 }), entries: [deposit("e", 2)] }),
];

/** Makes a journal of these records, alters it with SQL, and gives its path. */
function altered(
  folder: TemporaryFolder,
  records: readonly JournalRecord[],
  sql: string,
): string {
  const path = folder.at("branch-1.journal");
  const journal = new SqliteJournal(path, founding);
  for (const each of records) journal.commit([each]);
  journal.close();
  const database = new DatabaseSync(path);
  database.exec(sql);
  database.close();
  return path;
}

/** Opens a journal with `use`, and closes it. */
function withJournal<Result>(path: string, use: (journal: SqliteJournal) => Result): Result {
  const journal = new SqliteJournal(path, founding);
  try {
    return use(journal);
  } finally {
    journal.close();
  }
}

function readAll(path: string) {
  return withJournal(path, (journal) => {
    const { checkpoint, remembered, records } = journal.read();
    return { checkpoint, remembered: [...remembered], records: [...records] };
  });
}

function restored(path: string): Replica {
  return withJournal(path, (journal) => Replica.restore(config, journal.read()));
}

/** Of a journal without a checkpoint, in which all is read: what was done to it, what is said. */
const damages = {
  "lost": ["DELETE FROM records WHERE number = 3", "cannot be opened: records are missing"],
  "lost, the first of all": [
    "DELETE FROM records WHERE number = 1",
    "cannot be opened: records are missing",
  ],
  "lost, the others moved up": [
    "DELETE FROM records WHERE number = 3; UPDATE records SET number = 3 WHERE number = 4; " +
    "UPDATE records SET number = 4 WHERE number = 5",
    "is damaged at record 3; nothing of it was used",
  ],
  "swapped with the next": [
    "UPDATE records SET number = 99 WHERE number = 2; " +
    "UPDATE records SET number = 2 WHERE number = 3; " +
    "UPDATE records SET number = 3 WHERE number = 99",
    "is damaged at record 2; nothing of it was used",
  ],
  "changed": [
    "UPDATE records SET bytes = x'00' WHERE number = 4",
    "is damaged at record 4; nothing of it was used",
  ],
  "changed to another one's bytes": [
    "UPDATE records SET bytes = (SELECT bytes FROM records WHERE number = 1) WHERE number = 4",
    "is damaged at record 4; nothing of it was used",
  ],
  "doubled": [
    "INSERT INTO records SELECT 6, kind, origin, first, bytes, checksum " +
    "FROM records WHERE number = 5",
    "is damaged at record 6; nothing of it was used",
  ],
  "put before the first": ["UPDATE records SET number = 0 WHERE number = 1", undefined],
  "put before the first, and doubled": [
    "INSERT INTO records SELECT -1, kind, origin, first, bytes, checksum FROM records " +
    "WHERE number = 5; UPDATE records SET number = 0 WHERE number = 5",
    undefined,
  ],
  "of another kind": ["UPDATE records SET kind = 1 WHERE number = 3", undefined],
  "made a checkpoint": ["UPDATE records SET kind = 3 WHERE number = 4", undefined],
  "of no kind": [
    "UPDATE records SET kind = 7 WHERE number = 1",
    "is damaged at record 1; nothing of it was used",
  ],
  "given another checksum": [
    "UPDATE records SET checksum = checksum + 1 WHERE number = 5",
    "is damaged at record 5; nothing of it was used",
  ],
  "of another bank's journal": [
    `UPDATE founding SET text = replace(text, '"bank":"5', '"bank":"6')`,
    "cannot serve: it is of the bank 6ec2e7, not of the bank 5ec2e7",
  ],
} as const;

for (const [what, [sql, complaint]] of Object.entries(damages)) {
  permitted(`SqliteJournal refuses a record that was ${what}, and nothing is used`, files, () => {
    using folder = new TemporaryFolder();
    const path = altered(folder, plain, sql);
    const { message } = assertThrows(() => readAll(path), Error);
    assert(message.startsWith(`${path} `) && !message.includes("\n"), message);
    if (complaint !== undefined) assertEquals(message, `${path} ${complaint}`);
  });

  permitted(`SqliteJournal says itself that a record was ${what}, no replica does`, files, () => {
    using folder = new TemporaryFolder();
    const path = altered(folder, plain, sql);
    const { message } = assertThrows(() => restored(path), Error);
    assert(message.startsWith(`${path} `), message);
  });
}

permitted("SqliteJournal restores what its checkpoint and its records say", files, () => {
  using folder = new TemporaryFolder();
  const path = altered(folder, checked, "");
  assertEquals<unknown>(readAll(path), {
    checkpoint,
    remembered: checked.slice(2, 4),
    records: checked.slice(5),
  });
  const { balance, known, outcomes } = restored(path).inspect();
  assertEquals([balance, known, outcomes], [money(7), vector({ 1: 4, 2: 2 }), 5]);
});

/** Of a journal with a checkpoint: what is read of it when it is opened. */
const damagesThatCount = {
  "the checkpoint": "UPDATE records SET bytes = x'00' WHERE number = 5",
  "the checkpoint's checksum": "UPDATE records SET checksum = 1 WHERE number = 5",
  "the checkpoint's kind": "UPDATE records SET kind = 1 WHERE number = 5",
  "a record after it": "UPDATE records SET bytes = x'00' WHERE number = 6",
  "the number of the last": "UPDATE records SET number = 8 WHERE number = 7",
  "a refusal that is remembered": "UPDATE records SET checksum = 1 WHERE number = 3",
  "entries that are remembered": "UPDATE records SET bytes = x'00' WHERE number = 4",
  "whose the entries are that are remembered": "UPDATE records SET origin = 2 WHERE number = 4",
  "the kind of a refusal that is remembered": "UPDATE records SET kind = 1 WHERE number = 3",
  "the kind of entries that are remembered": "UPDATE records SET kind = 3 WHERE number = 4",
} as const;

for (const [what, sql] of Object.entries(damagesThatCount)) {
  permitted(`SqliteJournal with a checkpoint is refused with damage to ${what}`, files, () => {
    using folder = new TemporaryFolder();
    const path = altered(folder, checked, sql);
    const { message } = assertThrows(() => restored(path), Error);
    assert(!message.includes("\n"), message);
  });
}

permitted(
  "SqliteJournal finds damage before its checkpoint when a peer asks for it",
  files,
  () => {
    using folder = new TemporaryFolder();
    const path = altered(folder, checked, "UPDATE records SET bytes = x'00' WHERE number = 1");
    const { balance, known } = restored(path).inspect();
    assertEquals([balance, known], [money(7), vector({ 1: 4, 2: 2 })]);
    withJournal(path, (journal) => {
      const later = journal.after(vector({ 1: 2, 2: 1 }), 1_000_000);
      assertEquals<unknown>(later, [checked[3], checked[5], checked[6]]);
      const complaint = `${path} is damaged at record 1; nothing of it was used`;
      assertThrows(() => journal.after(vector({ 1: 0 }), 1_000_000), Error, complaint);
    });
  },
);

/** Of what is read only when it is to be recalled. */
const damagesToRecall = {
  "its entries": ["UPDATE records SET bytes = x'00' WHERE number = 1", "at record 1"],
  "whose its entries are": ["UPDATE records SET origin = 2 WHERE number = 1", "before record 2"],
  "its kind": ["UPDATE records SET kind = 2 WHERE number = 1", "at record 1"],
} as const;

for (const [what, [sql, place]] of Object.entries(damagesToRecall)) {
  permitted(`SqliteJournal finds damage to ${what} when a record is recalled`, files, () => {
    using folder = new TemporaryFolder();
    const path = altered(folder, checked, sql);
    assertEquals(restored(path).inspect().outcomes, 5);
    const complaint = `${path} is damaged ${place}; nothing of it was used`;
    withJournal(path, (journal) => {
      const recall = () => [...journal.recall({ number: 1, end: 2, size: 2 })];
      assertEquals(assertThrows(recall, Error).message, complaint);
    });
  });
}

permitted("SqliteJournal recalls as many outcomes as it is told, or finds damage", files, () => {
  using folder = new TemporaryFolder();
  const path = altered(folder, checked, "SELECT 1");
  withJournal(path, (journal) => {
    const recall = (size: number) => [...journal.recall({ number: 1, end: 2, size })];
    assertEquals<unknown>(recall(2), [first]);
    for (const size of [1, 3]) {
      assertThrows(() => recall(size), Error, "is damaged before record 2");
    }
  });
});

permitted("SqliteJournal counts its records also before its checkpoint", files, () => {
  using folder = new TemporaryFolder();
  const path = altered(folder, checked, "DELETE FROM records WHERE number = 1");
  const complaint = `${path} cannot be opened: records are missing`;
  assertThrows(() => restored(path), Error, complaint);
});

permitted(
  "SqliteJournal with a changed index gives old records as they are, or none",
  files,
  () => {
    using folder = new TemporaryFolder();
    const path = altered(folder, plain, "SELECT 1");
    const database = new DatabaseSync(path);
    const root = database.prepare("SELECT rootpage FROM sqlite_schema WHERE name = 'logs'").get();
    const size = Number(database.prepare("PRAGMA page_size").get()?.["page_size"]);
    database.close();
    const whole = Deno.readFileSync(path);
    const wanted = vector({ 1: 0, 2: 0 });
    const after = (file: string) => withJournal(file, (journal) => journal.after(wanted, 10_000));
    const right = after(path);
    const start = (Number(root?.["rootpage"]) - 1) * size;
    let refused = 0;
    for (let at = start + size - 80; at < start + size; at++) {
      const copy = folder.at(`copy-${at}.journal`);
      Deno.writeFileSync(copy, whole.with(at, (whole[at] ?? 0) ^ 2));
      try {
        assertEquals(after(copy), right, `byte ${at}`);
      } catch (error) {
        assert(
          error instanceof Error && / (?:damaged|malformed)/.test(error.message),
          `byte ${at}: ${error}`,
        );
        refused += 1;
      }
    }
    assert(refused > 0, "the bytes are those of the index");
  },
);
