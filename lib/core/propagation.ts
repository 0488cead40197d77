import type { BranchId, CommandId, Sequence } from "./ids.ts";
import type { EntriesRecord } from "./journal_record.ts";
import type { VersionVector } from "./version_vector.ts";

/** Records for peers that lack the same; each of them answers for itself. */
export interface PeerRequest {
  readonly from: BranchId;
  readonly to: readonly BranchId[];
  /** Tells one request to a peer from the next; an answer cites it. */
  readonly attempt: number;
  /** The sender's last entry: whoever lacks more of its log than it is given has to fetch that. */
  readonly last: Sequence;
  /** Up to here the sender's own entries are known to be at every member. */
  readonly everywhere: Sequence;
  /** What the sender has had for a while, for peers that may lack it; else nothing. */
  readonly has: VersionVector;
  /** Whether the answer shall say what the peer knows of all origins. */
  readonly asks: boolean;
  /** Of the sender's own log; maybe none, where there is only something to ask or to tell. */
  readonly records: readonly EntriesRecord[];
}

/** What a peer said to a request. */
export interface PeerAnswer {
  readonly from: BranchId;
  readonly attempt: number;
  /** How much of the sender's log it has. */
  readonly has: Sequence;
  /** All that it knows, if it was asked. */
  readonly known: VersionVector | undefined;
  /** The command of the entry `has`, if it was asked and there is one. */
  readonly lastId?: CommandId;
}
