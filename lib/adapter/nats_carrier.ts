import {
  connect,
  credsAuthenticator,
  headers,
  type Msg,
  type MsgHdrs,
  type NatsConnection,
  type TlsOptions,
} from "@nats-io/transport-node";
import { Buffer } from "node:buffer";
import type { FetchRequest } from "../core/catch_up.ts";
import type { Claim } from "../core/escrow.ts";
import type { BranchId, Sequence } from "../core/ids.ts";
import type { EntriesRecord } from "../core/journal_record.ts";
import { limits } from "../core/limits.ts";
import type { PeerRequest } from "../core/propagation.ts";
import { branchWords } from "../format/health.ts";
import type { Credentials } from "../format/identity.ts";
import * as wire from "../format/log_wire.ts";
import { MalformedError } from "../format/malformed.ts";
import { NatsSubjects } from "../format/nats_subjects.ts";
import { reasonOf } from "../format/reason.ts";
import type { Batch, Carrier, Having } from "../host/carrier.ts";
import { unlessBusy } from "../host/hand_over.ts";
import type { Claimed, Host } from "../host/host.ts";
import { LogReader } from "../host/log_reader.ts";
import { LogTransport } from "../host/log_transport.ts";

/** How long requests to branches may take, in milliseconds: old records are many. */
const deadlineMs = { propagate: 1_000, fetch: 5_000, claim: 1_000 } as const;

/** The name of errors after which it must not go on. */
const fatalName = "NatsFatalError";

/** The header that tells which process has asked. */
const askerHeader = "Bank-Process";

const utf8 = new TextEncoder();

/** How long it waits before it tries again what has failed, in milliseconds. */
const pauseMs = 500;

/** By what NATS servers know a process. */
export interface NatsLogin {
  /** The certificate that it shows, where they are spoken to over TLS. */
  readonly credentials?: Credentials | undefined;
  /** The text of a file with a JWT and a seed, as `nsc` makes it. */
  readonly text?: string | undefined;
}

/** A log in a stream, as this process reads and writes it. */
export interface NatsStream extends Pick<Carrier, "append" | "caughtUp" | "reread"> {
  /** Reads it until it is another one or to be read again; an error is final by its name. */
  follow(begun: () => void): Promise<void>;
  /** Removes it. */
  forget(): Promise<void>;
}

/** What messages over NATS are carried with. */
export interface NatsParts {
  /** URLs of servers, of which each knows the others. */
  readonly servers: readonly string[];
  readonly login: NatsLogin;
  readonly bank: string;
  /** The branches of this process, and their hosts, which may come to be later. */
  readonly branches: readonly BranchId[];
  readonly hosts: ReadonlyMap<BranchId, Host>;
  /** Opens the log. */
  readonly openLog: (nats: NatsConnection, take: (batch: Batch) => Promise<void>) => NatsStream;
  /** Hears that all is well again, or what is not; each once. */
  readonly changed: (state: NatsState) => void;
}

/** How NATS is doing. */
export type NatsState =
  | { readonly kind: "attached" }
  | { readonly kind: "failed"; readonly reason: string };

/**
 * Carries a bank's messages over NATS: its log over JetStream, and what branches say to one another
 * as plain messages, which nobody keeps.
 *
 * It connects by itself, and again, for as long as it takes; until then it carries nothing.
 */
export class NatsCarrier implements Carrier {
  readonly #parts: NatsParts;
  readonly #subjects: NatsSubjects;
  readonly #reader: LogReader;
  readonly #process = crypto.randomUUID();
  readonly transport: LogTransport;
  /** By origin, what branches of this process have of its log and have not said yet. */
  readonly #havings = new Map<string, Having>();
  #nats: NatsConnection | undefined;
  #log: NatsStream | undefined;
  #isClosed = false;
  #state: NatsState | undefined;
  /** Kept as one object, which the client reads each time it connects. */
  readonly #tls: TlsOptions | undefined;

  /** Carries nothing before it is opened. */
  constructor(parts: NatsParts) {
    this.#parts = parts;
    const { credentials } = parts.login;
    this.#tls = credentials && tlsOf(credentials);
    this.#subjects = new NatsSubjects(parts.bank);
    this.#reader = new LogReader(parts.hosts, this);
    this.transport = new LogTransport({
      locals: parts.hosts,
      carrier: this,
      patienceMs: deadlineMs.propagate,
      nowMs: () => performance.now(),
      after: (ms, action) => void setTimeout(action, ms),
    });
  }

  /**
   * Connects, and carries messages until it is closed, whatever happens to the connection.
   *
   * @throws {Error} when this process must not go on.
   */
  async open(): Promise<void> {
    while (!this.#isClosed) {
      try {
        await this.#carry();
      } catch (error) {
        if (this.#isClosed) return;
        if (error instanceof Error && error.name === fatalName) throw error;
        this.#change({ kind: "failed", reason: reasonOf(error) });
        await pause();
      }
    }
  }

  /** Shows other credentials from the next connection on, which it makes now. */
  async renew(credentials: Credentials): Promise<void> {
    if (this.#tls === undefined) return;
    Object.assign(this.#tls, tlsOf(credentials));
    await this.#nats?.reconnect();
  }

  /** Carries nothing more, and removes the log, if told to. */
  async close({ forgets }: { readonly forgets: boolean }): Promise<void> {
    this.#isClosed = true;
    // Another process may do it too, and servers that do not answer keep it.
    if (forgets) await this.#log?.forget().catch(() => undefined);
    await this.#nats?.close();
  }

  /** Appends what a branch of this process wrote. */
  async append(batch: Omit<Batch, "last">): Promise<Sequence> {
    if (this.#log === undefined) throw new Error("there is no connection to NATS");
    return await this.#log.append(batch);
  }

  /** Waits until all has been handed over that the log has of an origin now. */
  async caughtUp(origin: BranchId): Promise<Sequence | undefined> {
    return await this.#log?.caughtUp(origin);
  }

  /** Reads the log again, from where the branches of this process stand. */
  reread(): void {
    this.#log?.reread();
  }

  /** Tells an origin what a branch has of its log; what it says in one round goes once. */
  acknowledge(having: Having): void {
    if (this.#havings.size === 0) setImmediate(() => this.#sayHavings());
    this.#havings.set(`${having.origin}/${having.branch}`, having);
  }

  /** Sends a request to its destinations. */
  announce(request: PeerRequest): void {
    const named = headers();
    named.set(askerHeader, this.#process);
    this.#say(this.#subjects.of("ask", request.from), wire.encodeRequest(request), named);
  }

  /** Asks a branch for old records. */
  async ask(request: FetchRequest): Promise<readonly EntriesRecord[] | undefined> {
    const subject = this.#subjects.between("fetch", request.to, request.from);
    const reply = await this.#request(subject, wire.encodeFetch(request), deadlineMs.fetch);
    return reply && meaning(() => wire.decodeFetched(reply));
  }

  /** Asks a branch for allowance. */
  async claim(request: Claim): Promise<Claimed | undefined> {
    const subject = this.#subjects.between("claim", request.to, request.from);
    const reply = await this.#request(subject, wire.encodeClaim(request), deadlineMs.claim);
    return reply && meaning(() => wire.decodeClaimed(reply));
  }

  async #carry(): Promise<void> {
    if (this.#nats === undefined || this.#nats.isClosed()) {
      const nats = await this.#connect();
      if (this.#isClosed) return await nats.close();
      this.#nats = nats;
      this.#listen(nats);
      this.#log = this.#parts.openLog(nats, (batch) => this.#reader.take(batch));
    }
    await this.#log?.follow(() => this.#change({ kind: "attached" }));
  }

  async #connect(): Promise<NatsConnection> {
    const { servers, login, bank, branches } = this.#parts;
    const nats = await connect({
      servers: [...servers],
      name: `bank ${bank}, ${branchWords(branches)}`,
      inboxPrefix: this.#subjects.inbox(branches),
      ignoreAuthErrorAbort: true,
      maxReconnectAttempts: -1,
      reconnectTimeWait: pauseMs,
      ...this.#tls === undefined ? {} : { tls: this.#tls },
      ...login.text === undefined
        ? {}
        : { authenticator: credsAuthenticator(utf8.encode(login.text)) },
    });
    const payload = nats.info?.max_payload ?? 0;
    if (payload >= limits.natsMessageBytesMax) return nats;
    await nats.close();
    throw new Error(
      `max_payload of the servers is ${payload}; it must be ${limits.natsMessageBytesMax} or more`,
    );
  }

  #change(state: NatsState): void {
    const isSame = JSON.stringify(state) === JSON.stringify(this.#state);
    this.#state = state;
    if (!isSame) this.#parts.changed(state);
  }

  #listen(nats: NatsConnection): void {
    const hear = (subject: string, take: (message: Msg, sender: number) => unknown) =>
      nats.subscribe(subject, {
        callback: (error, message) => {
          if (error !== null) return;
          const took = meaning(() => take(message, NatsSubjects.senderOf(message.subject)));
          if (took instanceof Promise) took.catch(reportError);
        },
      });
    hear(this.#subjects.of("ask", "*"), ({ data, headers }, sender) => {
      return this.#answer(wire.decodeRequest(bufferOf(data), sender), headers);
    });
    for (const branch of this.#parts.branches) {
      hear(this.#subjects.between("answer", branch, "*"), ({ data, headers }, sender) => {
        const { to, answer } = wire.decodeAnswer(bufferOf(data), sender);
        const { from, attempt, has } = answer;
        if (attempt === 0) return this.transport.acknowledged({ origin: to, branch: from, has });
        // An earlier process of the branch may have asked under the same number.
        if (headers?.get(askerHeader) === this.#process) this.transport.answered(to, answer);
      });
      hear(this.#subjects.between("fetch", branch, "*"), (message, sender) => {
        const { to, ...request } = wire.decodeFetch(bufferOf(message.data), sender);
        const records = this.#parts.hosts.get(to)?.recordsAfter(request);
        if (records !== undefined) message.respond(wire.encodeFetched(records));
      });
      hear(this.#subjects.between("claim", branch, "*"), (message, sender) => {
        return this.#grant(wire.decodeClaim(bufferOf(message.data), sender), message);
      });
    }
  }

  async #answer(request: PeerRequest, asker: MsgHdrs | undefined): Promise<void> {
    for (const answer of await this.#reader.asked(request)) {
      const subject = this.#subjects.between("answer", request.from, answer.from);
      this.#say(subject, wire.encodeAnswer(request.from, answer), asker);
    }
  }

  async #grant({ to, ...claim }: Claim, message: Msg): Promise<void> {
    const host = this.#parts.hosts.get(to);
    const claimed = host && await unlessBusy(host.claim(claim));
    if (claimed !== undefined) message.respond(wire.encodeClaimed(claimed));
  }

  #sayHavings(): void {
    for (const { origin, branch, has } of this.#havings.values()) {
      const subject = this.#subjects.between("answer", origin, branch);
      const answer = { from: branch, attempt: 0, has, known: undefined };
      this.#say(subject, wire.encodeAnswer(origin, answer));
    }
    this.#havings.clear();
  }

  #say(subject: string, bytes: Uint8Array, named?: MsgHdrs): void {
    if (this.#nats === undefined || this.#nats.isClosed()) return;
    this.#nats.publish(subject, bytes, { ...named && { headers: named } });
  }

  async #request(subject: string, bytes: Uint8Array, timeout: number): Promise<Buffer | undefined> {
    try {
      const reply = await this.#nats?.request(subject, bytes, { timeout });
      return reply && bufferOf(reply.data);
    } catch {
      // Nobody answers in time, or there is nobody.
      return undefined;
    }
  }
}

function tlsOf({ authority, certificate, key }: Credentials): TlsOptions {
  return { ca: authority, cert: certificate, key };
}

/** Does what a message means; one that means nothing is passed over. */
function meaning<Meaning>(take: () => Meaning): Meaning | undefined {
  try {
    return take();
  } catch (error) {
    if (!(error instanceof MalformedError)) throw error;
    return undefined;
  }
}

function bufferOf({ buffer, byteOffset, byteLength }: Uint8Array): Buffer {
  return Buffer.from(buffer, byteOffset, byteLength);
}

function pause(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, pauseMs));
}
