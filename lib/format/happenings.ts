import { ascending } from "../core/ids.ts";
import type { Trace, TraceEvent } from "./trace.ts";
import type { CommandName, TraceCommand } from "./trace_message.ts";

/** What can happen to a command, as {@linkcode happeningsIn} tells it. */
export type Happening =
  /** Its customer sends it to a branch, its origin. */
  | "send"
  /** The origin receives it, */
  | "request"
  /** executes it, */
  | "execute"
  /** and sends it to a peer. */
  | "propagate"
  /** The peer receives it, */
  | "propagate_request"
  /** executes it, and answers. */
  | "propagate_execute"
  /** The origin receives that answer. */
  | "propagate_response"
  /** The origin answers the customer. */
  | "response";

/** Something that happened to a command. */
export interface Happened {
  readonly what: Happening;
  readonly command: CommandName;
  readonly action: TraceCommand["action"];
  readonly customer: number;
  /** The branch that the customer turned to. */
  readonly origin: number;
  /** The other branch, if it is about one. */
  readonly peer?: number;
}

/** Branches of a bank, and what was told of a run on it: a trace, or what matters here of one. */
export interface TracedBank extends Pick<Trace, "events"> {
  readonly header: Pick<Trace["header"], "branches">;
}

/**
 * Finds what happened to each command of a run, and what became of its propagation, in an order
 * that respects each process's own and has each message sent before it is received.
 *
 * Branches batch what they send, send it again, and pass on what others wrote. This is about
 * the commands behind that, and each thing happens to a command once:
 *
 * - It is sent when it is sent first, and received when its origin receives it first.
 * - The origin sends it to all peers, in ascending order, as soon as it has executed it: from
 *   then on it offers it to all.
 * - A peer receives and executes it when it applies it, however it got there: the message is
 *   that of the origin.
 * - The origin hears of that with the first answer of the peer that says so, and if none does,
 *   behind all else that happens to it. It answers the customer behind the last of these; where
 *   nothing was executed, when it answers last.
 *
 * Commands of earlier runs are left out.
 */
export function happeningsIn({ header, events }: TracedBank): readonly Happened[] {
  const commands = new CommandWatch(header.branches);
  // Customers are told nothing that matters here: what they send can go first.
  for (const event of events) commands.watchCustomer(event);
  const last = new Set(lastAnswers(events));
  for (const event of events) {
    commands.watchBranch(event);
    if (last.has(event)) commands.answered(event);
  }
  commands.end();
  return commands.happened;
}

function lastAnswers(events: readonly TraceEvent[]): Iterable<TraceEvent> {
  const last = new Map<CommandName, TraceEvent>();
  for (const event of events) {
    if (event.event === "sent" && event.message === "result") last.set(event.command, event);
  }
  return last.values();
}

/** A command, and how far it has come. */
interface Course extends Omit<Happened, "what" | "peer"> {
  isReceived: boolean;
  /** Its place in the log of its origin, once it is executed. */
  sequence: number | undefined;
  /** Where it has been applied. */
  readonly applied: Set<number>;
  /** Of how many peers the origin has heard. */
  heard: number;
}

/** Follows commands through a trace. */
class CommandWatch {
  readonly happened: Happened[] = [];
  readonly #branches: readonly number[];
  readonly #courses = new Map<CommandName, Course>();
  /** What each branch has executed, in the order of its log. */
  readonly #logs = new Map<number, Course[]>();
  /** Of how much of the log of one branch it has heard that another has it. */
  readonly #heard = new Map<string, number>();

  constructor(branches: readonly number[]) {
    this.#branches = branches.toSorted(ascending);
  }

  watchCustomer(event: TraceEvent): void {
    if (event.event !== "sent" || event.message !== "command") return;
    const { command, action, to: origin } = event;
    if (this.#courses.has(command)) return;
    const progress = { isReceived: false, sequence: undefined, applied: new Set<number>() };
    const course = { command, action, customer: idOf(event), origin, ...progress, heard: 0 };
    this.#courses.set(command, course);
    this.#tell("send", course);
  }

  watchBranch(event: TraceEvent): void {
    switch (event.event) {
      case "received":
        if (event.message === "command") this.#receive(this.#courses.get(event.command));
        if (event.message === "propagated") this.#hear(idOf(event), event.from, event.has);
        break;
      case "executed":
        this.#execute(event.command, event.sequence);
        break;
      case "found":
      case "applied":
        this.#apply(event);
    }
  }

  /** The origin answers a command for the last time: one that it executed, when peers have it. */
  answered(event: TraceEvent): void {
    if (event.event !== "sent" || event.message !== "result") return;
    const course = this.#courses.get(event.command);
    if (course !== undefined && course.sequence === undefined) this.#tell("response", course);
  }

  /** There is nothing more to come. */
  end(): void {
    for (const origin of this.#branches) {
      for (const peer of this.#branches) this.#hear(origin, peer, Infinity);
    }
  }

  #receive(course: Course | undefined): void {
    if (course === undefined || course.isReceived) return;
    course.isReceived = true;
    this.#tell("request", course);
  }

  #execute(command: CommandName, sequence: number): void {
    const course = this.#courses.get(command);
    if (course === undefined || course.sequence !== undefined) return;
    // A branch that was killed had no time to tell what it received.
    this.#receive(course);
    course.sequence = sequence;
    const { origin, applied } = course;
    const log = this.#logs.get(origin) ?? [];
    this.#logs.set(origin, log);
    log.push(course);
    this.#tell("execute", course);
    const peers = this.#branches.filter((branch) => branch !== origin);
    for (const peer of peers) this.#tell("propagate", course, peer);
    // The same for one that had no time to tell what it executed: peers have it already.
    for (const peer of applied) this.#tellApplied(course, peer);
    if (peers.length === 0) this.#tell("response", course);
  }

  #apply(event: Extract<TraceEvent, { readonly event: "found" | "applied" }>): void {
    const branch = idOf(event);
    for (const [index, entry] of event.entries.entries()) {
      if (entry.action === "grant") continue;
      const course = this.#courses.get(entry.command);
      if (course === undefined || course.applied.has(branch)) continue;
      if (event.origin === branch) {
        this.#execute(entry.command, event.first + index);
        continue;
      }
      course.applied.add(branch);
      if (course.sequence !== undefined) this.#tellApplied(course, branch);
    }
  }

  #tellApplied(course: Course, peer: number): void {
    this.#tell("propagate_request", course, peer);
    this.#tell("propagate_execute", course, peer);
  }

  /** A branch hears how much of its log a peer has; of that counts what the peer has told. */
  #hear(origin: number, peer: number, has: number): void {
    const log = this.#logs.get(origin) ?? [];
    const pair = `${origin} ${peer}`;
    const heard = this.#heard.get(pair) ?? 0;
    const rest = log.slice(heard);
    const end = rest.findIndex(({ sequence = Infinity, applied }) => (
      sequence > has || !applied.has(peer)
    ));
    const news = end < 0 ? rest : rest.slice(0, end);
    this.#heard.set(pair, heard + news.length);
    for (const course of news) {
      this.#tell("propagate_response", course, peer);
      course.heard += 1;
      if (course.heard === this.#branches.length - 1) this.#tell("response", course);
    }
  }

  #tell(what: Happening, { command, action, customer, origin }: Course, peer?: number): void {
    const about = { what, command, action, customer, origin };
    this.happened.push(peer === undefined ? about : { ...about, peer });
  }
}

function idOf({ by }: TraceEvent): number {
  return Number(by.slice(by.indexOf(" ") + 1));
}
