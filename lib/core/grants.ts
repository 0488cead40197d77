import type { Books } from "./books.ts";
import type { Claim } from "./escrow.ts";
import { ascending, type BranchId } from "./ids.ts";
import { limits } from "./limits.ts";
import { type Money, money } from "./money.ts";
import { untimeliness } from "./rejections.ts";
import type { ClaimInput, Reply } from "./step.ts";

/** What the branch that is asked has, and needs itself. */
export interface Holdings {
  readonly self: BranchId;
  readonly allowance: Money;
  /** What the withdrawals take of it that wait here; 0, if none do. */
  readonly reserved: Money;
  /** The balance of the bank, and of how many branches it is. */
  readonly balance: Money;
  readonly members: number;
}

/** The branch that is asked. */
export interface Giver {
  readonly books: Books;
  readonly members: ReadonlySet<BranchId>;
  readonly reserved: Money;
  /** What its clock shows, in milliseconds since 1970. */
  readonly nowMs: number | undefined;
  /** Whether it knows all that it ever wrote; until then it answers nothing. */
  readonly isSure: boolean;
}

/**
 * Answers claims of peers, those of lower ids first: each is granted once, in part when it must
 * be, and what is granted stands in the books before the answer.
 *
 * One that the journal has to be asked about gets no answer yet: it will be sent again under its
 * name, and "nothing" would be wrong if it was granted.
 */
export function answerClaims(claims: readonly ClaimInput[], giver: Giver): readonly Reply[] {
  const answers = claims.toSorted((left, right) => ascending(left.from, right.from))
    .map((claim) => ({ ticket: claim.ticket, isGranted: isGranted(claim, giver) }));
  const { isSure, books: { last, outcomes: { expiredMs } } } = giver;
  return answers.map(({ ticket, isGranted }) => {
    const known = isSure && isGranted !== undefined ? last : undefined;
    return { kind: "claimed", ticket, isGranted: isGranted === true, last: known, expiredMs };
  });
}

/**
 * Grants a claim, unless that was done before; tells whether it has a grant now, and `undefined`
 * if that has to be read first.
 */
function isGranted(
  { id, from, need, wanted }: ClaimInput,
  { books, members, reserved, isSure, nowMs }: Giver,
): boolean | undefined {
  const { self, ledger, outcomes } = books;
  const claim = { action: "grant", id, to: from } as const;
  const isPeer = from !== self && members.has(from);
  if (!isSure || !isPeer) return false;
  const memory = outcomes.memoryOf(claim);
  if (memory === "it" || memory === "another") return true;
  if (memory === "unread") {
    // Who needs nothing asks only how far the log goes, under a name that may be new each time.
    if (need === 0n) return false;
    outcomes.ask([claim]);
    return undefined;
  }
  if (untimeliness(claim, { memory, nowMs }) !== undefined) return false;
  if (books.entries >= limits.recordEntriesMax) return false;
  const { balance } = ledger;
  const allowance = ledger.allowanceOf(self);
  const holdings = { self, allowance, reserved, balance, members: members.size };
  const amount = grantable({ from, need, wanted }, holdings);
  if (amount > 0n) books.grant({ ...claim, amount });
  return amount > 0n;
}

/**
 * Decides what a branch grants to a peer that asks: from nothing to all that it has.
 *
 * 1. When both need allowance the lower id goes first. The other one gives what it can, and gets
 *    its turn when that has paid out; so the last money is paid out by one of them, and neither
 *    waits for the other for ever. What the lower one will not pay out it may give.
 * 2. Where a fair share of the balance would not cover what is needed, crumbs are of no use to
 *    anyone: all goes to where it was last wanted.
 * 3. Else the peer gets what it needs, and of what it would like besides, no more than half of
 *    what is left.
 */
export function grantable(
  { from, need, wanted }: Pick<Claim, "from" | "need" | "wanted">,
  holdings: Holdings,
): Money {
  const { self, allowance, reserved, balance, members } = holdings;
  if (need === 0n) return money(0);
  // Of what is reserved, a peer of a lower id may have got some just now.
  const kept = self < from ? least(reserved, allowance) : 0n;
  const free = money(allowance - kept);
  if (free <= need) return free;
  if (reserved > 0n) return need;
  if (balance < BigInt(members) * need) return allowance;
  const extra = least(wanted - need, (allowance - need) / 2n);
  return extra > 0n ? money(need + extra) : need;
}

function least(left: bigint, right: bigint): bigint {
  return left < right ? left : right;
}
