import fc from "fast-check";
import { frame, header, kinds, preface } from "./http2_frames.ts";
import { joined } from "./raw_caller.ts";

// What comes here is below gRPC: bytes for a connection, which may be HTTP/2 or not.

/** The kinds that there are, and some that nobody knows. */
const anyKind = fc.constantFrom(...Array(12).keys(), 255);

const headers = joined([
  header(":method", "POST"),
  header(":scheme", "http"),
  header(":authority", "bank"),
  header(":path", "/bank.v1.BranchService/Query"),
  header("content-type", "application/grpc"),
  header("te", "trailers"),
]);
const streams = fc.constantFrom(1, 3, 5, 1, 3, 0, 2, 2 ** 31 - 1, 2 ** 32 - 1);
const flags = fc.constantFrom(0, 1, 4, 5, 8, 0x20, 0xff);

/** Frames that a client could send, and some that none may. */
const frames = fc.oneof(
  fc.record({ stream: streams, flags: fc.constantFrom(4, 4, 5, 0) }).map((rest) =>
    frame(kinds.headers, { ...rest, payload: headers })
  ),
  fc.record({ stream: streams, flags, payload: fc.uint8Array({ maxLength: 40 }) }).map((rest) =>
    frame(kinds.data, rest)
  ),
  fc.tuple(streams, fc.constantFrom(0, 1, 2 ** 31 - 1, 2 ** 32 - 1)).map(([stream, size]) => {
    const payload = new Uint8Array(4);
    new DataView(payload.buffer).setUint32(0, size);
    return frame(kinds.windowUpdate, { stream, payload });
  }),
  fc.tuple(fc.nat(8), fc.constantFrom(0, 1, 2 ** 31, 2 ** 32 - 1)).map(([setting, value]) => {
    const payload = new Uint8Array(6);
    const view = new DataView(payload.buffer);
    view.setUint16(0, setting);
    view.setUint32(2, value);
    return frame(kinds.settings, { stream: 0, payload });
  }),
  fc.record({ stream: streams, payload: fc.uint8Array({ maxLength: 40 }) }).map((rest) =>
    frame(kinds.continuation, rest)
  ),
  fc.tuple(
    anyKind,
    fc.record({
      stream: streams,
      flags,
      payload: fc.uint8Array({ maxLength: 24 }),
    }),
  ).map(([kind, rest]) => frame(kind, rest)),
  fc.tuple(anyKind, streams, fc.constantFrom(2 ** 14, 2 ** 14 + 1, 2 ** 24 - 1))
    .map(([kind, stream, length]) => frame(kind, { stream, length })),
);

/** What somebody sends to the port of a branch who means harm, or another server. */
export const hostileBytes: fc.Arbitrary<Uint8Array> = fc.oneof(
  {
    weight: 8,
    arbitrary: fc.array(frames, { minLength: 1, maxLength: 8, size: "max" }).map((frames) =>
      joined([preface, frame(kinds.settings, { stream: 0 }), ...frames])
    ),
  },
  { weight: 1, arbitrary: fc.array(frames).map((frames) => joined([preface, ...frames])) },
  { weight: 1, arbitrary: fc.uint8Array({ maxLength: 200 }) },
  {
    weight: 1,
    arbitrary: fc.constantFrom(
      "GET / HTTP/1.1\r\nHost: bank\r\n\r\n",
      "\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03",
      "PRI * HTTP/2.0\r\n\r\nXX",
      "x".repeat(100_000),
    ).map((text) => new TextEncoder().encode(text)),
  },
);
