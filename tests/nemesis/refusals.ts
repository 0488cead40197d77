import type { Write } from "../../lib/core/command.ts";
import type { BranchId } from "../../lib/core/ids.ts";
import type { EntriesRecord } from "../../lib/core/journal_record.ts";
import { covers, type VersionVector } from "../../lib/core/version_vector.ts";
import type { Violation } from "./law.ts";

/** A withdrawal that a customer was told the bank has too little money for. */
export interface RefusedCase {
  readonly write: Write;
  readonly branch: BranchId;
  /** What customers had seen by the time when it was first asked for. */
  readonly since: VersionVector;
  /** What the branch knew when it answered. */
  readonly until: VersionVector;
}

/**
 * Finds refusals that were not true: the branch did not know all that others had shown before it
 * was asked, or from then on until it answered it never had less than what was asked for.
 *
 * `journals` are the records of each branch, in the order in which it wrote them down; so each
 * beginning of them is a state that the branch was in.
 */
export function* judgeRefusals(
  opening: bigint,
  { refusals, journals }: {
    readonly refusals: readonly RefusedCase[];
    readonly journals: ReadonlyMap<BranchId, readonly EntriesRecord[]>;
  },
): Generator<Violation> {
  const law = "no false refusal";
  const byBranch = Map.groupBy(refusals, ({ branch }) => branch);
  for (const [branch, all] of byBranch) {
    const past = new Past(opening, journals.get(branch) ?? []);
    for (const { write, since, until } of all) {
      const name = `${write.id} of branch ${branch}`;
      if (!covers(until, since)) {
        yield { law, message: `${name} was refused without what others had shown before` };
        continue;
      }
      const least = past.least(since, until);
      if (write.amount <= least) {
        yield { law, message: `${name} asks for ${write.amount}, and there was at least ${least}` };
      }
    }
  }
}

/** The states that a branch was in, one after another. */
class Past {
  /** What it had after so many entries. */
  readonly #balances: bigint[];
  /** After how many entries it had each of each log. */
  readonly #places = new Map<BranchId, number[]>();

  constructor(opening: bigint, records: readonly EntriesRecord[]) {
    let balance = opening;
    this.#balances = [balance];
    for (const { origin, entries } of records) {
      const places = this.#places.get(origin) ?? [];
      this.#places.set(origin, places);
      for (const { action, amount } of entries) {
        if (action !== "grant") balance += action === "deposit" ? amount : -amount;
        places.push(this.#balances.push(balance) - 1);
      }
    }
  }

  /** The least that it had from when it knew `since` until it knew `until`. */
  least(since: VersionVector, until: VersionVector): bigint {
    const states = this.#balances.slice(this.#at(since), this.#at(until) + 1);
    return states.reduce((least, balance) => balance < least ? balance : least);
  }

  #at(known: VersionVector): number {
    const places = [...known].map(([origin, sequence]) => (
      this.#places.get(origin)?.[sequence - 1] ?? 0
    ));
    return Math.max(0, ...places);
  }
}
