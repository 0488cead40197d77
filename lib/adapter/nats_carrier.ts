import type { Msg, NatsConnection, TlsOptions } from "@nats-io/transport-node";
import { Buffer } from "node:buffer";
import type { FetchRequest } from "../core/catch_up.ts";
import type { Claim } from "../core/escrow.ts";
import type { BranchId, Sequence } from "../core/ids.ts";
import type { EntriesRecord } from "../core/journal_record.ts";
import type { PeerAnswer, PeerRequest } from "../core/propagation.ts";
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

/** How long it waits before it tries again what has failed, in milliseconds. */
const pauseMs = 500;

/** A log in a stream, as this process reads and writes it. */
export interface NatsStream extends Pick<Carrier, "append" | "caughtUp"> {
  /** Reads it until it is another one; what is thrown is final where it says so by its name. */
  follow(begun: () => void): Promise<void>;
  /** Removes it. */
  forget(): Promise<void>;
}

/** As what a process connects. */
export interface NatsDialing {
  readonly name: string;
  readonly inboxPrefix: string;
  /** Read again each time the client connects. */
  readonly tls: TlsOptions | undefined;
}

/** What messages over NATS are carried with. */
export interface NatsParts {
  readonly bank: string;
  /** What this process shows, where servers are spoken to over TLS. */
  readonly credentials?: Credentials | undefined;
  /** The branches of this process, and their hosts, which may come to be later. */
  readonly branches: readonly BranchId[];
  readonly hosts: ReadonlyMap<BranchId, Host>;
  /** Whether each request goes by itself, and reaches nobody else. */
  readonly goesApart: boolean;
  /** Connects to servers. */
  readonly dial: (dialing: NatsDialing) => Promise<NatsConnection>;
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
  readonly transport: LogTransport;
  /** By origin, what branches of this process have of its log and have not said yet. */
  readonly #havings = new Map<string, Having>();
  #nats: NatsConnection | undefined;
  #log: NatsStream | undefined;
  #isClosed = false;
  #state: NatsState | undefined;
  /** Resolves when messages are carried; another one, when they are not any more. */
  #attached = Promise.withResolvers<void>();
  /** Rejects when this process must not go on. */
  readonly #ended = Promise.withResolvers<never>();
  /** Kept as one object, which the client reads each time it connects. */
  readonly #tls: TlsOptions | undefined;

  /** Carries nothing before it is opened. */
  constructor(parts: NatsParts) {
    this.#parts = parts;
    this.#tls = parts.credentials && tlsOf(parts.credentials);
    this.#subjects = new NatsSubjects(parts.bank);
    // Whoever appends hears of it too, and after the end nobody has to.
    this.#ended.promise.catch(() => undefined);
    this.#reader = new LogReader(parts.hosts, this);
    this.transport = new LogTransport({
      locals: parts.hosts,
      carrier: this,
      goesApart: parts.goesApart,
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
        await Promise.race([this.#carry(), this.#ended.promise]);
      } catch (error) {
        if (this.#isClosed) return;
        if (isFatal(error)) throw error;
        const isLate = error instanceof Error && error.name === "TimeoutError";
        const reason = isLate ? "JetStream does not answer there" : reasonOf(error);
        this.#change({ kind: "failed", reason });
        await pause(pauseMs);
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

  /** Appends what a branch of this process wrote; what comes before it can is appended then. */
  async append(batch: Omit<Batch, "last">): Promise<Sequence> {
    if (this.#state?.kind !== "attached") {
      await Promise.race([this.#attached.promise, pause(deadlineMs.propagate)]);
    }
    if (this.#log === undefined) throw new Error("there is no connection to NATS");
    try {
      return await this.#log.append(batch);
    } catch (error) {
      if (isFatal(error)) this.#ended.reject(error);
      throw error;
    }
  }

  /** Waits until all has been handed over that the log has of an origin now. */
  async caughtUp(origin: BranchId): Promise<boolean> {
    return await this.#log?.caughtUp(origin) ?? false;
  }

  /** Tells an origin what a branch has of its log; what it says in one round goes once. */
  acknowledge(having: Having): void {
    if (this.#havings.size === 0) setImmediate(() => this.#sayHavings());
    this.#havings.set(`${having.origin}/${having.branch}`, having);
  }

  /** Answers a request for a branch of this process. */
  answer(to: BranchId, answer: PeerAnswer): void {
    this.#say(this.#subjects.between("answer", to, answer.from), wire.encodeAnswer(to, answer));
  }

  /** Sends a request to its destinations. */
  announce(request: PeerRequest): void {
    this.#say(this.#subjects.of("ask", request.from), wire.encodeRequest(request));
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
      const nats = await this.#dial();
      if (this.#isClosed) return await nats.close();
      this.#nats = nats;
      this.#listen(nats);
      this.#log = this.#parts.openLog(nats, (batch) => this.#reader.take(batch));
    }
    await this.#log?.follow(() => this.#change({ kind: "attached" }));
  }

  async #dial(): Promise<NatsConnection> {
    const { bank, branches } = this.#parts;
    return await this.#parts.dial({
      name: `bank ${bank}, ${branchWords(branches)}`,
      inboxPrefix: this.#subjects.inbox(branches),
      tls: this.#tls,
    });
  }

  #change(state: NatsState): void {
    const isSame = JSON.stringify(state) === JSON.stringify(this.#state);
    this.#state = state;
    if (isSame) return;
    if (state.kind === "attached") this.#attached.resolve();
    else this.#attached = Promise.withResolvers();
    this.#parts.changed(state);
  }

  #listen(nats: NatsConnection): void {
    const hear = (subject: string, take: Take) =>
      nats.subscribe(subject, {
        callback: (error, message) => {
          // Nothing may be thrown here, or the client reads no more.
          if (error === null) void taken(take, message);
        },
      });
    hear(this.#subjects.of("ask", "*"), async ({ data }, sender) => {
      const request = wire.decodeRequest(bufferOf(data), sender);
      await this.#reader.asked(request);
    });
    for (const branch of this.#parts.branches) {
      hear(this.#subjects.between("answer", branch, "*"), ({ data }, sender) => {
        const { to, answer } = wire.decodeAnswer(bufferOf(data), sender);
        if (answer.attempt > 0) return this.transport.answered(to, answer);
        const { from, has } = answer;
        return this.transport.acknowledged({ origin: to, branch: from, has });
      });
      hear(this.#subjects.between("fetch", branch, "*"), (message, sender) => {
        const { to, ...request } = wire.decodeFetch(bufferOf(message.data), sender);
        const records = this.#parts.hosts.get(to)?.recordsAfter(request);
        if (records !== undefined) this.#reply(message, wire.encodeFetched(records));
      });
      hear(this.#subjects.between("claim", branch, "*"), async (message, sender) => {
        const { to, ...claim } = wire.decodeClaim(bufferOf(message.data), sender);
        const host = this.#parts.hosts.get(to);
        const claimed = host && await unlessBusy(host.claim(claim));
        if (claimed !== undefined) this.#reply(message, wire.encodeClaimed(claimed));
      });
    }
  }

  #sayHavings(): void {
    for (const { origin, branch, has } of this.#havings.values()) {
      this.answer(origin, { from: branch, attempt: 0, has, known: undefined });
    }
    this.#havings.clear();
  }

  #reply(message: Msg, bytes: Uint8Array): void {
    if (this.#nats?.isClosed() === false) message.respond(bytes);
  }

  #say(subject: string, bytes: Uint8Array): void {
    if (this.#nats === undefined || this.#nats.isClosed()) return;
    this.#nats.publish(subject, bytes);
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

function isFatal(error: unknown): boolean {
  return error instanceof Error && error.name === fatalName;
}

function tlsOf({ authority, certificate, key }: Credentials): TlsOptions {
  return { ca: authority, cert: certificate, key };
}

type Take = (message: Msg, sender: number) => void | Promise<void>;

/** Does what a message from a branch asks for; one that means nothing is passed over. */
async function taken(take: Take, message: Msg): Promise<void> {
  try {
    await take(message, NatsSubjects.senderOf(message.subject));
  } catch (error) {
    if (!(error instanceof MalformedError)) reportError(error);
  }
}

/** Tells what a reply means; one that means nothing is passed over. */
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

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
