import { DatabaseSync } from "node:sqlite";
import { crc32 } from "node:zlib";
import type { JournalRecord } from "../core/journal_record.ts";
import { foreignness, type Founding, readFounding, writeFounding } from "../format/founding.ts";
import { type JournalRow, readRow, writeRow } from "../format/journal_row.ts";
import { reasonOf } from "../format/reason.ts";
import type { Journal } from "../host/ports.ts";

/** The form of the file; another one is refused. */
const formatVersion = 1;
/** Tells a journal from other SQLite files: "bank" in ASCII. */
const applicationId = 0x62616e6b;

// One line each, since SQLite quotes them in its complaints.
const schema = "CREATE TABLE IF NOT EXISTS founding (text TEXT NOT NULL) STRICT;" +
  "CREATE TABLE IF NOT EXISTS records (number INTEGER PRIMARY KEY, kind TEXT NOT NULL, " +
  "bytes BLOB NOT NULL, checksum INTEGER NOT NULL) STRICT;";

/**
 * A journal in an SQLite file, synced to the disk with every commit.
 *
 * 1. One transaction per commit: all of its records are there after a crash, or none.
 * 2. Each row's checksum covers its bytes and the checksum before it, so that a row that was
 *    changed, lost or put elsewhere is found, and the journal refused. Nothing is mended.
 * 3. The file is locked by the process that has it open: two cannot be the same branch.
 */
export class SqliteJournal implements Journal {
  readonly #path: string;
  readonly #database: DatabaseSync;
  readonly #insert: ReturnType<DatabaseSync["prepare"]>;
  #checksum = 0;
  /** What the journal was founded as. */
  readonly founding: Founding;

  /**
   * Opens the journal at `path`, or founds it there.
   *
   * @throws {Error} when the file cannot be used, is no journal, or one of another bank than
   * `wanted`; the id of the bank is the journal's own business.
   */
  constructor(path: string, wanted: Founding) {
    this.#path = path;
    const { database, ...opened } = this.#attempt("opened", () => open(path, wanted));
    const foreign = foreignness(opened.founding, wanted);
    if (foreign !== undefined) {
      database.close();
      throw new Error(`${path} cannot serve: ${foreign}`);
    }
    this.#database = database;
    this.founding = opened.founding;
    this.#insert = opened.insert;
    this.#checksum = opened.checksum;
  }

  /** Tells all records, in the order in which they were committed. */
  *read(): Iterable<JournalRecord> {
    const rows = this.#attempt(
      "read",
      () =>
        this.#database.prepare("SELECT number, kind, bytes, checksum FROM records ORDER BY number")
          .iterate(),
    );
    let due = 1;
    let checksum = crc32(writeFounding(this.founding));
    for (;;) {
      const { done, value } = this.#attempt("read", () => rows.next());
      if (done === true) return;
      const { number, kind, bytes, checksum: kept } = value;
      const row = rowOf(kind, bytes);
      if (number !== due || row === undefined || kept !== next(row, checksum)) {
        throw new Error(`${this.#path} is damaged at record ${due}; nothing of it was used`);
      }
      checksum = next(row, checksum);
      due += 1;
      yield this.#attempt(`read at record ${number}`, () => readRow(row));
    }
  }

  /** Makes records durable, all or none. */
  commit(records: readonly JournalRecord[]): void {
    this.#attempt("written", () => {
      this.#database.exec("BEGIN IMMEDIATE");
      for (const record of records) {
        const row = writeRow(record);
        this.#checksum = next(row, this.#checksum);
        this.#insert.run(row.kind, row.bytes, this.#checksum);
      }
      this.#database.exec("COMMIT");
    });
  }

  /** Closes the file. */
  close(): void {
    this.#database.close();
  }

  #attempt<Result>(what: string, action: () => Result): Result {
    try {
      return action();
    } catch (error) {
      throw new Error(`${this.#path} cannot be ${what}: ${reasonOf(error)}`, { cause: error });
    }
  }
}

function open(path: string, wanted: Founding) {
  const database = new DatabaseSync(path);
  try {
    const founding = found(database, wanted);
    const insert = database.prepare("INSERT INTO records (kind, bytes, checksum) VALUES (?, ?, ?)");
    const last = database.prepare("SELECT checksum FROM records ORDER BY number DESC LIMIT 1")
      .get();
    const checksum = Number(last?.["checksum"] ?? crc32(writeFounding(founding)));
    return { database, founding, insert, checksum };
  } catch (error) {
    database.close();
    throw error;
  }
}

function found(database: DatabaseSync, wanted: Founding): Founding {
  database.exec("PRAGMA locking_mode = EXCLUSIVE");
  database.exec("PRAGMA synchronous = FULL");
  const version = pragma(database, "user_version");
  const isEmpty = database.prepare("SELECT 1 FROM sqlite_schema").get() === undefined;
  if (!isEmpty && pragma(database, "application_id") !== applicationId) {
    throw new Error("it is not a journal of a bank");
  }
  if (!isEmpty && version !== formatVersion) {
    throw new Error(`its format is ${version}, and this program knows ${formatVersion}`);
  }
  const check = database.prepare("PRAGMA quick_check(1)").get()?.["quick_check"];
  if (check !== "ok") throw new Error("it is damaged");
  database.exec("PRAGMA journal_mode = WAL");
  database.exec("BEGIN IMMEDIATE");
  database.exec(schema);
  database.exec(`PRAGMA user_version = ${formatVersion}`);
  database.exec(`PRAGMA application_id = ${applicationId}`);
  const stored = database.prepare("SELECT text FROM founding").get();
  if (stored === undefined) {
    database.prepare("INSERT INTO founding (text) VALUES (?)").run(writeFounding(wanted));
  }
  database.exec("COMMIT");
  const founding = stored === undefined ? wanted : readFounding(String(stored["text"]));
  return founding;
}

function next({ kind, bytes }: JournalRow, checksum: number): number {
  return crc32(bytes, crc32(kind, checksum));
}

function pragma(database: DatabaseSync, name: string): unknown {
  return database.prepare(`PRAGMA ${name}`).get()?.[name];
}

function rowOf(kind: unknown, bytes: unknown): JournalRow | undefined {
  if (kind !== "entries" && kind !== "refusal") return undefined;
  return bytes instanceof Uint8Array ? { kind, bytes } : undefined;
}
