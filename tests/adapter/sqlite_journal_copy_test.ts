import { assert, assertEquals, assertRejects } from "@std/assert";
import { DatabaseSync } from "node:sqlite";
import { SqliteJournal } from "../../lib/adapter/sqlite_journal.ts";
import type { JournalRecord } from "../../lib/core/journal_record.ts";
import { money } from "../../lib/core/money.ts";
import type { Founding } from "../../lib/format/founding.ts";
import { branch, deposit, record, withdrawal } from "../core/samples.ts";
import { permitted } from "../permitted.ts";
import { TemporaryFolder } from "../temporary_folder.ts";

const files = [{ name: "read" }, { name: "write" }] as const;
const [one, two] = [branch(1), branch(2)];
const founding: Founding = { bank: "5ec2e7", branch: one, members: [one, two], opening: money(0) };

/** More rows than are copied at once. */
const rows = 220;

function rowAt(index: number): JournalRecord {
  if (index % 10 === 9) {
    return { kind: "refusal", write: withdrawal(`r${index}`, 500), refusal: "insufficient funds" };
  }
  return record({ origin: two, first: index + 1, entries: [deposit(`d${index}`, 1)] });
}

/** Founds a journal of many rows. */
function open(folder: TemporaryFolder): SqliteJournal {
  const journal = new SqliteJournal(folder.at("1.db"), founding);
  journal.commit(Array.from({ length: rows }, (_, index) => rowAt(index)));
  return journal;
}

/** Tells all that is in a journal without a checkpoint. */
function recordsAt(path: string): readonly JournalRecord[] {
  const journal = new SqliteJournal(path, founding);
  try {
    return [...journal.read().records];
  } finally {
    journal.close();
  }
}

permitted(
  "SqliteJournal.copy() gives what was there when it began, and others go on",
  files,
  async () => {
    using folder = new TemporaryFolder();
    const journal = open(folder);
    const before = [...journal.read().records];
    let pauses = 0;
    await journal.copy(folder.at("copy.db"), () => {
      pauses += 1;
      journal.commit([rowAt(rows + pauses)]);
      return Promise.resolve();
    });
    assert(pauses > 2, `it paused ${pauses} times`);
    assertEquals([...journal.read().records].length, rows + pauses);
    journal.close();
    assertEquals(recordsAt(folder.at("copy.db")), before);
    assertEquals(folder.names(), ["1.db", "copy.db"]);
  },
);

permitted(
  "SqliteJournal.copy() copies one that is empty, and a copy goes on as itself",
  files,
  async () => {
    using folder = new TemporaryFolder();
    const journal = new SqliteJournal(folder.at("1.db"), founding);
    await journal.copy(folder.at("copy.db"), () => Promise.resolve());
    journal.close();
    const copy = new SqliteJournal(folder.at("copy.db"), founding);
    copy.commit([rowAt(0)]);
    copy.close();
    assertEquals(recordsAt(folder.at("copy.db")), [rowAt(0)]);
  },
);

permitted("SqliteJournal.copy() makes no copy of a journal that is damaged", files, async () => {
  for (const damage of ["SET checksum = checksum + 1", "SET number = 0"]) {
    using folder = new TemporaryFolder();
    open(folder).close();
    const database = new DatabaseSync(folder.at("1.db"));
    database.exec(`UPDATE records ${damage} WHERE number = 70`);
    database.close();
    const path = folder.at("1.db");
    const journal = new SqliteJournal(path, founding);
    const copied = () => journal.copy(folder.at("copy.db"), () => Promise.resolve());
    const { message } = await assertRejects(copied, Error);
    assertEquals(message, `${path} is damaged at record 70; nothing of it was used`);
    journal.close();
  }
});
