import { assertEquals, assertLess } from "@std/assert";
import type { AcknowledgePolicy } from "../../lib/core/acknowledgements.ts";
import type { Command } from "../../lib/core/command.ts";
import type { FetchAnswer, FetchRequest } from "../../lib/core/catch_up.ts";
import type { Claim, ClaimAnswer } from "../../lib/core/escrow.ts";
import type { BranchId } from "../../lib/core/ids.ts";
import {
  contentsOf,
  isAfter,
  type JournalRecord,
  ownOf,
  type Recall,
} from "../../lib/core/journal_record.ts";
import { money } from "../../lib/core/money.ts";
import type { PeerAnswer, PeerRequest } from "../../lib/core/propagation.ts";
import { Replica, type ReplicaView } from "../../lib/core/replica.ts";
import type { ReplicaConfig } from "../../lib/core/replica_config.ts";
import type { Effects, Input, Reply, Ticket } from "../../lib/core/step.ts";
import { nothingKnown } from "../../lib/core/version_vector.ts";
import { madeMs, tickAt } from "./samples.ts";

/** Deliveries after which it is taken that replicas will never fall silent. */
const deliveriesMax = 10_000;

/** A request on its way to one peer. */
export interface RequestMessage {
  readonly kind: "request";
  readonly from: BranchId;
  readonly to: BranchId;
  readonly request: PeerRequest;
  readonly life: number;
}

/** An answer on its way back. */
export interface AnswerMessage {
  readonly kind: "answer";
  readonly from: BranchId;
  readonly to: BranchId;
  readonly answer: PeerAnswer;
  readonly life: number;
}

/** A request for old records, on its way to a peer. */
export interface FetchMessage {
  readonly kind: "fetch";
  readonly from: BranchId;
  readonly to: BranchId;
  readonly fetch: FetchRequest;
  readonly life: number;
}

/** Old records on their way back. */
export interface FetchedMessage {
  readonly kind: "fetched";
  readonly from: BranchId;
  readonly to: BranchId;
  readonly answer: FetchAnswer;
  readonly life: number;
}

/** A claim on its way to a peer. */
export interface ClaimMessage {
  readonly kind: "claim";
  readonly from: BranchId;
  readonly to: BranchId;
  readonly claim: Claim;
  readonly life: number;
}

/** The answer to a claim on its way back; nothing, from a peer that cannot answer yet. */
export interface ClaimedMessage {
  readonly kind: "claimed";
  readonly from: BranchId;
  readonly to: BranchId;
  readonly attempt: number;
  readonly answer: Omit<ClaimAnswer, "from" | "attempt"> | undefined;
  readonly life: number;
}

/** What travels between replicas. */
export type Message =
  | RequestMessage
  | AnswerMessage
  | FetchMessage
  | FetchedMessage
  | ClaimMessage
  | ClaimedMessage;

/** How replicas of a mesh are configured. */
export interface MeshOptions {
  readonly members: readonly BranchId[];
  readonly opening: number;
  readonly acknowledge: AcknowledgePolicy;
  readonly outcomeMs?: number;
  readonly sizes?: ReplicaConfig["sizes"];
}

interface Node {
  readonly id: BranchId;
  /** What is on its disk. */
  records: JournalRecord[];
  replica: Replica;
  /** Grows with each crash; an answer to an earlier life reaches nobody. */
  life: number;
  dead: boolean;
  /** What so many of the records restore. */
  restored: { readonly rows: number; readonly view: ReplicaView };
}

/**
 * Replicas and what travels between them, which moves only as the test says.
 *
 * After every step it holds that the records so far restore the replica as it is.
 */
export class Mesh {
  /** What is on its way, oldest first. */
  readonly messages: Message[] = [];
  /** What customers were answered, by ticket. */
  readonly replies = new Map<Ticket, Reply>();
  /** Why replicas ended by themselves. */
  readonly halts = new Map<BranchId, string>();
  readonly #options: MeshOptions;
  readonly #nodes: ReadonlyMap<BranchId, Node>;
  readonly #asked = new Map<Ticket, RequestMessage | ClaimMessage>();
  /** What replicas want to recall, and have not been given; a life that has ended wants nothing. */
  readonly recalls = new Map<BranchId, Recall>();
  #tickets = 0;
  /** What the clock of every replica shows. */
  nowMs = madeMs;
  /** How many records a peer gives at once to one that fetches. */
  fetchRecordsMax = 3;

  /** Starts replicas that know nothing. */
  constructor(options: MeshOptions) {
    this.#options = options;
    this.#nodes = new Map(options.members.map((id) => {
      const records: JournalRecord[] = [];
      const replica = this.#restored(id, records);
      const restored = { rows: 0, view: replica.inspect() };
      return [id, { id, records, replica, life: 0, dead: false, restored }];
    }));
  }

  /** Shows a replica. */
  view(id: BranchId): ReplicaView {
    return this.#node(id).replica.inspect();
  }

  /** Gives a replica, to be stepped without its mesh. */
  replicaOf(id: BranchId): Replica {
    return this.#node(id).replica;
  }

  /** All that a replica has written down. */
  records(id: BranchId): readonly JournalRecord[] {
    return this.#node(id).records;
  }

  /** Hands a customer's request to a replica, and gives its ticket. */
  execute(
    id: BranchId,
    commands: readonly Command[],
    { session = nothingKnown, crashes = false } = {},
  ): Ticket {
    const ticket = ++this.#tickets;
    this.step(id, [{ kind: "execute", ticket, commands, session }], { crashes });
    return ticket;
  }

  /** Lets time go by at each of `ids`, or at all. */
  tick(ticks = 1, ids: Iterable<BranchId> = this.#nodes.keys()): void {
    const all = [...ids];
    for (let count = 0; count < ticks; count++) {
      for (const id of all) this.step(id, [tickAt(this.nowMs)]);
    }
  }

  /** Steps a replica; one that crashes has written its records down and says nothing more. */
  step(id: BranchId, inputs: readonly Input[], { crashes = false } = {}): Effects {
    const node = this.#node(id);
    if (node.dead) return nothing;
    const effects = node.replica.step(inputs);
    if (effects.halt !== undefined) {
      node.dead = true;
      this.halts.set(id, effects.halt);
      return effects;
    }
    node.records.push(...effects.records);
    this.#compare(node);
    if (crashes) {
      this.crash(id);
      return effects;
    }
    for (const request of effects.requests) this.#post(request, node.life);
    for (const fetch of effects.fetches) {
      const { from, to } = fetch;
      this.messages.push({ kind: "fetch", from, to, fetch, life: node.life });
    }
    for (const claim of effects.claims) {
      const { from, to } = claim;
      this.messages.push({ kind: "claim", from, to, claim, life: node.life });
    }
    for (const reply of effects.replies) this.#reply(node, reply);
    for (const recall of effects.recalls) {
      assertEquals(this.recalls.has(id), false, "one at a time");
      this.recalls.set(id, recall);
    }
    return effects;
  }

  /** Gives a replica what it wants to recall, a record at a time, until it wants no more. */
  recall(id: BranchId): number {
    let times = 0;
    for (let recall = this.recalls.get(id); recall !== undefined; recall = this.recalls.get(id)) {
      this.recalls.delete(id);
      times += 1;
      const { number } = recall;
      for (const record of ownOf(id, this.#node(id).records, recall)) {
        this.step(id, [{ kind: "recalled", number, records: [record], isLast: false }]);
      }
      this.step(id, [{ kind: "recalled", number, records: [], isLast: true }]);
    }
    return times;
  }

  /** Ends a replica for good. */
  kill(id: BranchId): void {
    this.#node(id).dead = true;
  }

  /** Restarts a replica from its records, or from others that its disk then has instead. */
  crash(
    id: BranchId,
    { records, ...config }: Partial<ReplicaConfig> & { records?: readonly JournalRecord[] } = {},
  ): void {
    const node = this.#node(id);
    if (records !== undefined) {
      node.records = [...records];
      node.restored = { rows: 0, view: this.#restored(id, []).inspect() };
    }
    node.replica = this.#restored(id, node.records, config);
    node.life += 1;
    node.dead = false;
    this.recalls.delete(id);
  }

  /** Hands a message over; taking it out of `messages` is the test's business. */
  deliver(message: Message): void {
    const node = this.#node(message.to);
    switch (message.kind) {
      case "request":
        return this.#ask(message);
      case "claim":
        return this.#claim(message);
      case "fetch":
        return this.#give(message);
      case "answer":
        if (message.life !== node.life) return;
        this.step(message.to, [{ kind: "answer", ...message.answer }]);
        return;
      case "fetched":
        if (message.life !== node.life) return;
        this.step(message.to, [{ kind: "fetched", ...message.answer }]);
        return;
      case "claimed": {
        if (message.life !== node.life) return;
        const { from, attempt, answer } = message;
        const input: Input = answer === undefined
          ? { kind: "unclaimed", from, attempt }
          : { kind: "claimed", from, attempt, ...answer };
        this.step(message.to, [input]);
        return;
      }
    }
  }

  /** Delivers all, oldest first, until nothing is on its way; tells what was delivered. */
  flow(): readonly Message[] {
    const delivered: Message[] = [];
    for (let next = this.messages.shift(); next !== undefined; next = this.messages.shift()) {
      delivered.push(next);
      assertLess(delivered.length, deliveriesMax, "messages come to an end");
      this.deliver(next);
    }
    return delivered;
  }

  /** Loses all that is on its way. */
  lose(): void {
    this.messages.length = 0;
  }

  #ask(message: RequestMessage): void {
    const { to: _, ...request } = message.request;
    const ticket = ++this.#tickets;
    this.#asked.set(ticket, message);
    this.step(message.to, [{ kind: "propagate", ticket, ...request }]);
  }

  #claim(message: ClaimMessage): void {
    const { to: _, ...claim } = message.claim;
    const ticket = ++this.#tickets;
    this.#asked.set(ticket, message);
    this.step(message.to, [{ kind: "claim", ticket, ...claim }]);
  }

  #give({ from, to, fetch: { attempt, after }, life }: FetchMessage): void {
    const node = this.#node(to);
    if (node.dead) return;
    const records = node.records.filter((row) => row.kind === "entries")
      .filter((record) => isAfter(record, after)).slice(0, this.fetchRecordsMax);
    const answer = { from: to, attempt, records };
    this.messages.push({ kind: "fetched", from: to, to: from, answer, life });
  }

  #post(request: PeerRequest, life: number): void {
    for (const to of request.to) {
      this.messages.push({ kind: "request", from: request.from, to, request, life });
    }
  }

  #reply(node: Node, reply: Reply): void {
    if (reply.kind === "executed" || reply.kind === "rejected") {
      assertEquals(this.replies.has(reply.ticket), false, "a request is answered once");
      this.replies.set(reply.ticket, reply);
      return;
    }
    const asked = this.#asked.get(reply.ticket);
    if (asked === undefined) throw new Error(`ticket ${reply.ticket} is answered twice`);
    this.#asked.delete(reply.ticket);
    const { from: to, life } = asked;
    if (reply.kind === "propagated" && asked.kind === "request") {
      const { kind: _, ticket: __, ...said } = reply;
      const answer = { from: node.id, attempt: asked.request.attempt, ...said };
      this.messages.push({ kind: "answer", from: node.id, to, answer, life });
    } else if (reply.kind === "claimed" && asked.kind === "claim") {
      const { last, isGranted, expiredMs } = reply;
      const { attempt } = asked.claim;
      const answer = last === undefined ? undefined : { last, isGranted, expiredMs };
      this.messages.push({ kind: "claimed", from: node.id, to, attempt, answer, life });
    } else throw new Error(`ticket ${reply.ticket} got the answer to something else`);
  }

  #compare(node: Node): void {
    const { id, replica, records } = node;
    const live = replica.inspect();
    if (node.restored.rows < records.length) {
      node.restored = { rows: records.length, view: this.#restored(id, records).inspect() };
    }
    const restored = node.restored.view;
    assertEquals(
      lasting(restored),
      lasting(live),
      "the records so far restore the replica",
    );
  }

  #restored(
    id: BranchId,
    records: readonly JournalRecord[],
    changes: Partial<ReplicaConfig> = {},
  ): Replica {
    const opening = money(this.#options.opening);
    return Replica.restore({ ...this.#options, id, opening, ...changes }, contentsOf(id, records));
  }

  #node(id: BranchId): Node {
    const node = this.#nodes.get(id);
    if (node === undefined) throw new Error(`branch ${id} is not in the mesh`);
    return node;
  }
}

/** Of what a replica shows, that which does not end with it. */
function lasting({ balance, allowance, known, outcomes }: ReplicaView) {
  return { balance, allowance, known, outcomes };
}

const nothing: Effects = {
  records: [],
  requests: [],
  fetches: [],
  claims: [],
  recalls: [],
  replies: [],
  halt: undefined,
};
