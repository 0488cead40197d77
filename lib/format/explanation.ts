import type { TraceEvent } from "./trace.ts";
import type { CommandName, KnownEntries } from "./trace_message.ts";
import type { ToldEntry } from "./trace_entries.ts";
import type { Gain } from "./trace_knowledge.ts";

/** A step on the way of a command: what happened, and where the trace tells it. */
export interface Step {
  readonly event: TraceEvent;
  readonly says: string;
}

/** How an entry came to a branch, or why it did not. */
export interface Delivery {
  readonly branch: number;
  /** How long after the entry was made, in milliseconds; nothing if it never came. */
  readonly afterMs: number | undefined;
  /** What brought it. */
  readonly by: string;
  /** What went wrong with messages that carried it there; empty if nothing did. */
  readonly trouble: string;
}

/** Why a command was answered as it was. */
export interface Explanation {
  readonly command: CommandName;
  /** What was asked of whom: `withdraws 900 at branch 2`. */
  readonly asked: string;
  /** What it was answered. */
  readonly outcome: string;
  readonly steps: readonly Step[];
  /** Of a write that was done, how it came to the other branches: what is remarkable first. */
  readonly deliveries: readonly Delivery[];
}

/** Names an entry for people. */
export function entryWords({ origin, sequence }: Pick<ToldEntry, "origin" | "sequence">): string {
  return `entry ${sequence} of branch ${origin}`;
}

/** Names entries of one log for people. */
export function rangeWords({ origin, first, last }: Gain): string {
  if (first === last) return entryWords({ origin, sequence: first });
  return `entries ${first} to ${last} of branch ${origin}`;
}

/** Lists ranges for people, not more than so many. */
export function rangesWords(ranges: readonly Gain[], most = 4): string {
  return listed(ranges.map(rangeWords), most);
}

/** Says what somebody knows. */
export function knownWords(known: KnownEntries): string {
  const ranges = Object.entries(known).flatMap(([origin, last]) => (
    last === 0 ? [] : [{ origin: Number(origin), first: 1, last }]
  ));
  return ranges.length === 0 ? "nothing yet" : rangesWords(ranges);
}

/** Lists things for people: `a, b and c`, or `a, b and 7 more`. */
export function listed(things: readonly string[], most = 8): string {
  const shown = things.length <= most ? things : things.slice(0, most);
  const more = things.length - shown.length;
  if (more > 0) return `${shown.join(", ")} and ${more} more`;
  return shown.join(", ").replace(/, (?=[^,]*$)/, " and ");
}

/** Says how long something took. */
export function durationWords(ms: number): string {
  if (Math.abs(ms) >= 10_000) return `${(ms / 1_000).toFixed(1)} s`;
  return Math.abs(ms) >= 10 ? `${Math.round(ms)} ms` : `${ms.toFixed(1)} ms`;
}
