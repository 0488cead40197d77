import type { Books } from "./books.ts";
import type { BranchId, CommandId, Sequence } from "./ids.ts";
import type { Recovery } from "./recovery.ts";

/** What a peer says of this branch's log: that its entry `has` is that of a command. */
export interface Statement {
  readonly has: Sequence;
  readonly lastId: CommandId;
}

/**
 * What peers say of this branch's log, until it is known whether it is so.
 *
 * A statement about an entry that is not in memory has to be held against the journal. A branch
 * that may have written two histories begins nothing before that.
 */
export class Doubts {
  readonly #open = new Map<BranchId, Statement>();

  /** How many statements wait for the journal. */
  get size(): number {
    return this.#open.size;
  }

  /** Takes note of what a peer says; it takes the place of what it said before. */
  hear(from: BranchId, statement: Statement): void {
    this.#open.set(from, statement);
  }

  /** Holds all against the books, and tells the recovery what is not so. */
  settle(books: Books, recovery: Recovery): void {
    for (const [from, { has, lastId }] of this.#open) {
      const isDenied = books.denies(lastId, has);
      if (isDenied === true) recovery.disown(from, { has, last: books.last });
      if (isDenied === undefined) books.outcomes.ask([{ id: lastId }]);
      else this.#open.delete(from);
    }
  }
}
