import type { Write } from "./command.ts";
import type { Entry, Grant } from "./entry.ts";
import type { BranchId, CommandId, Sequence } from "./ids.ts";
import { invariant } from "./invariant.ts";
import {
  type EntriesRecord,
  type JournalContents,
  type JournalRecord,
  lastOf,
  type RefusalRecord,
} from "./journal_record.ts";
import { Ledger } from "./ledger.ts";
import { limits } from "./limits.ts";
import type { Money } from "./money.ts";
import { Outcomes } from "./outcomes.ts";
import type { Outcome } from "./remembered.ts";
import type { RecalledInput } from "./step.ts";
import { beyond, merged, nothingKnown, type VersionVector } from "./version_vector.ts";

/** Whose books they are. */
export interface BooksConfig {
  readonly self: BranchId;
  readonly members: readonly BranchId[];
  readonly opening: Money;
  /** How long outcomes are kept after their command was made, in milliseconds. */
  readonly outcomeMs: number;
  /** How many entries and refusals there are from one checkpoint to the next. */
  readonly checkpointEntries?: number;
  /** How many outcomes are held in memory besides. */
  readonly heldOutcomesMax?: number | undefined;
  /** What the table of outcomes begins its hashes with. */
  readonly seed?: number | undefined;
}

/**
 * All that a branch's journal adds up to: its ledger, its outcomes, and what is still to be
 * written down of them.
 *
 * A page is what one step wrote: refusals and records of others as they come, then this branch's
 * own entries as one record, and now and then a checkpoint.
 */
export class Books {
  readonly ledger: Ledger;
  readonly outcomes: Outcomes;
  /** Whose books they are. */
  readonly self: BranchId;
  readonly #outcomeMs: number;
  readonly #checkpointEntries: number;
  /** What this branch's records so far say they come after. */
  #after: VersionVector;
  /** How many records there are, and of how many entries and refusals since a checkpoint. */
  #records: number;
  #uncheckedSize = 0;
  #page: JournalRecord[] = [];
  #entries: Entry[] = [];
  #isCheckDue = false;
  /** Whether the last checkpoint says that the branch was not sure of its own log. */
  readonly isInterrupted: boolean;
  /** Whether the branch has been sure to know all that it ever wrote, and may execute. */
  hasBegun: boolean;

  /** Opens them as a journal has left them. @throws {InvariantError} */
  constructor(config: BooksConfig, contents: JournalContents) {
    const { self, members, opening } = config;
    const { checkpoint, remembered, records } = contents;
    this.self = self;
    this.#outcomeMs = config.outcomeMs;
    this.#checkpointEntries = config.checkpointEntries ?? limits.checkpointEntries;
    this.ledger = new Ledger({ opening, members }, checkpoint?.ledger);
    const { expiredMs, generations, heldFrom } = checkpoint ?? {};
    const { seed, heldOutcomesMax: heldMax } = config;
    this.outcomes = new Outcomes({ expiredMs, generations, heldFrom, heldMax, seed });
    this.#after = checkpoint?.after ?? nothingKnown;
    this.#records = checkpoint?.number ?? 0;
    this.hasBegun = checkpoint?.hasBegun ?? false;
    this.isInterrupted = checkpoint?.hasBegun === false;
    for (const record of remembered) this.#each(record, this.outcomes.restore.bind(this.outcomes));
    for (const record of records) {
      this.#count(record);
      if (record.kind === "entries") this.#apply(record);
      else this.#keep(record);
    }
  }

  /** Whether anything was ever written in them. */
  get isEmpty(): boolean {
    return this.#records === 0;
  }

  /** This branch's last entry. */
  get last(): Sequence {
    return this.ledger.knownOf(this.self);
  }

  /** How many entries the page has of this branch. */
  get entries(): number {
    return this.#entries.length;
  }

  /**
   * Tells whether this branch's entry `sequence` is surely another one than that of command `id`;
   * `undefined`, if the journal has to be asked first.
   */
  denies(id: CommandId, sequence: Sequence): boolean | undefined {
    if (sequence > this.last) return false;
    const { outcomes } = this;
    const outcome = outcomes.of({ id });
    if (outcome !== undefined) return outcome.kind === "refused" || outcome.sequence !== sequence;
    // From the oldest entry that is remembered on, all are.
    if (sequence >= outcomes.oldestHeld || sequence < outcomes.oldest) {
      return sequence >= outcomes.oldestHeld;
    }
    return outcomes.isUnread({ id }) ? undefined : true;
  }

  /**
   * Tells whether none of these has an outcome here; `undefined`, if the journal has to be asked
   * first, which then is to be.
   */
  areNew(entries: readonly Entry[]): boolean | undefined {
    const { outcomes } = this;
    if (entries.some((entry) => outcomes.of(entry) !== undefined)) return false;
    if (!entries.some((entry) => outcomes.isUnread(entry))) return true;
    outcomes.ask(entries);
    return undefined;
  }

  /** Takes over what the journal gives of old outcomes, if it was asked for that. */
  recalled({ number, records, isLast }: RecalledInput): void {
    if (!this.outcomes.reads(number)) return;
    for (const record of records) this.#each(record, this.outcomes.take.bind(this.outcomes));
    if (isLast) this.outcomes.finish();
  }

  /** Takes over a record that is `next`. */
  take(record: EntriesRecord): void {
    this.#write(record);
    this.#apply(record);
  }

  /**
   * Executes a write that has no outcome yet, and gives the one that it has now; `undefined` for
   * a withdrawal that this branch may neither pay out nor refuse for ever: only one that is
   * sure of all peers (`isSure`) knows that the whole bank has too little.
   */
  execute(write: Write, { isSure }: { readonly isSure: boolean }): Outcome | undefined {
    const { action, amount } = write;
    if (action === "deposit") {
      const hasRoom = amount <= this.ledger.depositRoom(this.self);
      return hasRoom ? this.#post(write) : this.#refuse({ write, refusal: "balance limit" });
    }
    if (amount <= this.ledger.allowanceOf(this.self)) return this.#post(write);
    if (amount <= this.ledger.balance || !isSure) return undefined;
    return this.#refuse({ write, refusal: "insufficient funds" });
  }

  /** Gives allowance away, once for each claim; it is this branch's to give. */
  grant(grant: Grant): void {
    invariant(grant.amount > 0n, "a grant is of something");
    this.#post(grant);
  }

  /** Holds whatever was asked until then and is not remembered for forgotten, from now on. */
  expire(untilMs: number): void {
    this.outcomes.expire(untilMs);
    this.#isCheckDue = true;
  }

  /** Ends the page, and gives it: all that is to be committed together. */
  turnPage(nowMs: number | undefined): readonly JournalRecord[] {
    if (this.#entries.length > 0) this.#writeEntries();
    if (this.#isCheckDue || this.#uncheckedSize >= this.#checkpointEntries) this.#check(nowMs);
    const page = this.#page;
    this.#page = [];
    return page;
  }

  #post(entry: Entry): Outcome {
    invariant(!this.outcomes.isUnread(entry), "what is executed is known to be new");
    const outcome: Outcome = { kind: "entry", sequence: this.ledger.post(this.self, entry) };
    this.#entries.push(entry);
    // The record of the entries comes last on the page: with this number or a higher one.
    this.outcomes.keep(entry, outcome, this.#records + 1);
    return outcome;
  }

  #refuse({ write, refusal }: Omit<RefusalRecord, "kind">): Outcome {
    invariant(!this.outcomes.isUnread(write), "what is refused is known to be new");
    const record: RefusalRecord = { kind: "refusal", write, refusal };
    this.#write(record);
    this.#keep(record);
    return { kind: "refused", refusal };
  }

  #apply(record: EntriesRecord): void {
    this.ledger.apply(record);
    if (record.origin !== this.self) return;
    this.#keep(record);
    this.#after = merged(this.#after, record.after);
  }

  #keep(record: EntriesRecord | RefusalRecord): void {
    this.#each(record, (entry, outcome) => this.outcomes.keep(entry, outcome, this.#records));
  }

  #each(
    record: EntriesRecord | RefusalRecord,
    take: (entry: Entry, outcome: Outcome) => void,
  ): void {
    if (record.kind === "refusal") {
      take(record.write, { kind: "refused", refusal: record.refusal });
      return;
    }
    record.entries.forEach((entry, index) =>
      take(entry, { kind: "entry", sequence: record.first + index })
    );
  }

  #write(record: EntriesRecord | RefusalRecord): void {
    this.#count(record);
    this.#page.push(record);
  }

  #count(record: EntriesRecord | RefusalRecord): void {
    this.#records += 1;
    this.#uncheckedSize += record.kind === "entries" ? record.entries.length : 1;
  }

  #writeEntries(): void {
    const entries = this.#entries;
    this.#entries = [];
    const others = new Map(this.ledger.known);
    others.delete(this.self);
    const record: EntriesRecord = {
      kind: "entries",
      origin: this.self,
      first: this.last - entries.length + 1,
      after: beyond(others, this.#after),
      entries,
    };
    invariant(lastOf(record) === this.last, "what was posted stands in a record");
    this.#after = others;
    this.#write(record);
  }

  /** Writes down what all records so far add up to, and forgets outcomes that are old enough. */
  #check(nowMs: number | undefined): void {
    const number = this.#records += 1;
    this.outcomes.turn(number, (nowMs ?? 0) - this.#outcomeMs);
    const { expiredMs, generations, heldFrom } = this.outcomes;
    const { state: ledger } = this.ledger;
    const after = this.#after;
    const { hasBegun } = this;
    const sums = { ledger, after, hasBegun, expiredMs, generations, heldFrom };
    this.#page.push({ kind: "checkpoint", number, ...sums });
    this.#uncheckedSize = 0;
    this.#isCheckDue = false;
  }
}
