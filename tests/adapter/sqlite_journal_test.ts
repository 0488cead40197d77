import { assert, assertEquals, assertMatch, assertThrows } from "@std/assert";
import { DatabaseSync } from "node:sqlite";
import { SqliteJournal } from "../../lib/adapter/sqlite_journal.ts";
import type { JournalRecord } from "../../lib/core/journal_record.ts";
import { money } from "../../lib/core/money.ts";
import { Replica } from "../../lib/core/replica.ts";
import type { Founding } from "../../lib/format/founding.ts";
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
      return [...journal.read()];
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

permitted(
  "SqliteJournal is founded with what is wanted, and keeps its own bank's id",
  files,
  () => {
    using folder = new TemporaryFolder();
    const path = folder.at("branch-1.journal");
    const founded = new SqliteJournal(path, founding);
    assertEquals(founded.founding, founding);
    founded.close();
    const again = new SqliteJournal(path, { ...founding, bank: "drawn anew" });
    assertEquals(again.founding, founding);
    again.close();
  },
);

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

permitted("SqliteJournal refuses another format", files, () => {
  using folder = new TemporaryFolder();
  const path = written(folder);
  alter(path, "PRAGMA user_version = 2");
  const reason = "its format is 2, and this program knows 1";
  assertEquals(refusal(path), `${path} cannot be opened: ${reason}`);
});

permitted("SqliteJournal refuses to serve another branch or bank, and lets go of it", files, () => {
  using folder = new TemporaryFolder();
  const path = written(folder);
  const cases = [
    [{ branch: two }, "it is the journal of branch 1, not of branch 2"],
    [{ members: [one] }, "its bank has the branches 1, 2, not 1"],
    [{ opening: money(7) }, "its bank opened with 0, not with 7"],
  ] as const;
  for (const [other, reason] of cases) {
    assertEquals(refusal(path, { ...founding, ...other }), `${path} cannot serve: ${reason}`);
  }
  assertEquals(withJournal(path, (journal) => [...journal.read()].length), 5);
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
  assertEquals(withJournal(path, (journal) => [...journal.read()]), [first, foreign]);
});

permitted("SqliteJournal refuses a path that cannot be written", files, () => {
  using folder = new TemporaryFolder();
  assertMatch(refusal(folder.path), /cannot be opened: /);
  assertMatch(refusal(folder.at("no/such/folder/branch-1.journal")), /cannot be opened: /);
});

const damages = {
  "lost": ["DELETE FROM records WHERE number = 3", 3],
  "lost, the first of all": ["DELETE FROM records WHERE number = 1", 1],
  "lost, the others moved up": [
    "DELETE FROM records WHERE number = 3; UPDATE records SET number = 3 WHERE number = 4; " +
    "UPDATE records SET number = 4 WHERE number = 5",
    3,
  ],
  "swapped with the next": [
    "UPDATE records SET number = 99 WHERE number = 2; " +
    "UPDATE records SET number = 2 WHERE number = 3; " +
    "UPDATE records SET number = 3 WHERE number = 99",
    2,
  ],
  "changed": ["UPDATE records SET bytes = x'00' WHERE number = 4", 4],
  "changed to another one's bytes": [
    "UPDATE records SET bytes = (SELECT bytes FROM records WHERE number = 1) WHERE number = 4",
    4,
  ],
  "doubled": [
    "INSERT INTO records SELECT 6, kind, bytes, checksum FROM records WHERE number = 5",
    6,
  ],
  "put before the first": ["UPDATE records SET number = 0 WHERE number = 1", 1],
  "of the other kind": ["UPDATE records SET kind = 'entries' WHERE number = 3", 3],
  "of no kind": ["UPDATE records SET kind = 'entry' WHERE number = 1", 1],
  "given another checksum": ["UPDATE records SET checksum = checksum + 1 WHERE number = 5", 5],
  "of another bank's journal": [
    `UPDATE founding SET text = replace(text, '"bank":"5', '"bank":"6')`,
    1,
  ],
} as const;

for (const [what, [sql, number]] of Object.entries(damages)) {
  permitted(`SqliteJournal names a record that was ${what}, and nothing is used`, files, () => {
    using folder = new TemporaryFolder();
    const path = written(folder);
    alter(path, sql);
    const complaint = `${path} is damaged at record ${number}; nothing of it was used`;
    assertEquals(refusal(path), complaint);
    const config = { id: one, members: [one, two], opening: money(0), acknowledge: "all" } as const;
    withJournal(path, (journal) => {
      const restore = () => Replica.restore(config, journal.read());
      assertThrows(restore, Error, complaint);
    });
  });
}

permitted("SqliteJournal goes on from what was not read", files, () => {
  using folder = new TemporaryFolder();
  const path = folder.at("branch-1.journal");
  withJournal(path, (journal) => journal.commit([first]));
  withJournal(path, (journal) => journal.commit([foreign]));
  assertEquals(withJournal(path, (journal) => [...journal.read()]), [first, foreign]);
});
