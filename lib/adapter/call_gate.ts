import {
  type Metadata,
  ServerInterceptingCall,
  type ServerInterceptingCallInterface,
  type ServerInterceptor,
  status,
} from "@grpc/grpc-js";
import type { ServerHttp2Stream } from "node:http2";
import type { Socket } from "node:net";
import { limits } from "../core/limits.ts";
import { authorize, type Caller, type Identify } from "../format/authorization.ts";
import { FrameMeter } from "../format/frame_meter.ts";
import { identityName } from "../format/identity.ts";
import { type OpenCall, OpenCalls, type PeerOrigin } from "../format/open_calls.ts";
import { authorizationKey } from "../format/secret.ts";
import { isCallersFault, StatusError } from "../format/status_error.ts";

/** A call that was let in. */
export interface Admitted {
  readonly caller: Caller;
  readonly open: OpenCall;
}

/** A connection, and what has left on it. */
interface Line {
  readonly socket: Socket;
  readonly meter: FrameMeter;
}

const peerPath = "/bank.v1.ReplicationService/";

/**
 * Lets only calls in whose caller may make them, and have as many, and keeps who that is; the others
 * are refused before any of their message is taken in. It sees to it that no caller takes more of
 * the server's memory than {@linkcode OpenCalls} says.
 */
export class CallGate {
  readonly #identify: Identify;
  readonly #calls = new OpenCalls();
  readonly #admitted = new WeakMap<Metadata, Admitted>();
  /** By their other ends, `address:port`. */
  readonly #lines = new Map<string, Line>();
  readonly #enders = new WeakMap<OpenCall, (error: StatusError) => void>();

  /** Asks `identify` who makes a call. */
  constructor(identify: Identify) {
    this.#identify = identify;
    const timer = setInterval(() => this.endLate(Date.now()), limits.arrivalMs / 10);
    Deno.unrefTimer(Number(timer));
  }

  /** Tells what is known of a call by its metadata. */
  admitted(metadata: Metadata): Admitted {
    const admitted = this.#admitted.get(metadata);
    if (admitted === undefined) throw new TypeError("a call was let in, and nobody made it");
    return admitted;
  }

  /** Reads along what leaves on a connection, until it ends. */
  watch(socket: Socket): void {
    const peer = `${socket.remoteAddress}:${socket.remotePort}`;
    const meter = new FrameMeter();
    const write = socket.write.bind(socket);
    socket.write = ((...args: Parameters<typeof write>) => {
      const [chunk] = args;
      if (typeof chunk !== "string") meter.pass(chunk);
      return write(...args);
    }) as typeof socket.write;
    this.#lines.set(peer, { socket, meter });
    socket.once("close", () => this.#lines.delete(peer));
  }

  /** Ends the calls whose message has not come whole in time. */
  endLate(nowMs: number): void {
    const details = `the message of the call did not come whole in ${limits.arrivalMs} ms`;
    for (const call of this.#calls.late(nowMs)) {
      this.#enders.get(call)?.(new StatusError("RESOURCE_EXHAUSTED", details));
    }
  }

  /** Stands before every call. */
  readonly interceptor: ServerInterceptor = ({ path, requestStream }, call) => {
    const below = ground(call);
    const { sendStatus } = below;
    below.sendStatus = (given) => {
      const isFault = given.code !== status.OK && isCallersFault(given.details);
      sendStatus.call(below, isFault ? { ...given, code: status.INVALID_ARGUMENT } : given);
    };
    const { stream } = below;
    let open: OpenCall | undefined;
    const end = (error: StatusError) => {
      call.sendStatus({ code: status[error.code], details: error.message });
      // Nothing more of it is wanted, and what came of it is let go of.
      stream.close();
    };
    stream.on("data", ({ length }: Uint8Array) => {
      if (open !== undefined) attempt(() => open?.arrive(length, Date.now()), end);
    });
    return new ServerInterceptingCall(call, {
      start: (next) =>
        next({
          onReceiveMetadata: (metadata, goOn) => {
            const isIn = attempt(() => {
              open = this.#admit(below, { metadata, path, isStream: requestStream });
              this.#enders.set(open, end);
            }, ({ code, message }) => call.sendStatus({ code: status[code], details: message }));
            if (isIn) goOn(metadata);
          },
          onReceiveMessage: (message, goOn) => {
            open?.arrived();
            goOn(message);
          },
          onCancel: () => open?.end(),
        }),
    });
  };

  #admit(
    call: Ground,
    { metadata, path, isStream }: {
      readonly metadata: Metadata;
      readonly path: string;
      readonly isStream: boolean;
    },
  ): OpenCall {
    const peer = call.getPeer();
    const authorization = String(metadata.get(authorizationKey)[0] ?? "");
    const caller = this.#identify({ peer, authorization });
    authorize(caller, path);
    const origin = {
      caller: caller.kind === "bearer" ? peer : identityName(caller),
      connection: peer,
      isStream,
    };
    const open = path.startsWith(peerPath)
      ? this.#calls.beginOfPeer({ ...origin, ...this.#metered(call.stream, peer) }, Date.now())
      : this.#calls.begin(origin, Date.now());
    this.#admitted.set(metadata, { caller, open });
    return open;
  }

  /** Counts what is written to a stream and has not left, and what the socket holds. */
  #metered(stream: ServerHttp2Stream, peer: string): Pick<PeerOrigin, "unread" | "untaken"> {
    const line = this.#lines.get(peer);
    const { id } = stream;
    // It has ended just now.
    if (line === undefined || id === undefined) return { unread: () => 0, untaken: () => 0 };
    const departure = line.meter.watch(id);
    stream.once("close", () => line.meter.forget(id));
    let written = 0;
    const write = stream.write.bind(stream);
    stream.write = ((...args: Parameters<typeof write>) => {
      written += args[0].length;
      return write(...args);
    }) as typeof stream.write;
    return {
      unread: () => written - departure.bytes,
      untaken: () => line.socket.writableLength,
    };
  }
}

/** Does something, and tells whether it could, or why not; anything but a status is a bug. */
function attempt(action: () => void, refused: (error: StatusError) => void): boolean {
  try {
    action();
    return true;
  } catch (error) {
    if (!(error instanceof StatusError)) throw error;
    refused(error);
    return false;
  }
}

/** What is below a call and all interceptors: it speaks HTTP/2. */
type Ground = ServerInterceptingCallInterface & { readonly stream: ServerHttp2Stream };

/**
 * Goes down to what is below a call, whatever other interceptors stand before it. grpc-js shows that
 * in no interface; the tests of limits hold it to this.
 */
function ground(call: ServerInterceptingCallInterface): Ground {
  let below = call as Partial<Ground> & { readonly nextCall?: ServerInterceptingCallInterface };
  while (below.nextCall !== undefined) below = below.nextCall as typeof below;
  if (below.stream === undefined) throw new TypeError("a call of grpc-js has no stream");
  return below as Ground;
}
