import { assertEquals, assertThrows } from "@std/assert";
import { BinaryWriter, WireType } from "@bufbuild/protobuf/wire";
import fc from "fast-check";
import { WireReader } from "../../lib/format/wire_reader.ts";

const ascii = fc.string({ maxLength: 40 });
const anyText = fc.string({ unit: "binary", maxLength: 40 }).map((text) => text.toWellFormed());

/** Reads the field with number 1 in a message that has no other. */
function only<Value>(message: Uint8Array, read: (reader: WireReader) => Value): Value {
  const reader = new WireReader(message);
  assertEquals(reader.field(), 1);
  const value = read(reader);
  assertEquals(reader.isMore, false);
  return value;
}

function varint(): BinaryWriter {
  return new BinaryWriter().tag(1, WireType.Varint);
}

Deno.test("WireReader reads numbers of all kinds, at both ends of their ranges", () => {
  fc.assert(fc.property(fc.maxSafeInteger(), (value) => {
    assertEquals(only(varint().int64(value).finish(), (reader) => reader.int64()), value);
  }));
  fc.assert(fc.property(fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }), (value) => {
    const bytes = varint().int64(value).finish();
    assertEquals(only(bytes, (reader) => reader.int64()), Number(value));
    const unsigned = Number(BigInt.asUintN(64, value));
    assertEquals(only(bytes, (reader) => reader.uint64()), unsigned);
    assertEquals(only(bytes, (reader) => reader.int32()), Number(BigInt.asIntN(32, value)));
    assertEquals(only(bytes, (reader) => reader.uint32()), Number(BigInt.asUintN(32, value)));
  }));
  for (const value of [0n, -1n, 2n ** 63n - 1n, -(2n ** 63n), 2n ** 53n - 1n, 127n, 128n]) {
    assertEquals(only(varint().int64(value).finish(), (reader) => reader.int64()), Number(value));
  }
});

Deno.test("WireReader reads every text of a message, whatever is in it", () => {
  fc.assert(fc.property(fc.array(fc.oneof(ascii, anyText), { maxLength: 5 }), (texts) => {
    const writer = new BinaryWriter();
    for (const text of texts) writer.tag(1, WireType.LengthDelimited).string(text);
    const reader = new WireReader(writer.finish());
    const read: string[] = [];
    while (reader.isMore) {
      reader.field();
      read.push(reader.text());
    }
    assertEquals(read, texts);
  }));
});

Deno.test("WireReader passes over what nobody knows, groups in groups too", () => {
  const group = [0x7b, 0x0b, 0x08, 1, 0x0c, 0x12, 1, 0x0c, 0x7c];
  const unknown = [
    ...[0x78, 0x80, 1],
    ...[0x79, 1, 2, 3, 4, 5, 6, 7, 8],
    ...[0x7a, 2, 1, 2],
    ...[0x7d, 1, 2, 3, 4],
    ...group,
  ];
  const reader = new WireReader(Uint8Array.of(...unknown, 0x08, 5));
  for (let field = reader.field(); field !== 1; field = reader.field()) reader.passOver();
  assertEquals(reader.uint32(), 5);
});

Deno.test("WireReader ends with a message in a field, and goes on behind it", () => {
  const reader = new WireReader(Uint8Array.of(0x0a, 2, 0x10, 7, 0x18, 9));
  assertEquals(reader.field(), 1);
  const outer = reader.enter();
  assertEquals([reader.field(), reader.uint32(), reader.isMore], [2, 7, false]);
  reader.leave(outer);
  assertEquals([reader.isMore, reader.field(), reader.uint32(), reader.isMore], [
    true,
    3,
    9,
    false,
  ]);
});

Deno.test("WireReader reads nothing beyond the end of a message, or of one within it", () => {
  const parts: Readonly<Record<string, readonly number[]>> = {
    "a number": [0x08, 0x80],
    "a text": [0x0a, 3, 1, 2],
    "eight bytes": [0x09, 1, 2, 3, 4, 5, 6, 7],
    "four bytes": [0x0d, 1, 2, 3],
    "a group": [0x0b, 0x10, 1],
  };
  for (const [what, part] of Object.entries(parts)) {
    const read = (reader: WireReader) => {
      reader.field();
      reader.passOver();
    };
    assertThrows(() => read(new WireReader(Uint8Array.from(part))), RangeError, undefined, what);
    // What it lacks is there, but belongs to another message.
    const around = new WireReader(
      Uint8Array.of(0x0a, part.length, ...part, ...Array(9).fill(0x0c)),
    );
    around.field();
    around.enter();
    assertThrows(() => read(around), RangeError, undefined, what);
  }
  const cut = new WireReader(Uint8Array.of(0x0a, 2, 0x0a, 1, 0x41));
  cut.field();
  cut.enter();
  cut.field();
  assertThrows(() => cut.text(), RangeError, "a message ends before its part does");
});

Deno.test("WireReader refuses numbers without end, and types that there are not", () => {
  const endless = new WireReader(Uint8Array.of(...Array(10).fill(0xff), 1));
  assertThrows(() => endless.uint64(), RangeError, "a number has more than ten bytes");
  for (const type of [4, 6, 7]) {
    const reader = new WireReader(Uint8Array.of(8 + type, 0));
    reader.field();
    assertThrows(() => reader.passOver(), RangeError, `no field has the type ${type}`);
  }
});
