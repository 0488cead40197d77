import type { BranchId } from "../core/ids.ts";
import { unreachable } from "../core/invariant.ts";
import type { EntriesRecord, RefusalRecord } from "../core/journal_record.ts";
import type { ReplicaView } from "../core/replica.ts";
import type { Effects, Input, Reply, Ticket } from "../core/step.ts";
import type { Misfortune } from "../host/faulty_transport.ts";
import type { FetchToAnswer } from "../host/host.ts";
import { attemptOfLife } from "../host/numbered_transport.ts";
import type { Observer } from "../host/ports.ts";
import type { BranchEvent } from "./trace.ts";
import {
  commandIn,
  entryIn,
  knownIn,
  nameIn,
  propagateIn,
  rangesIn,
  resultIn,
  standingIn,
} from "./trace_form.ts";
import type { TraceResult } from "./trace_message.ts";

/** Whose events are told. */
export interface BranchTraceConfig {
  readonly id: BranchId;
  /** Which life of the branch this is in its run: 1, 2, 3 … */
  readonly life: number;
  /** The name of the run, with which the ids of its commands begin. */
  readonly run: string;
}

/** A request that the branch has not answered yet. */
type Open = Extract<Input, { readonly ticket: Ticket }>;

/**
 * Tells what happens to a branch as events of a trace: what each turn of its host took, what
 * became true in it, and what it sends and answers, in this order.
 */
export class BranchTrace implements Observer {
  readonly #config: BranchTraceConfig;
  readonly #tell: (events: readonly BranchEvent[]) => void;
  readonly #open = new Map<Ticket, Open>();

  /** Tells `tell` what happens, as much as happens at once. */
  constructor(config: BranchTraceConfig, tell: (events: readonly BranchEvent[]) => void) {
    this.#config = config;
    this.#tell = tell;
  }

  /**
   * Tells how the branch begins, and which records its former life had written down and not
   * told any more.
   */
  started(view: ReplicaView, untold: readonly EntriesRecord[]): void {
    const { life } = this.#config;
    this.#tell([
      ...untold.map((record) => ({ event: "found", ...this.#entriesOf(record) }) as const),
      { event: "started", life, ...standingIn(view), known: knownIn(view.known) },
    ]);
  }

  /** Tells when its messages begin to go wrong, and when no more. */
  faults(event: "faults begun" | "faults healed"): void {
    this.#tell([{ event }]);
  }

  /** Tells what was done to a message, whose attempt is numbered for this life already. */
  befell({ fault, message, from, to, attempt, lateMs }: Misfortune): void {
    const late = lateMs === undefined ? {} : { lateMs: Math.round(lateMs * 100) / 100 };
    this.#tell([{ event: "injected", fault, message, from, to, attempt, ...late }]);
  }

  /** Tells of a turn. */
  turned(inputs: readonly Input[], effects: Effects, inspect: () => ReplicaView): void {
    const events = [
      ...inputs.flatMap((input) => this.#heard(input)),
      ...this.#facts(inputs, effects, inspect),
      ...this.#sent(effects),
      ...effects.replies.flatMap((reply) => this.#replied(reply)),
    ];
    if (events.length > 0) this.#tell(events);
  }

  /** Tells of old records that a peer asked for, and what it is given. */
  gave({ from, attempt, after }: FetchToAnswer, records: readonly EntriesRecord[]): void {
    const carries = rangesIn(records);
    this.#tell([
      { event: "received", from, message: "fetch", attempt, after: knownIn(after) },
      { event: "sent", to: [from], message: "fetched", attempt, carries },
    ]);
  }

  #heard(input: Input): readonly BranchEvent[] {
    if ("ticket" in input) this.#open.set(input.ticket, input);
    switch (input.kind) {
      case "execute": {
        const { attempt = 1 } = input;
        const session = knownIn(input.session);
        return input.commands.flatMap((command) => {
          const named = commandIn(this.#config.run, command);
          if (named === undefined) return [];
          return [{ event: "received", message: "command", ...named, attempt, session }];
        });
      }
      case "propagate":
        return [{ event: "received", from: input.from, ...propagateIn(input) }];
      case "answer": {
        const { from, has, known } = input;
        const attempt = this.#own(input.attempt);
        const all = known === undefined ? {} : { known: knownIn(known) };
        return [{ event: "received", from, message: "propagated", attempt, has, ...all }];
      }
      case "fetched": {
        const attempt = this.#own(input.attempt);
        const carries = rangesIn(input.records);
        return [{ event: "received", from: input.from, message: "fetched", attempt, carries }];
      }
      case "claim": {
        const { from, attempt, id: claim, need, wanted } = input;
        const amounts = { need: Number(need), wanted: Number(wanted) };
        return [{ event: "received", from, message: "claim", attempt, claim, ...amounts }];
      }
      case "claimed": {
        const { from, isGranted, last } = input;
        const attempt = this.#own(input.attempt);
        return [{ event: "received", from, message: "claimed", attempt, isGranted, last }];
      }
      case "silence":
        return [this.#unanswered("propagate", input)];
      case "unfetched":
        return [this.#unanswered("fetch", input)];
      case "unclaimed":
        return [this.#unanswered("claim", input)];
      case "recalled":
      case "tick":
        return [];
      default:
        return unreachable(input);
    }
  }

  #unanswered(
    message: "propagate" | "fetch" | "claim",
    { from, attempt }: { readonly from: BranchId; readonly attempt: number },
  ): BranchEvent {
    return { event: "unanswered", message, to: from, attempt: this.#own(attempt) };
  }

  /** Tells what became true, as its records say. */
  #facts(
    inputs: readonly Input[],
    { records, halt }: Effects,
    inspect: () => ReplicaView,
  ): readonly BranchEvent[] {
    if (halt !== undefined) return [{ event: "halted", reason: halt }];
    const brought = new Set(inputs.flatMap((input) => "records" in input ? input.records : []));
    const facts = records.flatMap((record): readonly BranchEvent[] => {
      if (record.kind === "checkpoint") return [];
      if (record.kind === "refusal") return [this.#refused(record, inspect())];
      // Its own records are brought by others, too, when it has forgotten them.
      const isNew = record.origin === this.#config.id && !brought.has(record);
      return isNew ? this.#wrote(record) : [{ event: "applied", ...this.#entriesOf(record) }];
    });
    const hasMoved = records.some(({ kind }) => kind === "entries");
    return hasMoved ? [...facts, { event: "shows", ...standingIn(inspect()) }] : facts;
  }

  #refused({ write, refusal }: RefusalRecord, view: ReplicaView): BranchEvent {
    const { action, id, amount } = write;
    return {
      event: "refused",
      ...{ command: nameIn(this.#config.run, id), action, amount: Number(amount), refusal },
      ...standingIn(view),
      known: knownIn(view.known),
    };
  }

  #wrote({ first, entries }: EntriesRecord): readonly BranchEvent[] {
    return entries.map((entry, index) => {
      const sequence = first + index;
      const told = entryIn(this.#config.run, entry);
      if (told.action !== "grant") return { event: "executed", sequence, ...told };
      const { action: _, ...grant } = told;
      return { event: "granted", sequence, ...grant };
    });
  }

  #sent({ requests, fetches, claims }: Effects): readonly BranchEvent[] {
    return [
      ...requests.map((request): BranchEvent => {
        const attempt = this.#own(request.attempt);
        return { event: "sent", to: request.to, ...propagateIn({ ...request, attempt }) };
      }),
      ...fetches.map(({ to, attempt, after }): BranchEvent => {
        const said = { attempt: this.#own(attempt), after: knownIn(after) };
        return { event: "sent", to: [to], message: "fetch", ...said };
      }),
      ...claims.map(({ to, attempt, id: claim, need, wanted }): BranchEvent => {
        const said = { attempt: this.#own(attempt), claim };
        const amounts = { need: Number(need), wanted: Number(wanted) };
        return { event: "sent", to: [to], message: "claim", ...said, ...amounts };
      }),
    ];
  }

  #replied(reply: Reply): readonly BranchEvent[] {
    const input = this.#open.get(reply.ticket);
    this.#open.delete(reply.ticket);
    switch (input?.kind) {
      case "execute":
        return input.commands.flatMap((command, index) => {
          const result = resultTo(reply, index);
          if (command.id === undefined || result === undefined) return [];
          const { attempt = 1 } = input;
          const answered = { command: nameIn(this.#config.run, command.id), attempt };
          const known = reply.kind === "executed" ? { known: knownIn(reply.known) } : {};
          return [{ event: "sent", message: "result", ...answered, ...result, ...known }];
        });
      case "propagate": {
        if (reply.kind !== "propagated") return [];
        const { has, known } = reply;
        const all = known === undefined ? {} : { known: knownIn(known) };
        const to = { to: [input.from], attempt: input.attempt };
        return [{ event: "sent", message: "propagated", ...to, has, ...all }];
      }
      case "claim": {
        // One that is not sure of its log yet gives no answer.
        if (reply.kind !== "claimed" || reply.last === undefined) return [];
        const { isGranted, last } = reply;
        const to = { to: [input.from], attempt: input.attempt };
        return [{ event: "sent", message: "claimed", ...to, isGranted, last }];
      }
      case undefined:
        return [];
      default:
        return unreachable(input);
    }
  }

  #entriesOf({ origin, first, entries }: EntriesRecord) {
    return { origin, first, entries: entries.map((entry) => entryIn(this.#config.run, entry)) };
  }

  #own(attempt: number): number {
    return attemptOfLife(attempt, this.#config.life);
  }
}

/** Tells what a reply says of a command of its request. */
function resultTo(reply: Reply, index: number): TraceResult | undefined {
  if (reply.kind === "rejected") return { result: "rejected", reason: reply.rejection.kind };
  const result = reply.kind === "executed" ? reply.results[index] : undefined;
  return result === undefined ? undefined : resultIn(result);
}
