import type { LedgerState } from "./checkpoint_record.ts";
import type { Write } from "./command.ts";
import { ascending, type BranchId, type CommandId, type Sequence } from "./ids.ts";
import { invariant, unreachable } from "./invariant.ts";
import { type EntriesRecord, lastOf } from "./journal_record.ts";
import { limits } from "./limits.ts";
import { minus, type Money, money, plus } from "./money.ts";
import { covers, knownOf, type VersionVector } from "./version_vector.ts";

/**
 * What the entries add up to, at one branch.
 *
 * 1. An origin's entries are applied once, in order, and only after all that the origin knew
 *    when it wrote them; doubled, missing and reordered records are one rule, `admits`.
 * 2. Entries are changes, never balances, so ledgers that applied the same entries agree.
 */
export class Ledger {
  readonly #opening: Money;
  readonly #members: readonly BranchId[];
  readonly #known = new Map<BranchId, Sequence>();
  readonly #lastIds = new Map<BranchId, CommandId>();
  readonly #deposited = new Map<BranchId, Money>();
  #balance: Money;
  #snapshot: VersionVector | undefined;

  /** Opens the books of a bank, in which nothing has happened yet, or what `state` says. */
  constructor(
    bank: { readonly opening: Money; readonly members: readonly BranchId[] },
    state?: LedgerState,
  ) {
    this.#opening = bank.opening;
    this.#members = bank.members;
    this.#balance = state?.balance ?? bank.opening;
    for (const { origin, known, lastId, deposited } of state?.origins ?? []) {
      this.#known.set(origin, known);
      this.#lastIds.set(origin, lastId);
      this.#deposited.set(origin, deposited);
    }
  }

  /** Tells what all entries so far add up to. */
  get state(): LedgerState {
    const ids = [...this.#lastIds].sort(([left], [right]) => ascending(left, right));
    const origins = ids.map(([origin, lastId]) => ({
      origin,
      known: this.knownOf(origin),
      lastId,
      deposited: this.#deposited.get(origin) ?? money(0),
    }));
    return { balance: this.#balance, origins };
  }

  /** What all applied entries make of the opening balance, in minor units. */
  get balance(): Money {
    return this.#balance;
  }

  /** How much of each origin's log is applied; a value that never changes. */
  get known(): VersionVector {
    return this.#snapshot ??= new Map(this.#known);
  }

  /** Tells how much of `origin`'s log is applied. */
  knownOf(origin: BranchId): Sequence {
    return knownOf(this.#known, origin);
  }

  /** Tells the command of the last entry of `origin`'s log that is applied. */
  lastIdOf(origin: BranchId): CommandId | undefined {
    return this.#lastIds.get(origin);
  }

  /** Tells whether all that `vector` names is applied. */
  covers(vector: VersionVector): boolean {
    return covers(this.#known, vector);
  }

  /**
   * Tells whether `record` is the next of its origin, was applied before (`known`), or has to
   * wait until what it follows has arrived (`early`). One that could lift or lower a balance past
   * what a balance may be is early for ever: no branch of this bank has written it.
   */
  admits(record: EntriesRecord): "next" | "known" | "early" {
    const known = this.knownOf(record.origin);
    if (lastOf(record) <= known) return "known";
    const follows = record.first === known + 1 && this.covers(record.after);
    return follows && this.#hasRoomFor(record) ? "next" : "early";
  }

  /** Applies a record that is `next`; it cannot be refused any more. */
  apply(record: EntriesRecord): void {
    invariant(this.admits(record) === "next", "a record is applied in its turn");
    for (const entry of record.entries) this.post(record.origin, entry);
  }

  /** Writes the next entry of `origin` into the books, and tells its sequence. */
  post(origin: BranchId, entry: Write): Sequence {
    this.#balance = this.#changed(origin, entry);
    const sequence = this.knownOf(origin) + 1;
    this.#known.set(origin, sequence);
    this.#lastIds.set(origin, entry.id);
    this.#snapshot = undefined;
    return sequence;
  }

  /**
   * What `origin` may pay out now.
   *
   * The whole balance that it knows of, for now: two branches that pay out at the same time
   * can overdraw. The allowance of the escrow takes this place.
   */
  spendable(_origin: BranchId): Money {
    return this.#balance;
  }

  /**
   * What `origin` may still take in.
   *
   * Each member has an equal part of the room between the opening and the largest balance, so
   * no balance anywhere can pass the largest one, and nobody has to ask.
   */
  depositRoom(origin: BranchId): Money {
    const room = (BigInt(limits.balanceMax) - this.#opening) / BigInt(this.#members.length);
    return minus(money(room), this.#deposited.get(origin) ?? money(0));
  }

  #hasRoomFor({ origin, entries }: EntriesRecord): boolean {
    let deposits = 0n;
    let withdrawals = 0n;
    for (const { action, amount } of entries) {
      if (action === "deposit") deposits += amount;
      else withdrawals += amount;
    }
    const balanceMin = -BigInt(limits.balanceMax);
    return deposits <= this.depositRoom(origin) && this.#balance - withdrawals >= balanceMin;
  }

  #changed(origin: BranchId, entry: Write): Money {
    switch (entry.action) {
      case "deposit":
        this.#deposited.set(origin, plus(this.#deposited.get(origin) ?? money(0), entry.amount));
        return plus(this.#balance, entry.amount);
      case "withdraw":
        return minus(this.#balance, entry.amount);
      default:
        return unreachable(entry);
    }
  }
}
