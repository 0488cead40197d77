import type { BranchId, Sequence } from "./ids.ts";

/**
 * How much of each origin's log is known: the highest sequence up to which all is.
 *
 * A branch that is not named counts as 0, so vectors of one bank compare without padding.
 * (Parker et al., "Detection of Mutual Inconsistency in Distributed Systems", 1983.)
 */
export type VersionVector = ReadonlyMap<BranchId, Sequence>;

/** The vector that knows nothing. */
export const nothingKnown: VersionVector = new Map();

/** Tells how much of `origin`'s log `vector` knows. */
export function knownOf(vector: VersionVector, origin: BranchId): Sequence {
  return vector.get(origin) ?? 0;
}

/** Tells whether `vector` knows all that `other` knows. */
export function covers(vector: VersionVector, other: VersionVector): boolean {
  for (const [origin, sequence] of other) {
    if (knownOf(vector, origin) < sequence) return false;
  }
  return true;
}

/**
 * Joins two vectors: what either knows.
 *
 * ```ts
 * import { merged, type VersionVector } from "./version_vector.ts";
 * import type { BranchId } from "./ids.ts";
 * import { assertEquals } from "@std/assert";
 *
 * const one = 1 as BranchId;
 * const two = 2 as BranchId;
 * const left: VersionVector = new Map([[one, 3]]);
 * const right: VersionVector = new Map([[one, 1], [two, 5]]);
 * assertEquals(merged(left, right), new Map([[one, 3], [two, 5]]));
 * ```
 */
export function merged(left: VersionVector, right: VersionVector): VersionVector {
  if (covers(left, right)) return left;
  if (covers(right, left)) return right;
  const union = new Map(left);
  for (const [origin, sequence] of right) {
    if (sequence > knownOf(union, origin)) union.set(origin, sequence);
  }
  return union;
}

/** Tells what `vector` knows of the logs of `origins`. */
export function within(vector: VersionVector, origins: ReadonlySet<BranchId>): VersionVector {
  if (vector.keys().every((origin) => origins.has(origin))) return vector;
  return new Map(vector.entries().filter(([origin]) => origins.has(origin)));
}

/** Tells what `vector` knows beyond `earlier`; the result is 0 nowhere. */
export function beyond(vector: VersionVector, earlier: VersionVector): VersionVector {
  const difference = new Map<BranchId, Sequence>();
  for (const [origin, sequence] of vector) {
    if (sequence > knownOf(earlier, origin)) difference.set(origin, sequence);
  }
  return difference;
}
