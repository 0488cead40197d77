import type { AccountState, LedgerState } from "./checkpoint_record.ts";
import type { Entry } from "./entry.ts";
import { ascending, type BranchId, type CommandId, type Sequence } from "./ids.ts";
import { invariant, unreachable } from "./invariant.ts";
import { type EntriesRecord, lastOf } from "./journal_record.ts";
import { limits } from "./limits.ts";
import { minus, type Money, money, plus } from "./money.ts";
import { openingShare } from "./opening_share.ts";
import { covers, knownOf, type VersionVector } from "./version_vector.ts";

/** What the entries make of one branch. */
interface Account {
  known: Sequence;
  lastId: CommandId | undefined;
  deposited: Money;
  allowance: Money;
}

/**
 * What the entries add up to, at one branch.
 *
 * 1. An origin's entries are applied once, in order, and only after all that the origin knew
 *    when it wrote them; doubled, missing and reordered records are one rule, `admits`.
 * 2. Entries are changes, never balances, so ledgers that applied the same entries agree.
 * 3. The balance is dealt out: each branch has an allowance, which is its share of the opening
 *    balance and of what was deposited at it, and what it was granted. It pays out of that and
 *    grants out of that, and no allowance is ever below zero, so neither is their sum, which is
 *    the balance; whatever a branch does not know yet. (The escrow of O'Neil, "The Escrow
 *    Transactional Method", 1986; the bounded counter of Balegas et al., "Extending Eventually
 *    Consistent Cloud Databases for Enforcing Numeric Invariants", 2015.)
 */
export class Ledger {
  readonly #accounts: ReadonlyMap<BranchId, Account>;
  readonly #known = new Map<BranchId, Sequence>();
  readonly #depositPart: Money;
  #balance: Money;
  #snapshot: VersionVector | undefined;

  /** Opens the books of a bank, in which nothing has happened yet, or what `state` says. */
  constructor(
    { opening, members }: { readonly opening: Money; readonly members: readonly BranchId[] },
    state?: LedgerState,
  ) {
    this.#depositPart = money((BigInt(limits.balanceMax) - opening) / BigInt(members.length));
    this.#accounts = new Map(members.map((id) => {
      const allowance = openingShare(id, { opening, members });
      return [id, { known: 0, lastId: undefined, deposited: money(0), allowance }];
    }));
    for (const { branch, known, lastId, deposited, allowance } of state?.accounts ?? []) {
      Object.assign(this.#account(branch), { known, lastId, deposited, allowance });
      if (known > 0) this.#known.set(branch, known);
    }
    this.#balance = this.#accounts.values().map(({ allowance }) => allowance).reduce(plus);
  }

  /** Tells what all entries so far add up to. */
  get state(): LedgerState {
    const accounts = [...this.#accounts].map(([branch, account]): AccountState => (
      { branch, ...account }
    ));
    return { accounts: accounts.sort((left, right) => ascending(left.branch, right.branch)) };
  }

  /** What all applied entries make of the opening balance, in minor units; never below 0. */
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

  /** Tells the command or claim of the last entry of `origin`'s log that is applied. */
  lastIdOf(origin: BranchId): CommandId | undefined {
    return this.#accounts.get(origin)?.lastId;
  }

  /** Tells whether all that `vector` names is applied. */
  covers(vector: VersionVector): boolean {
    return covers(this.#known, vector);
  }

  /**
   * Tells whether `record` is the next of its origin, was applied before (`known`), or has to
   * wait until what it follows has arrived (`early`). One that deposits, pays out or grants what
   * its origin may not is early for ever: no branch of this bank has written it.
   */
  admits(record: EntriesRecord): "next" | "known" | "early" {
    const known = this.knownOf(record.origin);
    if (lastOf(record) <= known) return "known";
    const follows = record.first === known + 1 && this.covers(record.after);
    return follows && this.#allows(record) ? "next" : "early";
  }

  /** Applies a record that is `next`; it cannot be refused any more. */
  apply(record: EntriesRecord): void {
    invariant(this.admits(record) === "next", "a record is applied in its turn");
    for (const entry of record.entries) this.post(record.origin, entry);
  }

  /** Writes the next entry of `origin` into the books, and tells its sequence. */
  post(origin: BranchId, entry: Entry): Sequence {
    const account = this.#account(origin);
    this.#change(account, entry);
    account.known += 1;
    account.lastId = entry.id;
    this.#known.set(origin, account.known);
    this.#snapshot = undefined;
    return account.known;
  }

  /** What `branch` may pay out or grant as far as is known here: at itself, all that it may. */
  allowanceOf(branch: BranchId): Money {
    return this.#account(branch).allowance;
  }

  /**
   * What `origin` may still take in.
   *
   * Each member has an equal part of the room between the opening and the largest balance, so
   * no balance anywhere can pass the largest one, and nobody has to ask.
   */
  depositRoom(origin: BranchId): Money {
    return minus(this.#depositPart, this.#account(origin).deposited);
  }

  #allows({ origin, entries }: EntriesRecord): boolean {
    const account = this.#accounts.get(origin);
    if (account === undefined) return false;
    let room: bigint = this.#depositPart - account.deposited;
    let allowance: bigint = account.allowance;
    return entries.every((entry) => {
      if (entry.action === "deposit") {
        room -= entry.amount;
        allowance += entry.amount;
      } else allowance -= entry.amount;
      const isSound = entry.action !== "grant" ||
        (entry.to !== origin && this.#accounts.has(entry.to));
      return isSound && room >= 0n && allowance >= 0n;
    });
  }

  #change(account: Account, entry: Entry): void {
    const { amount } = entry;
    switch (entry.action) {
      case "deposit":
        account.deposited = plus(account.deposited, amount);
        account.allowance = plus(account.allowance, amount);
        this.#balance = plus(this.#balance, amount);
        return;
      case "withdraw":
        account.allowance = minus(account.allowance, amount);
        this.#balance = minus(this.#balance, amount);
        return;
      case "grant": {
        const taker = this.#account(entry.to);
        invariant(taker !== account, "a branch grants nothing to itself");
        account.allowance = minus(account.allowance, amount);
        taker.allowance = plus(taker.allowance, amount);
        return;
      }
      default:
        unreachable(entry);
    }
  }

  #account(branch: BranchId): Account {
    const account = this.#accounts.get(branch);
    invariant(account !== undefined, "only members of the bank have an account");
    return account;
  }
}
