import { BinaryReader } from "@bufbuild/protobuf/wire";
import type { Entry } from "../core/entry.ts";
import type { BranchId, Sequence } from "../core/ids.ts";
import type { EntriesRecord } from "../core/journal_record.ts";
import { limits } from "../core/limits.ts";
import { nothingKnown, type VersionVector } from "../core/version_vector.ts";
import {
  MalformedError,
  readAmount,
  readBalance,
  readBranchId,
  readCommandId,
  readSequence,
} from "./malformed.ts";
import { changeCodes, recordFields as field } from "./record_fields.ts";

const actions = new Map(
  Object.entries(changeCodes).map(([action, code]) => [code, action as Entry["action"]]),
);

/**
 * Reads the bytes of a record.
 *
 * A branch reads a million of entries when it starts, and every entry of others as it comes. This
 * takes a quarter of the time of the codec that is made for any message.
 *
 * @throws {MalformedError} when the bytes are not those of one.
 */
export function readRecord(bytes: Uint8Array): EntriesRecord {
  try {
    return recordIn(new BinaryReader(bytes));
  } catch (error) {
    if (error instanceof MalformedError) throw error;
    throw new MalformedError("a record is not the protobuf message that it should be", {
      cause: error,
    });
  }
}

function recordIn(reader: BinaryReader): EntriesRecord {
  let origin = 0;
  let first = 0;
  let after = nothingKnown;
  const entries: Entry[] = [];
  while (reader.pos < reader.len) {
    const [number, type] = reader.tag();
    if (number === field.origin) origin = reader.uint32();
    else if (number === field.first) first = Number(reader.uint64());
    else if (number === field.after) after = vectorIn(reader);
    else if (number === field.entries) entries.push(entryIn(reader));
    else reader.skip(type, number);
  }
  if (entries.length === 0 || entries.length > limits.recordEntriesMax) {
    throw new MalformedError(
      `record.entries has ${entries.length} elements; it must have 1 to ${limits.recordEntriesMax}`,
    );
  }
  const bytesMax = limits.recordBytesMax + entries.length * limits.entryBytesMax +
    after.size * limits.vectorElementBytesMax;
  // What nobody knows is kept with the rest: with much of it, no answer could carry the record.
  if (reader.len > bytesMax) {
    throw new MalformedError(
      `a record has ${reader.len} bytes; with what is in it, it must have at most ${bytesMax}`,
    );
  }
  if (first === 0) throw new MalformedError("record.first is 0; the first entry of a log is 1");
  return {
    kind: "entries",
    origin: readBranchId("record.origin", origin),
    first: readSequence("record.first", first),
    after,
    entries,
  };
}

function entryIn(reader: BinaryReader): Entry {
  const end = endOf(reader);
  let id = "";
  let code = 0;
  let amount = 0;
  let to = 0;
  while (reader.pos < end) {
    const [number, type] = reader.tag();
    if (number === field.id) id = reader.string();
    else if (number === field.change) code = reader.int32();
    else if (number === field.amount) amount = Number(reader.int64());
    else if (number === field.to) to = reader.uint32();
    else reader.skip(type, number);
  }
  ended(reader, end);
  const action = actions.get(code);
  if (action === undefined) {
    throw new MalformedError(`record.entries.change is ${code}; no entry does that`);
  }
  const named = readCommandId("record.entries.command_id", id);
  if (action !== "grant") {
    return { action, id: named, amount: readAmount("record.entries.amount", amount) };
  }
  return {
    action,
    id: named,
    to: readBranchId("record.entries.to", to),
    amount: readBalance("record.entries.amount", amount),
  };
}

function vectorIn(reader: BinaryReader): VersionVector {
  const end = endOf(reader);
  const vector = new Map<BranchId, Sequence>();
  while (reader.pos < end) {
    const [number, type] = reader.tag();
    if (number !== field.sequences) {
      reader.skip(type, number);
      continue;
    }
    // An element of a map is a message with the key as field 1 and the value as field 2.
    const elementEnd = endOf(reader);
    let branch = 0;
    let sequence = 0;
    while (reader.pos < elementEnd) {
      const [part, partType] = reader.tag();
      if (part === 1) branch = reader.uint32();
      else if (part === 2) sequence = Number(reader.uint64());
      else reader.skip(partType, part);
    }
    ended(reader, elementEnd);
    vector.set(
      readBranchId("record.after.sequences", branch),
      readSequence(`record.after.sequences[${branch}]`, sequence),
    );
    if (vector.size > limits.branchesMax) {
      throw new MalformedError(`record.after names more than ${limits.branchesMax} branches`);
    }
  }
  ended(reader, end);
  return vector;
}

/** Reads the length of an embedded message, and tells where it ends. */
function endOf(reader: BinaryReader): number {
  const length = reader.uint32();
  const end = reader.pos + length;
  if (end > reader.len) throw new RangeError("a message ends before its part does");
  return end;
}

function ended(reader: BinaryReader, end: number): void {
  if (reader.pos !== end) throw new RangeError("a part of a message goes beyond its end");
}
