import type { Write } from "../core/command.ts";
import type { Entry } from "../core/entry.ts";
import { ascending, type BranchId, type Sequence } from "../core/ids.ts";
import type { EntriesRecord } from "../core/journal_record.ts";
import type { VersionVector } from "../core/version_vector.ts";
import type { Change } from "../gen/bank/v1/Change.ts";
import type { Entry as WireEntry, Entry__Output } from "../gen/bank/v1/Entry.ts";
import type { VersionVector as WireVector } from "../gen/bank/v1/VersionVector.ts";
import { MalformedError, readAmount, readCommandId } from "./malformed.ts";
import { readRecord } from "./record_reader.ts";
import { writeRecord } from "./record_writer.ts";

const bytesOf = new WeakMap<EntriesRecord, Uint8Array>();

/**
 * Gives the bytes of a record: made once, at its origin; elsewhere those that it came in.
 *
 * So a record is encoded once in its life, however many peers it goes to.
 */
export function encodeRecord(record: EntriesRecord): Uint8Array {
  const known = bytesOf.get(record);
  if (known !== undefined) return known;
  const bytes = writeRecord(record);
  bytesOf.set(record, bytes);
  return bytes;
}

/** Reads a record. @throws {MalformedError} when the bytes are not those of one. */
export function decodeRecord(bytes: Uint8Array): EntriesRecord {
  const record = readRecord(bytes);
  bytesOf.set(record, bytes);
  return record;
}

/** Writes a vector, by ascending branch. */
export function writeVector(vector: VersionVector): WireVector {
  const branches = [...vector.keys()].sort(ascending);
  const sequences: Record<BranchId, Sequence> = {};
  for (const branch of branches) sequences[branch] = vector.get(branch) ?? 0;
  return { sequences };
}

const changes = {
  deposit: "CHANGE_DEPOSIT",
  withdraw: "CHANGE_WITHDRAWAL",
  grant: "CHANGE_GRANT",
} as const satisfies Record<Entry["action"], Change>;

/** Writes an entry. */
export function writeEntry(entry: Entry): WireEntry {
  const { action, id, amount } = entry;
  const message = { commandId: id, change: changes[action], amount: Number(amount) };
  return entry.action === "grant" ? { ...message, to: entry.to } : message;
}

/** Reads a write, which is what can be refused. @throws {MalformedError} */
export function readWrite(entry: Entry__Output): Write {
  const id = readCommandId("record.write.command_id", entry.commandId);
  const amount = readAmount("record.write.amount", entry.amount);
  switch (entry.change) {
    case "CHANGE_DEPOSIT":
      return { action: "deposit", id, amount };
    case "CHANGE_WITHDRAWAL":
      return { action: "withdraw", id, amount };
    default:
      throw new MalformedError(`record.write.change is ${entry.change}; nothing else is refused`);
  }
}
