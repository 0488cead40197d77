import { DatabaseSync, type SQLInputValue, type StatementSync } from "node:sqlite";
import { crc32 } from "node:zlib";
import {
  type EntriesRecord,
  heldFrom,
  isAfter,
  type JournalContents,
  type JournalRecord,
  outcomesIn,
  type Recall,
  type RefusalRecord,
} from "../core/journal_record.ts";
import type { VersionVector } from "../core/version_vector.ts";
import { foreignness, type Founding, readFounding, writeFounding } from "../format/founding.ts";
import { type JournalRow, readRow, writeRow } from "../format/journal_row.ts";
import * as schema from "../format/journal_schema.ts";
import { reasonOf } from "../format/reason.ts";
import type { Journal } from "../host/ports.ts";

/** How many rows are read at once: one by one they take three times as long. */
const pageRows = 200;

/** How many rows are copied at once: others wait for as long. */
const pieceRows = 50;

/** How long records last: `disk`, once they are committed; `process`, until power fails. */
export type Lasting = "disk" | "process";

/**
 * A journal in an SQLite file.
 *
 * 1. One transaction per commit: all of its records are there after a crash, or none.
 * 2. Records are numbered without a gap, and each one's checksum covers its number, its kind and
 *    the bank, so that one that was changed, lost or put elsewhere is found when it is read, and
 *    nothing is mended. What a checkpoint stands for is read again only when a peer asks for it.
 * 3. The file is locked by the process that has it open: two cannot be the same branch.
 */
export class SqliteJournal implements Journal {
  readonly #path: string;
  readonly #database: DatabaseSync;
  readonly #insert: StatementSync;
  readonly #founding: Founding;
  /** What every checksum begins with: that of the founding. */
  readonly #seed: number;
  /** The number of the last record. */
  #last: number;

  /**
   * Opens the journal at `path`, or founds it there.
   *
   * @throws {Error} when the file cannot be used, is no journal, or one of another branch or bank.
   */
  constructor(path: string, founding: Founding, lasting: Lasting = "disk") {
    this.#path = path;
    this.#founding = founding;
    this.#seed = crc32(writeFounding(founding));
    const { database, stored, last } = this.#attempt("opened", () => open(path, founding, lasting));
    const foreign = stored === undefined ? undefined : foreignness(stored, founding);
    if (foreign !== undefined) {
      database.close();
      throw new Error(`${path} cannot serve: ${foreign}`);
    }
    this.#database = database;
    this.#last = last;
    this.#insert = database.prepare(schema.insertion);
  }

  /** Tells what a replica is restored from. */
  read(): JournalContents {
    const [row] = this.#attempt("read", () => this.#arrays(schema.selections.checkpoint).all());
    const checkpoint = row === undefined ? undefined : this.#record(row);
    if (checkpoint !== undefined && checkpoint.kind !== "checkpoint") throw this.#damage(0);
    const end = checkpoint?.number ?? 0;
    if (checkpoint === undefined) return { checkpoint, remembered: [], records: this.#later(1) };
    const number = heldFrom(checkpoint);
    const held = checkpoint.generations.filter((generation) => generation.number >= number);
    const size = held.reduce((sum, generation) => sum + generation.size, 0);
    const remembered = this.#own({ number, end, size });
    return { checkpoint, remembered, records: this.#later(end + 1) };
  }

  /** Tells the records of a generation. */
  recall(recall: Recall): IteratorObject<EntriesRecord | RefusalRecord> {
    return this.#own(recall);
  }

  /** Tells records of the logs named, up to so many bytes. */
  after(sequences: VersionVector, bytesMax: number): readonly EntriesRecord[] {
    const starts = [...sequences].flatMap(([origin, sequence]) =>
      this.#attempt(
        "read",
        () => this.#database.prepare(schema.selections.start).all(origin, sequence),
      )
    );
    if (starts.length === 0) return [];
    const start = Math.min(...starts.map(({ number }) => Number(number)));
    const found: EntriesRecord[] = [];
    let bytes = 0;
    const isWanted = `${schema.isEntries} AND origin IN (${[...sequences.keys()].join(", ")})`;
    for (const record of this.#rows(isWanted, start)) {
      if (record.kind !== "entries" || !isAfter(record, sequences)) continue;
      bytes += writeRow(record).bytes.length;
      if (found.length > 0 && bytes > bytesMax) break;
      found.push(record);
    }
    return found;
  }

  /** Tells the last records of entries. */
  latest(count: number): readonly EntriesRecord[] {
    const rows = this.#attempt("read", () => this.#arrays(schema.selections.latest).all(count));
    return rows.map((row) => this.#record(row))
      .filter((record) => record.kind === "entries").reverse();
  }

  /** Makes records durable, all or none. */
  commit(records: readonly JournalRecord[]): void {
    this.#attempt("written", () => {
      this.#database.exec("BEGIN IMMEDIATE");
      for (const record of records) {
        const number = this.#last += 1;
        const row = writeRow(record);
        const [origin, first] = record.kind === "entries" ? [record.origin, record.first] : none;
        const checksum = this.#checksum(number, row);
        this.#insert.run(number, schema.kinds[row.kind], origin, first, row.bytes, checksum);
      }
      this.#database.exec("COMMIT");
    });
  }

  /**
   * Copies all records that there are now into a new journal at `path`, some at a time; `pause`
   * lets others go on meanwhile. Records never change, so it is what was committed when it began.
   *
   * @throws {Error} when it cannot be read or written, or is damaged.
   */
  async copy(path: string, pause: () => Promise<void>): Promise<void> {
    const last = this.#last;
    const copy = new SqliteJournal(path, this.#founding, "process");
    try {
      // What is half done is of no use: nothing is kept to take it back.
      copy.#database.exec("PRAGMA journal_mode = OFF");
      copy.#database.exec("BEGIN");
      for (const rows of this.#pages(`number <= ${last}`, 1, { isWhole: true, size: pieceRows })) {
        copy.#take(rows.filter((row) => this.#sure(row)));
        await pause();
      }
      if (copy.#last !== last) throw this.#damage(copy.#last + 1);
      copy.#database.exec("COMMIT");
    } finally {
      copy.close();
    }
  }

  /** Closes the file. */
  close(): void {
    this.#database.close();
  }

  /** Reads this branch's own records; they must have as many outcomes as a checkpoint counts. */
  *#own({ number, end, size }: Recall): Generator<EntriesRecord | RefusalRecord> {
    const own =
      `(kind = ${schema.kinds.refusal} OR ${schema.isEntries} AND origin = ${this.#founding.branch})`;
    let due = size;
    const rows = this.#rows(`number < ${end} AND ${own}`, number, { isForwarded: false });
    for (const record of uncheckpointed(rows)) {
      due -= outcomesIn(record);
      if (due < 0) break;
      yield record;
    }
    if (due !== 0) throw this.#damage(end, "before");
  }

  /** Reads all from record `from` on; none may be missing. */
  *#later(from: number) {
    let due = from;
    const rows = this.#rows("true", from, { isWhole: true });
    for (const record of uncheckpointed(rows)) {
      due += 1;
      yield record;
    }
    if (due !== this.#last + 1) throw this.#damage(due);
  }

  /** Reads the records from number `from` on that meet a condition. */
  *#rows(
    condition: string,
    from: number,
    { isForwarded = true, isWhole = false }: {
      readonly isForwarded?: boolean;
      readonly isWhole?: boolean;
    } = {},
  ): Generator<JournalRecord> {
    for (const rows of this.#pages(condition, from, { isWhole, size: pageRows })) {
      for (const row of rows) yield this.#record(row, isForwarded);
    }
  }

  /** Reads rows as they are, so many at once; `isWhole` says that none may be missing. */
  *#pages(
    condition: string,
    from: number,
    { isWhole, size }: { readonly isWhole: boolean; readonly size: number },
  ): Generator<readonly unknown[]> {
    const statement = this.#attempt("read", () => this.#arrays(schema.page(condition)));
    for (let next = from;;) {
      const rows = this.#attempt("read", () => statement.all(next, size));
      for (const row of rows) {
        const number = numberOf(row);
        if (isWhole && number !== next) throw this.#damage(next);
        next = number + 1;
      }
      yield rows;
      if (rows.length < size) return;
    }
  }

  /** Makes of a row what was written, and makes sure of it. */
  #record(row: unknown, isForwarded = false): JournalRecord {
    const sure = this.#sure(row);
    return this.#attempt(`read at record ${numberOf(row)}`, () => readRow(sure, { isForwarded }));
  }

  /** Makes sure that a row is as it was written. */
  #sure(row: unknown): JournalRow {
    const [number, code, , , bytes, checksum] = row as readonly unknown[];
    const kind = schema.kindOf(code);
    if (kind === undefined || !(bytes instanceof Uint8Array)) throw this.#damage(Number(number));
    if (checksum !== this.#checksum(Number(number), { kind, bytes })) {
      throw this.#damage(Number(number));
    }
    return { kind, bytes };
  }

  #take(rows: readonly unknown[]): void {
    this.#attempt("written", () => {
      for (const row of rows) this.#insert.run(...row as SQLInputValue[]);
    });
    this.#last += rows.length;
  }

  #arrays(selection: string): StatementSync {
    const statement = this.#database.prepare(selection);
    statement.setReturnArrays(true);
    return statement;
  }

  #checksum(number: number, { kind, bytes }: JournalRow): number {
    // Whatever a checksum begins with, another beginning gives another one.
    return crc32(bytes, (this.#seed + 4 * number + schema.kinds[kind]) >>> 0);
  }

  #damage(number: number, place: "at" | "before" = "at"): Error {
    return new Error(`${this.#path} is damaged ${place} record ${number}; nothing of it was used`);
  }

  #attempt<Result>(what: string, action: () => Result): Result {
    try {
      return action();
    } catch (error) {
      throw new Error(`${this.#path} cannot be ${what}: ${reasonOf(error)}`, { cause: error });
    }
  }
}

const none = [null, null] as const;

function open(path: string, founding: Founding, lasting: Lasting) {
  const database = new DatabaseSync(path);
  try {
    const stored = found(database, founding, lasting);
    const { count, last } = database.prepare(schema.selections.extent).get() ?? {};
    if (Number(count) !== Number(last ?? 0)) throw new Error("records are missing");
    return { database, stored, last: Number(count) };
  } catch (error) {
    database.close();
    throw error;
  }
}

/** Makes the file a journal, if it is new; gives the founding that it was there with. */
function found(database: DatabaseSync, founding: Founding, lasting: Lasting): Founding | undefined {
  database.exec("PRAGMA locking_mode = EXCLUSIVE");
  database.exec(`PRAGMA synchronous = ${lasting === "disk" ? "FULL" : "OFF"}`);
  const version = pragma(database, "user_version");
  const isEmpty = database.prepare("SELECT 1 FROM sqlite_schema").get() === undefined;
  if (!isEmpty && pragma(database, "application_id") !== schema.applicationId) {
    throw new Error("it is not a journal of a bank");
  }
  if (!isEmpty && version !== schema.formatVersion) {
    throw new Error(`its format is ${version}, and this program knows ${schema.formatVersion}`);
  }
  // Not quick_check, which does not compare an index with its table.
  const check = database.prepare("PRAGMA integrity_check(1)").get()?.["integrity_check"];
  if (check !== "ok") throw new Error("it is damaged");
  database.exec("PRAGMA journal_mode = WAL");
  database.exec("BEGIN IMMEDIATE");
  database.exec(schema.tables);
  database.exec(`PRAGMA user_version = ${schema.formatVersion}`);
  database.exec(`PRAGMA application_id = ${schema.applicationId}`);
  const stored = database.prepare("SELECT text FROM founding").get();
  if (stored === undefined) {
    database.prepare("INSERT INTO founding (text) VALUES (?)").run(writeFounding(founding));
  }
  database.exec("COMMIT");
  return stored === undefined ? undefined : readFounding(String(stored["text"]));
}

function pragma(database: DatabaseSync, name: string): unknown {
  return database.prepare(`PRAGMA ${name}`).get()?.[name];
}

function numberOf(row: unknown): number {
  return Number((row as readonly unknown[])[0]);
}

function* uncheckpointed(records: Iterable<JournalRecord>) {
  for (const record of records) if (record.kind !== "checkpoint") yield record;
}
