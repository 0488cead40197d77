import { Buffer } from "node:buffer";
import { connect } from "node:http2";
import { authorization, authorizationKey, bankKey } from "../../lib/format/secret.ts";

/** A call as it goes over the wire, whatever that means to its receiver. */
export interface RawCall {
  readonly path: string;
  /** What the client sends, frames and all. */
  readonly body: Uint8Array;
  readonly headers?: Readonly<Record<string, string>>;
  /** Whether more could come, and does not. */
  readonly isLeftOpen?: boolean;
}

/** What came back. */
export interface RawAnswer {
  /** The gRPC status; `undefined`, if there was none. */
  readonly status: number | undefined;
  readonly details: string;
  readonly body: Uint8Array;
}

/** Makes calls over one HTTP/2 connection without the manners of a gRPC client. */
export class RawCaller implements Disposable {
  readonly #session: ReturnType<typeof connect>;
  readonly #headers: Readonly<Record<string, string>>;

  /** Dials `host:port`; shows all calls this secret, and this digest of a bank. */
  constructor(address: string, { secret, digest }: {
    readonly secret: string;
    readonly digest: string;
  }) {
    this.#session = connect(`http://${address}`);
    // Each call that it breaks says so itself.
    this.#session.on("error", () => undefined);
    this.#headers = { [authorizationKey]: authorization(secret), [bankKey]: digest };
  }

  /** Makes a call, and gives what came back when all has; one that is left open says no end. */
  call({ path, body, headers, isLeftOpen = false }: RawCall): Promise<RawAnswer> {
    const stream = this.#session.request({
      ":method": "POST",
      ":path": path,
      "content-type": "application/grpc",
      te: "trailers",
      ...this.#headers,
      ...headers,
    });
    const said: Record<string, unknown> = {};
    const chunks: Uint8Array[] = [];
    stream.on("response", (headers) => Object.assign(said, headers));
    stream.on("trailers", (trailers) => Object.assign(said, trailers));
    stream.on("data", (chunk: Uint8Array) => chunks.push(chunk));
    stream.on("error", () => undefined);
    if (isLeftOpen) stream.write(body);
    else stream.end(body);
    return new Promise((resolve) => {
      const done = () => {
        const status = said["grpc-status"];
        resolve({
          status: status === undefined ? undefined : Number(status),
          details: decodeURI(String(said["grpc-message"] ?? "")),
          body: joined(chunks),
        });
      };
      // One that is left open has no other end; one that is broken off has not even that.
      stream.on("end", done);
      stream.on("close", done);
    });
  }

  /** Ends the connection. */
  [Symbol.dispose](): void {
    this.#session.destroy();
  }
}

/** Puts a message into a frame, as gRPC does, or lies about it. */
export function framed(
  message: Uint8Array,
  { flag = 0, length = message.length }: { readonly flag?: number; readonly length?: number } = {},
): Uint8Array {
  const frame = new Uint8Array(5 + message.length);
  frame[0] = flag;
  new DataView(frame.buffer).setUint32(1, length);
  frame.set(message, 5);
  return frame;
}

/** Puts one behind the other. */
export function joined(parts: readonly Uint8Array[]): Uint8Array {
  const whole = new Uint8Array(parts.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}

/** Reads the frames of a body, as far as they are some. */
export function messagesIn<Message>(body: Uint8Array, read: (bytes: Buffer) => Message): Message[] {
  const messages: Message[] = [];
  const view = new DataView(body.buffer, body.byteOffset, body.length);
  for (let at = 0; at + 5 <= body.length;) {
    const end = at + 5 + view.getUint32(at + 1);
    if (end > body.length) break;
    try {
      messages.push(read(Buffer.from(body.subarray(at + 5, end))));
    } catch {
      break; // Nor does the branch read on.
    }
    at = end;
  }
  return messages;
}
