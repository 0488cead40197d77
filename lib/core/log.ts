import { ascending, type BranchId, type Sequence } from "./ids.ts";
import { invariant } from "./invariant.ts";
import { type EntriesRecord, lastOf } from "./journal_record.ts";

/** A record, and since when this branch has it. */
export interface Logged {
  readonly record: EntriesRecord;
  readonly tick: number;
}

/** The records that some member may still lack, by origin, each origin's in order. */
export class Log {
  readonly #byOrigin = new Map<BranchId, Logged[]>();

  /** Adds the next record of its origin. */
  append(record: EntriesRecord, tick: number): void {
    const logged = this.#byOrigin.get(record.origin) ?? [];
    const previous = logged.at(-1);
    invariant(
      previous === undefined || lastOf(previous.record) + 1 === record.first,
      "a log has no gaps",
    );
    logged.push({ record, tick });
    this.#byOrigin.set(record.origin, logged);
  }

  /** Tells the records of `origin` after `sequence`, oldest first. */
  after(origin: BranchId, sequence: Sequence): readonly Logged[] {
    const logged = this.#byOrigin.get(origin) ?? [];
    return logged.slice(firstAfter(logged, sequence));
  }

  /** Tells the origins of which records are kept, by ascending id. */
  origins(): readonly BranchId[] {
    return [...this.#byOrigin.keys()].sort(ascending);
  }

  /** Forgets the records of `origin` up to `sequence`: nobody will ask for them again. */
  prune(origin: BranchId, sequence: Sequence): void {
    const logged = this.#byOrigin.get(origin) ?? [];
    logged.splice(0, firstAfter(logged, sequence));
    if (logged.length === 0) this.#byOrigin.delete(origin);
  }

  /** How many records are kept. */
  get size(): number {
    let size = 0;
    for (const logged of this.#byOrigin.values()) size += logged.length;
    return size;
  }
}

function firstAfter(logged: readonly Logged[], sequence: Sequence): number {
  let low = 0;
  let high = logged.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    const record = logged[middle]?.record;
    if (record !== undefined && lastOf(record) <= sequence) low = middle + 1;
    else high = middle;
  }
  return low;
}
