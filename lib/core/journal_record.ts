import type { CheckpointRecord } from "./checkpoint_record.ts";
import type { Refusal, Write } from "./command.ts";
import type { Entry } from "./entry.ts";
import type { BranchId, Sequence } from "./ids.ts";
import { limits } from "./limits.ts";
import type { VersionVector } from "./version_vector.ts";

/**
 * The entries that one step of one origin wrote, in order: what branches store and forward.
 *
 * Entry `i` of it has the sequence `first + i`. An origin's log is cut into the same records
 * everywhere, so a branch knows a record whole or not at all.
 */
export interface EntriesRecord {
  readonly kind: "entries";
  readonly origin: BranchId;
  readonly first: Sequence;
  /**
   * What the origin knew of other logs when it wrote this, as the difference to what its
   * previous record says. Whoever applies the record must know as much.
   */
  readonly after: VersionVector;
  readonly entries: readonly Entry[];
}

/** A write that this branch refused; it stays with the branch, nobody else needs it. */
export interface RefusalRecord {
  readonly kind: "refusal";
  readonly write: Write;
  readonly refusal: Refusal;
}

/** A row of a branch's journal. */
export type JournalRecord = EntriesRecord | RefusalRecord | CheckpointRecord;

/** What a replica is restored from. */
export interface JournalContents {
  /** The newest checkpoint, if there is one. */
  readonly checkpoint: CheckpointRecord | undefined;
  /** Of the records before it: the branch's own of which the outcomes are remembered. */
  readonly remembered: Iterable<EntriesRecord | RefusalRecord>;
  /** All records after it. */
  readonly records: Iterable<EntriesRecord | RefusalRecord>;
}

/** Asks the journal for the outcomes of a generation: this branch's own records. */
export interface Recall {
  /** The first record that may be one of them. */
  readonly number: number;
  /** The first one that is none of them any more. */
  readonly end: number;
  /** How many outcomes they have. */
  readonly size: number;
}

/** Tells the sequence of the last entry of `record`. */
export function lastOf(record: EntriesRecord): Sequence {
  return record.first + record.entries.length - 1;
}

/** Tells whether `record` names a command twice; no branch writes one that does. */
export function repeats({ entries }: EntriesRecord): boolean {
  return new Set(entries.map(({ id }) => id)).size < entries.length;
}

/** Tells whether `record` is of a log that `sequences` names, after the entry it gives for it. */
export function isAfter(record: EntriesRecord, sequences: VersionVector): boolean {
  const sequence = sequences.get(record.origin);
  return sequence !== undefined && record.first > sequence;
}

/** Takes as many of the records, from the first on, as surely fit into so many bytes. */
export function recordsWithin(
  bytesMax: number,
  records: readonly EntriesRecord[],
): readonly EntriesRecord[] {
  const { recordBytesMax, entryBytesMax, vectorElementBytesMax } = limits;
  let bytes = 0;
  const end = records.findIndex(({ entries, after }) => {
    bytes += recordBytesMax + entries.length * entryBytesMax + after.size * vectorElementBytesMax;
    return bytes > bytesMax;
  });
  return end === -1 ? records : records.slice(0, end);
}

/** Picks out the last records of entries: at most so many, in their order. */
export function latestOf(
  records: readonly JournalRecord[],
  count: number,
): readonly EntriesRecord[] {
  const found: EntriesRecord[] = [];
  for (let at = records.length - 1; at >= 0 && found.length < count; at--) {
    const record = records[at];
    if (record?.kind === "entries") found.push(record);
  }
  return found.reverse();
}

/** Picks out what a replica of the branch `self` is restored from. */
export function contentsOf(self: BranchId, records: readonly JournalRecord[]): JournalContents {
  const checkpoint = records.findLast((record) => record.kind === "checkpoint");
  const end = checkpoint?.number ?? 0;
  const remembered = checkpoint === undefined
    ? []
    : ownOf(self, records, { number: heldFrom(checkpoint), end });
  const later = records.slice(end).filter((record) => record.kind !== "checkpoint");
  return { checkpoint, remembered, records: later };
}

/** Picks out the records that have the outcomes of the branch `self`, from one record to another. */
export function ownOf(
  self: BranchId,
  records: readonly JournalRecord[],
  { number, end }: Pick<Recall, "number" | "end">,
): readonly (EntriesRecord | RefusalRecord)[] {
  return records.slice(number - 1, end - 1)
    .filter((record) => record.kind !== "checkpoint")
    .filter((record) => record.kind === "refusal" || record.origin === self);
}

/** Tells from which record on a branch holds outcomes in memory, as a checkpoint says. */
export function heldFrom({ number, generations, heldFrom }: CheckpointRecord): number {
  return Math.max(heldFrom, generations[0]?.number ?? number);
}

/** Tells how many outcomes a record has. */
export function outcomesIn(record: EntriesRecord | RefusalRecord): number {
  return record.kind === "entries" ? record.entries.length : 1;
}
