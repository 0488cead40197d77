import type { Sequence } from "./ids.ts";
import { invariant } from "./invariant.ts";
import { type EntriesRecord, lastOf } from "./journal_record.ts";
import { limits } from "./limits.ts";

/**
 * The end of a branch's own log: the records that some peer may still lack, in order.
 *
 * Only so many are held. A peer that lacks older ones fetches them from a journal.
 */
export class Log {
  readonly #records: EntriesRecord[] = [];
  #size = 0;
  #last: Sequence;
  readonly #sizeMax: number;

  /** Begins after the entry `last`, and holds about so many entries at most. */
  constructor(last: Sequence = 0, sizeMax: number = limits.logEntriesMax) {
    this.#last = last;
    this.#sizeMax = sizeMax;
  }

  /** The sequence of the last entry. */
  get last(): Sequence {
    return this.#last;
  }

  /** Up to this sequence entries are not held any more. */
  get floor(): Sequence {
    const [oldest] = this.#records;
    return oldest === undefined ? this.#last : oldest.first - 1;
  }

  /** How many entries are held. */
  get size(): number {
    return this.#size;
  }

  /** Adds the next record. */
  append(record: EntriesRecord): void {
    invariant(this.#last + 1 === record.first, "a log has no gaps");
    this.#records.push(record);
    this.#size += record.entries.length;
    this.#last = lastOf(record);
    // A tenth more, so that not every record moves all others.
    if (this.#size > 1.1 * this.#sizeMax) this.prune(this.#last - this.#sizeMax);
  }

  /** Tells the records after `sequence` that are held, oldest first. */
  after(sequence: Sequence): readonly EntriesRecord[] {
    return this.#records.slice(this.#firstAfter(sequence));
  }

  /** Lets go of the records up to `sequence`. */
  prune(sequence: Sequence): void {
    for (const { entries } of this.#records.splice(0, this.#firstAfter(sequence))) {
      this.#size -= entries.length;
    }
  }

  #firstAfter(sequence: Sequence): number {
    let low = 0;
    let high = this.#records.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      const record = this.#records[middle];
      if (record !== undefined && lastOf(record) <= sequence) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}
