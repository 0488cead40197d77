import { assertEquals } from "@std/assert";
import fc from "fast-check";
import { FrameMeter } from "../../lib/format/frame_meter.ts";

/** Writes a frame whose payload is what a frame must not be mistaken for. */
function frame(kind: number, stream: number, length: number): readonly number[] {
  const payload = Array.from({ length }, (_, at) => [0, 0, 1, 0, 0, 0, 0, 0, 3][at % 9] ?? 0);
  return [length >> 16, length >> 8 & 255, length & 255, kind, 0, 0, 0, 0, stream, ...payload];
}

const sent = [
  ...frame(4, 0, 6),
  ...frame(1, 3, 20),
  ...frame(0, 3, 100),
  ...frame(0, 5, 7),
  ...frame(0, 3, 0),
  ...frame(0, 3, 70_000),
  ...frame(8, 0, 4),
  ...frame(0, 7, 1),
];

Deno.test("meter.pass() counts what leaves of the answers on streams that are watched, however it is cut", () => {
  const cuts = fc.array(fc.nat(sent.length), { maxLength: 20 });
  fc.assert(fc.property(cuts, (cuts) => {
    const meter = new FrameMeter();
    const departures = [3, 5].map((stream) => meter.watch(stream));
    const ends = [...cuts, sent.length].sort((left, right) => left - right);
    let start = 0;
    for (const end of ends) {
      meter.pass(Uint8Array.from(sent.slice(start, end)));
      start = end;
    }
    assertEquals(departures.map(({ bytes }) => bytes), [70_100, 7]);
  }));
});

Deno.test("meter.pass() counts nothing more of a stream that is forgotten", () => {
  const meter = new FrameMeter();
  const departure = meter.watch(3);
  meter.pass(Uint8Array.from(frame(0, 3, 10)));
  meter.forget(3);
  meter.pass(Uint8Array.from(frame(0, 3, 10)));
  assertEquals(departure.bytes, 10);
});
