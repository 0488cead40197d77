import type { Grant } from "../../lib/core/entry.ts";
import type { Claim } from "../../lib/core/escrow.ts";
import type { BranchId, CommandId } from "../../lib/core/ids.ts";
import { demand } from "./breach.ts";

/** All that was claimed, and what was granted: each claim once, to whoever made it. */
export class Claims {
  readonly #made = new Map<CommandId, Claim>();
  readonly #granted = new Set<CommandId>();
  readonly #told = new Set<CommandId>();
  /** How many claims were granted. */
  granted = 0;
  /** How many of them got less than they needed. */
  partial = 0;
  /** How many answers said again that a claim was granted. */
  again = 0;

  /** A branch claims; it may send the same claim again, and need more or nothing by then. */
  made(claim: Claim): void {
    const { id, from, to } = claim;
    const earlier = this.#made.get(id) ?? claim;
    const isSame = earlier.from === from && earlier.to === to;
    demand("exactly once", isSame, () => `branch ${from} claims ${id} of branch ${to} too`);
    if (claim.need >= earlier.need) this.#made.set(id, claim);
  }

  /** A branch writes a grant into its log. */
  grants(giver: BranchId, { id, to, amount }: Grant): void {
    const claim = this.#made.get(id);
    const isAsked = claim?.to === giver && claim.from === to && claim.need > 0n && amount > 0n;
    const isFirst = !this.#granted.has(id);
    const what = `branch ${giver} grants ${amount} to branch ${to} for ${id}`;
    demand("exactly once", isFirst, () => `${what}, which was granted before`);
    demand("exactly once", isAsked, () => `${what}, who did not claim that`);
    this.#granted.add(id);
    this.granted += 1;
    if (claim !== undefined && amount < claim.need) this.partial += 1;
  }

  /** A branch says that it has granted a claim. */
  told(id: CommandId): void {
    if (this.#told.has(id)) this.again += 1;
    this.#told.add(id);
  }
}
