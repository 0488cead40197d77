import { type Refusal, sameContent, type Write } from "./command.ts";
import type { CommandId, Sequence } from "./ids.ts";
import { invariant } from "./invariant.ts";

/** What became of a write, for ever: its entry in this branch's log, or why there is none. */
export type Outcome =
  | { readonly kind: "entry"; readonly sequence: Sequence }
  | { readonly kind: "refused"; readonly refusal: Refusal };

interface Remembered {
  readonly write: Write;
  readonly outcome: Outcome;
}

/**
 * Which writes this branch has executed, and how each of them ended.
 *
 * Refusals are remembered like entries: a retry that arrives after the balance recovered must
 * not succeed. It is an index of the journal's records, not a second truth beside them.
 */
export class Outcomes {
  readonly #remembered = new Map<CommandId, Remembered>();

  /** How many writes are remembered. */
  get size(): number {
    return this.#remembered.size;
  }

  /** Tells the outcome that `write` was given, or `undefined` if it is new. */
  of(write: Write): Outcome | undefined {
    return this.#remembered.get(write.id)?.outcome;
  }

  /** Tells whether the id of `write` stands for another write. */
  contradicts(write: Write): boolean {
    const remembered = this.#remembered.get(write.id);
    return remembered !== undefined && !sameContent(remembered.write, write);
  }

  /** Keeps the outcome of a write that has none yet. */
  keep(write: Write, outcome: Outcome): void {
    invariant(!this.#remembered.has(write.id), "a command has one outcome");
    this.#remembered.set(write.id, { write, outcome });
  }
}
