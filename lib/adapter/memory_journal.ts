import type { JournalRecord } from "../core/journal_record.ts";
import type { Journal } from "../host/ports.ts";

/** A journal that lasts as long as its process. */
export class MemoryJournal implements Journal {
  readonly #records: JournalRecord[] = [];

  /** Tells all records, in the order in which they were committed. */
  read(): Iterable<JournalRecord> {
    return this.#records;
  }

  /** Keeps records. */
  commit(records: readonly JournalRecord[]): void {
    for (const record of records) this.#records.push(record);
  }

  /** Forgets all. */
  close(): void {
    this.#records.length = 0;
  }
}
