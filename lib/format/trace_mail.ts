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
  readonly #messages = new Map<string, Draft>();
  readonly #bySending = new Map<number, Draft[]>();
  readonly #byReceipt = new Map<number, Draft>();

  /** Pairs what was sent with what was received. */
  constructor(events: readonly TraceEvent[]) {
    for (const [index, event] of events.entries()) {
      for (const draft of draftsOf(event, index)) this.#send(draft);
    }
    for (const [index, event] of events.entries()) this.#take(event, index);
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

  /** Gives a message by its name. */
  named(name: string): TracedMessage | undefined {
    return this.#messages.get(name);
  }

  #take(event: TraceEvent, index: number): void {
    if (event.event === "injected") {
      const { from, to } = event;
      const name = messageName(event, { from: `branch ${from}`, to: `branch ${to}` });
      this.#messages.get(name)?.misfortunes.push(event);
    } else if (event.event === "received") {
      for (const name of causesOf(event).needs) this.#receive(name, index);
    }
  }

  #send(draft: Draft): void {
    this.#messages.set(draft.name, draft);
    this.#bySending.set(draft.sent, [...this.#bySending.get(draft.sent) ?? [], draft]);
    for (const index of draft.received) this.#byReceipt.set(index, draft);
  }

  #receive(name: string, index: number): void {
    const draft = this.#messages.get(name);
    draft?.received.push(index);
    if (draft !== undefined) this.#byReceipt.set(index, draft);
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
