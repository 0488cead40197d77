import type { FetchRequest } from "../core/catch_up.ts";
import type { Claim } from "../core/escrow.ts";
import type { BranchId, Sequence } from "../core/ids.ts";
import type { EntriesRecord } from "../core/journal_record.ts";
import type { PeerRequest } from "../core/propagation.ts";
import type { Claimed } from "./host.ts";

/** Records that an origin appends to its part of the shared log at once. */
export interface Batch extends Pick<PeerRequest, "from" | "attempt" | "everywhere"> {
  /** Up to which of the origin's entries the shared log goes with it. */
  readonly last: Sequence;
  /** Of its own log, in order; none where it only says that a process begins to append. */
  readonly records: readonly EntriesRecord[];
  /** Where it is a request by itself: whom alone it is for, and what else it says. */
  readonly apart?: Pick<PeerRequest, "to" | "has" | "asks">;
}

/** How much of an origin's log a branch has, durably. */
export interface Having {
  readonly origin: BranchId;
  readonly branch: BranchId;
  readonly has: Sequence;
}

/**
 * What carries the messages of a bank between its processes: a log that all of them read, and
 * messages from one to others, which may be lost. Nothing that it says is trusted: what it
 * forgets, the origins have, and tell.
 */
export interface Carrier {
  /**
   * Appends what a branch of this process wrote to the log, and tells up to which of the branch's
   * entries the log goes then: not that far, or further, where somebody else has appended them.
   *
   * @throws {Error} when that cannot be told.
   */
  append(batch: Omit<Batch, "last">): Promise<Sequence>;
  /**
   * Waits until all has been handed to this process that the log has of an origin now; tells up to
   * which of the origin's entries that goes, or nothing where it cannot be told.
   */
  caughtUp(origin: BranchId): Promise<Sequence | undefined>;
  /** Reads the log again, from where the branches of this process stand. */
  reread(): void;
  /** Tells an origin what a branch of this process has of its log. */
  acknowledge(having: Having): void;
  /**
   * Sends a request, without its records, to its destinations; each answers for itself, and what it
   * answers reaches nobody but this process: another one counts its requests from the beginning.
   */
  announce(request: PeerRequest): void;
  /** Asks a branch for old records; it gives nothing if it does not answer. */
  ask(request: FetchRequest): Promise<readonly EntriesRecord[] | undefined>;
  /** Asks a branch for allowance; it says nothing if it does not answer. */
  claim(request: Claim): Promise<Claimed | undefined>;
}
