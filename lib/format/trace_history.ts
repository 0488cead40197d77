import type { Trace, TraceEvent } from "./trace.ts";
import { entriesOf, type ToldEntry, TraceEntries } from "./trace_entries.ts";
import { gainOf, missingIn, numberOf } from "./trace_knowledge.ts";
import { type TracedMessage, TraceMail } from "./trace_mail.ts";
import type { CommandMessage, CommandName, EntryRange, KnownEntries } from "./trace_message.ts";

/** One time that a command was sent; events are named by where they stand in the trace. */
export interface CommandAttempt {
  readonly attempt: number;
  readonly sent: number;
  /** Where the branch received it. */
  heard: number | undefined;
  /** Where the branch answered it. */
  answered: number | undefined;
  /** Where the customer received the answer, or gave up waiting for it. */
  told: number | undefined;
}

/** What a trace tells of one command. */
export interface CommandHistory {
  readonly asked: CommandMessage;
  readonly customer: number;
  readonly branch: number;
  readonly phase: number;
  readonly attempts: readonly CommandAttempt[];
  /** Where it was executed, found executed, or refused. */
  readonly decided: number | undefined;
  readonly entry: ToldEntry | undefined;
}

/** A message that carried entries of a log. */
interface Carrier {
  readonly sent: number;
  readonly range: EntryRange;
}

/** A trace, arranged by what one asks of it: commands, messages, and what a branch had when. */
export class TraceHistory {
  readonly trace: Trace;
  readonly entries: TraceEntries;
  readonly mail: TraceMail;
  /** In the order in which they were first sent. */
  readonly commands: ReadonlyMap<CommandName, CommandHistory>;
  readonly #places: ReadonlyMap<TraceEvent, number>;
  /** Where each entry came to count, by its branch and its place in a log. */
  readonly #arrivals = new Map<string, number>();
  /** Of each branch, where what it has or shows changed. */
  readonly #changes = new Map<number, number[]>();
  /** Of each log, the messages that carried entries of it. */
  readonly #carriers = new Map<number, Carrier[]>();
  /** Of each branch, where it sent claims. */
  readonly #claims = new Map<number, number[]>();

  /** Arranges a trace. */
  constructor(trace: Trace) {
    this.trace = trace;
    this.entries = new TraceEntries(trace.events);
    this.mail = new TraceMail(trace.events);
    this.commands = commandsIn(trace.events, this.entries);
    this.#places = new Map(trace.events.map((event, index) => [event, index]));
    for (const [index, event] of trace.events.entries()) this.#take(event, index);
  }

  /** Gives the event that stands somewhere in the trace. */
  at(index: number | undefined): TraceEvent | undefined {
    return index === undefined ? undefined : this.trace.events[index];
  }

  /** Tells where an event stands in the trace. */
  placeOf(event: TraceEvent): number {
    return this.#places.get(event) ?? 0;
  }

  /** Tells how much of each log a branch had right before an event. */
  knownBefore(branch: number, index: number): KnownEntries {
    const known: Record<string, number> = {};
    for (const place of this.#changes.get(branch) ?? []) {
      const event = this.at(place);
      if (place >= index || event === undefined) break;
      if (event.event === "started") {
        for (const origin of Object.keys(known)) delete known[origin];
        Object.assign(known, event.known);
      }
      const gain = gainOf(event);
      if (gain !== undefined) known[gain.origin] = gain.last;
    }
    return known;
  }

  /** Tells where a branch came to have all of `wanted`, if it did. */
  coveredFrom(branch: number, wanted: KnownEntries): number | undefined {
    const known: Record<string, number> = {};
    for (const place of this.#changes.get(branch) ?? []) {
      const event = this.at(place);
      const gain = event && gainOf(event);
      if (event?.event === "started") Object.assign(known, event.known);
      if (gain !== undefined) known[gain.origin] = gain.last;
      if (missingIn(known, wanted).length === 0) return place;
    }
    return undefined;
  }

  /** Gives what a branch last showed before an event, or what it showed next after it. */
  shown(
    branch: number,
    index: number,
    which: "before" | "after",
  ): { readonly balance: number; readonly allowance: number } | undefined {
    let last;
    for (const place of this.#changes.get(branch) ?? []) {
      const event = this.at(place);
      if (which === "before" && place >= index) break;
      if (event?.event !== "started" && event?.event !== "shows") continue;
      if (which === "after" && place < index) continue;
      last = event;
      if (which === "after") break;
    }
    return last;
  }

  /** Tells where an entry came to count at a branch. */
  arrival(branch: number, { origin, sequence }: ToldEntry): number | undefined {
    return this.#arrivals.get(`${branch} ${origin} ${sequence}`);
  }

  /** Gives the messages that carried an entry to a branch. */
  carriers(branch: number, { origin, sequence }: ToldEntry): readonly TracedMessage[] {
    const carriers = (this.#carriers.get(origin) ?? []).filter(({ range }) => (
      range.first <= sequence && sequence <= range.last
    ));
    return carriers.flatMap(({ sent }) => (
      this.mail.sentAt(sent).filter(({ to }) => to === `branch ${branch}`)
    ));
  }

  /** Gives what a branch began with, and what it had then. */
  baseOf(branch: number): { readonly balance: number; readonly known: KnownEntries } {
    const [first] = this.#changes.get(branch) ?? [];
    const event = this.at(first);
    if (event?.event === "started") return event;
    return { balance: this.trace.header.opening, known: {} };
  }

  /** Gives the entries that anyone had made before an event. */
  madeBefore(index: number): readonly ToldEntry[] {
    return this.entries.all().filter(({ event }) => this.placeOf(event) < index);
  }

  /** Gives the claims that a branch sent between two events. */
  claims(branch: number, [from, to]: readonly [number, number]): readonly TracedMessage[] {
    const sent = (this.#claims.get(branch) ?? []).filter((index) => from < index && index < to);
    return sent.flatMap((index) => this.mail.sentAt(index));
  }

  /** Gives the grant that somebody made for a claim. */
  granted(by: string, claim: string): ToldEntry | undefined {
    return this.entries.all().find(({ origin, entry }) => (
      entry.action === "grant" && entry.claim === claim && by === `branch ${origin}`
    ));
  }

  #take(event: TraceEvent, index: number): void {
    const branch = numberOf(event.by);
    if (event.event === "started" || event.event === "shows" || gainOf(event) !== undefined) {
      const changes = this.#changes.get(branch) ?? [];
      this.#changes.set(branch, changes);
      changes.push(index);
    }
    for (const { origin, sequence } of entriesOf(event)) {
      const key = `${branch} ${origin} ${sequence}`;
      if (!this.#arrivals.has(key)) this.#arrivals.set(key, index);
    }
    if (event.event !== "sent") return;
    if (event.message === "claim") {
      const claims = this.#claims.get(branch) ?? [];
      this.#claims.set(branch, claims);
      claims.push(index);
    }
    if (event.message !== "propagate" && event.message !== "fetched") return;
    for (const range of event.carries) {
      const carriers = this.#carriers.get(range.origin) ?? [];
      this.#carriers.set(range.origin, carriers);
      carriers.push({ sent: index, range });
    }
  }
}

interface Draft extends CommandHistory {
  readonly attempts: CommandAttempt[];
  decided: number | undefined;
  entry: ToldEntry | undefined;
}

function commandsIn(
  events: readonly TraceEvent[],
  entries: TraceEntries,
): ReadonlyMap<CommandName, CommandHistory> {
  const commands = new Map<CommandName, Draft>();
  for (const [index, event] of events.entries()) {
    if (event.event === "sent" && event.message === "command") {
      const draft = commands.get(event.command) ?? {
        asked: event,
        customer: numberOf(event.by),
        branch: event.to,
        phase: event.phase,
        attempts: [],
        decided: undefined,
        entry: undefined,
      };
      commands.set(event.command, draft);
      const { attempt } = event;
      draft.attempts.push({
        ...{ attempt, sent: index, heard: undefined, answered: undefined, told: undefined },
      });
    } else if ("command" in event) {
      follow(commands.get(event.command), event, index);
    }
  }
  for (const told of entries.all()) {
    const draft = told.entry.action === "grant" ? undefined : commands.get(told.entry.command);
    if (draft === undefined) continue;
    draft.entry ??= told;
    draft.decided ??= events.indexOf(told.event);
  }
  return commands;
}

function follow(
  draft: Draft | undefined,
  event: Extract<TraceEvent, { readonly command: CommandName }>,
  index: number,
): void {
  if (draft === undefined) return;
  if (event.event === "executed" || event.event === "refused") {
    draft.decided ??= index;
    return;
  }
  const attempt = draft.attempts.find((each) => each.attempt === event.attempt);
  if (attempt === undefined) return;
  if (event.event === "unanswered") attempt.told ??= index;
  else if (event.message === "command") attempt.heard ??= index;
  else if (event.event === "sent") attempt.answered ??= index;
  else attempt.told = index;
}
