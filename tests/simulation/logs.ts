import type { Entry } from "../../lib/core/entry.ts";
import type { BranchId, CommandId } from "../../lib/core/ids.ts";
import type { VersionVector } from "../../lib/core/version_vector.ts";
import { Breach } from "./breach.ts";

/** A line of an origin's log, as the origin first committed it. */
export interface Line {
  readonly id: CommandId;
  /** What all lines up to this one add to the balance. */
  readonly sum: bigint;
  /** What they add to the allowance of their origin. */
  readonly own: bigint;
  /** What they grant, by taker. */
  readonly granted: ReadonlyMap<BranchId, bigint>;
  /** What the origin knew of others when it wrote this. */
  readonly after: ReadonlyMap<BranchId, number>;
}

/** The end of a log in which there is nothing. */
export const noLine: Line = {
  ...{ id: "" as CommandId, sum: 0n, own: 0n },
  ...{ granted: new Map(), after: new Map() },
};

/**
 * The logs of all origins as they were first committed, and what they add up to: the auditor's own
 * account of balances and allowances.
 */
export class Logs {
  readonly #opening: bigint;
  readonly #shares: ReadonlyMap<BranchId, bigint>;
  readonly #logs: ReadonlyMap<BranchId, Line[]>;

  /** Begins with nothing but the opening balance, which is dealt out to the branches. */
  constructor(opening: number, branches: readonly BranchId[]) {
    const share = Math.floor(opening / branches.length);
    const rest = opening - share * branches.length;
    const first = Math.min(...branches);
    this.#opening = BigInt(opening);
    this.#shares = new Map(
      branches.map((id) => [id, BigInt(id === first ? share + rest : share)]),
    );
    this.#logs = new Map(branches.map((id) => [id, []]));
  }

  /** How far each log goes. */
  get ends(): VersionVector {
    return new Map([...this.#logs].map(([origin, { length }]) => [origin, length]));
  }

  /** How far the log of `origin` goes. */
  lengthOf(origin: BranchId): number {
    return this.#logs.get(origin)?.length ?? 0;
  }

  /** The lines of `origin`'s log. */
  of(origin: BranchId): readonly Line[] {
    return this.#logs.get(origin) ?? [];
  }

  /** A line that its origin has committed; 0 is the beginning. */
  line(origin: BranchId, sequence: number): Line {
    if (sequence === 0) return noLine;
    const line = this.#logs.get(origin)?.[sequence - 1];
    if (line !== undefined) return line;
    throw new Breach("durability", `branch ${origin} never committed an entry ${sequence}`);
  }

  /** Adds the next line of `origin`'s log. */
  append(origin: BranchId, entry: Entry, after: ReadonlyMap<BranchId, number>): void {
    const { id, action, amount } = entry;
    const { sum, own, granted } = this.of(origin).at(-1) ?? noLine;
    const line = action === "deposit"
      ? { id, sum: sum + amount, own: own + amount, granted, after }
      : action === "withdraw"
      ? { id, sum: sum - amount, own: own - amount, granted, after }
      : { id, sum, own: own - amount, granted: plusGrant(granted, entry.to, amount), after };
    this.#logs.get(origin)?.push(line);
  }

  /** What the entries that a vector names make of the opening balance. */
  balanceAt(known: VersionVector): bigint {
    let balance = this.#opening;
    for (const [origin, sequence] of known) balance += this.line(origin, sequence).sum;
    return balance;
  }

  /** What they make of the allowance of `branch`: share, deposits and grants, less what it gave. */
  allowanceAt(branch: BranchId, known: VersionVector): bigint {
    let allowance = this.#shares.get(branch) ?? 0n;
    for (const [origin, sequence] of known) {
      const { own, granted } = this.line(origin, sequence);
      allowance += (origin === branch ? own : 0n) + (granted.get(branch) ?? 0n);
    }
    return allowance;
  }

  /** Tells whether a query could have seen `balance` between these two states of knowledge. */
  isPossible(balance: bigint, least: VersionVector, most: VersionVector): boolean {
    let sums = new Set([this.#opening]);
    for (const [origin, last] of most) {
      const lines = Array.from(
        { length: last - (least.get(origin) ?? 0) + 1 },
        (_, index) => this.line(origin, last - index).sum,
      );
      sums = new Set([...sums].flatMap((sum) => lines.map((line) => sum + line)));
      if (sums.size > 1_000) return true;
    }
    return sums.has(balance);
  }
}

function plusGrant(
  granted: ReadonlyMap<BranchId, bigint>,
  to: BranchId,
  amount: bigint,
): ReadonlyMap<BranchId, bigint> {
  return new Map([...granted, [to, (granted.get(to) ?? 0n) + amount]]);
}

/** Writes a vector for people. */
export function text(vector: ReadonlyMap<BranchId, number>): string {
  const parts = [...vector].toSorted(([left], [right]) => left - right);
  return `{${parts.map(([id, sequence]) => `${id}: ${sequence}`).join(", ")}}`;
}
