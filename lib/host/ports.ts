import type { FetchAnswer, FetchRequest } from "../core/catch_up.ts";
import type { Claim, ClaimAnswer } from "../core/escrow.ts";
import type { BranchId } from "../core/ids.ts";
import type {
  EntriesRecord,
  JournalContents,
  JournalRecord,
  Recall,
  RefusalRecord,
} from "../core/journal_record.ts";
import type { PeerAnswer, PeerRequest } from "../core/propagation.ts";
import type { ReplicaView } from "../core/replica.ts";
import type { Effects, Input } from "../core/step.ts";
import type { VersionVector } from "../core/version_vector.ts";

/** Keeps what a branch has written down. */
export interface Journal {
  /** Tells what a replica is restored from. Its parts are read once, in their order. */
  read(): JournalContents;
  /**
   * Tells records of the logs that `sequences` names, those after the entry that it gives for
   * each, in the order in which they were committed: at least one, if there is one, and no more
   * than so many bytes.
   *
   * @throws {Error} when they cannot be read as they were written.
   */
  after(sequences: VersionVector, bytesMax: number): readonly EntriesRecord[];
  /**
   * Tells the branch's own records of a generation, in their order. They are read as they are
   * taken, so that it can be done in pieces, with commits between them, and left unfinished.
   *
   * @throws {Error} when they cannot be read as they were written, or are not as many.
   */
  recall(recall: Recall): IteratorObject<EntriesRecord | RefusalRecord>;
  /**
   * Tells the last records of entries, whoever wrote them, in the order in which they were
   * committed: at most so many.
   *
   * @throws {Error} when they cannot be read as they were written.
   */
  latest(count: number): readonly EntriesRecord[];
  /**
   * Makes records durable, all or none, before it returns.
   *
   * @throws {Error} when it cannot; the branch must then stop, since it may not go on to say
   * what it could not write down.
   */
  commit(records: readonly JournalRecord[]): void;
  /**
   * Copies all that is committed into a new file, if it is in a file itself; now and then it waits
   * for `pause`, by which others go on.
   *
   * @throws {Error} when it cannot.
   */
  copy?(path: string, pause: () => Promise<void>): Promise<void>;
  /** Lets go of it; nothing is read or committed after that. */
  close(): void;
}

/** What became of a request at one of its destinations: an answer, or nothing. */
export type Delivery =
  | ({ readonly kind: "answer" } & PeerAnswer)
  | { readonly kind: "silence"; readonly from: BranchId; readonly attempt: number };

/** What became of a request for old records: an answer, or nothing. */
export type Fetched =
  | ({ readonly kind: "fetched" } & FetchAnswer)
  | { readonly kind: "unfetched"; readonly from: BranchId; readonly attempt: number };

/** What became of a claim: an answer, or nothing. */
export type ClaimDelivery =
  | ({ readonly kind: "claimed" } & ClaimAnswer)
  | { readonly kind: "unclaimed"; readonly from: BranchId; readonly attempt: number };

/** Carries requests to peers. */
export interface Transport {
  /**
   * Sends a request to each of its destinations, and tells what became of it at each. It may
   * lose, delay and double both.
   */
  send(request: PeerRequest, delivered: (delivery: Delivery) => void): void;
  /** Asks a peer for old records, and tells what became of it. */
  ask(request: FetchRequest, fetched: (fetched: Fetched) => void): void;
  /** Asks a peer for allowance, and tells what became of it. */
  claim(request: Claim, claimed: (claimed: ClaimDelivery) => void): void;
}

/**
 * Hears what happens to a branch, for people; it decides nothing. It is told of a turn when its
 * records are durable and before anything leaves: what it has not heard of, nobody else has.
 */
export interface Observer {
  /** Hears what a turn took, what follows from it, and, if it asks, what the replica then shows. */
  turned(inputs: readonly Input[], effects: Effects, inspect: () => ReplicaView): void;
  /** Hears which old records a peer is given. */
  gave(request: Omit<FetchRequest, "to">, records: readonly EntriesRecord[]): void;
  /** Hears that a request was turned away for which the branch has no room. */
  overloaded?(): void;
}

/** Calls `turn` once, soon, after what is arriving just now has arrived. */
export type Schedule = (turn: () => void) => void;

/** A process of a run: a branch's or a customer's. Messages are values that JSON can carry. */
export interface Process {
  /** What it is, for a sentence about it: `branch 2`, `customer 7`. */
  readonly name: string;
  /** Sends it a message. */
  tell(message: unknown): void;
  /**
   * Gives its next message.
   *
   * @throws {ProcessError} when it ends before it says anything more.
   */
  next(): Promise<unknown>;
  /** Lets it end by itself, and resolves when it has. */
  finish(): Promise<void>;
  /** Ends it at once, and resolves when it has ended. */
  kill(): Promise<void>;
}

/** What a process is to be, and what it may touch. */
export interface ProcessRequest {
  readonly name: string;
  readonly program: "branch" | "customer";
  /** The only `host` or `host:port` that it may reach. */
  readonly hosts: readonly string[];
  /** The only folder that it may read and write, if any. */
  readonly folder?: string | undefined;
  /** The only other folder that it may write in, if any: for its trace. */
  readonly traceFolder?: string | undefined;
}

/** A folder with the journals of a bank. */
export interface BankFolder {
  readonly path: string;
  /** Tells the bank from all others: 32 hexadecimal digits, drawn when it was founded. */
  readonly bank: string;
  /** Whether it goes with the run: then no earlier run has left anything there. */
  readonly isTemporary: boolean;
}

/** Starts a process. */
export type Spawn = (request: ProcessRequest) => Process;

/** Says that a process of the run ended, failed, or could not start. */
export class ProcessError extends Error {
  override readonly name = "ProcessError";
  /** The signal that ended it, if one did. */
  readonly signal: string | undefined;

  /** Says it in one sentence. */
  constructor(message: string, signal?: string) {
    super(message);
    this.signal = signal;
  }

  /** Tells an end that came from outside from one of its own, and from Ctrl-C, which ends all. */
  get isKill(): boolean {
    return this.signal !== undefined && this.signal !== "SIGINT" && this.signal !== "SIGHUP";
  }
}
