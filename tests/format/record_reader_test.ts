import { assert, assertEquals, assertThrows } from "@std/assert";
import { BinaryWriter, WireType } from "@bufbuild/protobuf/wire";
import fc from "fast-check";
import { limits } from "../../lib/core/limits.ts";
import { entriesRecord } from "../../lib/format/contract.ts";
import { MalformedError } from "../../lib/format/malformed.ts";
import { encodeRecord } from "../../lib/format/record.ts";
import { readRecord } from "../../lib/format/record_reader.ts";
import { branch, commandId, deposit, grant, record, vector, withdrawal } from "../core/samples.ts";

const sample = record({
  origin: branch(7),
  first: 300,
  after: vector({ 2: 9, 4_294_967_295: 70_000 }),
  entries: [
    deposit("a", 5),
    withdrawal("b", limits.amountMax),
    deposit("c", 0),
    grant("d", limits.idMax, limits.balanceMax),
    grant("e", 0, 1),
  ],
});

/** Reads a record with the codec that is made for any message. */
function parsed(bytes: Uint8Array) {
  return entriesRecord.deserialize(bytes as Parameters<typeof entriesRecord.deserialize>[0]);
}

/** Makes sure that what both read of these bytes is the same, and tells whether both did. */
function agrees(bytes: Uint8Array): boolean {
  let read: ReturnType<typeof readRecord>;
  try {
    read = readRecord(bytes);
  } catch (error) {
    assert(error instanceof MalformedError, String(error));
    return false;
  }
  let message: ReturnType<typeof parsed>;
  try {
    message = parsed(bytes);
  } catch {
    // The codec refuses some numbers that are longer than they may be.
    return false;
  }
  const { origin, first, after, entries } = message;
  assertEquals<unknown>([read.origin, read.first], [origin, first]);
  const sequences = Object.entries(after?.sequences ?? {});
  assertEquals<unknown>(
    new Map(read.after),
    new Map(sequences.map(([id, of]) => [Number(id), of])),
  );
  const changes = {
    deposit: "CHANGE_DEPOSIT",
    withdraw: "CHANGE_WITHDRAWAL",
    grant: "CHANGE_GRANT",
  } as const;
  const written = read.entries.map((entry) => ({
    commandId: entry.id,
    change: changes[entry.action],
    amount: Number(entry.amount),
    // What is no grant may name a branch, which says nothing.
    ...entry.action === "grant" ? { to: Number(entry.to) } : {},
  }));
  const expected = entries.map(({ to, ...entry }) => (
    entry.change === "CHANGE_GRANT" ? { ...entry, to } : entry
  ));
  assertEquals<unknown>(written, expected);
  return true;
}

Deno.test("readRecord() reads what the codec wrote, values of 0 and left out ones too", () => {
  assertEquals(readRecord(encodeRecord(sample)), sample);
  const least = record({ origin: branch(0), first: 1, entries: [deposit("a", 0)] });
  assertEquals(readRecord(encodeRecord(least)), least);
  assert(agrees(entriesRecord.serialize({ first: 1, entries: [...entriesOf(sample)] })));
});

function entriesOf({ entries }: typeof sample) {
  return entries.filter(({ action }) => action !== "grant").map(({ id, amount }) => (
    { commandId: id, change: "CHANGE_DEPOSIT", amount: Number(amount) } as const
  ));
}

Deno.test("readRecord() reads any bytes as the codec does, or says that they are malformed", () => {
  const whole = encodeRecord(sample);
  const flips = fc.array(fc.tuple(fc.nat(whole.length - 1), fc.nat(255)), { maxLength: 3 })
    .map((changes) => changes.reduce((bytes, [at, byte]) => bytes.with(at, byte), whole));
  const cuts = fc.nat(whole.length).map((end) => whole.slice(0, end));
  let read = 0;
  fc.assert(
    fc.property(fc.oneof(flips, cuts, fc.uint8Array({ maxLength: 60 })), (bytes) => {
      if (agrees(bytes)) read += 1;
    }),
    { numRuns: 2_000 },
  );
  assert(read > 100, `${read} were read`);
});

Deno.test("readRecord() passes over fields that a later version may add", () => {
  const later = Uint8Array.of(0x7a, 2, 1, 2, 0x69, 1, 2, 3, 4, 5, 6, 7, 8);
  const bytes = Uint8Array.from([...later, ...encodeRecord(sample), ...later]);
  assertEquals(readRecord(bytes), sample);
  const entry = new BinaryWriter();
  entry.tag(9, WireType.Varint).uint32(5).tag(1, WireType.LengthDelimited).string(commandId("a"))
    .tag(2, WireType.Varint).int32(1).tag(8, WireType.LengthDelimited).string("later");
  const made = new BinaryWriter().tag(2, WireType.Varint).uint64(1)
    .tag(4, WireType.LengthDelimited).bytes(entry.finish()).finish();
  const least = record({ origin: branch(0), first: 1, entries: [deposit("a", 0)] });
  assertEquals(readRecord(made), least);
});

Deno.test("readRecord() gives a grant its branch, and what is no grant none", () => {
  const entry = { commandId: commandId("a"), amount: 1, to: 9 };
  const bytes = entriesRecord.serialize({
    first: 1,
    entries: [{ ...entry, change: "CHANGE_DEPOSIT" }, { ...entry, change: "CHANGE_GRANT" }],
  });
  const entries = [deposit("a", 1), grant("a", 9, 1)];
  assertEquals(readRecord(bytes), record({ origin: branch(0), first: 1, entries }));
});

Deno.test("readRecord() refuses a record that ends within a part", () => {
  const whole = encodeRecord(sample);
  const complaint = "a record is not the protobuf message that it should be";
  for (const cut of [1, 2, 20]) {
    assertThrows(() => readRecord(whole.slice(0, -cut)), MalformedError, complaint);
  }
});

Deno.test("readRecord() refuses a part that goes beyond the part that it is in", () => {
  const [write] = entriesOf(sample);
  assert(write !== undefined);
  const bytes = entriesRecord.serialize({ first: 1, entries: [write, write] });
  // The first entry is said to end before its amount does; what follows would be of the record.
  const at = bytes.indexOf(0x22) + 1;
  const length = bytes[at] ?? 0;
  assertEquals(length, bytes.lastIndexOf(0x22) - at - 1);
  for (let shorter = 1; shorter < length; shorter++) {
    const wrong = bytes.with(at, length - shorter);
    assertThrows(() => readRecord(wrong), MalformedError);
  }
});

Deno.test("readRecord() refuses more branches than a bank has", () => {
  const crowd = Array.from({ length: limits.branchesMax + 1 }, (_, id) => [id, 1] as const);
  const read = (count: number) =>
    readRecord(
      encodeRecord({ ...sample, after: vector(Object.fromEntries(crowd.slice(0, count))) }),
    );
  assertEquals(read(limits.branchesMax).after.size, limits.branchesMax);
  assertThrows(() => read(limits.branchesMax + 1), MalformedError, "record.after names ");
});

Deno.test("readRecord() refuses one with much in it that it does not know", () => {
  const bytes = encodeRecord(sample);
  const { recordBytesMax, entryBytesMax, vectorElementBytesMax } = limits;
  const bytesMax = recordBytesMax + sample.entries.length * entryBytesMax +
    sample.after.size * vectorElementBytesMax;
  // Field 100, as a text that nobody reads.
  const padded = (length: number) => {
    const room = length - bytes.length - 4;
    const head = [0xa2, 0x06, 0x80 | (room & 0x7f), room >> 7];
    return Uint8Array.from([...bytes, ...head, ...new Uint8Array(room)]);
  };
  assertEquals(readRecord(padded(bytesMax)), sample);
  const wrong = `a record has ${bytesMax + 1} bytes; with what is in it`;
  assertThrows(() => readRecord(padded(bytesMax + 1)), MalformedError, wrong);
});
