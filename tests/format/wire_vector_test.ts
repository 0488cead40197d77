import { assertEquals, assertThrows } from "@std/assert";
import { limits } from "../../lib/core/limits.ts";
import type { VersionVector } from "../../lib/core/version_vector.ts";
import { branchService } from "../../lib/format/contract.ts";
import { MalformedError } from "../../lib/format/malformed.ts";
import { WireReader } from "../../lib/format/wire_reader.ts";
import { readSequences, vectorOf, writeVector } from "../../lib/format/wire_vector.ts";
import { WireWriter } from "../../lib/format/wire_writer.ts";
import { vector } from "../core/samples.ts";

const { Query } = branchService;

/** Reads the session of a query that a codec for any message wrote. */
function readWritten(sequences: Readonly<Record<number, number | string>>): VersionVector {
  const message = { session: { sequences } } as Parameters<typeof Query.requestSerialize>[0];
  const reader = new WireReader(Query.requestSerialize(message));
  reader.field();
  return vectorOf("session", readSequences("session", reader));
}

Deno.test("vectorOf() takes what a codec wrote, and names what no vector can have", () => {
  const sequences = { 0: 1, 7: limits.balanceMax, [limits.idMax]: 128, 9: 0 };
  assertEquals(new Map(readWritten(sequences)), new Map(vector(sequences)));
  assertThrows(
    () => readWritten({ 2: "18446744073709551615" }),
    MalformedError,
    "session.sequences[2] is 1844674407",
  );
  assertThrows(() => readWritten({ 2: 2 ** 53 }), MalformedError, "session.sequences[2] is 90071");
});

Deno.test("readSequences() reads no more branches than a bank has", () => {
  const crowd = (count: number) => (
    Object.fromEntries(Array.from({ length: count }, (_, id) => [id, 1] as const))
  );
  assertEquals(readWritten(crowd(limits.branchesMax)).size, limits.branchesMax);
  const complaint = "session names more than 1024 branches";
  assertThrows(() => readWritten(crowd(limits.branchesMax + 1)), MalformedError, complaint);
});

Deno.test("readSequences() and vectorOf() let the last sequence of a branch count", () => {
  const element = (...value: readonly number[]) => [0x0a, 2 + value.length, 8, 7, ...value];
  const none = element(0x10, ...Array(9).fill(0xff), 1);
  const read = (...elements: readonly number[]) => {
    const reader = new WireReader(Uint8Array.of(0x0a, elements.length, ...elements));
    reader.field();
    return vectorOf("session", readSequences("session", reader));
  };
  assertEquals(read(...none, ...element(0x10, 5)), vector({ 7: 5 }));
  assertThrows(() => read(...element(0x10, 5), ...none), MalformedError, "session.sequences[7]");
});

Deno.test("writeVector() writes what a codec reads, by ascending branch", () => {
  const field = 1;
  const writer = new WireWriter(100);
  const ordered = vector({ 3: 128, 200: 2 ** 32, [limits.idMax]: limits.balanceMax });
  writeVector(writer, { field, vector: new Map([...ordered].reverse()) });
  const { session } = Query.requestDeserialize(
    writer.bytes as Parameters<typeof Query.requestDeserialize>[0],
  );
  assertEquals<unknown>(session?.sequences, Object.fromEntries(ordered));
  const again = new WireWriter(100);
  writeVector(again, { field, vector: ordered });
  assertEquals(writer.bytes, again.bytes);
});
