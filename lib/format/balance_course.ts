import type { TraceEvent } from "./trace.ts";
import { changeOf } from "./trace_entries.ts";
import type { TraceHistory } from "./trace_history.ts";
import { numberOf } from "./trace_knowledge.ts";

/** A balance, and from when on it was shown. */
export interface Point {
  readonly ms: number;
  readonly balance: number;
}

/** Balances over time, each up to the next. */
export type Course = readonly Point[];

/** A span of time, in milliseconds since the run began. */
export interface Span {
  readonly from: number;
  readonly to: number;
}

/** A time in which messages could go wrong, or in which links were cut. */
export interface FaultTime extends Span {
  readonly what: "faults" | "cut";
}

/** Gives what each branch showed over time. */
export function coursesOf(events: readonly TraceEvent[]): ReadonlyMap<number, Course> {
  const courses = new Map<number, Point[]>();
  for (const event of events) {
    if (event.event !== "started" && event.event !== "shows") continue;
    const { ms, balance } = event;
    const branch = numberOf(event.by);
    const course = courses.get(branch) ?? [];
    courses.set(branch, course);
    if (course.at(-1)?.balance !== balance) course.push({ ms, balance });
  }
  return new Map([...courses].sort(([left], [right]) => left - right));
}

/** Gives what all entries together came to over time; of a bank that is old it is not known. */
export function courseOfAll({ trace, entries }: TraceHistory): Course {
  const { header } = trace;
  if (header.isOld) return [];
  const made = entries.all().filter(({ entry }) => entry.action !== "grant")
    .toSorted((left, right) => left.event.ms - right.event.ms);
  let balance = header.opening;
  const points = made.map(({ entry, event: { ms } }) => {
    balance += changeOf(entry);
    return { ms, balance };
  });
  return [{ ms: 0, balance: header.opening }, ...points];
}

/** Gives the least and the greatest balance of several courses over time. */
export function envelopeOf(
  courses: readonly Course[],
): readonly { readonly ms: number; readonly least: number; readonly most: number }[] {
  const changes = courses.flatMap((course, index) => course.map((point) => ({ ...point, index })))
    .sort((left, right) => left.ms - right.ms);
  const balances = courses.map((course) => course[0]?.balance ?? 0);
  return changes.map(({ ms, balance, index }) => {
    balances[index] = balance;
    return { ms, least: Math.min(...balances), most: Math.max(...balances) };
  });
}

/** Leaves of a course what can be told apart in so many steps of time: the last of each. */
export function thinned<Of extends { readonly ms: number }>(
  course: readonly Of[],
  { from, to }: Span,
  steps: number,
): readonly Of[] {
  const stepOf = ({ ms }: Of) => Math.floor((ms - from) / (to - from || 1) * steps);
  return course.filter((point, index) => {
    const next = course[index + 1];
    return next === undefined || stepOf(next) !== stepOf(point);
  });
}

/** Gives the time in which customers were served: from the first command to the end. */
export function servedTime(events: readonly TraceEvent[]): Span {
  const first = events.find(({ event, by }) => event === "sent" && by.startsWith("customer"));
  const from = first?.ms ?? events[0]?.ms ?? 0;
  const to = events.reduce((last, { ms }) => Math.max(last, ms), from + 1);
  const margin = (to - from) * 0.02;
  return { from: from - margin, to: to + margin };
}

/** Gives when messages could go wrong, and when links were cut, as far as the trace tells. */
export function faultTimes(
  { trace: { header, events } }: TraceHistory,
): readonly FaultTime[] {
  const begun = events.find(({ event }) => event === "faults begun")?.ms;
  if (begun === undefined) return [];
  const end = events.at(-1)?.ms ?? begun;
  const healed = events.findLast(({ event }) => event === "faults healed")?.ms ?? end;
  const cuts = (header.faults?.cuts ?? []).map(({ fromMs, untilMs }) => ({
    what: "cut" as const,
    from: begun + fromMs,
    to: Math.min(healed, untilMs === undefined ? healed : begun + untilMs),
  }));
  return [{ what: "faults", from: begun, to: healed }, ...cuts];
}
