import type { Entry } from "../core/entry.ts";
import type { EntriesRecord } from "../core/journal_record.ts";
import { limits } from "../core/limits.ts";
import { changeCodes, recordFields as field } from "./record_fields.ts";
import { writeVector } from "./wire_vector.ts";
import { WireWriter } from "./wire_writer.ts";

/**
 * Writes the bytes of a record, as the codec for any message would.
 *
 * A branch writes every entry of its own once, under load tens of thousands a second. This takes a
 * fifth of the time of that codec.
 */
export function writeRecord({ origin, first, after, entries }: EntriesRecord): Uint8Array {
  const { recordBytesMax, entryBytesMax, vectorElementBytesMax } = limits;
  const most = recordBytesMax + entries.length * entryBytesMax + after.size * vectorElementBytesMax;
  const writer = new WireWriter(most);
  writer.number(field.origin, origin);
  writer.number(field.first, first);
  if (after.size > 0) writeVector(writer, { field: field.after, vector: after });
  for (const entry of entries) writer.message(field.entries, () => writeEntry(writer, entry));
  return writer.bytes;
}

function writeEntry(writer: WireWriter, entry: Entry): void {
  writer.ascii(field.id, entry.id);
  writer.number(field.change, changeCodes[entry.action]);
  writer.number(field.amount, Number(entry.amount));
  if (entry.action === "grant") writer.number(field.to, entry.to);
}
