import type { ReplicaView } from "../core/replica_view.ts";
import type { Activity, PlacedEntry, Totals } from "./branch_activity.ts";
import { healthOf, lagOf, missingOf } from "./health.ts";

/**
 * How the branches of a process are, as JSON. Amounts of money are decimal digits in strings,
 * minor units; times are seconds.
 */
export interface Status {
  /** The name of the bank. */
  readonly bank: string;
  /** The version of the program. */
  readonly version: string;
  /** When this was told, by ISO 8601, in UTC. */
  readonly at: string;
  /** Whether all branches of the process serve. */
  readonly serving: boolean;
  /** By ascending id. */
  readonly branches: readonly BranchStatus[];
}

/** How a branch is. */
export interface BranchStatus {
  readonly id: number;
  /** Where it listens for customers and peers. */
  readonly address: string;
  /** Whether it executes commands and is not far behind the others. */
  readonly serving: boolean;
  /** Why it does not serve, in sentences; empty if it does. */
  readonly reasons: readonly string[];
  /** What is wrong around it, in sentences. */
  readonly troubles: readonly string[];
  /** Since when its process looks at it. */
  readonly upSeconds: number;
  /** What all entries that it knows add up to. */
  readonly balance: string;
  /** What it may pay out without asking another branch. */
  readonly allowance: string;
  /** How many entries it has applied of each branch's log, by branch. */
  readonly applied: Readonly<Record<string, number>>;
  /** Requests that wait in it, of customers and of peers. */
  readonly waiting: number;
  /** How many commands and claims it remembers the outcome of. */
  readonly outcomes: number;
  /** By ascending id. */
  readonly peers: readonly PeerStatus[];
  readonly throughput: Throughput;
  /** The last entries, in the order in which this branch applied them; the newest is the last. */
  readonly entries: readonly EntryStatus[];
}

/** How a peer is, as far as the branch knows. */
export interface PeerStatus {
  readonly id: number;
  /**
   * - `in step`: it has all entries of this branch; and, if it is owed an answer, not for long.
   * - `behind`: it lacks some, and answers.
   * - `no answer`: it has not answered for two seconds.
   * - `not heard`: since this branch came back it has not said what it has.
   */
  readonly state: "in step" | "behind" | "no answer" | "not heard";
  /** How long it has been seen not to answer; null if it does. */
  readonly silentSeconds: number | null;
  /** How many of this branch's own entries it is not known to have; null before it has said. */
  readonly lag: number | null;
  /** By how much that has grown within the window of the throughput. */
  readonly lagChange: number | null;
  /** How many entries of its log are missing here that it or others have said to have. */
  readonly missing: number;
  /** What it may pay out, as far as is known here. */
  readonly allowance: string;
}

/** How much a branch does. */
export interface Throughput {
  /** Over how long `perSecond` was counted; up to ten or eleven seconds. */
  readonly windowSeconds: number;
  readonly perSecond: Totals;
  /** Since its process looks at it. */
  readonly total: Totals;
}

/** An entry of a log. */
export interface EntryStatus {
  readonly origin: number;
  readonly sequence: number;
  readonly action: "deposit" | "withdraw" | "grant";
  readonly amount: string;
  /** The id of the command; of a grant, that of the claim that it answers. */
  readonly id: string;
  /** Of a grant: who may pay that out now. */
  readonly to?: number;
}

/** A branch to tell of. */
export interface Watched {
  readonly address: string;
  readonly view: ReplicaView;
  /** Whether it is about to end. */
  readonly isEnding: boolean;
  readonly activity: Activity;
}

/** Tells how the branches of a process are. */
export function statusOf(
  watched: readonly Watched[],
  { bank, version, at }: Pick<Status, "bank" | "version" | "at">,
): Status {
  const branches = watched.map(branchStatusOf).sort((left, right) => left.id - right.id);
  const serving = branches.every((branch) => branch.serving);
  return { bank, version, at, serving, branches };
}

/** Says in a line for each branch whether it serves, and why not. */
export function healthLines({ branches }: Status): string {
  return branches.map(({ id, serving, reasons }) => (
    `branch ${id}: ${serving ? "serving" : `not serving: ${reasons.join("; ")}`}\n`
  )).join("");
}

function branchStatusOf({ address, view, isEnding, activity }: Watched): BranchStatus {
  const { isServing, reasons, troubles } = healthOf(view, { isEnding });
  const { nowMs = 0, sinceMs = nowMs } = activity;
  return {
    id: view.id,
    address,
    serving: isServing,
    reasons,
    troubles,
    upSeconds: secondsFrom(sinceMs, nowMs),
    balance: `${view.balance}`,
    allowance: `${view.allowance}`,
    applied: Object.fromEntries(view.known),
    waiting: view.open,
    outcomes: view.outcomes,
    peers: view.peers.map((peer) => peerStatusOf(peer, view, activity)),
    throughput: throughputOf(activity),
    entries: activity.entries.map(entryStatusOf),
  };
}

function peerStatusOf(
  peer: ReplicaView["peers"][number],
  view: ReplicaView,
  { before, silentSinceMs, nowMs = 0 }: Activity,
): PeerStatus {
  const { id, reachable } = peer;
  const lag = lagOf(view, peer);
  const since = reachable ? undefined : silentSinceMs.get(id) ?? nowMs;
  const earlier = before?.view.peers.find((other) => other.id === id);
  const lagBefore = before === undefined || earlier === undefined
    ? undefined
    : lagOf(before.view, earlier);
  return {
    id,
    state: stateOf(reachable, lag),
    silentSeconds: since === undefined ? null : secondsFrom(since, nowMs),
    lag: lag ?? null,
    lagChange: lag === undefined || lagBefore === undefined ? null : lag - lagBefore,
    missing: missingOf(view, id),
    allowance: `${peer.allowance}`,
  };
}

function stateOf(reachable: boolean, lag: number | undefined): PeerStatus["state"] {
  if (!reachable) return "no answer";
  if (lag === undefined) return "not heard";
  return lag === 0 ? "in step" : "behind";
}

function throughputOf({ totals, before, nowMs = 0 }: Activity): Throughput {
  const seconds = before === undefined ? 0 : secondsFrom(before.ms, nowMs);
  const rate = (key: keyof Totals) =>
    seconds === 0 ? 0 : rounded((totals[key] - (before?.totals[key] ?? 0)) / seconds);
  const perSecond = {
    written: rate("written"),
    refused: rate("refused"),
    unavailable: rate("unavailable"),
    queried: rate("queried"),
    rejected: rate("rejected"),
    entriesWritten: rate("entriesWritten"),
    entriesTaken: rate("entriesTaken"),
  };
  return { windowSeconds: seconds, perSecond, total: totals };
}

function entryStatusOf({ origin, sequence, entry }: PlacedEntry): EntryStatus {
  const { action, amount, id } = entry;
  const placed = { origin, sequence, action, amount: `${amount}`, id };
  return entry.action === "grant" ? { ...placed, to: entry.to } : placed;
}

/** Tells how long it is from one moment to another, in seconds; a clock may have been set back. */
function secondsFrom(fromMs: number, toMs: number): number {
  return rounded(Math.max(0, toMs - fromMs) / 1_000);
}

function rounded(value: number): number {
  return Math.round(value * 10) / 10;
}
