import { headers, type Msg, type NatsConnection } from "@nats-io/transport-node";
import { Buffer } from "node:buffer";
import type { FetchRequest } from "../core/catch_up.ts";
import type { Claim } from "../core/escrow.ts";
import type { BranchId } from "../core/ids.ts";
import type { EntriesRecord } from "../core/journal_record.ts";
import type { PeerAnswer, PeerRequest } from "../core/propagation.ts";
import * as wire from "../format/log_wire.ts";
import { MalformedError, meaning } from "../format/malformed.ts";
import { NatsSubjects } from "../format/nats_subjects.ts";
import type { Carrier, Having } from "../host/carrier.ts";
import { unlessBusy } from "../host/hand_over.ts";
import type { Claimed, Host } from "../host/host.ts";
import type { LogReader } from "../host/log_reader.ts";
import type { LogTransport } from "../host/log_transport.ts";

/** How long requests to branches may take, in milliseconds: old records are many. */
const deadlineMs = { fetch: 5_000, claim: 1_000 } as const;

/** The header that tells which process has asked. */
const askerHeader = "Bank-Process";

/** What messages are said and heard with. */
export interface NatsMessagesParts {
  readonly bank: string;
  /** Tells this process from all others, also from earlier ones of the same branches. */
  readonly process: string;
  /** The branches of this process, and their hosts, which may come to be later. */
  readonly branches: readonly BranchId[];
  readonly hosts: ReadonlyMap<BranchId, Host>;
  readonly reader: Pick<LogReader, "asked">;
  readonly transport: Pick<LogTransport, "acknowledged" | "answered">;
}

/** What branches say to each other over a connection to NATS, beside the log; nobody keeps it. */
export class NatsMessages implements Pick<Carrier, "acknowledge" | "announce" | "ask" | "claim"> {
  readonly #nats: NatsConnection;
  readonly #parts: NatsMessagesParts;
  readonly #subjects: NatsSubjects;
  /** By origin, what branches of this process have of its log and have not said yet. */
  readonly #havings = new Map<string, Having>();

  /** Hears what is said to the branches of this process from now on. */
  constructor(nats: NatsConnection, parts: NatsMessagesParts) {
    this.#nats = nats;
    this.#parts = parts;
    this.#subjects = new NatsSubjects(parts.bank);
    this.#listen();
  }

  /** Tells an origin what a branch has of its log; what it says in one round goes once. */
  acknowledge(having: Having): void {
    if (this.#havings.size === 0) setImmediate(() => this.#sayHavings());
    this.#havings.set(`${having.origin}/${having.branch}`, having);
  }

  /** Sends a request to its destinations. */
  announce(request: PeerRequest): void {
    const subject = this.#subjects.of("ask", request.from);
    this.#say(subject, wire.encodeRequest(request), this.#parts.process);
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

  /** Answers a request of a process. */
  async answer(request: PeerRequest, asker: string | undefined): Promise<void> {
    for (const answer of await this.#parts.reader.asked(request)) {
      this.#tell(request.from, answer, asker);
    }
  }

  #listen(): void {
    const hear = (subject: string, take: Take) =>
      this.#nats.subscribe(subject, {
        callback: (error, message) => {
          // Nothing may be thrown here, or the client reads no more.
          if (error === null) void taken(take, message);
        },
      });
    hear(this.#subjects.of("ask", "*"), ({ data, headers }, sender) => {
      const request = wire.decodeRequest(bufferOf(data), sender);
      return this.answer(request, headers?.get(askerHeader));
    });
    for (const branch of this.#parts.branches) {
      hear(this.#subjects.between("answer", branch, "*"), ({ data, headers }, sender) => {
        const { to, answer } = wire.decodeAnswer(bufferOf(data), sender);
        const { from, attempt, has } = answer;
        if (attempt === 0) {
          return this.#parts.transport.acknowledged({ origin: to, branch: from, has });
        }
        // An earlier process of the branch may have asked under the same number.
        if (headers?.get(askerHeader) === this.#parts.process) {
          this.#parts.transport.answered(to, answer);
        }
      });
      hear(this.#subjects.between("fetch", branch, "*"), (message, sender) => {
        const { to, ...request } = wire.decodeFetch(bufferOf(message.data), sender);
        const records = this.#parts.hosts.get(to)?.recordsAfter(request);
        if (records !== undefined) this.#reply(message, wire.encodeFetched(records));
      });
      hear(this.#subjects.between("claim", branch, "*"), (message, sender) => {
        return this.#grant(wire.decodeClaim(bufferOf(message.data), sender), message);
      });
    }
  }

  #tell(to: BranchId, answer: PeerAnswer, asker?: string): void {
    const subject = this.#subjects.between("answer", to, answer.from);
    this.#say(subject, wire.encodeAnswer(to, answer), asker);
  }

  async #grant({ to, ...claim }: Claim, message: Msg): Promise<void> {
    const host = this.#parts.hosts.get(to);
    const claimed = host && await unlessBusy(host.claim(claim));
    if (claimed !== undefined) this.#reply(message, wire.encodeClaimed(claimed));
  }

  #sayHavings(): void {
    for (const { origin, branch, has } of this.#havings.values()) {
      this.#tell(origin, { from: branch, attempt: 0, has, known: undefined });
    }
    this.#havings.clear();
  }

  #reply(message: Msg, bytes: Uint8Array): void {
    if (!this.#nats.isClosed()) message.respond(bytes);
  }

  #say(subject: string, bytes: Uint8Array, asker?: string): void {
    if (this.#nats.isClosed()) return;
    if (asker === undefined) return this.#nats.publish(subject, bytes);
    const named = headers();
    named.set(askerHeader, asker);
    this.#nats.publish(subject, bytes, { headers: named });
  }

  async #request(subject: string, bytes: Uint8Array, timeout: number): Promise<Buffer | undefined> {
    try {
      const reply = await this.#nats.request(subject, bytes, { timeout });
      return bufferOf(reply.data);
    } catch {
      // Nobody answers in time, or there is nobody.
      return undefined;
    }
  }
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

function bufferOf({ buffer, byteOffset, byteLength }: Uint8Array): Buffer {
  return Buffer.from(buffer, byteOffset, byteLength);
}
