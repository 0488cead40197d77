import type { JournalRow } from "./journal_row.ts";

/** The form of the file; another one is refused. */
export const formatVersion = 3;
/** Tells a journal from other SQLite files: "bank" in ASCII. */
export const applicationId = 0x62616e6b;
/** What `records.kind` stands for. */
export const kinds = { entries: 1, refusal: 2, checkpoint: 3 } as const;

/**
 * Makes the tables of a journal, where they are not there. `origin` and `first` stand in the bytes of entries too; here they
 * are to find old records by. One line each, since SQLite quotes them in its complaints.
 */
export const tables = "CREATE TABLE IF NOT EXISTS founding (text TEXT NOT NULL) STRICT;" +
  "CREATE TABLE IF NOT EXISTS records (number INTEGER PRIMARY KEY, kind INTEGER NOT NULL, " +
  "origin INTEGER, first INTEGER, bytes BLOB NOT NULL, checksum INTEGER NOT NULL) STRICT;" +
  `CREATE INDEX IF NOT EXISTS logs ON records (origin, first) WHERE kind = ${kinds.entries};` +
  `CREATE INDEX IF NOT EXISTS checkpoints ON records (number) WHERE kind = ${kinds.checkpoint};`;

/** The columns of a record, in their order. */
export const columns = "number, kind, origin, first, bytes, checksum";
/** Puts a record in. */
export const insertion = `INSERT INTO records (${columns}) VALUES (?, ?, ?, ?, ?, ?)`;
/** Holds of records of entries. */
export const isEntries = `kind = ${kinds.entries}`;
/** What is asked of a journal, by what for. */
export const selections = {
  checkpoint: `SELECT ${columns} FROM records WHERE kind = ${kinds.checkpoint} ` +
    "ORDER BY number DESC LIMIT 1",
  start: `SELECT number FROM records WHERE ${isEntries} AND origin = ? AND first > ? ` +
    "ORDER BY first LIMIT 1",
  latest: `SELECT ${columns} FROM records WHERE ${isEntries} ORDER BY number DESC LIMIT ?`,
  extent: "SELECT count(*) AS count, max(number) AS last FROM records",
} as const;

/** Asks for records that meet a condition, from a number on, and for how many. */
export function page(condition: string): string {
  return `SELECT ${columns} FROM records WHERE number >= ? AND ${condition} ORDER BY number LIMIT ?`;
}

/** Tells what a number stands for in `records.kind`; nothing where it stands for none. */
export function kindOf(code: unknown): JournalRow["kind"] | undefined {
  if (code === kinds.entries) return "entries";
  if (code === kinds.refusal) return "refusal";
  return code === kinds.checkpoint ? "checkpoint" : undefined;
}
