import type { Write } from "./command.ts";
import type { BranchId, CommandId } from "./ids.ts";
import type { Money } from "./money.ts";

/**
 * Allowance that a branch gives away: from now on `to` may pay that much out, and the giver may
 * not. The balance stays as it is.
 */
export interface Grant {
  readonly action: "grant";
  /** The claim that it answers, once. */
  readonly id: CommandId;
  readonly to: BranchId;
  readonly amount: Money;
}

/** What one line of a branch's own log says: a write that was done, or allowance given away. */
export type Entry = Write | Grant;
