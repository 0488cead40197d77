import type { JournalRecord } from "../../lib/core/journal_record.ts";
import type { Journal } from "../../lib/host/ports.ts";

/** A false disk: it keeps what was committed, across the crashes of the branch that it is for. */
export class Disk implements Journal {
  protected readonly records: JournalRecord[] = [];

  /** Tells all records, in the order in which they were committed. */
  read(): readonly JournalRecord[] {
    return this.records;
  }

  /** Keeps records. */
  commit(records: readonly JournalRecord[]): void {
    this.records.push(...records);
  }

  /** Keeps what it has for whoever opens it next. */
  close(): void {}

  /** Power fails; an honest disk has lost nothing. */
  crash(): void {}
}
