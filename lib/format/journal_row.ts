import type { JournalRecord } from "../core/journal_record.ts";
import { decodeCheckpoint, encodeCheckpoint } from "./checkpoint.ts";
import { refusalRecord } from "./contract.ts";
import { MalformedError } from "./malformed.ts";
import { outcomeOf, readWritten } from "./outcome.ts";
import { reasonOf } from "./reason.ts";
import { decodeRecord, encodeRecord, readWrite, writeEntry } from "./record.ts";
import { readRecord } from "./record_reader.ts";

/** A record as a journal keeps it: what it is, and its bytes. */
export interface JournalRow {
  readonly kind: JournalRecord["kind"];
  /** Of entries, the bytes that are propagated. */
  readonly bytes: Uint8Array;
}

/** Writes a record for a journal. */
export function writeRow(record: JournalRecord): JournalRow {
  if (record.kind === "entries") return { kind: record.kind, bytes: encodeRecord(record) };
  if (record.kind === "checkpoint") return { kind: record.kind, bytes: encodeCheckpoint(record) };
  const { kind, write, refusal } = record;
  const message = { write: writeEntry(write), outcome: outcomeOf(refusal) };
  return { kind, bytes: refusalRecord.serialize(message) };
}

/**
 * Reads a record from a journal; `isForwarded` keeps the bytes of entries, to be sent as they are.
 *
 * @throws {MalformedError}
 */
export function readRow(
  { kind, bytes }: JournalRow,
  { isForwarded = true }: { readonly isForwarded?: boolean } = {},
): JournalRecord {
  if (kind === "entries") return isForwarded ? decodeRecord(bytes) : readRecord(bytes);
  if (kind === "checkpoint") return decodeCheckpoint(bytes);
  const { write, outcome } = decodeRefusal(bytes);
  const result = readWritten(outcome, 0);
  if (write === null || result.kind !== "refused") {
    throw new MalformedError("a refusal is not the record that it should be");
  }
  return { kind, write: readWrite(write), refusal: result.refusal };
}

function decodeRefusal(bytes: Uint8Array) {
  try {
    return refusalRecord.deserialize(bytes as Parameters<typeof refusalRecord.deserialize>[0]);
  } catch (error) {
    throw new MalformedError(`a refusal cannot be read: ${reasonOf(error)}`);
  }
}
