import { assertEquals } from "@std/assert";
import { BinaryWriter, WireType } from "@bufbuild/protobuf/wire";
import fc from "fast-check";
import { WireWriter } from "../../lib/format/wire_writer.ts";

Deno.test("WireWriter writes what a codec would, and nothing for a number that is 0", () => {
  const whole = fc.integer({ min: 1, max: Number.MAX_SAFE_INTEGER });
  const text = fc.string({ maxLength: 300 });
  const field = fc.integer({ min: 1, max: 40 });
  fc.assert(fc.property(whole, text, field, (value, written, number) => {
    const writer = new WireWriter(400);
    writer.number(number, value);
    writer.number(number, 0);
    writer.message(number + 1, () => writer.ascii(number, written));
    const expected = new BinaryWriter().tag(number, WireType.Varint).uint64(value)
      .tag(number + 1, WireType.LengthDelimited).fork()
      .tag(number, WireType.LengthDelimited).string(written).join();
    assertEquals(writer.bytes, expected.finish());
  }));
});
