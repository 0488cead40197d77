import type { CommandId } from "./ids.ts";
import type { Money } from "./money.ts";

/** Puts money in. */
export interface Deposit {
  readonly action: "deposit";
  readonly id: CommandId;
  readonly amount: Money;
}

/** Takes money out, if there is enough. */
export interface Withdrawal {
  readonly action: "withdraw";
  readonly id: CommandId;
  readonly amount: Money;
}

/** Asks for the balance; it changes nothing, so it needs no id, but people may name it. */
export interface Query {
  readonly action: "query";
  readonly id?: CommandId;
}

/** A command that changes the balance, and so happens exactly once. */
export type Write = Deposit | Withdrawal;

/** What a customer asks, once. */
export type Command = Write | Query;

/**
 * Why a write changed nothing. It is final: the id keeps this outcome.
 *
 * - `insufficient funds`: the whole bank has less than the withdrawal asks for.
 * - `balance limit`: the deposit could lift the balance past what a balance may be.
 */
export type Refusal = "insufficient funds" | "balance limit";

/**
 * What became of one command of a request.
 *
 * A withdrawal is `unavailable` when the branch may not pay out so much by itself and could not
 * reach those in time that may. Nothing is decided then: it is safe to ask again, under the same
 * id.
 */
export type Result =
  | { readonly kind: "written"; readonly branches: number }
  | { readonly kind: "refused"; readonly refusal: Refusal }
  | { readonly kind: "unavailable" }
  | { readonly kind: "balance"; readonly balance: Money };

/** Tells whether two writes ask for the same, ids aside. */
export function sameContent(left: Write, right: Write): boolean {
  return left.action === right.action && left.amount === right.amount;
}
