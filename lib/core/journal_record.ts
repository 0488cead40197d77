import type { Refusal, Write } from "./command.ts";
import type { BranchId, Sequence } from "./ids.ts";
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
  readonly entries: readonly Write[];
}

/** A write that this branch refused; it stays with the branch, nobody else needs it. */
export interface RefusalRecord {
  readonly kind: "refusal";
  readonly write: Write;
  readonly refusal: Refusal;
}

/** A row of a branch's journal. */
export type JournalRecord = EntriesRecord | RefusalRecord;

/** Tells the sequence of the last entry of `record`. */
export function lastOf(record: EntriesRecord): Sequence {
  return record.first + record.entries.length - 1;
}
