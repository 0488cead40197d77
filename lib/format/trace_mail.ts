import type { TraceEvent, TraceProcess } from "./trace.ts";
import { causesOf, messageName } from "./trace_cause.ts";
import type { CommandMessage, PeerMessage, ResultMessage } from "./trace_message.ts";

/** What kind of message it is. */
export type Mail = (PeerMessage | CommandMessage | ResultMessage)["message"] | "phase";

/** What was made to go wrong with a message. */
export type Misfortune = Extract<TraceEvent, { readonly event: "injected" }>;

/** A message to one receiver; events are named by where they stand in the trace. */
export interface TracedMessage {
  readonly name: string;
  readonly kind: Mail;
  readonly from: TraceProcess;
  readonly to: TraceProcess;
  readonly sent: number;
  /** None if it never arrived; two if it was doubled. */
  readonly received: readonly number[];
  readonly misfortunes: readonly Misfortune[];
}

interface Draft extends TracedMessage {
  readonly received: number[];
  readonly misfortunes: Misfortune[];
}

/** All messages of a trace, each from its sending on. */
export class TraceMail {
  /** Those of one name: a request that was doubled may have been answered twice. */
  readonly #named = new Map<string, Draft[]>();
  readonly #bySending = new Map<number, Draft[]>();
  readonly #byReceipt = new Map<number, Draft>();

  /** Pairs what was sent with what was received. */
  constructor(events: readonly TraceEvent[]) {
    for (const [index, event] of events.entries()) {
      for (const draft of draftsOf(event, index)) this.#send(draft);
      if (event.event !== "received") continue;
      for (const name of causesOf(event).needs) this.#receive(name, index);
    }
    for (const event of events) if (event.event === "injected") this.#befall(event);
    for (const draft of phasesIn(events)) this.#send(draft);
  }

  /** Gives the messages that were sent with an event. */
  sentAt(index: number): readonly TracedMessage[] {
    return this.#bySending.get(index) ?? [];
  }

  /** Gives the message that was received with an event. */
  receivedAt(index: number): TracedMessage | undefined {
    return this.#byReceipt.get(index);
  }

  /** Gives the first message of a name. */
  named(name: string): TracedMessage | undefined {
    return this.#named.get(name)?.[0];
  }

  #send(draft: Draft): void {
    this.#named.set(draft.name, [...this.#named.get(draft.name) ?? [], draft]);
    this.#bySending.set(draft.sent, [...this.#bySending.get(draft.sent) ?? [], draft]);
    for (const index of draft.received) this.#byReceipt.set(index, draft);
  }

  /** Of those that were sent by then, takes the first that has not arrived, or else the last. */
  #receive(name: string, index: number): void {
    const drafts = this.#named.get(name) ?? [];
    const draft = drafts.find(({ received }) => received.length === 0) ?? drafts.at(-1);
    draft?.received.push(index);
    if (draft !== undefined) this.#byReceipt.set(index, draft);
  }

  #befall(event: Misfortune): void {
    const ends = { from: `branch ${event.from}`, to: `branch ${event.to}` };
    const drafts = this.#named.get(messageName(event, ends)) ?? [];
    const isGone = event.fault === "lost" || event.fault === "cut";
    const gone = isGone ? drafts.find(({ received }) => received.length === 0) : undefined;
    (gone ?? drafts[0])?.misfortunes.push(event);
  }
}

function draftsOf(event: TraceEvent, sent: number): readonly Draft[] {
  if (event.event !== "sent") return [];
  const { by: from, message: kind } = event;
  const names = causesOf(event).gives;
  const ends = event.message === "command" || event.message === "result"
    ? [receiverOf(event)]
    : event.to.map((to): TraceProcess => `branch ${to}`);
  return names.flatMap((name, index) => {
    const to = ends[index];
    return to === undefined ? [] : [{ name, kind, from, to, sent, received: [], misfortunes: [] }];
  });
}

/** The beginning of a phase is told to whoever sends in it; it is as good as a message. */
function phasesIn(events: readonly TraceEvent[]): readonly Draft[] {
  const begun = new Map<number, number>();
  const drafts = new Map<string, Draft>();
  for (const [index, event] of events.entries()) {
    if (event.event === "phase begun") begun.set(event.phase, index);
    if (event.event !== "sent" || event.message !== "command") continue;
    const name = `phase ${event.phase} to ${event.by}`;
    const sent = begun.get(event.phase);
    if (sent === undefined || drafts.has(name)) continue;
    const ends = { from: "run", to: event.by } as const;
    drafts.set(name, { name, kind: "phase", ...ends, sent, received: [index], misfortunes: [] });
  }
  return [...drafts.values()];
}

function receiverOf(event: Extract<TraceEvent, { readonly event: "sent" }>): TraceProcess {
  if (event.message === "command") return `branch ${event.to}`;
  if (event.message !== "result") return "run";
  return `customer ${Number(event.command.split("/").at(-2) ?? 0)}`;
}
