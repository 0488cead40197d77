import type { BranchStatus, PeerStatus, Status } from "../../lib/format/status.ts";
import { totalsOf } from "./false_status.ts";

/** A peer of branch 1, all well, but for what it says. */
export function peerStatusOf(changes: Partial<PeerStatus> = {}): PeerStatus {
  return {
    ...{ id: 2, state: "in step", silentSeconds: null, lag: 0, lagChange: null, missing: 0 },
    ...{ allowance: "30", ...changes },
  };
}

/** Branch 1 of two, all well, but for what it says. */
export function branchStatusOf(changes: Partial<BranchStatus> = {}): BranchStatus {
  return {
    ...{ id: 1, address: "127.0.0.1:5001", serving: true, reasons: [], troubles: [] },
    ...{ upSeconds: 60, balance: "100", allowance: "70", applied: {}, waiting: 0, outcomes: 0 },
    peers: [peerStatusOf()],
    throughput: { windowSeconds: 10, perSecond: totalsOf(), total: totalsOf() },
    entries: [],
    ...changes,
  };
}

/** A process with these branches. */
export function statusWith(branches: readonly BranchStatus[]): Status {
  const about = { bank: "savings", version: "0.1.0", at: "2025-11-22T12:00:00.000Z" };
  return { ...about, serving: branches.every(({ serving }) => serving), branches };
}
