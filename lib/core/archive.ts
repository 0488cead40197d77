import type { Generation } from "./checkpoint_record.ts";
import type { Entry } from "./entry.ts";
import { joined, printOf, smallestPair, withoutStrays } from "./generation.ts";
import { type CommandId, issuedMs, type Sequence } from "./ids.ts";
import { invariant } from "./invariant.ts";
import type { Recall } from "./journal_record.ts";
import { limits } from "./limits.ts";
import { patience } from "./patience.ts";
import { type Finding, type Outcome, Remembered } from "./remembered.ts";

/** A command that waits until it is known whether it was executed long ago. */
interface Asked {
  readonly ms: number;
  /** When it was last asked for. */
  tick: number;
  found: Finding | undefined;
  /** The generations that it is not in, of those that it might be in. */
  readonly cleared: Generation[];
}

/** A generation with its outcomes. */
interface Recalled {
  readonly generation: Generation;
  readonly table: Remembered;
  /** When it was last of use. */
  tick: number;
}

/**
 * The generations of which the outcomes are not in memory, and what was read of them again.
 *
 * 1. "Not in memory" is not "never executed". A command that one of them may have, by the time
 *    when it was made, is unread until the journal has been asked, and is not decided before.
 * 2. One generation is read at a time, and the last one that was read is held while it is of use:
 *    who asks again for one old command soon asks for the next.
 * 3. What was found out about a command is kept while somebody waits for it, so that a request
 *    with commands of many generations comes to its end, one generation after the other.
 */
export class Archive {
  #generations: Generation[];
  readonly #seed: number | undefined;
  /** Up to when commands were made, but for strays. */
  #untilMs = 0;
  #strays: ReadonlyMap<number, readonly Generation[]> = new Map();
  readonly #asked = new Map<CommandId, Asked>();
  #reading: Recalled | undefined;
  #recalled: Recalled | undefined;
  /** Whether somebody may wait for a generation that is not being read. */
  #isWanting = false;
  #moment = 0;
  #tick = 0;

  /** Begins with these, oldest first; the seed is that of an `IdTable`. */
  constructor(generations: readonly Generation[], seed: number | undefined) {
    this.#generations = [...generations];
    this.#seed = seed;
    this.#sum();
  }

  /** All of them, oldest first. */
  get generations(): readonly Generation[] {
    return this.#generations;
  }

  /** How many outcomes they have. */
  get size(): number {
    return this.#generations.reduce((sum, { size }) => sum + size, 0);
  }

  /** The sequence of their oldest entry; infinite, if there is none. */
  get oldest(): Sequence {
    return this.#generations.find(({ oldest }) => oldest > 0)?.oldest ?? Infinity;
  }

  /** Grows whenever something was found out, so that those who wait may be looked at again. */
  get moment(): number {
    return this.#moment;
  }

  /** Takes generations over, with the first that is younger than all of its own. */
  add(younger: readonly Generation[]): void {
    if (younger.length === 0) return;
    this.#generations.push(...younger);
    while (this.#generations.length > limits.generationsMax) {
      const at = smallestPair(this.#generations);
      const [first, second] = this.#generations.slice(at, at + 2);
      if (first !== undefined && second !== undefined) {
        this.#generations.splice(at, 2, joined(first, second));
      }
    }
    this.#sum();
  }

  /**
   * Forgets the oldest of which all commands were made at `untilMs` or before; gives when the
   * youngest command was made that is forgotten, 0 if none is.
   */
  forget(untilMs: number): number {
    const kept = this.#generations.findIndex(({ latestMs }) => latestMs > untilMs);
    const forgotten = this.#generations.splice(0, kept === -1 ? Infinity : kept);
    if (forgotten.length > 0) this.#sum();
    return forgotten.reduce((latest, { latestMs }) => Math.max(latest, latestMs), 0);
  }

  /** Tells what became of a command, if that has been read. */
  find(id: CommandId): Finding | undefined {
    const recalled = this.#recalled;
    if (recalled === undefined && this.#asked.size === 0) return undefined;
    const noted = this.#asked.get(id)?.found;
    if (noted !== undefined || recalled?.table.spans(issuedMs(id)) !== true) return noted;
    const found = recalled.table.find(id);
    if (found !== undefined) recalled.tick = this.#tick;
    return found;
  }

  /** Tells whether a command that is not found may still have been executed. */
  isUnread(id: CommandId): boolean {
    return this.#mayHave(id) && this.#missing(id) !== undefined;
  }

  /** Takes note that somebody waits for a command; for a while, and for so many at most. */
  ask(id: CommandId): void {
    if (!this.#mayHave(id)) return;
    const asked = this.#asked.get(id) ?? this.#begun(id);
    if (!this.#asked.delete(id) && this.#asked.size >= limits.recallIdsMax) return;
    asked.tick = this.#tick;
    this.#asked.set(id, asked);
    this.#isWanting = true;
  }

  /**
   * Makes the request to the journal that is due, if any; one at a time. The outcomes that are in
   * memory begin with record `end`.
   */
  recalls(end: number): readonly Recall[] {
    if (!this.#isWanting || this.#reading !== undefined) return [];
    for (const id of this.#asked.keys()) {
      const generation = this.#missing(id);
      if (generation === undefined) continue;
      const { number, size } = generation;
      const table = new Remembered({ ...generation, latestMs: 0 }, this.#seed);
      this.#reading = { generation, table, tick: this.#tick };
      const at = this.#generations.indexOf(generation);
      return [{ number, end: this.#generations[at + 1]?.number ?? end, size }];
    }
    this.#isWanting = false;
    return [];
  }

  /** Whether the generation that begins with this record is being read. */
  reads(number: number): boolean {
    return this.#reading?.generation.number === number;
  }

  /** Takes the next outcome of the generation that is being read. */
  take(entry: Entry, outcome: Outcome): void {
    this.#reading?.table.keep(entry, outcome);
  }

  /** Takes note that all of the generation was read. */
  finish(): void {
    const reading = this.#reading;
    this.#reading = undefined;
    this.#isWanting = true;
    // While it was read, it may have been forgotten or joined with another.
    if (reading === undefined || !this.#generations.includes(reading.generation)) return;
    const { generation, table } = reading;
    invariant(table.size === generation.size, "a generation has as many outcomes as it counts");
    this.#recalled = { ...reading, tick: this.#tick };
    this.#moment += 1;
    for (const [id, asked] of this.#asked) {
      asked.found ??= table.find(id);
      if (asked.found === undefined && this.#spanning(id, asked.ms).includes(generation)) {
        asked.cleared.push(generation);
      }
    }
  }

  /** Forgets what nobody has asked for in a while. */
  tick(tick: number): void {
    this.#tick = tick;
    const isFull = this.#asked.size >= limits.recallIdsMax;
    for (const [id, asked] of this.#asked) {
      if (tick - asked.tick <= patience.recallTicks) break;
      this.#asked.delete(id);
    }
    // There is room for those who were not taken note of.
    if (isFull && this.#asked.size < limits.recallIdsMax) this.#moment += 1;
    const recalled = this.#recalled;
    if (recalled !== undefined && tick - recalled.tick > patience.recallTicks) {
      this.#recalled = undefined;
    }
  }

  /** Tells, without a closer look, whether any of them may have a command. */
  #mayHave(id: CommandId): boolean {
    if (this.#generations.length === 0) return false;
    if (issuedMs(id) <= this.#untilMs) return true;
    return this.#strays.size > 0 && this.#strays.has(printOf(id));
  }

  /** The youngest that may have a command and has not been looked through for it. */
  #missing(id: CommandId): Generation | undefined {
    const asked = this.#asked.get(id);
    if (asked?.found !== undefined) return undefined;
    const recalled = this.#recalled;
    return this.#spanning(id, asked?.ms ?? issuedMs(id)).findLast((generation) => {
      if (generation === recalled?.generation) recalled.tick = this.#tick;
      return generation !== recalled?.generation && asked?.cleared.includes(generation) !== true;
    });
  }

  /** All that may have a command. */
  #spanning(id: CommandId, ms: number): readonly Generation[] {
    const usual = this.#generations.filter(({ usualFromMs, usualUntilMs }) =>
      ms >= usualFromMs && ms <= usualUntilMs
    );
    const unusual = this.#strays.size === 0 ? undefined : this.#strays.get(printOf(id));
    return unusual === undefined ? usual : [...usual, ...unusual];
  }

  #begun(id: CommandId): Asked {
    const recalled = this.#recalled;
    const found = recalled?.table.find(id);
    const cleared = recalled === undefined || found !== undefined ? [] : [recalled.generation];
    return { ms: issuedMs(id), tick: this.#tick, found, cleared };
  }

  #sum(): void {
    // The oldest are of the least use: most strays are ahead of the clock, and it has come to them.
    let room: number = limits.straysTotalMax;
    for (let at = this.#generations.length - 1; at >= 0; at--) {
      const generation = this.#generations[at];
      if (generation === undefined || generation.strays.length === 0) continue;
      room -= generation.strays.length;
      if (room < 0) this.#generations[at] = withoutStrays(generation);
    }
    this.#untilMs = 0;
    const strays = new Map<number, Generation[]>();
    for (const generation of this.#generations) {
      this.#untilMs = Math.max(this.#untilMs, generation.usualUntilMs);
      for (const stray of generation.strays) {
        const those = strays.get(stray);
        if (those === undefined) strays.set(stray, [generation]);
        else those.push(generation);
      }
    }
    this.#strays = strays;
    const recalled = this.#recalled?.generation;
    if (recalled !== undefined && !this.#generations.includes(recalled)) this.#recalled = undefined;
    this.#isWanting = true;
  }
}
