import type { Command, Result } from "./command.ts";
import type { FetchAnswer, FetchRequest } from "./catch_up.ts";
import type { Claim, ClaimAnswer } from "./escrow.ts";
import type { BranchId, CommandId, Sequence } from "./ids.ts";
import type { JournalRecord } from "./journal_record.ts";
import type { PeerAnswer, PeerRequest } from "./propagation.ts";
import type { VersionVector } from "./version_vector.ts";

/** Ties a reply to the request it answers; the host draws it. */
export type Ticket = number;

/** A customer's request: commands, to be executed in order by a branch that has seen `session`. */
export interface ExecuteInput {
  readonly kind: "execute";
  readonly ticket: Ticket;
  readonly commands: readonly Command[];
  readonly session: VersionVector;
  /** How often the customer has sent it, this time included; for people. */
  readonly attempt?: number;
}

/** A peer's request to take over records. */
export interface PropagateInput extends Omit<PeerRequest, "to"> {
  readonly kind: "propagate";
  readonly ticket: Ticket;
}

/** A peer answered a request of this branch. */
export interface AnswerInput extends PeerAnswer {
  readonly kind: "answer";
}

/** A request of this branch got no answer. */
export interface SilenceInput {
  readonly kind: "silence";
  readonly from: BranchId;
  readonly attempt: number;
}

/** A peer gave records out of its journal. */
export interface FetchedInput extends FetchAnswer {
  readonly kind: "fetched";
}

/** A peer gave nothing. */
export interface UnfetchedInput {
  readonly kind: "unfetched";
  readonly from: BranchId;
  readonly attempt: number;
}

/** A peer asks for allowance. */
export interface ClaimInput extends Omit<Claim, "to"> {
  readonly kind: "claim";
  readonly ticket: Ticket;
}

/** A peer answered a claim of this branch. */
export interface ClaimedInput extends ClaimAnswer {
  readonly kind: "claimed";
}

/** A claim of this branch got no answer. */
export interface UnclaimedInput {
  readonly kind: "unclaimed";
  readonly from: BranchId;
  readonly attempt: number;
}

/** Time went on. */
export interface TickInput {
  readonly kind: "tick";
  /** What the clock shows, in milliseconds since 1970; it may go wrong, also backwards. */
  readonly nowMs: number;
}

/** All that can happen to a replica. */
export type Input =
  | ExecuteInput
  | PropagateInput
  | AnswerInput
  | SilenceInput
  | FetchedInput
  | UnfetchedInput
  | ClaimInput
  | ClaimedInput
  | UnclaimedInput
  | TickInput;

/** Why a request was not executed at all. */
export type Rejection =
  | { readonly kind: "contradiction"; readonly id: CommandId }
  | { readonly kind: "stranger"; readonly origin: BranchId }
  | { readonly kind: "unissued"; readonly origin: BranchId; readonly sequence: Sequence }
  | { readonly kind: "behind"; readonly lacking: VersionVector }
  /** Made so long ago that the branch may have executed it and forgotten that. */
  | { readonly kind: "expired"; readonly id: CommandId }
  /** Made, by its id, at a time that has not come yet. */
  | { readonly kind: "ahead"; readonly id: CommandId }
  /** The branch may have forgotten what it wrote; these peers have not told yet. */
  | { readonly kind: "recovering"; readonly unheard: readonly BranchId[] };

/** What goes back to whoever asked. */
export type Reply =
  | {
    readonly kind: "executed";
    readonly ticket: Ticket;
    readonly results: readonly Result[];
    readonly known: VersionVector;
  }
  | { readonly kind: "rejected"; readonly ticket: Ticket; readonly rejection: Rejection }
  | {
    readonly kind: "propagated";
    readonly ticket: Ticket;
    /** How much of the asker's log is applied here. */
    readonly has: Sequence;
    /** All that is applied here, if that was asked. */
    readonly known: VersionVector | undefined;
    /** The command of the entry `has`, if that was asked and there is one. */
    readonly lastId?: CommandId;
  }
  | {
    readonly kind: "claimed";
    readonly ticket: Ticket;
    /** This branch's last entry, a grant included; nothing while it is not sure of its log. */
    readonly last: Sequence | undefined;
    readonly isGranted: boolean;
    /** It grants no claim that was named at this moment or before; milliseconds since 1970. */
    readonly expiredMs: number;
  };

/**
 * What the host has to do, in this order: make the records durable, in one transaction; then
 * send the requests, each of which may be lost, late or doubled; then give the replies.
 */
export interface Effects {
  readonly records: readonly JournalRecord[];
  readonly requests: readonly PeerRequest[];
  /** Asks peers for old records; it belongs to the requests. */
  readonly fetches: readonly FetchRequest[];
  /** Asks peers for allowance; so does this. */
  readonly claims: readonly Claim[];
  readonly replies: readonly Reply[];
  /**
   * Why the branch must end at once, if it must: a sentence about its surroundings. Nothing of
   * the step is then to be carried out.
   */
  readonly halt: string | undefined;
}

/** Says that the branch must end. */
export function halted(halt: string): Effects {
  return { records: [], requests: [], fetches: [], claims: [], replies: [], halt };
}
