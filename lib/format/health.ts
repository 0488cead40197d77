import type { BranchId } from "../core/ids.ts";
import { limits } from "../core/limits.ts";
import type { PeerView } from "../core/peer.ts";
import type { ReplicaView } from "../core/replica_view.ts";
import { knownOf } from "../core/version_vector.ts";
import { listed } from "./explanation.ts";
import { counted } from "./verdict.ts";

/** Whether a branch can be turned to, and what is wrong with it or around it. */
export interface Health {
  /** Whether it executes commands and is not far behind the others. */
  readonly isServing: boolean;
  /** Why it does not serve, in sentences; empty if it does. */
  readonly reasons: readonly string[];
  /** What an operator should know of all the same, in sentences. */
  readonly troubles: readonly string[];
}

/** A branch that lacks more entries than this is far behind: more than one step writes. */
const behindEntriesMax = limits.stepCommandsMax;

/** Tells whether a branch serves, as far as it can see itself, and is not about to end. */
export function healthOf(
  view: ReplicaView,
  { isEnding }: { readonly isEnding: boolean },
): Health {
  const reasons = isEnding ? ["it is about to end, and takes no more commands"] : reasonsIn(view);
  return { isServing: reasons.length === 0, reasons, troubles: troublesIn(view) };
}

/** Tells how many entries of this branch's log a peer lacks; nothing where it has not said. */
export function lagOf({ id, known }: ReplicaView, peer: PeerView): number | undefined {
  return peer.isHeard ? knownOf(known, id) - peer.has : undefined;
}

/** Tells how many entries of a log are missing here that a peer has said to have. */
export function missingOf({ known, lacking }: ReplicaView, origin: BranchId): number {
  return Math.max(0, knownOf(lacking, origin) - knownOf(known, origin));
}

function reasonsIn(view: ReplicaView): readonly string[] {
  const { id, isSure, lacking, peers } = view;
  const missing = [...lacking.keys()].reduce((sum, origin) => sum + missingOf(view, origin), 0);
  if (isSure) {
    return missing > behindEntriesMax
      ? [`it lacks ${entries(missing)} that others have, and is fetching them`]
      : [];
  }
  const own = missingOf(view, id);
  const unheard = peers.filter(({ isHeard }) => !isHeard).map(({ id }) => id);
  const reasons: string[] = [];
  if (own > 0) {
    reasons.push(`it has forgotten ${entries(own)} of its own log, and is fetching them`);
  }
  if (unheard.length > 0) {
    reasons.push(`it waits for ${branchWords(unheard)} to say how much of its log is known there`);
  }
  return reasons.length > 0 ? reasons : ["it is starting"];
}

function troublesIn(view: ReplicaView): readonly string[] {
  const troubles: string[] = [];
  const silent = view.peers.filter(({ reachable }) => !reachable);
  if (silent.length > 0) {
    const cutOff = silent.reduce((sum, { allowance }) => sum + allowance, 0n);
    const who = branchWords(silent.map(({ id }) => id));
    troubles.push(
      `${who} cannot be reached, and ${cutOff} of the balance can be paid out only there`,
    );
  }
  for (const peer of view.peers) {
    const lag = lagOf(view, peer) ?? 0;
    if (!peer.reachable || lag <= behindEntriesMax) continue;
    troubles.push(`branch ${peer.id} lacks ${entries(lag)} of this branch`);
  }
  return troubles;
}

/** Names branches for people: `branch 2`, `branches 1, 2 and 3`. */
export function branchWords(ids: readonly BranchId[]): string {
  return `${ids.length === 1 ? "branch" : "branches"} ${listed(ids.map(String))}`;
}

function entries(count: number): string {
  return counted(count, "entry", "entries");
}
