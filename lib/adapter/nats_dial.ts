import {
  connect,
  type ConnectionOptions,
  credsAuthenticator,
  errors,
  type NatsConnection,
  type TlsOptions,
} from "@nats-io/transport-node";
import { NodeTransport } from "@nats-io/transport-node/transport";
import net, { type Socket } from "node:net";
import tls from "node:tls";
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
  { servers, tls: shown, login, ...named }: NatsDialing,
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
    ...shown === undefined ? {} : { tls: shown },
    ...login === undefined ? {} : { authenticator: credsAuthenticator(utf8.encode(login)) },
  };
  if (shown !== undefined) refusals.delete(shown);
  const nats = await connect(options).catch((cause) => {
    if (!(cause instanceof errors.TimeoutError)) throw cause;
    throw (shown && refusals.get(shown)) ?? new Error("it does not answer", { cause });
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
 * off before it closes one, or goes over to TLS, and what a server that was killed does then, or
 * one that takes no such certificate, would end the process.
 */
function deafened<Opened extends Socket>(
  socket: Opened,
  heard: (error: Error) => void = () => undefined,
): Opened {
  const removeAllListeners = socket.removeAllListeners.bind(socket);
  const ignore = () => socket.on("error", heard);
  // Without arguments it means all events, and with one that is undefined that one.
  socket.removeAllListeners = (...events: [string?]) => {
    removeAllListeners(...events);
    return ignore();
  };
  return ignore();
}

/** Waits until a socket is connected, as an event of it says. */
async function opened<Opened extends Socket>(socket: Opened, event: string): Promise<Opened> {
  const { promise, resolve, reject } = Promise.withResolvers<Opened>();
  socket.once(event, () => resolve(socket));
  socket.once("error", reject);
  socket.once("close", () => reject(new Error("the connection was closed")));
  return await promise;
}

/** By what was shown over TLS, what a server said to it when the client listened to nobody. */
const refusals = new WeakMap<TlsOptions, Error>();

/** The hosts that were dialled: those without a name would be taken for localhost over TLS. */
const hosts = new WeakMap<NodeTransport, string>();

// The client's own do the same, but for hosts that are addresses, and with listeners taken off.
NodeTransport.prototype.dial = async function ({ hostname, port }) {
  hosts.set(this, hostname);
  const socket = deafened(net.connect(port, hostname));
  socket.setNoDelay(true);
  return await opened(socket, "connect");
};
NodeTransport.prototype.startTLS = async function () {
  const place = { servername: this.tlsName, host: this.tlsName || hosts.get(this) };
  const socket = tls.connect({ ...this.options.tls, ...place, socket: this.socket });
  const { tls: shown } = this.options;
  // What follows upon the first is that it cannot be written to.
  const refused = (error: Error) => shown && !refusals.has(shown) && refusals.set(shown, error);
  return await opened(deafened(socket, refused), "secureConnect");
};
