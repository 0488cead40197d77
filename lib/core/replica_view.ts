import type { BranchId } from "./ids.ts";
import type { Money } from "./money.ts";
import type { PeerView } from "./peer.ts";
import type { VersionVector } from "./version_vector.ts";

/** A replica as a check, a health probe or a person wants to see it. */
export interface ReplicaView {
  readonly id: BranchId;
  readonly balance: Money;
  /** What this branch may pay out without asking anyone. */
  readonly allowance: Money;
  readonly known: VersionVector;
  /** What peers have said to have beyond that: by origin, up to which entry. */
  readonly lacking: VersionVector;
  /** Whether it executes commands: it is sure to know all that it ever wrote. */
  readonly isSure: boolean;
  /** How many writes and claims have an outcome here. */
  readonly outcomes: number;
  /** Requests that wait: for what their session has seen, for peers, for earlier records. */
  readonly open: number;
  readonly peers: readonly MemberView[];
}

/** What is believed of one peer, and what it may pay out as far as is known here. */
export interface MemberView extends PeerView {
  readonly allowance: Money;
}
