import { type BranchId, isBranchId, type Sequence } from "../core/ids.ts";
import { type EntriesRecord, lastOf } from "../core/journal_record.ts";
import { limits } from "../core/limits.ts";
import { knownOf, type VersionVector } from "../core/version_vector.ts";
import type { Journal } from "../host/ports.ts";
import type { BranchEvent } from "./trace.ts";
import type { Told } from "./trace_order.ts";

/** Names the file in which a branch tells what happens in one of its lives, 1, 2, 3 … */
export function traceFileName(branch: BranchId, life: number): string {
  return `branch-${branch}.${life}.jsonl`;
}

/** Writes what a branch tells at a moment, an event a line. */
export function formatTold(events: readonly BranchEvent[], ms: number): string {
  return events.map((event) => `${JSON.stringify({ ms: rounded(ms), ...event })}\n`).join("");
}

/**
 * Reads what a branch told; of one that was killed while it wrote, what it told before that.
 *
 * It was written by this program, in this version, and is not checked again.
 */
export function readTold(text: string): readonly Told[] {
  const end = text.lastIndexOf("\n");
  return end === -1 ? [] : text.slice(0, end).split("\n").map((line): Told => JSON.parse(line));
}

/** Tells whether what a branch told breaks off in the middle of a line. */
export function isTorn(text: string): boolean {
  return text !== "" && !text.endsWith("\n");
}

/** Rounds a time to what tells events apart. */
export function rounded(ms: number): number {
  return Math.round(ms * 100) / 100;
}

/** Tells what the branch `self` has told that it knows. */
export function knownFrom(told: readonly Told[], self: BranchId): VersionVector {
  const known = new Map<BranchId, Sequence>();
  const learn = (origin: number, sequence: Sequence) => {
    if (isBranchId(origin)) known.set(origin, Math.max(sequence, knownOf(known, origin)));
  };
  for (const event of told) {
    switch (event.event) {
      case "started":
        for (const [origin, sequence] of Object.entries(event.known)) {
          learn(Number(origin), sequence);
        }
        break;
      case "executed":
      case "granted":
        learn(self, event.sequence);
        break;
      case "applied":
        learn(event.origin, event.first + event.entries.length - 1);
        break;
    }
  }
  return known;
}

/** Reads what a branch had committed at the end of a former life, and had not told any more. */
export function untold(
  journal: Pick<Journal, "after">,
  { members, told }: { readonly members: readonly BranchId[]; readonly told: VersionVector },
): readonly EntriesRecord[] {
  const after = new Map(members.map((origin) => [origin, knownOf(told, origin)]));
  const found: EntriesRecord[] = [];
  for (;;) {
    const records = journal.after(after, limits.propagateBytesMax);
    if (records.length === 0) return found;
    found.push(...records);
    for (const record of records) after.set(record.origin, lastOf(record));
  }
}
