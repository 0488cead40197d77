import type { NatsConnection, TlsOptions } from "@nats-io/transport-node";
import type { FetchRequest } from "../core/catch_up.ts";
import type { Claim } from "../core/escrow.ts";
import type { BranchId, Sequence } from "../core/ids.ts";
import type { EntriesRecord } from "../core/journal_record.ts";
import type { PeerRequest } from "../core/propagation.ts";
import { branchWords } from "../format/health.ts";
import type { Credentials } from "../format/identity.ts";
import { NatsSubjects } from "../format/nats_subjects.ts";
import { reasonOf } from "../format/reason.ts";
import type { Batch, Carrier, Having } from "../host/carrier.ts";
import type { Claimed, Host } from "../host/host.ts";
import { LogReader } from "../host/log_reader.ts";
import { LogTransport } from "../host/log_transport.ts";

/** How long a request to branches may take, in milliseconds. */
const patienceMs = 1_000;

/** The name of errors after which it must not go on. */
const fatalName = "NatsFatalError";

/** How long it waits before it tries again what has failed, in milliseconds. */
const pauseMs = 500;

/** Takes a batch that a process has appended, and resolves when there is room for more. */
export type TakeBatch = (batch: Batch, process: string) => Promise<void>;

/** A log in a stream, as this process reads and writes it. */
export interface NatsStream extends Pick<Carrier, "append" | "caughtUp" | "reread"> {
  /** Reads it until it is another one or to be read again; an error is final by its name. */
  follow(begun: () => void): Promise<void>;
  /** Removes it. */
  forget(): Promise<void>;
}

/** What branches say to each other beside the log, as this process says and hears it. */
export interface NatsTalk extends Pick<Carrier, "acknowledge" | "announce" | "ask" | "claim"> {
  /** Answers a request of a process. */
  answer(request: PeerRequest, process: string): Promise<void>;
}

/** Where messages go that are for this process. */
export interface NatsEnds {
  readonly reader: Pick<LogReader, "asked">;
  readonly transport: Pick<LogTransport, "acknowledged" | "answered">;
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
  readonly openLog: (nats: NatsConnection, take: TakeBatch) => NatsStream;
  /** Opens what is said beside it. */
  readonly openMessages: (nats: NatsConnection, ends: NatsEnds) => NatsTalk;
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
  /** Hands over what is carried to this process. */
  readonly reader: LogReader;
  /** Sends what the branches of this process want sent. */
  readonly transport: LogTransport;
  #nats: NatsConnection | undefined;
  #log: NatsStream | undefined;
  #messages: NatsTalk | undefined;
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
    this.reader = new LogReader(parts.hosts, this);
    this.transport = new LogTransport({
      locals: parts.hosts,
      carrier: this,
      goesApart: parts.goesApart,
      patienceMs,
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
      await Promise.race([this.#attached.promise, pause(patienceMs)]);
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
  async caughtUp(origin: BranchId): Promise<Sequence | undefined> {
    return await this.#log?.caughtUp(origin);
  }

  /** Reads the log again, from where the branches of this process stand. */
  reread(): void {
    this.#log?.reread();
  }

  /** Tells an origin what a branch has of its log. */
  acknowledge(having: Having): void {
    this.#messages?.acknowledge(having);
  }

  /** Sends a request to its destinations. */
  announce(request: PeerRequest): void {
    this.#messages?.announce(request);
  }

  /** Asks a branch for old records. */
  async ask(request: FetchRequest): Promise<readonly EntriesRecord[] | undefined> {
    return await this.#messages?.ask(request);
  }

  /** Asks a branch for allowance. */
  async claim(request: Claim): Promise<Claimed | undefined> {
    return await this.#messages?.claim(request);
  }

  async #carry(): Promise<void> {
    if (this.#nats === undefined || this.#nats.isClosed()) {
      const nats = await this.#dial();
      if (this.#isClosed) return await nats.close();
      this.#nats = nats;
      const messages = this.#messages = this.#parts.openMessages(nats, this);
      this.#log = this.#parts.openLog(nats, async (batch, process) => {
        if (batch.apart === undefined) return await this.reader.take(batch);
        void messages.answer({ ...batch, ...batch.apart }, process).catch(reportError);
      });
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
}

function isFatal(error: unknown): boolean {
  return error instanceof Error && error.name === fatalName;
}

function tlsOf({ authority, certificate, key }: Credentials): TlsOptions {
  return { ca: authority, cert: certificate, key };
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
