import type { Generation } from "./checkpoint_record.ts";
import type { Refusal, Write } from "./command.ts";
import type { Entry, Grant } from "./entry.ts";
import { IdTable } from "./id_table.ts";
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

/** What a write or a claim asks for; how much a claim gets is for the branch to say that grants it. */
export type Content = Write | Omit<Grant, "amount">;

/** What is known of a write or a claim before it is executed. */
export type Memory = "none" | "it" | "another" | "forgotten";

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

  readonly #seed: number | undefined;

  /**
   * Begins with nothing, or where a checkpoint has left off; its outcomes are to be restored.
   *
   * The seed is that of an {@linkcode IdTable}.
   */
  constructor({ expiredMs = 0, generations = [], seed }: {
    readonly expiredMs?: number | undefined;
    readonly generations?: readonly Generation[] | undefined;
    readonly seed?: number | undefined;
  } = {}) {
    this.#seed = seed;
    this.#expiredMs = expiredMs;
    this.#generations = generations.map((generation) => new Remembered(generation, seed));
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

  /**
   * Tells whether the id of `entry` is remembered, and stands for it or for another one; or is so
   * old that its outcome, if it had one, may be forgotten.
   */
  memoryOf(entry: Content): Memory {
    const ms = issuedMs(entry.id);
    const generation = this.#generationOf(entry.id, ms);
    if (generation !== undefined) return generation.contradicts(entry) ? "another" : "it";
    return ms <= this.#expiredMs ? "forgotten" : "none";
  }

  /** Keeps the outcome of a write or a claim that has none yet; it stands in record `number` or later. */
  keep(entry: Entry, outcome: Outcome, number: number): void {
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
    this.#generations.at(-1)?.trim();
    this.#generations.push(new Remembered({ number, size: 0, latestMs: 0 }, this.#seed));
  }

  /**
   * Looks through those only that have commands from before and after this one, the youngest first:
   * most commands are new, and a retry comes soon after what it repeats.
   */
  #generationOf(id: CommandId, ms = issuedMs(id)): Remembered | undefined {
    for (let at = this.#generations.length - 1; at >= 0; at--) {
      const generation = this.#generations[at];
      if (generation?.spans(ms) === true && generation.has(id)) return generation;
    }
    return undefined;
  }
}

/** The outcomes of a generation: as numbers, since there may be millions. */
class Remembered {
  readonly number: number;
  readonly #counted: number;
  readonly #ids: IdTable;
  #contents = new Float64Array(32);
  /** A sequence, or less than 0 for a refusal. */
  #outcomes = new Float64Array(32);
  #earliestMs = Infinity;
  #latestMs: number;
  #oldest = Infinity;

  constructor({ number, size, latestMs }: Generation, seed: number | undefined) {
    this.number = number;
    this.#counted = size;
    this.#latestMs = latestMs;
    this.#ids = new IdTable(seed);
  }

  get size(): number {
    return this.#ids.size;
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
    return this.#ids.numberOf(id) !== -1;
  }

  of(id: CommandId): Outcome {
    const outcome = this.#outcomes[this.#ids.numberOf(id)] ?? 0;
    if (outcome > 0) return { kind: "entry", sequence: outcome };
    return { kind: "refused", refusal: refusals[-1 - outcome] ?? "insufficient funds" };
  }

  contradicts(content: Content): boolean {
    return this.#contents[this.#ids.numberOf(content.id)] !== numberFor(content);
  }

  /** Takes over the outcomes of the next generation. */
  absorb(later: Remembered): void {
    let number = 0;
    for (const id of later.#ids.ids()) {
      this.#add(id, later.#contents[number] ?? 0, later.#outcomes[number] ?? 0);
      number += 1;
    }
    this.#earliestMs = Math.min(this.#earliestMs, later.#earliestMs);
    this.#latestMs = Math.max(this.#latestMs, later.#latestMs);
    this.#oldest = Math.min(this.#oldest, later.#oldest);
    this.trim();
  }

  keep(entry: Entry, outcome: Outcome): void {
    const isEntry = outcome.kind === "entry";
    const number = isEntry ? outcome.sequence : -1 - refusals.indexOf(outcome.refusal);
    this.#add(entry.id, numberFor(entry), number);
    const ms = issuedMs(entry.id);
    this.#earliestMs = Math.min(this.#earliestMs, ms);
    this.#latestMs = Math.max(this.#latestMs, ms);
    if (isEntry) this.#oldest = Math.min(this.#oldest, outcome.sequence);
  }

  /** Lets go of the room that was kept for more. */
  trim(): void {
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
    this.#contents = new Float64Array(this.#contents.buffer.transfer(8 * length));
    this.#outcomes = new Float64Array(this.#outcomes.buffer.transfer(8 * length));
  }
}

const refusals: readonly Refusal[] = ["insufficient funds", "balance limit"];

/** Tells one content from another; exact, since an amount is far below 2^52. */
function numberFor(content: Content): number {
  if (content.action === "grant") return -1 - content.to;
  return 2 * Number(content.amount) + (content.action === "deposit" ? 0 : 1);
}
