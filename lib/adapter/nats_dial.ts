import {
  connect,
  type ConnectionOptions,
  credsAuthenticator,
  errors,
  type NatsConnection,
  type TlsOptions,
} from "@nats-io/transport-node";
import { NodeTransport } from "@nats-io/transport-node/transport";
import type { Socket } from "node:net";
import { limits } from "../core/limits.ts";

/** Where servers of NATS are, and by what they know who connects. */
export interface NatsDialing {
  /** URLs of servers; no others are turned to. */
  readonly servers: readonly string[];
  /** What the connection is called where somebody looks at the servers. */
  readonly name: string;
  /** What the subjects begin with at which replies arrive. */
  readonly inboxPrefix: string;
  /** What is shown over TLS; it is read again each time the client connects. */
  readonly tls: TlsOptions | undefined;
  /** The text of a file with a JWT and a seed, as `nsc` makes it. */
  readonly login: string | undefined;
}

/**
 * How long a server may take to say something, before another one is turned to, in milliseconds: as
 * it is dialled, and later on when it has been silent for two such times.
 */
const patienceMs = 2_000;

/** How long it waits before it dials a server again, in milliseconds. */
const pauseMs = 500;

const utf8 = new TextEncoder();

/**
 * Connects to servers of NATS; once that is done the client connects again by itself.
 *
 * @throws {Error} when none of them can be reached now, or takes messages as large as ours.
 */
export async function dialNats(
  { servers, tls, login, ...named }: NatsDialing,
): Promise<NatsConnection> {
  const options: ConnectionOptions = {
    ...named,
    servers: [...servers],
    // Those that servers tell of may be elsewhere than this process may connect to.
    ignoreClusterUpdates: true,
    timeout: patienceMs,
    pingInterval: patienceMs,
    maxPingOut: 2,
    ignoreAuthErrorAbort: true,
    maxReconnectAttempts: -1,
    reconnectTimeWait: pauseMs,
    ...tls === undefined ? {} : { tls },
    ...login === undefined ? {} : { authenticator: credsAuthenticator(utf8.encode(login)) },
  };
  const nats = await connect(options).catch((cause) => {
    if (!(cause instanceof errors.TimeoutError)) throw cause;
    throw new Error("it does not answer", { cause });
  });
  const payload = nats.info?.max_payload ?? 0;
  if (payload >= limits.natsMessageBytesMax) return nats;
  await nats.close();
  throw new Error(
    `max_payload of the servers is ${payload}; it must be ${limits.natsMessageBytesMax} or more`,
  );
}

/**
 * Lets nobody have to hear of the errors of a socket: the client (3.4.0) takes all its listeners
 * off before it closes one, or goes over to TLS, and what a server that was killed does then would
 * end the process.
 */
function deafened<Opened extends Socket>(socket: Opened): Opened {
  const removeAllListeners = socket.removeAllListeners.bind(socket);
  const ignore = () => socket.on("error", () => undefined);
  // Without arguments it means all events, and with one that is undefined that one.
  socket.removeAllListeners = (...events: [string?]) => {
    removeAllListeners(...events);
    return ignore();
  };
  return ignore();
}

const { dial, startTLS } = NodeTransport.prototype;
NodeTransport.prototype.dial = async function (place) {
  return deafened(await dial.call(this, place));
};
NodeTransport.prototype.startTLS = async function () {
  return deafened(await startTLS.call(this));
};
