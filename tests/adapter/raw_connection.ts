import { authorization, authorizationKey, bankKey } from "../../lib/format/secret.ts";
import {
  flags,
  frame,
  header,
  kinds,
  number,
  preface,
  setting,
  windowSetting,
} from "./http2_frames.ts";
import { joined, type RawCall } from "./raw_caller.ts";

/** How much may come on a stream, or be sent, before more is asked for. */
const windowBytes = 65_535;
const frameBytesMax = 16_384;

/** What came on a stream. */
export interface Heard {
  /** Whether an answer has begun, with headers that are not its end. */
  hasBegun: boolean;
  /** Whether it has ended. */
  hasEnded: boolean;
  /** Whether nothing more is wanted of the call either. */
  isReset: boolean;
  bytes: number;
}

/**
 * A connection of HTTP/2, frame by frame, that asks for no answers until it is told to: the clients
 * that there are cannot do that.
 */
export class RawConnection implements Disposable {
  readonly #connection: Deno.TcpConn;
  readonly #headers: readonly Uint8Array[];
  readonly #streams = new Map<number, Heard>();
  /** How much may be sent: on the connection, as 0, and beyond the first window on each stream. */
  readonly #room = new Map<number, number>([[0, windowBytes]]);
  #changed = Promise.withResolvers<void>();
  #next = 1;

  private constructor(
    connection: Deno.TcpConn,
    { secret, digest }: { readonly secret: string; readonly digest: string },
  ) {
    this.#connection = connection;
    this.#headers = [
      header(":method", "POST"),
      header(":scheme", "http"),
      header(":authority", "bank"),
      header("content-type", "application/grpc"),
      header("te", "trailers"),
      header(authorizationKey, authorization(secret)),
      header(bankKey, digest),
    ];
  }

  /** Dials `host:port`; shows all calls this secret, and this digest of a bank. */
  static async dial(
    address: string,
    shown: { readonly secret: string; readonly digest: string },
  ): Promise<RawConnection> {
    const [hostname = "", port] = address.split(":");
    const connection = await Deno.connect({ hostname, port: Number(port) });
    const raw = new RawConnection(connection, shown);
    const payload = setting(windowSetting, 0);
    await raw.#send(joined([preface, frame(kinds.settings, { payload })]));
    void raw.#listen();
    return raw;
  }

  /** Makes a call, and gives what is heard of it. */
  async call({ path, body, isLeftOpen = false }: RawCall): Promise<Heard> {
    const stream = this.#next;
    this.#next += 2;
    const heard: Heard = { hasBegun: false, hasEnded: false, isReset: false, bytes: 0 };
    this.#streams.set(stream, heard);
    const payload = joined([...this.#headers, header(":path", path)].toSorted(pseudoFirst));
    await this.#send(frame(kinds.headers, { stream, flags: flags.endHeaders, payload }));
    for (let at = 0; at < body.length; at += frameBytesMax) {
      const part = body.subarray(at, at + frameBytesMax);
      const isLast = at + frameBytesMax >= body.length;
      await this.until(() => this.#roomOf(stream) >= part.length || heard.hasEnded);
      if (heard.hasEnded) return heard;
      for (const id of [0, stream]) this.#room.set(id, (this.#room.get(id) ?? 0) - part.length);
      const end = isLast && !isLeftOpen ? flags.endStream : 0;
      await this.#send(frame(kinds.data, { stream, flags: end, payload: part }));
    }
    return heard;
  }

  /** Waits until something holds, which frames that come may change. */
  async until(holds: () => boolean): Promise<void> {
    while (!holds()) await this.#changed.promise;
  }

  /** Asks for all answers, those that have been made too. */
  async read(): Promise<void> {
    const most = 2 ** 31 - 1;
    await this.#send(joined([
      frame(kinds.settings, { payload: setting(windowSetting, most) }),
      frame(kinds.windowUpdate, { payload: number(most - windowBytes) }),
    ]));
  }

  /** Ends it. */
  [Symbol.dispose](): void {
    this.#connection.close();
  }

  #roomOf(stream: number): number {
    return Math.min(this.#room.get(0) ?? 0, windowBytes + (this.#room.get(stream) ?? 0));
  }

  async #send(bytes: Uint8Array): Promise<void> {
    for (let at = 0; at < bytes.length;) at += await this.#connection.write(bytes.subarray(at));
  }

  async #listen(): Promise<void> {
    let bytes = new Uint8Array();
    const chunk = new Uint8Array(1024 * 1024);
    try {
      for (;;) {
        const count = await this.#connection.read(chunk);
        if (count === null) return;
        bytes = new Uint8Array(joined([bytes, chunk.subarray(0, count)]));
        bytes = await this.#hear(bytes);
        this.#changed.resolve();
        this.#changed = Promise.withResolvers();
      }
    } catch {
      // The test is over.
    }
  }

  /** Takes in whole frames, and gives what is left. */
  async #hear(bytes: Uint8Array<ArrayBuffer>): Promise<Uint8Array<ArrayBuffer>> {
    let at = 0;
    for (;;) {
      const view = new DataView(bytes.buffer, at);
      if (view.byteLength < 9) break;
      const length = view.getUint32(0) >>> 8;
      if (view.byteLength < 9 + length) break;
      const [kind, set, stream] = [view.getUint8(3), view.getUint8(4), view.getUint32(5)];
      const heard = this.#streams.get(stream);
      if (kind === kinds.settings && (set & flags.acknowledges) === 0) {
        await this.#send(frame(kinds.settings, { flags: flags.acknowledges }));
      } else if (kind === kinds.windowUpdate) {
        this.#room.set(stream, (this.#room.get(stream) ?? 0) + view.getUint32(9));
      } else if (heard !== undefined && kind === kinds.reset) {
        heard.isReset = true;
      } else if (heard !== undefined && (kind === kinds.data || kind === kinds.headers)) {
        if (kind === kinds.data) heard.bytes += length;
        if ((set & flags.endStream) !== 0) heard.hasEnded = true;
        else heard.hasBegun = true;
      }
      at += 9 + length;
    }
    return bytes.slice(at);
  }
}

/** Pseudo-headers come before the others (RFC 9113, 8.3). */
function pseudoFirst(left: Uint8Array, right: Uint8Array): number {
  const colon = 0x3a;
  return Number(right[2] === colon) - Number(left[2] === colon);
}
