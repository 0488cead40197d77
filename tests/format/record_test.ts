import { assertEquals, assertLessOrEqual, assertStrictEquals, assertThrows } from "@std/assert";
import fc from "fast-check";
import type { Entry } from "../../lib/core/entry.ts";
import { limits } from "../../lib/core/limits.ts";
import { entriesRecord } from "../../lib/format/contract.ts";
import { MalformedError } from "../../lib/format/malformed.ts";
import { decodeRecord, encodeRecord, writeVector } from "../../lib/format/record.ts";
import {
  branch,
  commandId,
  deposit,
  deposits,
  grant,
  record,
  vector,
  withdrawal,
} from "../core/samples.ts";

const visible = fc.string({
  unit: fc.integer({ min: 33, max: 126 }).map((code) => String.fromCharCode(code)),
  minLength: 1,
  maxLength: limits.commandIdCharactersMax + 1 - commandId("x").length,
});

const entries: fc.Arbitrary<Entry> = fc.oneof(
  fc.tuple(
    fc.constantFrom(deposit, withdrawal),
    visible,
    fc.integer({ min: 0, max: limits.amountMax }),
  ).map(([make, id, amount]) => make(id, amount)),
  fc.tuple(
    visible,
    fc.integer({ min: 0, max: limits.idMax }),
    fc.integer({ min: 0, max: limits.balanceMax }),
  ).map(([id, to, amount]) => grant(id, to, amount)),
);

const sequences = fc.integer({ min: 1, max: Number.MAX_SAFE_INTEGER - limits.recordEntriesMax });

const records = fc.record({
  origin: fc.integer({ min: 0, max: limits.idMax }).map(branch),
  first: sequences,
  after: fc.dictionary(fc.integer({ min: 0, max: limits.idMax }).map(String), sequences)
    .map((entries) => vector(entries)),
  entries: fc.array(entries, { minLength: 1, maxLength: 20 }),
}).map(record);

Deno.test("decodeRecord() reads what encodeRecord() wrote", () => {
  fc.assert(fc.property(records, (written) => {
    assertEquals(decodeRecord(encodeRecord(written)), written);
  }));
});

Deno.test("encodeRecord() makes the bytes of a record once", () => {
  const written = record({ origin: branch(1), first: 1 });
  assertStrictEquals(encodeRecord(written), encodeRecord(written));
});

Deno.test("encodeRecord() forwards the very bytes that a record came in", () => {
  const bytes = encodeRecord(record({ origin: branch(1), first: 1 })).slice();
  assertStrictEquals(encodeRecord(decodeRecord(bytes)), bytes);
});

Deno.test("encodeRecord() gives equal records equal bytes, whatever order a vector was made in", () => {
  const [left, right] = [[[9, 1], [2, 3]], [[2, 3], [9, 1]]].map((pairs) =>
    record({
      origin: branch(1),
      first: 1,
      after: new Map(pairs.map(([id = 0, sequence = 0]) => [branch(id), sequence])),
    })
  ).map((made) => [...encodeRecord(made)]);
  assertEquals(left, right);
});

Deno.test("decodeRecord() refuses bytes that are no record", () => {
  const whole = encodeRecord(record({ origin: branch(1), first: 1, entries: deposits("a", 9) }));
  for (const bytes of [Uint8Array.of(255, 255, 255), whole.slice(0, -3), Uint8Array.of(8)]) {
    assertThrows(() => decodeRecord(bytes), MalformedError, "record");
  }
  fc.assert(fc.property(fc.uint8Array({ maxLength: 60 }), (bytes) => {
    try {
      decodeRecord(bytes);
    } catch (error) {
      assertEquals(error instanceof MalformedError, true, String(error));
    }
  }));
});

Deno.test("decodeRecord() names the field and the value that no record can have", () => {
  const entry = { commandId: commandId("a"), change: "CHANGE_DEPOSIT", amount: 1 } as const;
  const given = { ...entry, change: "CHANGE_GRANT", to: 2 } as const;
  const message = { origin: 1, first: 1, after: null, entries: [entry] };
  const crowd = Array(limits.recordEntriesMax + 1).fill(entry);
  const large = "18446744073709551615";
  const cases = [
    [{ ...message, entries: [] }, "record.entries has 0 elements;"],
    [{ ...message, entries: crowd }, "record.entries has 3025 elements;"],
    [{ ...message, first: 0 }, "record.first is 0;"],
    [{ ...message, first: large }, "record.first is 18446744073709552000;"],
    [{ ...message, after: { sequences: { 3: large } } }, "record.after.sequences[3] is 1844674"],
    [
      { ...message, entries: [{ ...entry, commandId: "a b" }] },
      'record.entries.command_id is "a b";',
    ],
    [{ ...message, entries: [{ ...entry, amount: -1 }] }, "record.entries.amount is -1;"],
    [{ ...message, entries: [{ ...entry, amount: 1e12 + 1 }] }, "record.entries.amount is 1000000"],
    [{ ...message, entries: [{ ...given, amount: -1 }] }, "record.entries.amount is -1;"],
    [
      { ...message, entries: [{ ...given, amount: "9007199254740992" }] },
      "record.entries.amount is 9007199254740992;",
    ],
    [
      { ...message, entries: [given, { ...given, commandId: "" }] },
      'record.entries.command_id is "";',
    ],
    [{ ...message, entries: [{ ...entry, change: 0 }] }, "record.entries.change is 0;"],
    [{ ...message, entries: [{ ...entry, change: 4 }] }, "record.entries.change is 4;"],
    [{ ...message, entries: [{ ...entry, change: 77 }] }, "record.entries.change is 77;"],
  ] as const;
  for (const [hostile, complaint] of cases) {
    const bytes = entriesRecord.serialize(hostile as Parameters<typeof entriesRecord.serialize>[0]);
    assertThrows(() => decodeRecord(bytes), MalformedError, complaint);
  }
});

Deno.test("writeVector() writes branches in ascending order", () => {
  assertEquals(Object.keys(writeVector(vector({ 30: 1, 4: 2 })).sequences ?? {}), ["4", "30"]);
});

Deno.test("limits say how many bytes an entry and a branch of a vector take at most", () => {
  const longest = "x".repeat(limits.commandIdCharactersMax + 1 - commandId("x").length);
  const bytesWith = (entries: readonly Entry[], after = {}) =>
    encodeRecord(record({ origin: branch(1), first: 1, after: vector(after), entries })).length;
  const entry = withdrawal(longest, limits.amountMax);
  for (const each of [entry, grant(longest, limits.idMax, limits.balanceMax)]) {
    const entryBytes = bytesWith([each, each]) - bytesWith([each]);
    assertLessOrEqual(entryBytes, limits.entryBytesMax);
  }
  const elements = Array.from(
    { length: 100 },
    (_, index) => [limits.idMax - index, Number.MAX_SAFE_INTEGER],
  );
  const vectorBytes = bytesWith([entry], Object.fromEntries(elements)) - bytesWith([entry]);
  assertLessOrEqual(vectorBytes / elements.length, limits.vectorElementBytesMax);
});
