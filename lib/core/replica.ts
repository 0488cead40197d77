import { Acknowledgements, type AcknowledgePolicy } from "./acknowledgements.ts";
import type { Refusal, Result, Write } from "./command.ts";
import { ascending, type BranchId } from "./ids.ts";
import { Inbox } from "./inbox.ts";
import { invariant, unreachable } from "./invariant.ts";
import { type EntriesRecord, type JournalRecord, lastOf } from "./journal_record.ts";
import { Ledger } from "./ledger.ts";
import { limits } from "./limits.ts";
import type { Money } from "./money.ts";
import { type Forgotten, Outbox, type PeerView } from "./outbox.ts";
import { type Outcome, Outcomes } from "./outcomes.ts";
import { patience } from "./patience.ts";
import type { Effects, ExecuteInput, Input, PropagateInput, Rejection, Reply } from "./step.ts";
import { beyond, merged, nothingKnown, type VersionVector } from "./version_vector.ts";

/** What a replica is told when it is made, and what never changes. */
export interface ReplicaConfig {
  readonly id: BranchId;
  /** All branches of the bank, this one included. */
  readonly members: readonly BranchId[];
  readonly opening: Money;
  readonly acknowledge: AcknowledgePolicy;
  /** Whether the branch may have written something of which `records` say nothing. */
  readonly mayHaveForgotten?: boolean;
}

/** A replica as a check, a health probe or a person wants to see it. */
export interface ReplicaView {
  readonly id: BranchId;
  readonly balance: Money;
  readonly known: VersionVector;
  /** How many writes have an outcome here. */
  readonly outcomes: number;
  /** Requests that wait: for what their session has seen, for peers, for earlier records. */
  readonly open: number;
  readonly peers: readonly PeerView[];
}

interface Waiting {
  readonly input: ExecuteInput;
  readonly untilTick: number;
}

/**
 * One copy of the account, and all that is decided about it. No IO, clock or randomness: the
 * same inputs give the same effects.
 *
 * A step takes all inputs that are waiting and is one record, so commits, requests to peers
 * and their cost are shared by as many commands as there are. Within a step peers come first,
 * then commands in their order: whatever arrived together is seen by each of them.
 */
export class Replica {
  readonly #config: ReplicaConfig;
  readonly #members: ReadonlySet<BranchId>;
  readonly #others: ReadonlySet<BranchId>;
  readonly #ledger: Ledger;
  readonly #outcomes = new Outcomes();
  readonly #inbox = new Inbox();
  readonly #outbox: Outbox;
  readonly #acknowledgements: Acknowledgements;
  /** What this branch's records so far say they come after. */
  #after: VersionVector = nothingKnown;
  #waiting: readonly Waiting[] = [];
  #tick = 0;

  private constructor(config: ReplicaConfig) {
    const members = config.members.toSorted(ascending);
    this.#config = config;
    this.#members = new Set(members);
    this.#others = new Set(members.filter((id) => id !== config.id));
    invariant(this.#members.has(config.id), "a replica is a member of its bank");
    invariant(this.#members.size === members.length, "a bank has no member twice");
    this.#ledger = new Ledger({ opening: config.opening, members });
    this.#outbox = new Outbox(config.id, members);
    this.#acknowledgements = new Acknowledgements(config.acknowledge, members.length);
  }

  /**
   * Makes a replica of what its journal holds; a new branch restores from nothing.
   *
   * @throws {InvariantError} when the records are not what a replica with this configuration
   * wrote, in the order in which it wrote them.
   */
  static restore(config: ReplicaConfig, records: Iterable<JournalRecord>): Replica {
    const replica = new Replica(config);
    for (const record of records) replica.#remember(record);
    const wrote = replica.#ledger.knownOf(config.id) > 0;
    if (wrote || config.mayHaveForgotten === true) replica.#outbox.restart();
    return replica;
  }

  /** Takes what has happened, decides, and tells what follows. It never throws for an input. */
  step(inputs: readonly Input[]): Effects {
    const records: JournalRecord[] = [];
    const replies: Reply[] = [];
    this.#hear(inputs, replies);
    const { forgotten } = this.#outbox;
    if (forgotten !== undefined) return halted(this.#config.id, forgotten);
    this.#admit(records, replies);
    this.#execute(inputs, records, replies);
    this.#answer(replies);
    return { records, requests: this.#outbox.requests(this.#tick), replies, halt: undefined };
  }

  /** Shows the replica; nothing in it can be changed through the view. */
  inspect(): ReplicaView {
    return {
      id: this.#config.id,
      balance: this.#ledger.balance,
      known: this.#ledger.known,
      outcomes: this.#outcomes.size,
      open: this.#waiting.length + this.#inbox.size + this.#acknowledgements.size,
      peers: this.#outbox.inspect(this.#tick),
    };
  }

  #remember(record: JournalRecord): void {
    if (record.kind === "refusal") {
      return this.#outcomes.keep(record.write, { kind: "refused", refusal: record.refusal });
    }
    this.#ledger.apply(record);
    this.#outbox.append(record, this.#tick);
    if (record.origin !== this.#config.id) return;
    this.#after = merged(this.#after, record.after);
    record.entries.forEach((entry, index) =>
      this.#outcomes.keep(entry, { kind: "entry", sequence: record.first + index })
    );
  }

  /** Listens to peers and to time. */
  #hear(inputs: readonly Input[], replies: Reply[]): void {
    for (const input of inputs) {
      switch (input.kind) {
        case "execute":
          break;
        case "propagate":
          this.#hold(input, replies);
          break;
        case "answer":
          this.#outbox.answered(input, this.#tick);
          break;
        case "silence":
          this.#outbox.failed(input.from, input.attempt, this.#tick);
          break;
        case "tick":
          this.#tick += 1;
          this.#outbox.tick(this.#tick);
          break;
        default:
          unreachable(input);
      }
    }
  }

  #hold(input: PropagateInput, replies: Reply[]): void {
    if (!this.#others.has(input.from)) return this.#replyPropagated(input, replies);
    this.#outbox.settle(input.from, input.everywhere);
    const moot = this.#inbox.hold(input, this.#tick);
    if (moot !== undefined) this.#replyPropagated(moot, replies);
  }

  #admit(records: JournalRecord[], replies: Reply[]): void {
    if (this.#inbox.size === 0) return;
    const { applied, answered } = this.#inbox.admit(this.#ledger, {
      origins: this.#others,
      tick: this.#tick,
    });
    for (const record of applied) {
      this.#outbox.append(record, this.#tick);
      records.push(record);
    }
    for (const input of answered) this.#replyPropagated(input, replies);
  }

  #replyPropagated({ ticket, from, asks }: PropagateInput, replies: Reply[]): void {
    const known = asks ? this.#ledger.known : undefined;
    replies.push({ kind: "propagated", ticket, has: this.#ledger.knownOf(from), known });
  }

  /** Executes what can be executed now, and writes one record of it. */
  #execute(inputs: readonly Input[], records: JournalRecord[], replies: Reply[]): void {
    const arrived = inputs.filter((input) => input.kind === "execute")
      .map((input) => ({ input, untilTick: this.#tick + patience.sessionTicks }));
    if (arrived.length + this.#waiting.length === 0) return;
    const first = this.#ledger.knownOf(this.#config.id) + 1;
    const after = this.#after;
    const known = this.#ledger.known;
    const entries: Write[] = [];
    const context = { entries, records, replies };
    this.#waiting = [...this.#waiting, ...arrived].filter((waiting) =>
      !this.#attempt(waiting, context)
    );

    if (entries.length === 0) return;
    const others = new Map(known);
    others.delete(this.#config.id);
    const record: EntriesRecord = {
      kind: "entries",
      origin: this.#config.id,
      first,
      after: beyond(others, after),
      entries,
    };
    this.#after = others;
    invariant(lastOf(record) === this.#ledger.knownOf(record.origin), "entries are in the record");
    this.#outbox.append(record, this.#tick);
    records.push(record);
  }

  /** Executes or rejects a request, or tells that it has to wait. */
  #attempt({ input, untilTick }: Waiting, context: Context): boolean {
    const { ticket, commands, session } = input;
    if (context.entries.length + commands.length > limits.stepCommandsMax) return false;
    const rejection = this.#wrong(input);
    if (rejection !== undefined) {
      context.replies.push({ kind: "rejected", ticket, rejection });
      return true;
    }
    if (!this.#ledger.covers(session)) {
      if (untilTick > this.#tick) return false;
      const lacking = beyond(session, this.#ledger.known);
      context.replies.push({ kind: "rejected", ticket, rejection: { kind: "behind", lacking } });
      return true;
    }
    let sequence = 0;
    const results = commands.map((command): Result => {
      if (command.action === "query") return { kind: "balance", balance: this.#ledger.balance };
      const outcome = this.#outcomes.of(command) ?? this.#decide(command, context);
      if (outcome.kind === "refused") return { kind: "refused", refusal: outcome.refusal };
      sequence = Math.max(sequence, outcome.sequence);
      return { kind: "written", branches: 1 };
    });
    if (sequence > 0) {
      this.#acknowledgements.expect(ticket, { results, sequence, tick: this.#tick });
    } else {
      context.replies.push({ kind: "executed", ticket, results, known: this.#ledger.known });
    }
    return true;
  }

  /** Finds what makes a request one that can never be executed. */
  #wrong({ commands, session }: ExecuteInput): Rejection | undefined {
    for (const [origin, sequence] of session) {
      if (!this.#members.has(origin)) return { kind: "stranger", origin };
      if (origin === this.#config.id && sequence > this.#ledger.knownOf(origin)) {
        return { kind: "unissued", origin, sequence };
      }
    }
    const writes = commands.filter((command) => command.action !== "query");
    const within = new Outcomes();
    for (const write of writes) {
      if (this.#outcomes.contradicts(write) || within.contradicts(write)) {
        return { kind: "contradiction", id: write.id };
      }
      if (writes.length > 1 && within.of(write) === undefined) {
        within.keep(write, { kind: "entry", sequence: 0 });
      }
    }
    return undefined;
  }

  /** Decides a new write, and keeps the outcome with what makes it durable. */
  #decide(write: Write, { entries, records }: Context): Outcome {
    const refusal = this.#refusal(write);
    const outcome: Outcome = refusal === undefined
      ? { kind: "entry", sequence: this.#ledger.post(this.#config.id, write) }
      : { kind: "refused", refusal };
    if (refusal === undefined) entries.push(write);
    else records.push({ kind: "refusal", write, refusal });
    this.#outcomes.keep(write, outcome);
    return outcome;
  }

  #refusal({ action, amount }: Write): Refusal | undefined {
    switch (action) {
      case "deposit":
        return amount > this.#ledger.depositRoom(this.#config.id) ? "balance limit" : undefined;
      case "withdraw":
        return amount > this.#ledger.spendable(this.#config.id) ? "insufficient funds" : undefined;
      default:
        return unreachable(action);
    }
  }

  #answer(replies: Reply[]): void {
    for (const { ticket, results } of this.#acknowledgements.ready(this.#outbox, this.#tick)) {
      replies.push({ kind: "executed", ticket, results, known: this.#ledger.known });
    }
  }
}

interface Context {
  readonly entries: Write[];
  readonly records: JournalRecord[];
  readonly replies: Reply[];
}

function halted(id: BranchId, { peer, has }: Forgotten): Effects {
  const halt = `branch ${id} has forgotten what it wrote: branch ${peer} has its entry ${has}`;
  return { records: [], requests: [], replies: [], halt };
}
