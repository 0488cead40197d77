import { Acknowledgements } from "./acknowledgements.ts";
import { Books } from "./books.ts";
import { CatchUp, type FetchAnswer, type FetchRequest } from "./catch_up.ts";
import { Doubts } from "./doubts.ts";
import { Escrow, type Surroundings } from "./escrow.ts";
import { answerClaims } from "./grants.ts";
import { ascending, type BranchId } from "./ids.ts";
import { Inbox } from "./inbox.ts";
import { invariant, unreachable } from "./invariant.ts";
import { type EntriesRecord, type JournalContents, lastOf, repeats } from "./journal_record.ts";
import { limits } from "./limits.ts";
import { Outbox } from "./outbox.ts";
import type { PeerAnswer } from "./propagation.ts";
import { type Counter, Queue } from "./queue.ts";
import { haltedBy, Recovery } from "./recovery.ts";
import type { ReplicaConfig } from "./replica_config.ts";
import type { ReplicaView } from "./replica_view.ts";
import type { Standing } from "./rejections.ts";
import type { Effects, Input, PropagateInput, Reply } from "./step.ts";

export type { ReplicaView } from "./replica_view.ts";

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
  readonly #books: Books;
  readonly #inbox = new Inbox();
  readonly #outbox: Outbox;
  readonly #catchUp: CatchUp;
  readonly #recovery: Recovery;
  readonly #doubts = new Doubts();
  readonly #escrow: Escrow;
  readonly #queue = new Queue();
  readonly #acknowledgements: Acknowledgements;
  #tick = 0;
  #nowMs: number | undefined;
  #startedMs: number | undefined;

  private constructor(config: ReplicaConfig, contents: JournalContents) {
    const { id, opening, acknowledge, seed, outcomeMs = limits.outcomeMsMin } = config;
    const members = config.members.toSorted(ascending);
    this.#config = config;
    this.#members = new Set(members);
    this.#others = new Set(members.filter((other) => other !== id));
    invariant(this.#members.has(id), "a replica is a member of its bank");
    invariant(this.#members.size === members.length, "a bank has no member twice");
    const books = { self: id, members, opening, outcomeMs, seed, ...config.sizes };
    this.#books = new Books(books, contents);
    this.#outbox = new Outbox(id, members, { last: this.#books.last, ...config.sizes });
    this.#catchUp = new CatchUp(id, this.#members);
    this.#escrow = new Escrow(id, members);
    const { isEmpty, hasBegun, isInterrupted } = this.#books;
    // A journal is new until its branch has begun, however much it has fetched by then.
    const isNew = isInterrupted || (config.isNew === true && !hasBegun);
    this.#recovery = new Recovery({ isAway: !isEmpty, isNew });
    this.#books.hasBegun = this.#recovery.isSure || !isNew;
    this.#acknowledgements = new Acknowledgements(acknowledge, members.length);
    if (!this.#recovery.isSure) this.#outbox.restart();
  }

  /**
   * Makes a replica of what its journal holds; a new branch restores from nothing.
   *
   * @throws {InvariantError} when the records are not what a replica with this configuration
   * wrote, in the order in which it wrote them.
   */
  static restore(config: ReplicaConfig, contents: JournalContents = nothingWritten): Replica {
    return new Replica(config, contents);
  }

  /** Takes what has happened, decides, and tells what follows. It never throws for an input. */
  step(inputs: readonly Input[]): Effects {
    const replies: Reply[] = [];
    this.#hear(inputs, replies);
    this.#doubts.settle(this.#books, this.#recovery);
    this.#admit(replies);
    this.#begin();
    const { id } = this.#config;
    if (this.#recovery.fork !== undefined) return haltedBy(id, this.#recovery.fork);
    this.#execute(inputs, replies);
    replies.push(...this.#grants(inputs));
    const records = this.#books.turnPage(this.#nowMs);
    for (const record of records) {
      if (record.kind === "entries" && record.origin === id) this.#outbox.append(record);
    }
    this.#answer(replies);
    const requests = this.#outbox.requests(this.#tick, this.#books.ledger.known);
    const fetches = this.#fetches();
    const claims = this.#escrow.claims(this.#queue.lack(this.#counter), this.#surroundings);
    const recalls = this.#books.outcomes.recalls();
    return { records, requests, fetches, claims, recalls, replies, halt: undefined };
  }

  /** Shows the replica; nothing in it can be changed through the view. */
  inspect(): ReplicaView {
    const { ledger, outcomes } = this.#books;
    const peers = this.#outbox.inspect(this.#tick);
    return {
      id: this.#config.id,
      balance: ledger.balance,
      allowance: ledger.allowanceOf(this.#config.id),
      known: ledger.known,
      lacking: this.#catchUp.lacking(ledger.known),
      isSure: this.#recovery.isSure,
      outcomes: outcomes.size,
      open: this.#queue.size + this.#inbox.size + this.#acknowledgements.size,
      peers: peers.map((peer) => ({ ...peer, allowance: ledger.allowanceOf(peer.id) })),
    };
  }

  /** Listens to peers and to time. */
  #hear(inputs: readonly Input[], replies: Reply[]): void {
    for (const input of inputs) {
      switch (input.kind) {
        case "execute":
        case "claim":
          break;
        case "propagate":
          this.#hold(input, replies);
          break;
        case "answer":
          this.#listen(input);
          break;
        case "silence":
          this.#outbox.failed(input.from, input.attempt, this.#tick);
          break;
        case "fetched":
          this.#takeOver(input);
          break;
        case "unfetched":
          this.#catchUp.failed(input, this.#tick);
          break;
        case "claimed":
          this.#outbox.heard(input.from);
          this.#escrow.answered(input, this.#tick);
          break;
        case "unclaimed":
          this.#escrow.failed(input, this.#tick);
          break;
        case "recalled":
          this.#books.recalled(input);
          break;
        case "tick":
          this.#tick += 1;
          this.#nowMs = input.nowMs;
          this.#startedMs ??= input.nowMs;
          this.#outbox.tick(this.#tick);
          this.#catchUp.tick(this.#tick);
          this.#escrow.tick(this.#tick);
          this.#books.outcomes.tick(this.#tick);
          break;
        default:
          unreachable(input);
      }
    }
  }

  #hold(input: PropagateInput, replies: Reply[]): void {
    const { from, everywhere, has, last, records } = input;
    if (!this.#others.has(from)) return this.#replyPropagated(input, replies);
    this.#outbox.settle(from, everywhere);
    if (has.size > 0) this.#catchUp.hear(from, has);
    const known = this.#books.ledger.knownOf(from);
    const isGap = last > known && (records[0]?.first ?? Infinity) > known + 1;
    if (isGap) this.#catchUp.hear(from, new Map([[from, last]]));
    const moot = this.#inbox.hold(input, this.#tick);
    if (moot !== undefined) this.#replyPropagated(moot, replies);
  }

  /** Takes an answer of a peer: maybe it knows what this branch has forgotten or missed. */
  #listen(answer: PeerAnswer): void {
    const { from, has, known, lastId } = answer;
    if (!this.#others.has(from)) return;
    const isFirst = this.#outbox.answered(answer);
    if (isFirst && known !== undefined) this.#catchUp.hear(from, known);
    const { last } = this.#books;
    if (lastId !== undefined) this.#doubts.hear(from, { has, lastId });
    this.#doubts.settle(this.#books, this.#recovery);
    this.#recovery.hear(from, { has, last });
    if (has > last) this.#catchUp.hear(from, new Map([[this.#config.id, has]]));
  }

  /** Applies what a peer gave of its journal. */
  #takeOver(answer: FetchAnswer): void {
    const { ledger } = this.#books;
    const origins = this.#lackable;
    for (const record of answer.records) {
      if (!origins.has(record.origin) || ledger.admits(record) !== "next") continue;
      if (record.origin === this.#config.id && !this.#remember(record, answer.from)) break;
      this.#books.take(record);
    }
    this.#catchUp.answered(answer, ledger.known, this.#tick);
  }

  /** Takes note that a record of its own was forgotten; tells whether it can be taken over. */
  #remember(record: EntriesRecord, from: BranchId): boolean {
    if (repeats(record)) return false;
    const isNew = this.#books.areNew(record.entries);
    if (isNew === undefined) return false;
    if (!isNew) this.#recovery.disown(from, { has: lastOf(record), last: this.#books.last });
    this.#books.hasBegun = false;
    this.#expire();
    return isNew;
  }

  /**
   * Takes all commands for forgotten that were made before it came back and are in no log: what
   * it refused is forgotten with its journal, and nobody else has written that down.
   */
  #expire(): void {
    this.#books.expire(this.#config.ranUntilMs ?? this.#startedMs ?? 0);
  }

  /** The origins of which this branch may lack entries: also itself, until it is sure. */
  get #lackable(): ReadonlySet<BranchId> {
    return this.#recovery.isSure ? this.#others : this.#members;
  }

  #fetches(): readonly FetchRequest[] {
    if (this.#startedMs === undefined) return []; // What is forgotten is told by the time.
    const lacking = { origins: this.#lackable, tick: this.#tick };
    const request = this.#catchUp.request(this.#books.ledger.known, lacking);
    return request === undefined ? [] : [request];
  }

  #admit(replies: Reply[]): void {
    if (this.#inbox.size === 0) return;
    const answered = this.#inbox.admit(this.#books, { origins: this.#others, tick: this.#tick });
    for (const input of answered) {
      // What it follows is not on its way, or it would have come: its sender has that.
      const early = input.records.find((one) => this.#books.ledger.admits(one) === "early");
      if (early !== undefined) this.#catchUp.hear(input.from, early.after);
      this.#replyPropagated(input, replies);
    }
  }

  /** Begins to execute commands, once it is sure that nothing of its own log is forgotten. */
  #begin(): void {
    if (this.#recovery.isSure || this.#startedMs === undefined || this.#doubts.size > 0) return;
    const hasBegun = this.#recovery.begin(this.#books.last, this.#outbox.unheard(this.#tick));
    if (!hasBegun || this.#books.hasBegun) return;
    this.#books.hasBegun = true;
    this.#expire();
  }

  #replyPropagated({ ticket, from, asks }: PropagateInput, replies: Reply[]): void {
    const { ledger } = this.#books;
    const answer = { kind: "propagated", ticket, has: ledger.knownOf(from) } as const;
    const lastId = asks ? ledger.lastIdOf(from) : undefined;
    const known = asks ? ledger.known : undefined;
    replies.push(lastId === undefined ? { ...answer, known } : { ...answer, known, lastId });
  }

  #execute(inputs: readonly Input[], replies: Reply[]): void {
    const requests = inputs.filter((input) => input.kind === "execute");
    replies.push(...this.#queue.execute(requests, this.#counter));
  }

  /** Answers claims of peers; this branch's own customers come first. */
  #grants(inputs: readonly Input[]): readonly Reply[] {
    const claims = inputs.filter((input) => input.kind === "claim");
    if (claims.length === 0) return [];
    return answerClaims(claims, {
      books: this.#books,
      members: this.#members,
      reserved: this.#queue.lack(this.#counter).reserved,
      isSure: this.#recovery.isSure,
      nowMs: this.#nowMs,
    });
  }

  get #counter(): Counter {
    const [escrow, acknowledgements] = [this.#escrow, this.#acknowledgements];
    return { standing: this.#standing, escrow, acknowledgements, surroundings: this.#surroundings };
  }

  get #surroundings(): Surroundings {
    const answers = (peer: BranchId) => this.#outbox.reaches(peer, this.#tick);
    return { ledger: this.#books.ledger, tick: this.#tick, nowMs: this.#nowMs, answers };
  }

  get #standing(): Standing {
    return {
      self: this.#config.id,
      members: this.#members,
      books: this.#books,
      nowMs: this.#nowMs,
      isSure: this.#recovery.isSure,
      unheard: () => this.#outbox.unheard(this.#tick).map(({ id }) => id),
    };
  }

  #answer(replies: Reply[]): void {
    for (const { ticket, results } of this.#acknowledgements.ready(this.#outbox, this.#tick)) {
      replies.push({ kind: "executed", ticket, results, known: this.#books.ledger.known });
    }
  }
}

const nothingWritten: JournalContents = { checkpoint: undefined, remembered: [], records: [] };
