import { money } from "../../lib/core/money.ts";
import type { MemberView, ReplicaView } from "../../lib/core/replica_view.ts";
import type { Activity, Totals } from "../../lib/format/branch_activity.ts";
import { branch, vector } from "../core/samples.ts";

/** A peer that answers and has all that branch 1 of `viewOf` has written, but for what it says. */
export function peerOf(id: number, changes: Partial<MemberView> = {}): MemberView {
  const standing = { has: 5, isHeard: true, reachable: true, allowance: money(30) };
  return { id: branch(id), ...standing, ...changes };
}

/** Branch 1 of three, which has written five entries, all well, but for what it says. */
export function viewOf(changes: Partial<ReplicaView> = {}): ReplicaView {
  return {
    id: branch(1),
    balance: money(100),
    allowance: money(40),
    known: vector({ 1: 5, 2: 3 }),
    lacking: vector({}),
    isSure: true,
    outcomes: 5,
    open: 0,
    peers: [peerOf(2), peerOf(3)],
    ...changes,
  };
}

/** Has done nothing, but for what it says. */
export function totalsOf(changes: Partial<Totals> = {}): Totals {
  return {
    ...{ written: 0, refused: 0, unavailable: 0, queried: 0, rejected: 0 },
    ...{ entriesWritten: 0, entriesTaken: 0, ...changes },
  };
}

/** Is looked at since a minute, and has done nothing, but for what it says. */
export function activityOf(changes: Partial<Activity> = {}): Activity {
  return {
    totals: totalsOf(),
    sinceMs: 1_000_000,
    nowMs: 1_060_000,
    before: undefined,
    silentSinceMs: new Map(),
    entries: [],
    ...changes,
  };
}
