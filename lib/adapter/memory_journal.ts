import type { BranchId } from "../core/ids.ts";
import {
  contentsOf,
  type EntriesRecord,
  isAfter,
  type JournalContents,
  type JournalRecord,
  latestOf,
  ownOf,
  type Recall,
  type RefusalRecord,
} from "../core/journal_record.ts";
import type { VersionVector } from "../core/version_vector.ts";
import { encodeRecord } from "../format/record.ts";
import type { Journal } from "../host/ports.ts";

/** A journal that lasts as long as its process. */
export class MemoryJournal implements Journal {
  readonly #branch: BranchId;
  readonly #records: JournalRecord[] = [];

  /** Begins a journal of `branch`. */
  constructor(branch: BranchId) {
    this.#branch = branch;
  }

  /** Tells what a replica is restored from. */
  read(): JournalContents {
    return contentsOf(this.#branch, this.#records);
  }

  /** Tells records of the logs named, up to so many bytes. */
  after(sequences: VersionVector, bytesMax: number): readonly EntriesRecord[] {
    const found: EntriesRecord[] = [];
    let bytes = 0;
    for (const record of this.#records) {
      if (record.kind !== "entries" || !isAfter(record, sequences)) continue;
      bytes += encodeRecord(record).length;
      if (found.length > 0 && bytes > bytesMax) break;
      found.push(record);
    }
    return found;
  }

  /** Tells the records of a generation. */
  recall(recall: Recall): IteratorObject<EntriesRecord | RefusalRecord> {
    return ownOf(this.#branch, this.#records, recall).values();
  }

  /** Tells the last records of entries. */
  latest(count: number): readonly EntriesRecord[] {
    return latestOf(this.#records, count);
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
