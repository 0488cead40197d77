import { ascending, type BranchId, isSequence, type Sequence } from "../core/ids.ts";
import { limits } from "../core/limits.ts";
import type { VersionVector } from "../core/version_vector.ts";
import descriptor from "../gen/bank.json" with { type: "json" };
import { MalformedError, readBranchId, readSequence } from "./malformed.ts";
import type { WireReader } from "./wire_reader.ts";
import type { WireWriter } from "./wire_writer.ts";

const { sequences } = descriptor.nested.bank.nested.v1.nested.VersionVector.fields;
/** An element of a map is a message with these fields. */
const element = { key: 1, value: 2 } as const;

/** Sequences by branch, as they stand in a message. */
export type Sequences = ReadonlyMap<number, number>;

/** Reads the version vector in a field. @throws {MalformedError | RangeError} */
export function readSequences(path: string, reader: WireReader): Sequences {
  const outer = reader.enter();
  const read = new Map<number, number>();
  while (reader.isMore) {
    if (reader.field() !== sequences.id) {
      reader.passOver();
      continue;
    }
    const [branch, sequence] = elementIn(reader);
    read.set(branch, sequence);
    if (read.size > limits.branchesMax) {
      throw new MalformedError(`${path} names more than ${limits.branchesMax} branches`);
    }
  }
  reader.leave(outer);
  return read;
}

/**
 * Takes what was read for a version vector, once nothing can come that counts in its place.
 *
 * @throws {MalformedError} when it is none.
 */
export function vectorOf(path: string, read: Sequences): VersionVector {
  const vector = new Map<BranchId, Sequence>();
  for (const [branch, sequence] of read) {
    vector.set(
      readBranchId(`${path}.sequences`, branch),
      isSequence(sequence) ? sequence : readSequence(`${path}.sequences[${branch}]`, sequence),
    );
  }
  return vector;
}

function elementIn(reader: WireReader): readonly [branch: number, sequence: number] {
  const outer = reader.enter();
  let branch = 0;
  let sequence = 0;
  while (reader.isMore) {
    const field = reader.field();
    if (field === element.key) branch = reader.uint32();
    else if (field === element.value) sequence = reader.uint64();
    else reader.passOver();
  }
  reader.leave(outer);
  return [branch, sequence];
}

/** Writes a version vector into a field, by ascending branch. */
export function writeVector(
  writer: WireWriter,
  { field, vector }: { readonly field: number; readonly vector: VersionVector },
): void {
  writer.message(field, () => {
    for (const branch of [...vector.keys()].sort(ascending)) {
      writer.message(sequences.id, () => {
        writer.number(element.key, branch);
        writer.number(element.value, vector.get(branch) ?? 0);
      });
    }
  });
}
