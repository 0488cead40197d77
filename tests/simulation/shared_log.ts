import type { BranchId, CommandId } from "../../lib/core/ids.ts";
import type { Batch } from "../../lib/host/carrier.ts";

/** A message that the log has. */
export interface Kept {
  readonly number: number;
  readonly batch: Batch;
  /** The life of a branch that has appended it. */
  readonly writer: number;
}

/**
 * A false log that all branches share: it numbers what is appended, takes nothing from who does
 * not know where the log of its branch ends, and forgets what it is told to.
 */
export class SharedLog {
  #kept: Kept[] = [];
  #last = 0;
  #made = 1;

  /** How often it was made: another log has other messages under the same numbers. */
  get made(): number {
    return this.#made;
  }

  /** The numbers of its first and its last message; the first is one too many if it is empty. */
  get range(): { readonly first: number; readonly last: number } {
    return { first: this.#kept[0]?.number ?? this.#last + 1, last: this.#last };
  }

  /** All messages that it has, in order. */
  get kept(): readonly Kept[] {
    return this.#kept;
  }

  /** The last message of an origin. */
  newest(origin: BranchId): Kept | undefined {
    return this.#kept.findLast(({ batch }) => batch.from === origin);
  }

  /** The message with a number, or the first one after it; of an origin, or of any. */
  from(number: number, origin?: BranchId): Kept | undefined {
    return this.#kept.find((kept) =>
      kept.number >= number && (origin === undefined || kept.batch.from === origin)
    );
  }

  /** Appends a message that follows the one with the number `follows`, if that is the newest. */
  append(batch: Batch, { writer, follows }: {
    readonly writer: number;
    readonly follows: number;
  }): Kept | undefined {
    if ((this.newest(batch.from)?.number ?? 0) !== follows) return undefined;
    const kept = { number: ++this.#last, batch, writer };
    this.#kept.push(kept);
    return kept;
  }

  /** Tells whether it has the entry of a command. */
  holds(id: CommandId): boolean {
    return this.#kept.some(({ batch }) =>
      batch.records.some(({ entries }) => entries.some((entry) => entry.id === id))
    );
  }

  /** Keeps so many of its first messages only; the numbers of the others are given again. */
  cut(count: number): void {
    this.#last -= Math.max(0, this.#kept.length - count);
    this.#kept.length = Math.min(count, this.#kept.length);
  }

  /** Lets go of so many of its first messages. */
  expire(count: number): void {
    this.#kept.splice(0, count);
  }

  /** Is made anew, and has nothing. */
  remake(): void {
    this.#kept = [];
    this.#last = 0;
    this.#made += 1;
  }
}
