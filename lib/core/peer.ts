import type { BranchId, Sequence } from "./ids.ts";
import { patience } from "./patience.ts";
import { nothingKnown, type VersionVector } from "./version_vector.ts";

/** What is believed of one peer, for people. */
export interface PeerView {
  readonly id: BranchId;
  /** How much of this branch's log it is known to have. */
  readonly has: Sequence;
  /** Whether it has said that, since this branch was away. */
  readonly isHeard: boolean;
  /** Whether it owes no answer for too long. */
  readonly reachable: boolean;
}

/** What the outbox knows of one peer. */
export interface Peer {
  readonly id: BranchId;
  has: Sequence;
  /** Whether `has` is known at all: a branch that was away asks before it sends. */
  isHeard: boolean;
  /** What it knew when it was last asked; it may know more by now, never less. */
  known: VersionVector;
  /** What it was told of this branch's entries that are at every member. */
  told: Sequence;
  /** When it was last sent anything. */
  askedTick: number;
  /** The request that it has not answered yet. */
  flight: { readonly attempt: number; readonly tick: number } | undefined;
  /** Since when it owes an answer, over all attempts. */
  silentTick: number | undefined;
  failures: number;
  retryTick: number;
}

/** A peer of which nothing is known yet; it is taken for reachable. */
export function unknownPeer(id: BranchId): Peer {
  return {
    id,
    has: 0,
    isHeard: true,
    known: nothingKnown,
    told: 0,
    askedTick: 0,
    flight: undefined,
    silentTick: undefined,
    failures: 0,
    retryTick: 0,
  };
}

/** Shows what is believed of a peer. */
export function viewOf(peer: Peer, tick: number): PeerView {
  const { id, has, isHeard } = peer;
  return { id, has, isHeard, reachable: isReachable(peer, tick) };
}

/** Tells whether a peer counts as reachable: it does not owe an answer for too long. */
export function isReachable(peer: Peer, tick: number): boolean {
  return peer.silentTick === undefined || tick - peer.silentTick < patience.unreachableTicks;
}
