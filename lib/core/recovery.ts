import type { BranchId, Sequence } from "./ids.ts";
import type { Effects } from "./step.ts";

/** That a branch has written other entries than those that a peer has of its log. */
export interface Fork {
  readonly from: BranchId;
  /** How far the peer's copy goes, and how far the branch's own log. */
  readonly has: Sequence;
  readonly last: Sequence;
}

/** Says in a sentence that the branch `id` has forked. */
export function forkOf(id: BranchId, { from, has, last }: Fork): string {
  return `branch ${id} has written two histories: the ${has} entries that branch ${from} has of ` +
    `it are not those of its journal, which has ${last}; that was an older copy`;
}

/** What a branch does that has forked: nothing but to say so. */
export function haltedBy(id: BranchId, fork: Fork): Effects {
  const halt = forkOf(id, fork);
  return { records: [], requests: [], fetches: [], claims: [], recalls: [], replies: [], halt };
}

/**
 * Whether a branch knows all that it ever wrote.
 *
 * One that was away may have come back with an older copy of its journal, or with a new one. It
 * must not give sequences to new entries that others know as old ones. So it asks its peers how
 * much of its log they have, and executes nothing until it has that much too. A branch that
 * brought a journal trusts it as far as peers that cannot be reached are concerned; one that
 * brought none, or found out that it had forgotten something, waits for all of them.
 */
export class Recovery {
  #isNew: boolean;
  /** The most that a peer has said to have of this branch's log. */
  #heard: Sequence = 0;
  /** This branch's last entry when it began to execute; `undefined` until then. */
  #begun: Sequence | undefined;
  #fork: Fork | undefined;

  /** Is sure from the beginning, unless the branch was away or its journal is new. */
  constructor({ isAway, isNew }: { readonly isAway: boolean; readonly isNew: boolean }) {
    this.#isNew = isNew;
    this.#begun = isAway || isNew ? undefined : 0;
  }

  /** Whether the branch may execute commands. */
  get isSure(): boolean {
    return this.#begun !== undefined;
  }

  /** That it has gone wrong beyond mending, if it has. */
  get fork(): Fork | undefined {
    return this.#fork;
  }

  /** Takes note that what a peer has of this branch's log is not what the branch has. */
  disown(from: BranchId, { has, last }: { readonly has: Sequence; readonly last: Sequence }): void {
    this.#fork ??= { from, has, last };
  }

  /** Takes note that a peer has so much of this branch's log, which itself goes up to `last`. */
  hear(from: BranchId, { has, last }: { readonly has: Sequence; readonly last: Sequence }): void {
    if (has <= last) return;
    if (this.#begun !== undefined && last > this.#begun) this.#fork ??= { from, has, last };
    this.#begun = undefined;
    this.#heard = Math.max(this.#heard, has);
    // Its journal is not the newest, so it is trusted no more than none.
    this.#isNew = true;
  }

  /**
   * Begins, if it may: its log goes up to `last`, and these peers have not said what they have.
   * Tells whether it has begun just now.
   */
  begin(last: Sequence, unheard: readonly { readonly reachable: boolean }[]): boolean {
    const awaited = this.#isNew ? unheard : unheard.filter(({ reachable }) => reachable);
    if (this.isSure || awaited.length > 0 || last < this.#heard) return false;
    this.#begun = last;
    return true;
  }
}
