import type { FetchRequest } from "../core/catch_up.ts";
import type { Command, Result } from "../core/command.ts";
import { limits } from "../core/limits.ts";
import type { Sequence } from "../core/ids.ts";
import { type EntriesRecord, outcomesIn, type RefusalRecord } from "../core/journal_record.ts";
import type { Replica, ReplicaView } from "../core/replica.ts";
import type {
  ClaimInput,
  ExecuteInput,
  Input,
  PropagateInput,
  Rejection,
  Reply,
  Ticket,
} from "../core/step.ts";
import type { VersionVector } from "../core/version_vector.ts";
import type { Journal, Observer, Schedule, Transport } from "./ports.ts";

/** The answer to a customer's request. */
export type Executed =
  | {
    readonly kind: "executed";
    readonly results: readonly Result[];
    readonly known: VersionVector;
  }
  | { readonly kind: "rejected"; readonly rejection: Rejection };

/** A peer's request, as one branch takes it. */
export type Propagation = Omit<PropagateInput, "kind" | "ticket">;

/** The answer to a peer's request. */
export type Propagated = Extract<Reply, { readonly kind: "propagated" }>;

/** A peer's claim, as one branch takes it. */
export type ClaimToAnswer = Omit<ClaimInput, "kind" | "ticket">;

/** A peer's request for old records, as one branch takes it. */
export type FetchToAnswer = Omit<FetchRequest, "to">;

/** The answer to a peer's claim. */
export interface Claimed {
  readonly isGranted: boolean;
  /** The last entry of the branch, a grant included. */
  readonly last: Sequence;
  /** It grants no claim that was named at this moment or before; milliseconds since 1970. */
  readonly expiredMs: number;
}

/** What is being read for the replica. */
interface Reading {
  readonly number: number;
  readonly records: IteratorObject<EntriesRecord | RefusalRecord>;
}

/** Thrown at a caller whose request the branch has no room for; it may be tried again later. */
export class OverloadError extends Error {
  override readonly name = "OverloadError";
}

/** Thrown at a customer whose request came when the branch was about to end; it may come back. */
export class EndingError extends Error {
  override readonly name = "EndingError";
}

/** What a host drives, and through what. */
export interface HostParts {
  readonly replica: Replica;
  readonly journal: Journal;
  readonly transport: Transport;
  readonly schedule: Schedule;
  /** Hears what happens, if anyone wants to know. */
  readonly observer?: Observer | undefined;
  /** Outcomes that it reads in a turn, if not as many as usual. */
  readonly recallOutcomesMax?: number;
}

/**
 * Drives a replica: the one loop between it and the world.
 *
 * A turn takes the inputs that are waiting, lets the replica step, and carries out what it
 * returned: commit, then send, then reply. Nothing leaves before its records are durable, and
 * the more inputs wait, the more of them share a commit. Of many replies it gives some in each
 * turn, so that what their callers ask next arrives meanwhile. What the replica wants to recall it
 * reads in the same way, some in each turn, and so much in each tick that others hardly notice.
 */
export class Host {
  readonly #parts: HostParts;
  readonly #open = new Map<Ticket, (reply: Reply) => void>();
  readonly #inputs: Input[] = [];
  readonly #replies: Reply[] = [];
  #recall: Reading | undefined;
  /** How many outcomes it may read before the next tick. */
  #readable: number = limits.recallOutcomesTickMax;
  #commands = 0;
  /** Requests of customers that are not answered. */
  #requests = 0;
  #ending: PromiseWithResolvers<void> | undefined;
  #tickets = 0;
  #scheduled = false;

  /** Takes charge of a replica; nothing else may step it. */
  constructor(parts: HostParts) {
    this.#parts = parts;
  }

  /** Lets the replica execute a customer's commands. @throws {OverloadError | EndingError} */
  async execute(
    commands: readonly Command[],
    session: VersionVector,
    { attempt = 1 }: Pick<ExecuteInput, "attempt"> = {},
  ): Promise<Executed> {
    if (this.#commands + commands.length > limits.inboxCommandsMax) {
      throw this.#full(`${limits.inboxCommandsMax} commands`);
    }
    if (this.#ending !== undefined) throw new EndingError("the branch is about to end");
    this.#requests += 1;
    this.#commands += commands.length;
    try {
      const reply = await this.#ask((ticket) => (
        { kind: "execute", ticket, commands, session, attempt }
      ));
      if (reply.kind === "executed" || reply.kind === "rejected") return reply;
      throw new TypeError("a customer got the answer of a peer");
    } finally {
      this.#commands -= commands.length;
      this.#requests -= 1;
      this.#rest();
    }
  }

  /**
   * Takes no more commands of customers, and resolves when all that it took are answered. Peers are
   * served as before, since customers of theirs may wait for it.
   */
  end(): Promise<void> {
    this.#ending ??= Promise.withResolvers();
    this.#rest();
    return this.#ending.promise;
  }

  /** Whether it takes no more commands of customers. */
  get isEnding(): boolean {
    return this.#ending !== undefined;
  }

  #rest(): void {
    if (this.#requests === 0) this.#ending?.resolve();
  }

  /** Lets the replica take over a peer's records. @throws {OverloadError} */
  async propagate(propagation: Propagation): Promise<Propagated> {
    const { from, attempt, last, everywhere, has, asks, records } = propagation;
    const reply = await this.#ask((ticket) => (
      { kind: "propagate", ticket, from, attempt, last, everywhere, has, asks, records }
    ));
    if (reply.kind !== "propagated") throw new TypeError("a peer got the answer of a customer");
    return reply;
  }

  /**
   * Lets the replica answer a peer's claim, or tells that it cannot yet: while it is not sure of
   * its log, it grants nothing.
   *
   * @throws {OverloadError}
   */
  async claim(claim: ClaimToAnswer): Promise<Claimed | undefined> {
    const { from, attempt, id, need, wanted } = claim;
    const reply = await this.#ask((ticket) => (
      { kind: "claim", ticket, from, attempt, id, need, wanted }
    ));
    if (reply.kind !== "claimed") throw new TypeError("a claim got another answer");
    const { isGranted, last, expiredMs } = reply;
    return last === undefined ? undefined : { isGranted, last, expiredMs };
  }

  /** Gives a peer records out of the journal, after those that it has of each log. */
  recordsAfter(request: FetchToAnswer): readonly EntriesRecord[] {
    const { journal, observer } = this.#parts;
    const records = journal.after(request.after, limits.propagateBytesMax);
    observer?.gave(request, records);
    return records;
  }

  /** Tells the replica that a tick of time has gone by, and what the clock shows. */
  tick(nowMs: number): void {
    this.#readable = limits.recallOutcomesTickMax;
    this.#take({ kind: "tick", nowMs });
  }

  /** Shows the replica. */
  inspect(): ReplicaView {
    return this.#parts.replica.inspect();
  }

  #ask(input: (ticket: Ticket) => Input): Promise<Reply> {
    if (this.#open.size >= limits.openRequestsMax) {
      throw this.#full(`${limits.openRequestsMax} requests`);
    }
    const ticket = ++this.#tickets;
    return new Promise((resolve) => {
      this.#open.set(ticket, resolve);
      this.#take(input(ticket));
    });
  }

  #full(waiting: string): OverloadError {
    this.#parts.observer?.overloaded?.();
    return new OverloadError(`${waiting} wait in this branch already`);
  }

  #take(input: Input): void {
    this.#inputs.push(input);
    this.#schedule();
  }

  #schedule(): void {
    if (this.#scheduled) return;
    this.#scheduled = true;
    this.#parts.schedule(this.#turn);
  }

  readonly #turn = (): void => {
    if (this.#inputs.length > 0) this.#step();
    // The others in the next turn: callers can go on with these while those are written.
    for (const reply of this.#replies.splice(0, limits.turnRepliesMax)) this.#reply(reply);
    if (this.#recall !== undefined && this.#readable > 0) this.#readOn(this.#recall);
    // Not before: a host whose journal failed takes no further turn.
    this.#scheduled = false;
    if (this.#inputs.length + this.#replies.length > 0) this.#schedule();
  };

  #step(): void {
    const { replica, journal, transport, observer } = this.#parts;
    const inputs = this.#inputs.splice(0, stepSize(this.#inputs));
    const effects = replica.step(inputs);
    const { records, requests, fetches, claims, recalls, replies, halt } = effects;
    if (halt === undefined && records.length > 0) journal.commit(records);
    observer?.turned(inputs, effects, () => replica.inspect());
    if (halt !== undefined) throw new Error(halt);
    for (const request of requests) {
      transport.send(request, (delivery) => this.#take(delivery));
    }
    for (const request of fetches) transport.ask(request, (fetched) => this.#take(fetched));
    for (const request of claims) transport.claim(request, (claimed) => this.#take(claimed));
    for (const recall of recalls) {
      this.#recall = { number: recall.number, records: journal.recall(recall) };
    }
    this.#replies.push(...replies);
  }

  /** Reads some of what the replica wants to recall, for its next step. */
  #readOn({ number, records }: Reading): void {
    const read: (EntriesRecord | RefusalRecord)[] = [];
    let isLast = false;
    let outcomes = 0;
    while (outcomes < (this.#parts.recallOutcomesMax ?? limits.recallOutcomesMax)) {
      const next = records.next();
      isLast = next.done === true;
      if (next.done === true) break;
      outcomes += outcomesIn(next.value);
      read.push(next.value);
    }
    this.#readable -= outcomes;
    if (isLast) this.#recall = undefined;
    this.#inputs.push({ kind: "recalled", number, records: read, isLast });
  }

  #reply(reply: Reply): void {
    const resolve = this.#open.get(reply.ticket);
    this.#open.delete(reply.ticket);
    resolve?.(reply);
  }
}

/** Tells how many inputs may go into one step: as many as make one record, at least one. */
function stepSize(inputs: readonly Input[]): number {
  let commands = 0;
  const end = inputs.findIndex((input) => {
    if (input.kind === "execute") commands += input.commands.length;
    return commands > limits.stepCommandsMax;
  });
  return end === -1 ? inputs.length : Math.max(end, 1);
}
