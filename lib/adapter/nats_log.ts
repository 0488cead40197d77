import {
  DeliverPolicy,
  jetstream,
  JetStreamApiCodes,
  JetStreamApiError,
  type JetStreamClient,
  type JetStreamManager,
  jetstreamManager,
  type StoredMsg,
  type StreamInfo,
} from "@nats-io/jetstream";
import { headers, type NatsConnection } from "@nats-io/transport-node";
import { Buffer } from "node:buffer";
import type { BranchId, Sequence } from "../core/ids.ts";
import { type EntriesRecord, lastOf } from "../core/journal_record.ts";
import { knownOf, type VersionVector } from "../core/version_vector.ts";
import { decodeBatch, encodeBatch } from "../format/log_wire.ts";
import { meaning } from "../format/malformed.ts";
import { streamConfig, streamFault } from "../format/nats_stream.ts";
import { NatsSubjects } from "../format/nats_subjects.ts";
import type { Batch, Carrier } from "../host/carrier.ts";
import { firstUnknown, ReadUpTo, type SeenMessage } from "../host/log_position.ts";

/**
 * How long a request to the servers may take, in milliseconds: at first not long, since those that
 * have just made the stream do not answer until they have agreed who leads it.
 */
const patienceMs = { least: 250, most: 2_000 } as const;

/** How often it is looked whether the stream is still the same, in milliseconds. */
const lookMs = 5_000;

/** How often servers say that there is nothing new; two that are missed are a server that is gone. */
const heartbeatMs = 1_000;

/** The header that tells which process has appended a message. */
const writerHeader = "Bank-Process";

/** How often another process may come in between where this one begins to append. */
const takeoversMax = 5;

/** What a log is read and written with. */
export interface NatsLogParts {
  readonly bank: string;
  /** Tells this process from all others, also from earlier ones of the same branches. */
  readonly process: string;
  /** What tells the bank from others of its name, and is written on the stream. */
  readonly mark: string;
  /** Says how a bank differs of which a stream has another mark. */
  readonly strangeness: (mark: string) => string;
  /** The branches of this process. */
  readonly branches: readonly BranchId[];
  /** All branches of the bank. */
  readonly members: readonly BranchId[];
  /** How many servers are to keep the stream, if it is not there. */
  readonly replicas: number;
  /** What each branch of this process knows. */
  readonly known: () => readonly VersionVector[];
  /** Takes what is read, and resolves when there is room for more. */
  readonly take: (batch: Batch, process: string) => Promise<void>;
}

/** Thrown where a process must not go on. */
export class NatsFatalError extends Error {
  override readonly name = "NatsFatalError";
}

/** Where the log of a branch of this process ends in the stream. */
interface End {
  /** The number of its last message; 0, if it has none. */
  readonly message: number;
  /** The last entry that it goes up to. */
  readonly last: Sequence;
  /** The process that has appended it. */
  readonly writer: string;
}

/**
 * The logs of all branches in one stream of NATS JetStream, a subject each.
 *
 * 1. Who appends names the message that it follows. Of two processes that take themselves for the
 *    same branch, the one that began later goes on; the other finds a message that is not its own
 *    behind the one it knows, and must end.
 * 2. It is read from where the branches of this process stand, and the servers remember nothing of
 *    that.
 * 3. Where the stream has lost something, or is another one, it goes on with what there is: what is
 *    lacking, the branches find out from each other.
 */
export class NatsLog implements Pick<Carrier, "append" | "caughtUp" | "reread"> {
  readonly #nats: NatsConnection;
  readonly #parts: NatsLogParts;
  readonly #subjects: NatsSubjects;
  readonly #client: JetStreamClient;
  readonly #ends = new Map<BranchId, End>();
  readonly #read = new ReadUpTo();
  #manager: JetStreamManager | undefined;
  #patienceMs: number = patienceMs.least;
  #stop: (() => void) | undefined;

  /** Reads and writes nothing yet. */
  constructor(nats: NatsConnection, parts: NatsLogParts) {
    this.#nats = nats;
    this.#parts = parts;
    this.#subjects = new NatsSubjects(parts.bank);
    this.#client = jetstream(nats, { timeout: patienceMs.most });
  }

  /**
   * Reads the stream until it is another one or to be read again, and tells when it begins to; a
   * stream that is not there is made.
   *
   * @throws {NatsFatalError} when this process must not go on.
   * @throws {Error} when the servers cannot do it, now.
   */
  async follow(begun: () => void): Promise<void> {
    const timeout = this.#patienceMs;
    this.#patienceMs = Math.min(2 * timeout, patienceMs.most);
    const manager = await jetstreamManager(this.#nats, { timeout });
    this.#manager = manager;
    const { created, state } = await this.#stream(manager);
    for (const branch of this.#parts.branches) await this.#find(manager, branch);
    // A stream that has just been made says 0.
    const range = { first: Math.max(state.first_seq, 1), last: state.last_seq };
    const others = this.#parts.members.filter((id) => !this.#parts.branches.includes(id));
    const { stream } = this.#subjects;
    const start = await firstUnknown(range, others, {
      newest: async (origin) => this.#seen(await this.#newest(manager, origin)),
      from: async (origin, seq) => {
        const query = { seq, next_by_subj: this.#subjects.of("log", origin) };
        return this.#seen(await manager.streams.getMessage(stream, query));
      },
    });
    const consumer = await this.#client.consumers.get(stream, {
      deliver_policy: DeliverPolicy.StartSequence,
      opt_start_seq: start,
    });
    const messages = await consumer.consume({ max_messages: 256, idle_heartbeat: heartbeatMs });
    this.#stop = () => messages.stop();
    this.#read.set(start - 1);
    const look = async () => {
      const info = await manager.streams.info(stream);
      const isSame = info.created === created && info.state.last_seq >= this.#read.message;
      if (!isSame) messages.stop();
    };
    // Servers that do not answer now may still do so: the stream goes on being read.
    const looking = setInterval(() => void look().catch(stopIfMissing), lookMs);
    const stopIfMissing = (error: unknown) => {
      if (codeOf(error) === JetStreamApiCodes.StreamNotFound) messages.stop();
    };
    this.#patienceMs = patienceMs.least;
    begun();
    try {
      for await (const message of messages) {
        const batch = readBatch(message.subject, message.data);
        if (batch !== undefined) {
          this.#heed(batch, { message: message.seq, writer: message.headers?.get(writerHeader) });
          await this.#parts.take(batch, message.headers?.get(writerHeader) ?? "");
        }
        this.#read.set(message.seq);
      }
    } finally {
      clearInterval(looking);
    }
  }

  /** Appends what a branch of this process wrote. */
  async append(batch: Omit<Batch, "last">): Promise<Sequence> {
    const { from } = batch;
    const [manager, end] = [this.#manager, this.#ends.get(from)];
    if (manager === undefined || end === undefined) throw new Error("the log is not read yet");
    const isNew = (record: EntriesRecord) => batch.apart !== undefined || lastOf(record) > end.last;
    const records = batch.records.filter(isNew);
    const newest = records.at(-1);
    if (newest === undefined) return end.last;
    try {
      const last = Math.max(lastOf(newest), end.last);
      return await this.#publish({ ...batch, records, last }, end);
    } catch (error) {
      if (codeOf(error) !== JetStreamApiCodes.StreamWrongLastSequence) throw error;
      return await this.#find(manager, from);
    }
  }

  /** Waits until all has been handed over that the stream has of an origin now. */
  async caughtUp(origin: BranchId): Promise<Sequence | undefined> {
    if (this.#manager === undefined) return undefined;
    try {
      const newest = await this.#newest(this.#manager, origin);
      if (newest === null) return 0;
      const limit = new Promise<void>((resolve) => setTimeout(resolve, patienceMs.most));
      return await this.#read.reaches(newest.seq, limit) ? endIn(newest).last : undefined;
    } catch {
      // The servers do not say.
      return undefined;
    }
  }

  /** Reads the stream again, from where the branches of this process stand. */
  reread(): void {
    this.#stop?.();
  }

  /** Removes the stream, if it is there. */
  async forget(): Promise<void> {
    await this.#manager?.streams.delete(this.#subjects.stream).catch((error) => {
      if (codeOf(error) !== JetStreamApiCodes.StreamNotFound) throw error;
    });
  }

  async #publish(batch: Batch, { message }: Pick<End, "message">): Promise<Sequence> {
    const { from, last, records, apart } = batch;
    // One that only begins to append says nothing that could be there already, and one that goes
    // by itself says it again.
    const isNews = records.length > 0 && apart === undefined;
    const written = headers();
    written.set(writerHeader, this.#parts.process);
    const { seq } = await this.#client.publish(this.#subjects.of("log", from), encodeBatch(batch), {
      headers: written,
      ...isNews ? { msgID: `${from}/${last}` } : {},
      expect: { lastSubjectSequence: message, streamName: this.#subjects.stream },
      timeout: patienceMs.most,
    });
    this.#ends.set(from, { message: seq, last, writer: this.#parts.process });
    return last;
  }

  /**
   * Finds where the log of a branch of this process ends, and says that this process appends to it
   * from here on, if it has not said so.
   *
   * @throws {NatsFatalError} when another one has said so since.
   */
  async #find(manager: JetStreamManager, branch: BranchId): Promise<Sequence> {
    for (let tries = 0; tries < takeoversMax; tries++) {
      const known = this.#ends.get(branch);
      const found = endIn(await this.#newest(manager, branch));
      if (found.writer === this.#parts.process) {
        this.#ends.set(branch, found);
        return found.last;
      }
      // One that names no process is of none: somebody may write that has nothing to do with us.
      const isOthers = found.writer !== "" && found.message > (known?.message ?? Infinity);
      if (isOthers) throw taken(branch);
      try {
        const begun = { from: branch, attempt: 0, everywhere: 0, records: [], last: found.last };
        return await this.#publish(begun, found);
      } catch (error) {
        if (codeOf(error) !== JetStreamApiCodes.StreamWrongLastSequence) throw error;
      }
    }
    throw new NatsFatalError(`other processes keep beginning to write as branch ${branch}`);
  }

  /** @throws {NatsFatalError} when another process has begun to write as a branch of this one. */
  #heed(
    { from }: Batch,
    { message, writer }: { readonly message: number; readonly writer: string | undefined },
  ): void {
    const end = this.#ends.get(from);
    const isOthers = writer !== undefined && writer !== "" && writer !== this.#parts.process;
    if (isOthers && end !== undefined && message > end.message) throw taken(from);
  }

  async #newest(manager: JetStreamManager, origin: BranchId): Promise<StoredMsg | null> {
    const subject = this.#subjects.of("log", origin);
    return await manager.streams.getMessage(this.#subjects.stream, { last_by_subj: subject });
  }

  /** What means nothing brings nothing new. */
  #seen(stored: StoredMsg | null): SeenMessage | undefined {
    if (stored === null) return undefined;
    const batch = readBatch(stored.subject, stored.data);
    const isKnown = batch === undefined ||
      this.#parts.known().every((known) => batch.last <= knownOf(known, batch.from));
    return { number: stored.seq, isKnown };
  }

  async #stream(manager: JetStreamManager): Promise<StreamInfo> {
    const { stream } = this.#subjects;
    const { mark, replicas } = this.#parts;
    const wanted = streamConfig({ stream, subject: this.#subjects.of("log", "*"), mark, replicas });
    const info = await manager.streams.info(stream).catch((error) => {
      if (codeOf(error) !== JetStreamApiCodes.StreamNotFound) throw error;
      return manager.streams.add(wanted);
    });
    const fault = streamFault(info.config, wanted, this.#parts.strangeness);
    if (fault !== undefined) throw new NatsFatalError(fault);
    return info;
  }
}

function taken(branch: BranchId): NatsFatalError {
  return new NatsFatalError(
    `another process has begun to write as branch ${branch} of this bank; there can be one`,
  );
}

function endIn(newest: StoredMsg | null): End {
  if (newest === null) return { message: 0, last: 0, writer: "" };
  const last = readBatch(newest.subject, newest.data)?.last ?? 0;
  return { message: newest.seq, last, writer: newest.header.get(writerHeader) };
}

/** Reads what somebody has appended; what means nothing is nothing. */
function readBatch(subject: string, data: Uint8Array): Batch | undefined {
  const bytes = Buffer.from(data.buffer, data.byteOffset, data.byteLength);
  return meaning(() => decodeBatch(bytes, NatsSubjects.senderOf(subject)));
}

function codeOf(error: unknown): number | undefined {
  return error instanceof JetStreamApiError ? error.code : undefined;
}
