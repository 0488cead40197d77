import type { Generation } from "./checkpoint_record.ts";
import type { Refusal } from "./command.ts";
import type { Entry } from "./entry.ts";
import { type CommandId, issuedMs, type Sequence } from "./ids.ts";
import { invariant } from "./invariant.ts";
import { limits } from "./limits.ts";

/**
 * What became of a write or a claim, once and for all: its entry in this branch's log, or why there
 * is none.
 */
export type Outcome =
  | { readonly kind: "entry"; readonly sequence: Sequence }
  | { readonly kind: "refused"; readonly refusal: Refusal };

/**
 * Which writes this branch has executed and which claims it has granted, and how each ended.
 *
 * 1. Refusals are remembered like entries: a retry that arrives after the balance recovered must
 *    not succeed. It is an index of the journal's records, not a second truth beside them.
 * 2. Outcomes are forgotten by the generation, oldest first, once all its commands were made
 *    longer ago than outcomes are kept.
 * 3. A command that was made no later than any that is forgotten is not new, even if it is not
 *    remembered: it may have been executed, so it must not be executed again.
 */
export class Outcomes {
  #generations: Remembered[];
  #expiredMs: number;
  /** How many generations are restored. */
  #restored = 0;

  /** Begins with nothing, or where a checkpoint has left off; its outcomes are to be restored. */
  constructor({ expiredMs, generations }: {
    readonly expiredMs: number;
    readonly generations: readonly Generation[];
  } = { expiredMs: 0, generations: [] }) {
    this.#expiredMs = expiredMs;
    this.#generations = generations.map((generation) => new Remembered(generation));
  }

  /** How many writes and claims are remembered. */
  get size(): number {
    return this.#generations.reduce((sum, { size }) => sum + size, 0);
  }

  /** The sequence of the oldest entry that is remembered; infinite, if none is. */
  get oldest(): Sequence {
    return this.#generations.find(({ oldest }) => oldest < Infinity)?.oldest ?? Infinity;
  }

  /** Commands made at this moment or before may have been forgotten; milliseconds since 1970. */
  get expiredMs(): number {
    return this.#expiredMs;
  }

  /** What is remembered, by age; oldest first. */
  get generations(): readonly Generation[] {
    return this.#generations.map(({ number, size, latestMs }) => ({ number, size, latestMs }));
  }

  /** Tells the outcome that a write or a claim was given, or `undefined` if it is not remembered. */
  of({ id }: Pick<Entry, "id">): Outcome | undefined {
    return this.#generationOf(id)?.of(id);
  }

  /** Tells whether the id of `entry` is remembered, and stands for it or for another one. */
  memoryOf(entry: Entry): "none" | "it" | "another" {
    const generation = this.#generationOf(entry.id);
    if (generation === undefined) return "none";
    return generation.contradicts(entry) ? "another" : "it";
  }

  /** Tells whether a write or a claim is so old that its outcome, if it had one, may be forgotten. */
  hasExpired({ id }: Pick<Entry, "id">): boolean {
    return issuedMs(id) <= this.#expiredMs && this.#generationOf(id) === undefined;
  }

  /** Keeps the outcome of a write or a claim that has none yet; it stands in record `number` or later. */
  keep(entry: Entry, outcome: Outcome, number: number): void {
    invariant(this.#generationOf(entry.id) === undefined, "a command has one outcome");
    if (this.#generations.length === 0) this.#begin(number);
    this.#generations.at(-1)?.keep(entry, outcome);
  }

  /** Keeps the next outcome that a checkpoint counts. */
  restore(entry: Entry, outcome: Outcome): void {
    while (this.#generations[this.#restored]?.isWhole === true) this.#restored += 1;
    const generation = this.#generations[this.#restored];
    invariant(generation !== undefined, "a checkpoint counts all outcomes that are remembered");
    generation.keep(entry, outcome);
  }

  /** Holds every command that was made until then and is not remembered for a forgotten one. */
  expire(untilMs: number): void {
    this.#expiredMs = Math.max(this.#expiredMs, untilMs);
  }

  /**
   * Forgets the generations of which all commands were made at `untilMs` or before, and begins
   * a new one with record `number`.
   */
  turn(number: number, untilMs: number): void {
    const kept = this.#generations.findIndex(({ latestMs }) => latestMs > untilMs);
    const forgotten = this.#generations.splice(0, kept === -1 ? Infinity : kept);
    for (const { latestMs } of forgotten) this.expire(latestMs);
    if (this.#generations.at(-1)?.size === 0) this.#generations.pop();
    this.#begin(number);
    while (this.#generations.length > limits.generationsMax) this.#merge();
  }

  /** Makes one of the two neighbours that are smallest together. */
  #merge(): void {
    let [best, least] = [0, Infinity];
    for (let at = 0; at + 1 < this.#generations.length; at++) {
      const size = (this.#generations[at]?.size ?? 0) + (this.#generations[at + 1]?.size ?? 0);
      if (size < least) [best, least] = [at, size];
    }
    const [later] = this.#generations.splice(best + 1, 1);
    if (later !== undefined) this.#generations[best]?.absorb(later);
  }

  #begin(number: number): void {
    this.#generations.push(new Remembered({ number, size: 0, latestMs: 0 }));
  }

  /**
   * Looks through those only that have commands from before and after this one, the youngest first:
   * most commands are new, and a retry comes soon after what it repeats.
   */
  #generationOf(id: CommandId): Remembered | undefined {
    const ms = issuedMs(id);
    return this.#generations.findLast((generation) => generation.spans(ms) && generation.has(id));
  }
}

/** The outcomes of a generation: as numbers, since there may be millions. */
class Remembered {
  readonly number: number;
  readonly #counted: number;
  readonly #places = new Map<CommandId, number>();
  readonly #contents: number[] = [];
  /** A sequence, or less than 0 for a refusal. */
  readonly #outcomes: number[] = [];
  #earliestMs = Infinity;
  #latestMs: number;
  #oldest = Infinity;

  constructor({ number, size, latestMs }: Generation) {
    this.number = number;
    this.#counted = size;
    this.#latestMs = latestMs;
  }

  get size(): number {
    return this.#outcomes.length;
  }

  get latestMs(): number {
    return this.#latestMs;
  }

  /** The sequence of its first entry. */
  get oldest(): Sequence {
    return this.#oldest;
  }

  /** Whether it has all that a checkpoint counted. */
  get isWhole(): boolean {
    return this.size >= this.#counted;
  }

  /** Tells whether a command that was made at this moment may be among its own. */
  spans(ms: number): boolean {
    return ms >= this.#earliestMs && ms <= this.#latestMs;
  }

  has(id: CommandId): boolean {
    return this.#places.has(id);
  }

  of(id: CommandId): Outcome {
    const outcome = this.#outcomes[this.#places.get(id) ?? -1] ?? 0;
    if (outcome > 0) return { kind: "entry", sequence: outcome };
    return { kind: "refused", refusal: refusals[-1 - outcome] ?? "insufficient funds" };
  }

  contradicts(entry: Entry): boolean {
    return this.#contents[this.#places.get(entry.id) ?? -1] !== contentOf(entry);
  }

  /** Takes over the outcomes of the next generation. */
  absorb(later: Remembered): void {
    for (const id of later.#places.keys()) this.#places.set(id, this.#places.size);
    for (const content of later.#contents) this.#contents.push(content);
    for (const outcome of later.#outcomes) this.#outcomes.push(outcome);
    this.#earliestMs = Math.min(this.#earliestMs, later.#earliestMs);
    this.#latestMs = Math.max(this.#latestMs, later.#latestMs);
    this.#oldest = Math.min(this.#oldest, later.#oldest);
  }

  keep(entry: Entry, outcome: Outcome): void {
    this.#places.set(entry.id, this.size);
    this.#contents.push(contentOf(entry));
    this.#outcomes.push(
      outcome.kind === "entry" ? outcome.sequence : -1 - refusals.indexOf(outcome.refusal),
    );
    const ms = issuedMs(entry.id);
    this.#earliestMs = Math.min(this.#earliestMs, ms);
    this.#latestMs = Math.max(this.#latestMs, ms);
    if (outcome.kind === "entry") this.#oldest = Math.min(this.#oldest, outcome.sequence);
    invariant(this.#places.size === this.size, "a command has one outcome");
  }
}

const refusals: readonly Refusal[] = ["insufficient funds", "balance limit"];

/**
 * Tells one content from another; exact, since an amount is far below 2^52. A claim is known by
 * who makes it: how much it gets is for the branch to say that grants it.
 */
function contentOf(entry: Entry): number {
  if (entry.action === "grant") return -1 - entry.to;
  return 2 * Number(entry.amount) + (entry.action === "deposit" ? 0 : 1);
}
