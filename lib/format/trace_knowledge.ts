import type { TraceEvent } from "./trace.ts";
import type { KnownEntries } from "./trace_message.ts";

/** Some entries of one log that came to count at a branch. */
export interface Gain {
  readonly origin: number;
  readonly first: number;
  readonly last: number;
}

/** An event, and how much of each log its branch has right after it. */
export interface Witnessed {
  readonly event: TraceEvent;
  /** Changes with the next event of the branch: who wants to keep it copies it. */
  readonly known: KnownEntries;
  /** What it had just before, of the log that the event is about. */
  readonly before: number;
  readonly gain: Gain | undefined;
}

/**
 * Follows what every branch has of each log, from what it says to have executed, granted and
 * applied alone: not from what it claims to know, but for the moment when a life of it begins.
 */
export function* witnessed(events: readonly TraceEvent[]): Generator<Witnessed> {
  const knowledge = new Map<string, Record<string, number>>();
  for (const event of events) {
    const known = knowledge.get(event.by) ?? {};
    knowledge.set(event.by, known);
    const gain = gainOf(event);
    const before = gain === undefined ? 0 : known[gain.origin] ?? 0;
    if (event.event === "started") {
      for (const origin of Object.keys(known)) delete known[origin];
      Object.assign(known, event.known);
    } else if (gain !== undefined) {
      known[gain.origin] = gain.last;
    }
    yield { event, known, before, gain };
  }
}

/** Tells which entries come to count with an event, if any do. */
export function gainOf(event: TraceEvent): Gain | undefined {
  switch (event.event) {
    case "executed":
    case "granted": {
      const { sequence } = event;
      return { origin: numberOf(event.by), first: sequence, last: sequence };
    }
    case "applied":
    case "found": {
      const { origin, first, entries } = event;
      return { origin, first, last: first + entries.length - 1 };
    }
    default:
      return undefined;
  }
}

/** Gives the number of a branch or a customer; the run has none, and counts as 0. */
export function numberOf(by: string): number {
  return Number(by.split(" ")[1] ?? 0);
}

/** Tells which entries `known` lacks of those that `wanted` names, log by log. */
export function missingIn(known: KnownEntries, wanted: KnownEntries): readonly Gain[] {
  return Object.entries(wanted).flatMap(([name, last]) => {
    const has = known[name] ?? 0;
    return has >= last ? [] : [{ origin: Number(name), first: has + 1, last }];
  });
}

/** Gives what either knows. */
export function joined(left: KnownEntries, right: KnownEntries): KnownEntries {
  const both: Record<string, number> = { ...left };
  for (const [name, last] of Object.entries(right)) both[name] = Math.max(both[name] ?? 0, last);
  return both;
}
