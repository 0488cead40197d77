import { assert, assertEquals, assertMatch, assertThrows } from "@std/assert";
import { DatabaseSync } from "node:sqlite";
import { SqliteJournal } from "../../lib/adapter/sqlite_journal.ts";
import type { JournalRecord } from "../../lib/core/journal_record.ts";
import { money } from "../../lib/core/money.ts";
import type { Founding } from "../../lib/format/founding.ts";
import type { Journal } from "../../lib/host/ports.ts";
import { journalContract, type Opened } from "../contract/journal_contract.ts";
import { branch, deposit, record, withdrawal } from "../core/samples.ts";
import { permitted } from "../permitted.ts";
import { TemporaryFolder } from "../temporary_folder.ts";

const files = [{ name: "read" }, { name: "write" }] as const;
const [one, two] = [branch(1), branch(2)];
const founding: Founding = { bank: "5ec2e7", branch: one, members: [one, two], opening: money(0) };

const first = record({ origin: one, first: 1, entries: [deposit("a", 5), withdrawal("b", 3)] });
const foreign = record({ origin: two, first: 1 });
const refused: JournalRecord = {
  kind: "refusal",
  write: withdrawal("c", 500),
  refusal: "insufficient funds",
};
const second = record({ origin: one, first: 3, entries: [deposit("d", 1)] });
const third = record({ origin: one, first: 4, entries: [deposit("e", 2)] });

/** Tells all records of a journal without a checkpoint. */
function recordsOf(journal: Journal): readonly JournalRecord[] {
  const { checkpoint, remembered, records } = journal.read();
  assertEquals<unknown>([checkpoint, [...remembered]], [undefined, []]);
  return [...records];
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

/** Makes a journal of several commits, and gives its path. */
function written(folder: TemporaryFolder): string {
  const path = folder.at("branch-1.journal");
  withJournal(path, (journal) => {
    journal.commit([first, foreign]);
    journal.commit([refused, second]);
    journal.commit([third]);
  });
  return path;
}

/** Alters a file with SQL. */
function alter(path: string, sql: string): void {
  const database = new DatabaseSync(path);
  database.exec(sql);
  database.close();
}

/** Finds that opening and reading is refused, in one sentence that names the path. */
function refusal(path: string, wanted: Founding = founding): string {
  const { message } = assertThrows(() => {
    const journal = new SqliteJournal(path, wanted);
    try {
      return recordsOf(journal);
    } finally {
      journal.close();
    }
  }, Error);
  assertMatch(message, /^[^\n]+$/);
  assert(message.startsWith(`${path} `), message);
  return message;
}

function opened(folder: TemporaryFolder): Opened {
  const journal = new SqliteJournal(folder.at("branch-1.journal"), founding);
  let isOpen = true;
  const close = () => {
    if (isOpen) journal.close();
    isOpen = false;
  };
  return {
    journal,
    reopen: () => {
      close();
      return opened(folder);
    },
    close,
  };
}

journalContract("SqliteJournal", () => {
  const folder = new TemporaryFolder();
  const { close, ...rest } = opened(folder);
  return {
    ...rest,
    close: () => {
      close?.();
      folder[Symbol.dispose]();
    },
  };
}, { permissions: files });

permitted("SqliteJournal keeps what it has also where it need not outlast power", files, () => {
  using folder = new TemporaryFolder();
  const path = folder.at("branch-1.journal");
  const journal = new SqliteJournal(path, founding, "process");
  journal.commit([first]);
  journal.close();
  assertEquals(withJournal(path, recordsOf), [first]);
});

permitted("SqliteJournal leaves one file when it is closed", files, () => {
  using folder = new TemporaryFolder();
  written(folder);
  assertEquals(folder.names(), ["branch-1.journal"]);
});

permitted("SqliteJournal refuses a file that is no database, and leaves it alone", files, () => {
  using folder = new TemporaryFolder();
  const text = "not a database, but a letter that somebody still needs\n".repeat(40);
  const path = folder.write("letter", text);
  assertEquals(refusal(path), `${path} cannot be opened: file is not a database`);
  assertEquals(folder.read("letter"), text);
});

permitted(
  "SqliteJournal refuses an SQLite file of something else, and leaves it alone",
  files,
  () => {
    using folder = new TemporaryFolder();
    const path = folder.at("songs");
    alter(path, "CREATE TABLE songs (name TEXT); INSERT INTO songs VALUES ('la la')");
    const before = Deno.readFileSync(path);
    assertEquals(refusal(path), `${path} cannot be opened: it is not a journal of a bank`);
    assertEquals(Deno.readFileSync(path), before);
    assertEquals(folder.names(), ["songs"]);
  },
);

permitted("SqliteJournal refuses another format, and leaves it alone", files, () => {
  for (const format of [1, 2, 4]) {
    using folder = new TemporaryFolder();
    const path = written(folder);
    alter(path, `PRAGMA user_version = ${format}`);
    const before = Deno.readFileSync(path);
    const reason = `its format is ${format}, and this program knows 3`;
    assertEquals(refusal(path), `${path} cannot be opened: ${reason}`);
    assertEquals(Deno.readFileSync(path), before);
  }
});

permitted("SqliteJournal refuses to serve another branch or bank, and lets go of it", files, () => {
  using folder = new TemporaryFolder();
  const path = written(folder);
  const cases = [
    [{ branch: two }, "it is the journal of branch 1, not of branch 2"],
    [{ bank: "gold" }, "it is of the bank 5ec2e7, not of the bank gold"],
    [{ members: [one] }, "its bank has the branches 1, 2, not 1"],
    [{ opening: money(7) }, "its bank opened with 0, not with 7"],
  ] as const;
  for (const [other, reason] of cases) {
    assertEquals(refusal(path, { ...founding, ...other }), `${path} cannot serve: ${reason}`);
  }
  assertEquals(withJournal(path, (journal) => recordsOf(journal).length), 5);
});

permitted("SqliteJournal refuses a founding that is not what it should be", files, () => {
  for (const text of ["", "{}", '{"opening": 0}', '{"branch": 1, "opening": 0}']) {
    using folder = new TemporaryFolder();
    const path = written(folder);
    alter(path, `UPDATE founding SET text = '${text}'`);
    refusal(path);
  }
});

permitted("SqliteJournal refuses a file that is open elsewhere, until it is closed", files, () => {
  using folder = new TemporaryFolder();
  const path = folder.at("branch-1.journal");
  withJournal(path, (journal) => {
    journal.commit([first]);
    assertEquals(refusal(path), `${path} cannot be opened: database is locked`);
    journal.commit([foreign]);
  });
  assertEquals(withJournal(path, recordsOf), [first, foreign]);
});

permitted("SqliteJournal refuses a path that cannot be written", files, () => {
  using folder = new TemporaryFolder();
  assertMatch(refusal(folder.path), /cannot be opened: /);
  assertMatch(refusal(folder.at("no/such/folder/branch-1.journal")), /cannot be opened: /);
});

permitted("SqliteJournal goes on from what was not read", files, () => {
  using folder = new TemporaryFolder();
  const path = folder.at("branch-1.journal");
  withJournal(path, (journal) => journal.commit([first]));
  withJournal(path, (journal) => journal.commit([foreign]));
  assertEquals(withJournal(path, recordsOf), [first, foreign]);
});
