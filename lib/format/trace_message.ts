/**
 * Names a command: `customer/position` for one of this run, such as `7/1`; the whole command id
 * for one of an earlier run. A claim is always named by its whole id.
 */
export type CommandName = string;

/** How much of each branch's log is known: sequences by branch; one that is missing counts as 0. */
export type KnownEntries = Readonly<Record<string, number>>;

/** Entries of one log that follow each other, by their sequences. */
export interface EntryRange {
  readonly origin: number;
  readonly first: number;
  readonly last: number;
}

/** A write that stands in a log. */
export interface WriteEntry {
  readonly action: "deposit" | "withdraw";
  readonly command: CommandName;
  readonly amount: number;
}

/** Allowance given away that stands in a log. */
export interface GrantEntry {
  readonly action: "grant";
  readonly claim: string;
  readonly to: number;
  readonly amount: number;
}

/** What became of a command. */
export type TraceResult =
  /** It was done, and so many branches have it. */
  | { readonly result: "written"; readonly branches: number }
  /** It was not, for ever. */
  | { readonly result: "refused"; readonly refusal: Refusal }
  /** Nothing is decided: the money lies with branches that could not be reached. */
  | { readonly result: "unavailable" }
  | { readonly result: "balance"; readonly balance: number }
  /** The request was not executed at all. */
  | { readonly result: "rejected"; readonly reason: string };

/** Why a write was refused. */
export type Refusal = "insufficient funds" | "balance limit";

/** What a customer asks. */
export interface TraceCommand {
  readonly command: CommandName;
  readonly action: "deposit" | "withdraw" | "query";
  /** In minor units; a query has none. */
  readonly amount?: number;
}

/** A request of a customer, with one command. */
export interface CommandMessage extends TraceCommand {
  readonly message: "command";
  /** 1, 2, 3 … for each time that the command is sent. */
  readonly attempt: number;
  /** What the customer has seen, and so what the branch must know first. */
  readonly session: KnownEntries;
}

/** The answer to an attempt of a command. */
export type ResultMessage = TraceResult & {
  readonly message: "result";
  readonly command: CommandName;
  readonly attempt: number;
  /** What the branch knew, and the customer has now seen; not told when it was rejected. */
  readonly known?: KnownEntries;
};

/** Tells one request of a branch to a peer from the next, over all its lives. */
export interface Attempt {
  /**
   * Counts from 1 for each kind of message, and from 1 + 10^9 × (life − 1) after a restart. The
   * answer bears the number of the request.
   */
  readonly attempt: number;
}

/** A request of a branch to a peer, or the answer to one. */
export type PeerMessage =
  | PropagateMessage
  | PropagatedMessage
  | FetchMessage
  | FetchedMessage
  | ClaimMessage
  | ClaimedMessage;

/** Brings entries of the sender's own log; maybe none, where there is only something to ask. */
export interface PropagateMessage extends Attempt {
  readonly message: "propagate";
  readonly carries: readonly EntryRange[];
  /** The sender's last entry. */
  readonly last: number;
  /** Up to here all branches are known to have the sender's entries. */
  readonly everywhere: number;
  /** What the sender has of all logs and offers, if it does. */
  readonly has?: KnownEntries;
  /** Whether it asks what the receiver knows of all logs. */
  readonly asks: boolean;
}

/** Answers a `propagate`. */
export interface PropagatedMessage extends Attempt {
  readonly message: "propagated";
  /** How much of the asker's log the answering branch has. */
  readonly has: number;
  /** How much it has of all logs, if that was asked. */
  readonly known?: KnownEntries;
}

/** Asks for old entries. */
export interface FetchMessage extends Attempt {
  readonly message: "fetch";
  /** Of which logs, and after which entry of each. */
  readonly after: KnownEntries;
}

/** Answers a `fetch`. */
export interface FetchedMessage extends Attempt {
  readonly message: "fetched";
  readonly carries: readonly EntryRange[];
}

/** Asks for allowance, or, if nothing is needed, only how far the peer's log goes. */
export interface ClaimMessage extends Attempt {
  readonly message: "claim";
  readonly claim: string;
  readonly need: number;
  readonly wanted: number;
}

/** Answers a `claim`; the grant itself is an entry, and comes like all others. */
export interface ClaimedMessage extends Attempt {
  readonly message: "claimed";
  readonly isGranted: boolean;
  /** The last entry of the peer, the grant included. */
  readonly last: number;
}
