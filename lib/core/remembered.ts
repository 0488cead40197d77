import type { Generation } from "./checkpoint_record.ts";
import type { Refusal, Write } from "./command.ts";
import type { Entry, Grant } from "./entry.ts";
import { joined, printOf, spanOf } from "./generation.ts";
import { IdTable } from "./id_table.ts";
import { type CommandId, issuedMs, type Sequence } from "./ids.ts";
import { invariant } from "./invariant.ts";

/**
 * What became of a write or a claim, once and for all: its entry in this branch's log, or why there
 * is none.
 */
export type Outcome =
  | { readonly kind: "entry"; readonly sequence: Sequence }
  | { readonly kind: "refused"; readonly refusal: Refusal };

/** What a write or a claim asks for; how much a claim gets is for the branch to say that grants it. */
export type Content = Write | Omit<Grant, "amount">;

/** An outcome, and a number for what it is the outcome of. */
export interface Finding {
  readonly outcome: Outcome;
  readonly content: number;
}

/** The outcomes of a generation, in memory: as numbers, since there may be many. */
export class Remembered {
  readonly number: number;
  readonly #counted: number;
  readonly #ids: IdTable;
  #contents = new Float64Array(32);
  /** A sequence, or less than 0 for a refusal. */
  #outcomes = new Float64Array(32);
  /** When each was made, until that is summed up. */
  #times = new Float64Array(32);
  #earliestMs = Infinity;
  #latestMs: number;
  #oldest = Infinity;
  #summary: Generation | undefined;

  /** Begins with nothing; `size` says how many outcomes a checkpoint counts. */
  constructor(
    { number, size, latestMs }: Pick<Generation, "number" | "size" | "latestMs">,
    seed: number | undefined,
  ) {
    this.number = number;
    this.#counted = size;
    this.#latestMs = latestMs;
    this.#ids = new IdTable(seed);
  }

  /** How many there are. */
  get size(): number {
    return this.#ids.size;
  }

  /** When the youngest command was made. */
  get latestMs(): number {
    return this.#latestMs;
  }

  /** The sequence of its first entry; infinite, if there is none. */
  get oldest(): Sequence {
    return this.#oldest;
  }

  /** Whether it has all that a checkpoint counted. */
  get isWhole(): boolean {
    return this.size >= this.#counted;
  }

  /** What a checkpoint says of it, and what is left of it when it is held no longer. */
  get summary(): Generation {
    return this.#summary ?? this.#sum();
  }

  /** Tells whether a command that was made at this moment may be among its own. */
  spans(ms: number): boolean {
    return ms >= this.#earliestMs && ms <= this.#latestMs;
  }

  /** Tells what became of a command, if it has that. */
  find(id: CommandId): Finding | undefined {
    const number = this.#ids.numberOf(id);
    if (number === -1) return undefined;
    const [outcome, content] = [this.#outcomes[number] ?? 0, this.#contents[number] ?? 0];
    if (outcome > 0) return { outcome: { kind: "entry", sequence: outcome }, content };
    const refusal = refusals[-1 - outcome] ?? "insufficient funds";
    return { outcome: { kind: "refused", refusal }, content };
  }

  /** Takes over the outcomes of the next generation. Both have been sealed. */
  absorb(later: Remembered): void {
    const summary = joined(this.summary, later.summary);
    let number = 0;
    for (const id of later.#ids.ids()) {
      this.#add(id, later.#contents[number] ?? 0, later.#outcomes[number] ?? 0);
      number += 1;
    }
    this.#earliestMs = Math.min(this.#earliestMs, later.#earliestMs);
    this.#latestMs = Math.max(this.#latestMs, later.#latestMs);
    this.#oldest = Math.min(this.#oldest, later.#oldest);
    this.#trim();
    this.#summary = summary;
  }

  /** Keeps one more. @throws {InvariantError} when it is there already */
  keep(entry: Entry, outcome: Outcome): void {
    invariant(this.#summary === undefined, "nothing is added to what is summed up");
    const isEntry = outcome.kind === "entry";
    const number = isEntry ? outcome.sequence : -1 - refusals.indexOf(outcome.refusal);
    const { size } = this;
    this.#add(entry.id, contentOf(entry), number);
    const ms = issuedMs(entry.id);
    if (size === this.#times.length) this.#times = resized(this.#times, 2 * size);
    this.#times[size] = ms;
    this.#earliestMs = Math.min(this.#earliestMs, ms);
    this.#latestMs = Math.max(this.#latestMs, ms);
    if (isEntry) this.#oldest = Math.min(this.#oldest, outcome.sequence);
  }

  /** Sums it up, since no more will be kept, and lets go of the room that was kept for more. */
  seal(): void {
    if (this.#summary !== undefined) return;
    this.#summary = this.#sum();
    this.#times = new Float64Array();
    this.#trim();
  }

  #sum(): Generation {
    const { number, size } = this;
    const oldest = this.#oldest === Infinity ? 0 : this.#oldest;
    const span = spanOf(this.#times.subarray(0, size), (at) => printOf(this.#ids.idOf(at)));
    return { number, size, oldest, ...span };
  }

  #trim(): void {
    this.#ids.trim();
    this.#resize(this.size);
  }

  #add(id: CommandId, content: number, outcome: number): void {
    const { size } = this.#ids;
    if (size === this.#contents.length) this.#resize(Math.max(2 * size, 32));
    invariant(this.#ids.add(id), "a command has one outcome");
    this.#contents[size] = content;
    this.#outcomes[size] = outcome;
  }

  #resize(length: number): void {
    this.#contents = resized(this.#contents, length);
    this.#outcomes = resized(this.#outcomes, length);
  }
}

const refusals: readonly Refusal[] = ["insufficient funds", "balance limit"];

/** Tells one content from another; exact, since an amount is far below 2^52. */
export function contentOf(content: Content): number {
  if (content.action === "grant") return -1 - content.to;
  return 2 * Number(content.amount) + (content.action === "deposit" ? 0 : 1);
}

function resized(numbers: Float64Array, length: number) {
  return new Float64Array((numbers.buffer as ArrayBuffer).transfer(8 * length));
}
