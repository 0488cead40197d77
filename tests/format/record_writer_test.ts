import { assertEquals } from "@std/assert";
import { limits } from "../../lib/core/limits.ts";
import { entriesRecord } from "../../lib/format/contract.ts";
import { writeRecord } from "../../lib/format/record_writer.ts";
import { branch, commandId, deposit, grant, record, vector, withdrawal } from "../core/samples.ts";

/** Reads a record with the codec that is made for any message. */
function read(bytes: Uint8Array) {
  return entriesRecord.deserialize(bytes as Parameters<typeof entriesRecord.deserialize>[0]);
}

Deno.test("writeRecord() writes what the codec for any message reads, at the ends of all ranges", () => {
  const { amountMax, balanceMax, idMax } = limits;
  const long = longest(1);
  const written = record({
    origin: branch(idMax),
    first: balanceMax - 10,
    after: vector({ [idMax]: balanceMax, 0: 127, 3: 128, 200: 2 ** 32 }),
    entries: [
      deposit("a", 0),
      deposit(long, amountMax),
      withdrawal("c", 127),
      withdrawal("d", 128),
      grant("e", idMax, balanceMax),
      grant("f", 0, 1),
    ],
  });
  const entry = (id: string, change: string, amount: number, to = 0) => (
    { commandId: id.length > 99 ? id : commandId(id), change, amount, to }
  );
  assertEquals<unknown>(read(writeRecord(written)), {
    origin: idMax,
    first: balanceMax - 10,
    after: { sequences: { 0: 127, 3: 128, 200: 2 ** 32, [idMax]: balanceMax } },
    entries: [
      entry("a", "CHANGE_DEPOSIT", 0),
      entry(long, "CHANGE_DEPOSIT", amountMax),
      entry("c", "CHANGE_WITHDRAWAL", 127),
      entry("d", "CHANGE_WITHDRAWAL", 128),
      entry("e", "CHANGE_GRANT", balanceMax, idMax),
      entry("f", "CHANGE_GRANT", 1),
    ],
  });
});

Deno.test("writeRecord() leaves out the vector of a record that follows nothing new", () => {
  const bytes = writeRecord(record({ origin: branch(1), first: 1 }));
  assertEquals(read(bytes).after, null);
});

Deno.test("writeRecord() has room for the largest record that there can be", () => {
  const entries = Array.from({ length: limits.recordEntriesMax }, (_, index) => (
    grant(longest(index), limits.idMax, limits.balanceMax)
  ));
  const after = Array.from({ length: limits.branchesMax }, (_, index) => limits.idMax - index);
  const largest = record({
    origin: branch(limits.idMax),
    first: limits.balanceMax - entries.length,
    after: new Map(after.map((id) => [branch(id), limits.balanceMax])),
    entries,
  });
  const { entries: found, after: vector } = read(writeRecord(largest));
  assertEquals(found.map(({ commandId }) => commandId), entries.map(({ id }) => id));
  assertEquals(Object.keys(vector?.sequences ?? {}).length, limits.branchesMax);
});

/** A command id of the greatest length. */
function longest(index: number) {
  const prefix = commandId("x").length - 1;
  return commandId(`${index}`.padStart(limits.commandIdCharactersMax - prefix, "x"));
}
