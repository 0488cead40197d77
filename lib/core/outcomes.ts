import { Archive } from "./archive.ts";
import type { Generation } from "./checkpoint_record.ts";
import type { Entry } from "./entry.ts";
import { smallestPair } from "./generation.ts";
import { type CommandId, issuedMs, type Sequence } from "./ids.ts";
import { invariant } from "./invariant.ts";
import type { Recall } from "./journal_record.ts";
import { limits } from "./limits.ts";
import { type Content, contentOf, type Finding, type Outcome, Remembered } from "./remembered.ts";

/** What is known of a write or a claim before it is executed. */
export type Memory = "none" | "it" | "another" | "forgotten" | "unread";

/** Anything that has the id of a command or a claim. */
export type Named = Pick<Entry, "id">;

/**
 * Which writes this branch has executed and which claims it has granted, and how each ended.
 *
 * 1. Refusals are remembered like entries: a retry that arrives after the balance recovered must
 *    not succeed. It is an index of the journal's records, not a second truth beside them.
 * 2. Outcomes are forgotten by the generation, oldest first, once all its commands were made
 *    longer ago than outcomes are kept.
 * 3. A command that was made no later than any that is forgotten is not new, even if it is not
 *    remembered: it may have been executed, so it must not be executed again.
 * 4. The youngest generations are held in memory; the journal is asked for the others, when a
 *    command comes that one of them may have. Until then that command is unread, and not new.
 */
export class Outcomes {
  readonly #held: Remembered[];
  readonly #archive: Archive;
  #expiredMs: number;
  /** How many generations are restored. */
  #restored = 0;
  readonly #seed: number | undefined;
  readonly #heldMax: number;

  /**
   * Begins with nothing, or where a checkpoint has left off; its outcomes from record `heldFrom` on
   * are to be restored. So many are held besides those since the last checkpoint.
   *
   * The seed is that of an `IdTable`.
   */
  constructor(
    { expiredMs = 0, generations = [], heldFrom = 0, heldMax = limits.heldOutcomesMax, seed }: {
      readonly expiredMs?: number | undefined;
      readonly generations?: readonly Generation[] | undefined;
      readonly heldFrom?: number | undefined;
      readonly heldMax?: number | undefined;
      readonly seed?: number | undefined;
    } = {},
  ) {
    this.#seed = seed;
    this.#heldMax = heldMax;
    this.#expiredMs = expiredMs;
    const isHeld = ({ number }: Generation) => number >= heldFrom;
    this.#archive = new Archive(generations.filter((one) => !isHeld(one)), seed);
    this.#held = generations.filter(isHeld).map((generation) => new Remembered(generation, seed));
  }

  /** How many writes and claims are remembered. */
  get size(): number {
    return this.#archive.size + sizeOf(this.#held);
  }

  /** The sequence of the oldest entry that is remembered; infinite, if none is. */
  get oldest(): Sequence {
    return Math.min(this.#archive.oldest, this.oldestHeld);
  }

  /** The sequence of the oldest entry in memory; infinite, if none is. */
  get oldestHeld(): Sequence {
    return this.#held.find(({ oldest }) => oldest < Infinity)?.oldest ?? Infinity;
  }

  /** Commands made at this moment or before may have been forgotten; milliseconds since 1970. */
  get expiredMs(): number {
    return this.#expiredMs;
  }

  /** What is remembered, by age; oldest first. */
  get generations(): readonly Generation[] {
    return [...this.#archive.generations, ...this.#held.map(({ summary }) => summary)];
  }

  /** The record from which on outcomes are held in memory; 0, if none are. */
  get heldFrom(): number {
    return this.#held[0]?.number ?? 0;
  }

  /** Grows whenever it was read what became of commands. */
  get moment(): number {
    return this.#archive.moment;
  }

  /**
   * Tells the outcome that a write or a claim was given, or `undefined` if it is not remembered, or
   * unread.
   */
  of({ id }: Named): Outcome | undefined {
    return this.#find(id)?.outcome;
  }

  /** Tells whether the journal has to be asked what became of a write or a claim. */
  isUnread({ id }: Named): boolean {
    return this.#archive.isUnread(id) && this.#find(id) === undefined;
  }

  /**
   * Tells whether the id of `entry` is remembered, and stands for it or for another one; or is so
   * old that its outcome, if it had one, may be forgotten, or has to be read first. `ms` is when it
   * was made.
   */
  memoryOf(entry: Content, ms: number = issuedMs(entry.id)): Memory {
    const found = this.#find(entry.id, ms);
    if (found !== undefined) return found.content === contentOf(entry) ? "it" : "another";
    if (this.#archive.isUnread(entry.id)) return "unread";
    return ms <= this.#expiredMs ? "forgotten" : "none";
  }

  /** Takes note that somebody waits for all of these, of which some are unread. */
  ask(entries: readonly Named[]): void {
    for (const { id } of entries) if (this.#findHeld(id) === undefined) this.#archive.ask(id);
  }

  /** Makes the request to the journal that is due, if any. */
  recalls(): readonly Recall[] {
    return this.#archive.recalls(this.heldFrom);
  }

  /** Whether the journal was asked for the generation that begins with this record. */
  reads(number: number): boolean {
    return this.#archive.reads(number);
  }

  /** Takes the next outcome that the journal gives. */
  take(entry: Entry, outcome: Outcome): void {
    this.#archive.take(entry, outcome);
  }

  /** Takes note that the journal has given all that it was asked for. */
  finish(): void {
    this.#archive.finish();
  }

  /** Lets go, after a while, of what was read. */
  tick(tick: number): void {
    this.#archive.tick(tick);
  }

  /** Keeps the outcome of a write or a claim that has none yet; it stands in record `number` or later. */
  keep(entry: Entry, outcome: Outcome, number: number): void {
    if (this.#held.length === 0) this.#begin(number);
    this.#held.at(-1)?.keep(entry, outcome);
  }

  /** Keeps the next outcome that a checkpoint counts and that is held in memory. */
  restore(entry: Entry, outcome: Outcome): void {
    while (this.#held[this.#restored]?.isWhole === true) this.#restored += 1;
    const generation = this.#held[this.#restored];
    invariant(generation !== undefined, "a checkpoint counts all outcomes that are remembered");
    generation.keep(entry, outcome);
  }

  /** Holds every command that was made until then and is not remembered for a forgotten one. */
  expire(untilMs: number): void {
    this.#expiredMs = Math.max(this.#expiredMs, untilMs);
  }

  /**
   * Forgets the generations of which all commands were made at `untilMs` or before, and begins
   * a new one with record `number`. Of the others those stay in memory that there is room for.
   */
  turn(number: number, untilMs: number): void {
    this.expire(this.#archive.forget(untilMs));
    if (this.#archive.generations.length === 0) {
      const kept = this.#held.findIndex(({ latestMs }) => latestMs > untilMs);
      const forgotten = this.#held.splice(0, kept === -1 ? Infinity : kept);
      for (const { latestMs } of forgotten) this.expire(latestMs);
    }
    if (this.#held.at(-1)?.size === 0) this.#held.pop();
    this.#begin(number);
    let surplus = 0;
    while (sizeOf(this.#held.slice(surplus)) > this.#heldMax) surplus += 1;
    this.#archive.add(this.#held.splice(0, surplus).map(({ summary }) => summary));
    while (this.#held.length > limits.heldGenerationsMax) this.#merge();
  }

  /** Makes one of two neighbours; not with the last, to which more will come. */
  #merge(): void {
    const at = smallestPair(this.#held.slice(0, -1));
    const [later] = this.#held.splice(at + 1, 1);
    if (later !== undefined) this.#held[at]?.absorb(later);
  }

  #begin(number: number): void {
    for (const generation of this.#held) generation.seal();
    this.#held.push(new Remembered({ number, size: 0, latestMs: 0 }, this.#seed));
  }

  #find(id: CommandId, ms = issuedMs(id)): Finding | undefined {
    return this.#findHeld(id, ms) ?? this.#archive.find(id);
  }

  /**
   * Looks through those only that have commands from before and after this one, the youngest first:
   * most commands are new, and a retry comes soon after what it repeats.
   */
  #findHeld(id: CommandId, ms = issuedMs(id)): Finding | undefined {
    for (let at = this.#held.length - 1; at >= 0; at--) {
      const generation = this.#held[at];
      const found = generation?.spans(ms) === true ? generation.find(id) : undefined;
      if (found !== undefined) return found;
    }
    return undefined;
  }
}

function sizeOf(generations: readonly Remembered[]): number {
  return generations.reduce((sum, { size }) => sum + size, 0);
}
