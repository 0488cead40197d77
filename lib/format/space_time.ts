import type { Trace, TraceEvent, TraceProcess } from "./trace.ts";
import type { TraceHistory } from "./trace_history.ts";
import { numberOf } from "./trace_knowledge.ts";
import { lamportClocks } from "./trace_lamport.ts";
import type { Mail, TracedMessage } from "./trace_mail.ts";

/** How an event is drawn; each has a shape of its own. */
export type Shape = "sent" | "received" | "executed" | "applied" | "granted" | "refused" | "other";

/** An event in a diagram. */
export interface Mark {
  readonly lane: number;
  readonly column: number;
  readonly shape: Shape;
  readonly clock: number;
  readonly event: TraceEvent;
}

/** A message in a diagram. */
export interface Arrow {
  readonly kind: Mail;
  readonly from: Spot;
  /** For a message that never arrived the lane alone; for one that arrives later its end. */
  readonly to: { readonly lane: number; readonly column: number | undefined };
  readonly fate: "arrived" | "later" | "earlier" | "lost" | "cut" | "gone";
  readonly lateMs: number | undefined;
  readonly isDouble: boolean;
  readonly name: string;
}

/** A place in a diagram. */
export interface Spot {
  readonly lane: number;
  readonly column: number;
}

/** A stretch of a lane in which something was wrong. */
export interface Shade {
  readonly lane: number;
  readonly from: number;
  readonly to: number;
  readonly what: "faults" | "cut";
}

/**
 * A space-time diagram (Lamport 1978): a lane per process, and the events on it in columns by
 * their clocks. So each arrow points to the right, and what is above each other is concurrent.
 */
export interface Diagram {
  readonly lanes: readonly TraceProcess[];
  readonly columns: number;
  readonly marks: readonly Mark[];
  readonly arrows: readonly Arrow[];
  readonly shades: readonly Shade[];
}

/** Tells whether an event has a mark; others show in other ways, or are of no process's work. */
export function hasMark(told: TraceEvent): boolean {
  const { event, by } = told;
  if (by === "run") return event === "phase begun";
  // All begin once; who begins again had been killed.
  if (told.event === "started") return told.life > 1;
  return !["shows", "injected", "found", "faults begun", "faults healed"].includes(event);
}

/** A time in which messages of a process could go wrong. */
interface FaultTime {
  readonly by: TraceProcess;
  readonly what: "faults" | "cut";
  readonly from: number;
  readonly to: number;
}

/** Lays out diagrams of a trace. */
export class SpaceTime {
  readonly #history: TraceHistory;
  readonly #clocks: readonly number[];
  readonly #faults: readonly FaultTime[];

  /** Works out what all diagrams of a trace need. */
  constructor(history: TraceHistory) {
    this.#history = history;
    this.#clocks = lamportClocks(history.trace.events);
    this.#faults = faultTimesIn(history.trace);
  }

  /** Lays out some events, which are named by where they stand in the trace, in their order. */
  layOut(picked: readonly number[]): Diagram {
    const { events } = this.#history.trace;
    const clocks = picked.map((index) => this.#clocks[index] ?? 0);
    const inOrder = [...new Set(clocks)].sort((left, right) => left - right);
    const columnOf = new Map(inOrder.map((clock, column) => [clock, column]));
    const lanes = lanesOf(picked.flatMap((index) => events[index] ?? []));
    const laneOf = new Map(lanes.map((lane, index) => [lane, index]));
    const spots = new Map<number, Spot>();
    const marks = picked.flatMap((index, nth): readonly Mark[] => {
      const event = events[index];
      const lane = event && laneOf.get(event.by);
      const clock = clocks[nth] ?? 0;
      const column = columnOf.get(clock) ?? 0;
      if (event === undefined || lane === undefined) return [];
      spots.set(index, { lane, column });
      return [{ lane, column, shape: shapeOf(event), clock, event }];
    });
    return {
      ...{ lanes, columns: columnOf.size, marks },
      arrows: arrowsOf(this.#history, picked, { spots, laneOf }),
      shades: shadesOf(this.#faults, marks),
    };
  }
}

function shapeOf({ event }: TraceEvent): Shape {
  switch (event) {
    case "sent":
    case "received":
    case "executed":
    case "applied":
    case "granted":
    case "refused":
      return event;
    default:
      return "other";
  }
}

/** The run goes first; a customer stands before the first branch that it turns to. */
function lanesOf(events: readonly TraceEvent[]): readonly TraceProcess[] {
  const homes = new Map<TraceProcess, number>();
  for (const event of events) {
    if (homes.has(event.by) && homes.get(event.by) !== Infinity) continue;
    homes.set(event.by, homeOf(event));
  }
  return [...homes].sort(([left, leftHome], [right, rightHome]) => (
    leftHome - rightHome || rankOf(left) - rankOf(right) || numberOf(left) - numberOf(right)
  )).map(([name]) => name);
}

function homeOf(event: TraceEvent): number {
  if (event.by.startsWith("branch")) return numberOf(event.by);
  if (event.by === "run") return -1;
  if (event.event === "sent" && event.message === "command") return event.to;
  if (event.event === "received" && event.message === "result") return event.from;
  return Infinity;
}

function rankOf(name: TraceProcess): number {
  return name.startsWith("customer") ? 0 : 1;
}

interface Places {
  readonly spots: ReadonlyMap<number, Spot>;
  readonly laneOf: ReadonlyMap<TraceProcess, number>;
}

function arrowsOf(
  { mail }: TraceHistory,
  picked: readonly number[],
  places: Places,
): readonly Arrow[] {
  const sent = picked.flatMap((index) =>
    mail.sentAt(index).map((message) => (
      arrowsFrom(message, places)
    ))
  ).flat();
  const earlier = picked.flatMap((index): readonly Arrow[] => {
    const message = mail.receivedAt(index);
    const to = places.spots.get(index);
    if (message === undefined || to === undefined || places.spots.has(message.sent)) return [];
    const from = places.laneOf.get(message.from);
    if (from === undefined) return [];
    return [{ ...sharedOf(message), from: { lane: from, column: -1 }, to, fate: "earlier" }];
  });
  return [...sent, ...earlier];
}

function arrowsFrom(message: TracedMessage, { spots, laneOf }: Places): readonly Arrow[] {
  const from = spots.get(message.sent);
  const lane = laneOf.get(message.to);
  if (from === undefined || lane === undefined) return [];
  const shared = { ...sharedOf(message), from };
  const { received, misfortunes } = message;
  if (received.length === 0) {
    const cause = misfortunes.find(({ fault }) => fault === "lost" || fault === "cut")?.fault;
    const fate = cause === "lost" || cause === "cut" ? cause : "gone";
    return [{ ...shared, to: { lane, column: undefined }, fate }];
  }
  return received.map((index): Arrow => {
    const spot = spots.get(index);
    return spot === undefined
      ? { ...shared, to: { lane, column: undefined }, fate: "later" }
      : { ...shared, to: spot, fate: "arrived" };
  });
}

function sharedOf({ kind, name, received, misfortunes }: TracedMessage) {
  const late = misfortunes.find(({ fault }) => fault === "late");
  return { kind, name, lateMs: late?.lateMs, isDouble: received.length > 1 };
}

function faultTimesIn({ header, events }: Trace): readonly FaultTime[] {
  const ends = new Map(
    events.flatMap(({ event, by, ms }) => event === "faults healed" ? [[by, ms]] : []),
  );
  return events.filter(({ event }) => event === "faults begun").flatMap(({ by, ms }) => {
    const to = ends.get(by) ?? Infinity;
    const cuts = (header.faults?.cuts ?? []).filter(({ left, right }) => (
      [...left, ...right].includes(numberOf(by))
    ));
    return [
      { by, what: "faults", from: ms, to },
      ...cuts.map(({ fromMs, untilMs = Infinity }): FaultTime => (
        { by, what: "cut", from: ms + fromMs, to: Math.min(to, ms + untilMs) }
      )),
    ];
  });
}

/** Shades of each lane what lies between its first and last mark in a time of faults. */
function shadesOf(faults: readonly FaultTime[], marks: readonly Mark[]): readonly Shade[] {
  const marksBy = Map.groupBy(marks, ({ event }) => event.by);
  return faults.flatMap(({ by, what, from, to }) => {
    const within = (marksBy.get(by) ?? []).filter(({ event: { ms } }) => from <= ms && ms <= to);
    const [first, last] = [within[0], within.at(-1)];
    if (first === undefined || last === undefined) return [];
    return [{ lane: first.lane, from: first.column, to: last.column, what }];
  });
}
