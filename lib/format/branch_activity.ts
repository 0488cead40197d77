import type { BranchId, Sequence } from "../core/ids.ts";
import type { Entry } from "../core/entry.ts";
import type { EntriesRecord } from "../core/journal_record.ts";
import type { ReplicaView } from "../core/replica_view.ts";
import type { Effects, Input, Reply } from "../core/step.ts";
import type { Observer } from "../host/ports.ts";

/** How many entries are remembered, and over how long it is counted how many there were. */
export const activityLimits = { entriesMax: 20, windowMs: 10_000, sampleMs: 1_000 } as const;

/** What a branch has done since its process began. */
export interface Totals {
  /** Writes that were answered as done, those that were asked again included. */
  readonly written: number;
  /** Writes that were refused for ever. */
  readonly refused: number;
  /** Withdrawals that could not be decided. */
  readonly unavailable: number;
  /** Queries that were answered. */
  readonly queried: number;
  /** Requests that were turned away, whatever they asked. */
  readonly rejected: number;
  /** Entries of its own that it has written, grants included. */
  readonly entriesWritten: number;
  /** Entries of others that it has applied. */
  readonly entriesTaken: number;
}

/** An entry, and where it stands. */
export interface PlacedEntry {
  readonly origin: BranchId;
  readonly sequence: Sequence;
  readonly entry: Entry;
}

/** What a branch has done lately. */
export interface Activity {
  readonly totals: Totals;
  /** Since when the branch is looked at, in milliseconds since 1970; nothing before its first tick. */
  readonly sinceMs: number | undefined;
  /** What the clock showed last. */
  readonly nowMs: number | undefined;
  /** What it had done, and how it looked, some ten seconds ago. */
  readonly before: Sample | undefined;
  /** Since when each peer is seen that cannot be reached. */
  readonly silentSinceMs: ReadonlyMap<BranchId, number>;
  /** The last entries, in the order in which this branch applied them. */
  readonly entries: readonly PlacedEntry[];
}

/** How a branch looked at a moment. */
export interface Sample {
  readonly ms: number;
  readonly totals: Totals;
  readonly view: ReplicaView;
}

/**
 * Counts what a branch does, for people.
 *
 * It keeps sums, and how they were at each second of the last ten: what a branch does in a second
 * is a difference over the time that really went by, however late its ticks come.
 */
export class BranchActivity implements Observer {
  readonly #self: BranchId;
  readonly #totals: { -readonly [Key in keyof Totals]: Totals[Key] } = {
    ...{ written: 0, refused: 0, unavailable: 0, queried: 0, rejected: 0 },
    ...{ entriesWritten: 0, entriesTaken: 0 },
  };
  readonly #silentSinceMs = new Map<BranchId, number>();
  #samples: readonly Sample[] = [];
  #entries: readonly PlacedEntry[];
  #sinceMs: number | undefined;
  #nowMs: number | undefined;

  /** Begins to count for the branch `self`, whose journal ends with these records. */
  constructor(self: BranchId, latest: readonly EntriesRecord[] = []) {
    this.#self = self;
    this.#entries = latest.flatMap(placed).slice(-activityLimits.entriesMax);
  }

  /** Counts a turn. */
  turned(inputs: readonly Input[], effects: Effects, inspect: () => ReplicaView): void {
    for (const reply of effects.replies) this.#count(reply);
    for (const record of effects.records) if (record.kind === "entries") this.#add(record);
    const tick = inputs.findLast((input) => input.kind === "tick");
    if (tick !== undefined) this.#tick(tick.nowMs, inspect);
  }

  /** Old records that a peer is given are no work of this branch's own. */
  gave(): void {}

  /** Tells what it has counted. */
  inspect(): Activity {
    return {
      totals: { ...this.#totals },
      sinceMs: this.#sinceMs,
      nowMs: this.#nowMs,
      before: this.#samples[0],
      silentSinceMs: new Map(this.#silentSinceMs),
      entries: this.#entries,
    };
  }

  #count(reply: Reply): void {
    if (reply.kind === "rejected") this.#totals.rejected += 1;
    if (reply.kind !== "executed") return;
    for (const { kind } of reply.results) this.#totals[counters[kind]] += 1;
  }

  #add(record: EntriesRecord): void {
    const counter = record.origin === this.#self ? "entriesWritten" : "entriesTaken";
    this.#totals[counter] += record.entries.length;
    this.#entries = [...this.#entries, ...placed(record)].slice(-activityLimits.entriesMax);
  }

  #tick(nowMs: number, inspect: () => ReplicaView): void {
    const last = this.#samples.at(-1);
    this.#nowMs = nowMs;
    this.#sinceMs ??= nowMs;
    // A clock that was set back tells nothing of what went by since the samples before.
    if (last !== undefined && nowMs < last.ms) this.#samples = [];
    else if (last !== undefined && nowMs < last.ms + activityLimits.sampleMs) return;
    const view = inspect();
    this.#samples = [...this.#samples, { ms: nowMs, totals: { ...this.#totals }, view }]
      .slice(-samplesMax);
    for (const { id, reachable } of view.peers) {
      if (reachable) this.#silentSinceMs.delete(id);
      else if (!this.#silentSinceMs.has(id)) this.#silentSinceMs.set(id, nowMs);
    }
  }
}

/** As many as it takes that the first is older than the window. */
const samplesMax = activityLimits.windowMs / activityLimits.sampleMs + 1;

const counters = {
  written: "written",
  refused: "refused",
  unavailable: "unavailable",
  balance: "queried",
} as const;

/** Gives the last entries of a record, as many as are remembered, with their places. */
function placed({ origin, first, entries }: EntriesRecord): readonly PlacedEntry[] {
  const start = Math.max(0, entries.length - activityLimits.entriesMax);
  return entries.slice(start).map((entry, index) => (
    { origin, sequence: first + start + index, entry }
  ));
}
