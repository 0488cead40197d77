import type { Entry } from "../core/entry.ts";
import type { EntriesRecord } from "../core/journal_record.ts";
import { limits } from "../core/limits.ts";
import { nothingKnown } from "../core/version_vector.ts";
import {
  MalformedError,
  readAmount,
  readBalance,
  readBranchId,
  readCommandId,
  readSequence,
} from "./malformed.ts";
import { changeCodes, recordFields as field } from "./record_fields.ts";
import { WireReader } from "./wire_reader.ts";
import { readSequences, type Sequences, vectorOf } from "./wire_vector.ts";

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
    return recordIn(new WireReader(bytes));
  } catch (error) {
    if (error instanceof MalformedError) throw error;
    throw new MalformedError("a record is not the protobuf message that it should be", {
      cause: error,
    });
  }
}

function recordIn(reader: WireReader): EntriesRecord {
  let origin = 0;
  let first = 0;
  let after: Sequences = nothingKnown;
  const entries: Entry[] = [];
  while (reader.isMore) {
    const number = reader.field();
    if (number === field.origin) origin = reader.uint32();
    else if (number === field.first) first = reader.uint64();
    else if (number === field.after) after = readSequences("record.after", reader);
    else if (number === field.entries) entries.push(entryIn(reader));
    else reader.passOver();
  }
  if (entries.length === 0 || entries.length > limits.recordEntriesMax) {
    throw new MalformedError(
      `record.entries has ${entries.length} elements; it must have 1 to ${limits.recordEntriesMax}`,
    );
  }
  const bytesMax = limits.recordBytesMax + entries.length * limits.entryBytesMax +
    after.size * limits.vectorElementBytesMax;
  // What nobody knows is kept with the rest: with much of it, no answer could carry the record.
  if (reader.length > bytesMax) {
    throw new MalformedError(
      `a record has ${reader.length} bytes; with what is in it, it must have at most ${bytesMax}`,
    );
  }
  if (first === 0) throw new MalformedError("record.first is 0; the first entry of a log is 1");
  return {
    kind: "entries",
    origin: readBranchId("record.origin", origin),
    first: readSequence("record.first", first),
    after: vectorOf("record.after", after),
    entries,
  };
}

function entryIn(reader: WireReader): Entry {
  const outer = reader.enter();
  let id = "";
  let code = 0;
  let amount = 0;
  let to = 0;
  while (reader.isMore) {
    const number = reader.field();
    if (number === field.id) id = reader.text();
    else if (number === field.change) code = reader.int32();
    else if (number === field.amount) amount = reader.int64();
    else if (number === field.to) to = reader.uint32();
    else reader.passOver();
  }
  reader.leave(outer);
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
