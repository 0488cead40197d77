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
} from "../../lib/core/journal_record.ts";
import type { BranchId } from "../../lib/core/ids.ts";
import type { VersionVector } from "../../lib/core/version_vector.ts";
import { encodeRecord } from "../../lib/format/record.ts";
import type { Journal } from "../../lib/host/ports.ts";

/** A false disk: it keeps what was committed, across the crashes of the branch that it is for. */
export class Disk implements Journal {
  protected readonly branch: BranchId;
  protected readonly kept: JournalRecord[] = [];

  /** Is the disk of `branch`. */
  constructor(branch: BranchId) {
    this.branch = branch;
  }

  /** All records, in the order in which they were committed. */
  get records(): readonly JournalRecord[] {
    return this.kept;
  }

  /** Tells what a replica is restored from. */
  read(): JournalContents {
    return contentsOf(this.branch, this.kept);
  }

  /** Tells records of the logs named, up to so many bytes. */
  after(sequences: VersionVector, bytesMax: number): readonly EntriesRecord[] {
    const found: EntriesRecord[] = [];
    let bytes = 0;
    for (const record of this.kept) {
      if (record.kind !== "entries" || !isAfter(record, sequences)) continue;
      bytes += encodeRecord(record).length;
      if (found.length > 0 && bytes > bytesMax) break;
      found.push(record);
    }
    return found;
  }

  /** Tells the records of a generation. */
  recall(recall: Recall): IteratorObject<EntriesRecord | RefusalRecord> {
    return ownOf(this.branch, this.kept, recall).values();
  }

  /** Tells the last records of entries. */
  latest(count: number): readonly EntriesRecord[] {
    return latestOf(this.kept, count);
  }

  /** Keeps records. */
  commit(records: readonly JournalRecord[]): void {
    this.kept.push(...records);
  }

  /** Keeps what it has for whoever opens it next. */
  close(): void {}

  /** Power fails; an honest disk has lost nothing. */
  crash(): void {}

  /** It is replaced by another, with so many of its first records. */
  replace(count: number): void {
    this.kept.length = count;
  }
}
