import type { BranchId } from "./ids.ts";
import { type Money, money } from "./money.ts";

/**
 * Tells what `branch` may pay out of the balance that the bank opens with: equal shares, and to
 * the branch with the lowest id also what is left over.
 *
 * It follows from the founding alone, so all branches agree on it without a word. Journals rely
 * on it: with another rule, old ones would not add up.
 */
export function openingShare(
  branch: BranchId,
  { opening, members }: { readonly opening: Money; readonly members: readonly BranchId[] },
): Money {
  const count = BigInt(members.length);
  const isFirst = members.every((member) => branch <= member);
  return money(opening / count + (isFirst ? opening % count : 0n));
}
