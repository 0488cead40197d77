import { joined } from "./raw_caller.ts";

/** What a client begins a connection of HTTP/2 with (RFC 9113, 3.4). */
export const preface = new TextEncoder().encode("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n");

/** Kinds of frames (RFC 9113, 6). */
export const kinds = {
  data: 0,
  headers: 1,
  reset: 3,
  settings: 4,
  ping: 6,
  windowUpdate: 8,
  continuation: 9,
} as const;

/** Flags of frames. */
export const flags = { endStream: 1, acknowledges: 1, endHeaders: 4 } as const;

/** Writes a frame, which may lie about its length. */
export function frame(
  kind: number,
  { stream = 0, flags = 0, payload = new Uint8Array(), length = payload.length }: {
    readonly stream?: number;
    readonly flags?: number;
    readonly payload?: Uint8Array;
    readonly length?: number;
  },
): Uint8Array {
  const head = new Uint8Array(9);
  const view = new DataView(head.buffer);
  view.setUint32(0, length * 256 + kind);
  view.setUint8(4, flags);
  view.setUint32(5, stream);
  return joined([head, payload]);
}

/** Writes a header as it is, of at most 126 characters each (RFC 7541, 6.2.2). */
export function header(name: string, value: string): Uint8Array {
  const [left, right] = [name, value].map((text) => new TextEncoder().encode(text));
  if (left === undefined || right === undefined) throw new TypeError("two texts are two texts");
  return joined([Uint8Array.of(0, left.length), left, Uint8Array.of(right.length), right]);
}

/** Writes a setting; {@linkcode windowSetting} is the only one that is needed. */
export function setting(id: number, value: number): Uint8Array {
  const payload = new Uint8Array(6);
  const view = new DataView(payload.buffer);
  view.setUint16(0, id);
  view.setUint32(2, value);
  return payload;
}

/** The setting that says how much may come on a stream before more is asked for. */
export const windowSetting = 4;

/** Writes a number as frames have it. */
export function number(value: number): Uint8Array {
  const payload = new Uint8Array(4);
  new DataView(payload.buffer).setUint32(0, value);
  return payload;
}
