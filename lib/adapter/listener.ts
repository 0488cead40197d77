import { createServer as createTcpServer, type Socket } from "node:net";
import {
  createServer as createTlsServer,
  type Server as TlsServer,
  type TLSSocket,
} from "node:tls";
import { limits } from "../core/limits.ts";
import type { Identify } from "../format/authorization.ts";
import type { ConnectionRefusal, TurnedAway } from "../format/connection_refusal.ts";
import { Guests, hostIn } from "../format/guests.ts";
import { type Credentials, identityIn } from "../format/identity.ts";

/** Hears of a connection that is to be served. */
type Connected = (socket: Socket) => void;

/** By what a listener knows callers. */
export interface Trust {
  /** The bank that they must be of. */
  readonly bank: string;
  /** What it shows itself, and which authorities it trusts. */
  readonly credentials: Credentials;
}

/**
 * Listens for connections: plain ones, or such with certificates at both ends (mutual TLS).
 *
 * 1. What is written to a connection within one round of the event loop leaves together. An answer
 *    is several frames of HTTP/2, each of which Deno writes by itself; a branch answers many
 *    requests at once, and a system call for each frame was an eighth of its work.
 * 2. Who has no certificate of an authority that is trusted does not get past the handshake, and
 *    has only so long for it. Who has one that names nobody in this bank, hears so with each call.
 * 3. A connection ends when the certificate does that was shown for it.
 */
export class Listener {
  readonly #guests = new Guests();
  readonly #doors: Door[] = [];
  readonly #turnedAway: TurnedAway;
  #trust: Trust | undefined;

  /**
   * Asks callers for certificates, if it is told whom to trust; `turnedAway` hears of each
   * connection that it ends since there are too many, or since it is not known whose it is.
   */
  constructor(trust?: Trust, turnedAway: TurnedAway = () => {}) {
    this.#trust = trust;
    this.#turnedAway = turnedAway;
  }

  /**
   * Listens at `host:port`, and gives where it does; port 0 lets the system choose.
   *
   * @throws {Error} when it cannot listen there.
   */
  readonly listen = (address: string, connected: Connected): Promise<string> => {
    const [, host = "", port] = /^(.*):(\d+)$/.exec(address) ?? [];
    const turnAway = (refusal: ConnectionRefusal, socket: Socket, peer: string) => {
      socket.destroy();
      this.#turnedAway(refusal, hostIn(peer));
    };
    const serve = (socket: Socket, peer: string) =>
      connected(gathering(socket, () => turnAway("untaken", socket, peer)));
    const parts = { guests: this.#guests, serve, turnAway };
    const door = this.#trust && new Door(this.#trust, parts);
    if (door !== undefined) this.#doors.push(door);
    const server = createTcpServer({ noDelay: true }, (socket) => {
      const peer = otherEndOf(socket);
      const refusal = this.#guests.arrive(peer);
      if (refusal !== undefined) return turnAway(refusal, socket, peer);
      if (door === undefined) serve(socket, peer);
      else door.knock(socket, peer);
      // After the door, which looks then whether it was ever known who that was.
      socket.once("close", () => this.#guests.leave(peer));
    });
    return new Promise((resolve, reject) => {
      server.once("error", (error) => {
        reject(new Error(`cannot listen on ${address}: ${faultOf(error)}`, { cause: error }));
      });
      server.listen({ host: host.replace(/^\[(.*)\]$/, "$1"), port: Number(port) }, () => {
        const bound = server.address();
        if (bound === null || typeof bound === "string") throw new TypeError("it has no port");
        resolve(`${host}:${bound.port}`);
      });
    });
  };

  /** Shows other credentials from the next connection on, and trusts whom they say. */
  renew(credentials: Credentials): void {
    for (const door of this.#doors) door.renew(credentials);
  }

  /** Tells who makes a call by its connection. @throws {StatusError} when it is nobody who may. */
  readonly identify: Identify = ({ peer }) => this.#guests.identify(peer);
}

/** What a door does with connections. */
interface DoorParts {
  readonly guests: Guests;
  readonly serve: (socket: Socket, peer: string) => void;
  readonly turnAway: (refusal: ConnectionRefusal, socket: Socket, peer: string) => void;
}

/** Where connections come in that need certificates. */
class Door {
  readonly #bank: string;
  readonly #parts: DoorParts;
  #server: TlsServer;

  constructor({ bank, credentials }: Trust, parts: DoorParts) {
    this.#bank = bank;
    this.#parts = parts;
    this.#server = this.#secured(credentials);
  }

  renew(credentials: Credentials): void {
    this.#server = this.#secured(credentials);
  }

  knock(socket: Socket, peer: string): void {
    const { guests, turnAway } = this.#parts;
    const refusal = guests.knock(peer);
    if (refusal !== undefined) return turnAway(refusal, socket, peer);
    let reason: ConnectionRefusal = "unproven";
    // Not by an option of the server: Deno reports what is late, and leaves the connection open.
    const timer = setTimeout(() => {
      if (!guests.isStranger(peer)) return;
      reason = "late";
      socket.destroy();
    }, limits.handshakeMs);
    // Deno says in no other way that all who do not get past the handshake have in common.
    socket.once("close", () => {
      clearTimeout(timer);
      if (guests.isStranger(peer)) turnAway(reason, socket, peer);
    });
    this.#server.emit("connection", socket);
  }

  #secured({ authority, certificate, key }: Credentials): TlsServer {
    const server = createTlsServer({
      ca: authority,
      cert: certificate,
      key,
      requestCert: true,
      rejectUnauthorized: true,
      ALPNProtocols: ["h2"],
    }, (socket) => this.#welcome(socket));
    // Who does not get past the handshake has heard why.
    return server.on("tlsClientError", () => undefined);
  }

  #welcome(socket: TLSSocket): void {
    const { subjectaltname = "", valid_to } = socket.getPeerCertificate();
    const { guests, serve, turnAway } = this.#parts;
    const peer = otherEndOf(socket);
    const refusal = guests.enter(peer, identityIn(subjectaltname, this.#bank));
    if (refusal !== undefined) return turnAway(refusal, socket, peer);
    endBy(socket, Date.parse(valid_to));
    serve(socket, peer);
  }
}

/** The longest time for which a timer can be set, in milliseconds. */
const timerMsMax = 2 ** 31 - 1;

/** Ends a connection at a time, in milliseconds since 1970. */
function endBy(socket: Socket, untilMs: number): void {
  const leftMs = untilMs - Date.now();
  // One that cannot be read is over.
  if (!(leftMs > 0)) return void socket.destroy();
  const timer = setTimeout(() => endBy(socket, untilMs), Math.min(leftMs, timerMsMax));
  socket.once("close", () => clearTimeout(timer));
}

/** Names a connection. */
function otherEndOf({ remoteAddress, remotePort }: Socket): string {
  return `${remoteAddress}:${remotePort}`;
}

function faultOf({ code, message }: NodeJS.ErrnoException): string {
  return code === "EADDRINUSE" ? "the port is in use" : message;
}

/**
 * Lets a socket hold what is written to it, from the first write of a round to its end. `untaken`
 * hears when the other end does not take what is written: Deno 2.9.3 would hold all of it.
 */
function gathering<Any extends Socket>(socket: Any, untaken: () => void): Any {
  const write = socket.write.bind(socket);
  const flush = () => {
    socket.uncork();
    if (socket.writableLength > limits.untakenBytesMax && !socket.destroyed) untaken();
  };
  socket.write = ((...args: Parameters<typeof write>) => {
    if (socket.writableCorked === 0) {
      socket.cork();
      setImmediate(flush);
    }
    return write(...args);
  }) as typeof socket.write;
  return socket;
}
