import type { TraceEvent, TraceProcess } from "./trace.ts";
import { causesOf } from "./trace_cause.ts";

/** What happened to somebody, and when; its place in the trace is not settled yet. */
export type Told = Unplaced<TraceEvent>;

type Unplaced<Event> = Event extends unknown ? Omit<Event, "by" | "n"> : never;

/** All that one process told, over all its lives, in its own order. */
export interface TraceLog {
  readonly by: TraceProcess;
  readonly told: readonly Told[];
}

/** Events in one causal order, and what is not causal about them, a sentence each. */
export interface Ordered {
  readonly events: readonly TraceEvent[];
  readonly faults: readonly string[];
}

/**
 * Merges what processes told into one order, in which each event stands behind those that its
 * process told before, and each receipt behind its message.
 *
 * Events that do not depend on each other stand in the order of the clock, and else of their
 * processes. One whose clock says that it was before its cause counts as at the same time as
 * that. So the order is a sort: by this time, then by the longest chain of causes; it depends on
 * what was told and on nothing else.
 *
 * Where a cause is missing, or events cause each other, it says so and goes on without.
 */
export function ordered(logs: readonly TraceLog[]): Ordered {
  const courses = logs.map(courseOf);
  const events = courses.flatMap((course) => course.events);
  const merge = new Merge(events);
  for (const course of courses) merge.advance(course);
  while (merge.moments.length < events.length) {
    const stuck = courses.filter(({ at, events }) => at < events.length).sort(byNext);
    for (const course of stuck.slice(0, 1)) merge.release(course);
  }
  const inOrder = merge.moments.sort(byTime).map(({ event }) => event);
  return { events: inOrder, faults: merge.faults };
}

/** Says of events in an order what is not causal about it, a sentence each. */
export function causalFaults(events: readonly TraceEvent[]): readonly string[] {
  const left = Map.groupBy(events.flatMap((event) => causesOf(event).gives), (name) => name);
  const given = new Set<string>();
  return events.flatMap((event) => {
    const { gives, needs, follows, isLoose } = causesOf(event);
    const faults = needs.flatMap((name) => {
      const isAll = left.get(name)?.length === 0;
      if (follows === "all" ? isAll : given.has(name)) return [];
      if (left.has(name)) return [`${placeOf(event)} stands before ${name}`];
      return isLoose === true ? [] : [unheard(event, name)];
    });
    for (const name of gives) {
      given.add(name);
      left.get(name)?.pop();
    }
    return faults;
  });
}

/** The events of one process, and how far they have got a time. */
interface Course extends Point {
  readonly events: readonly TraceEvent[];
  at: number;
}

/** What events are sorted by. */
interface Point {
  /** When it was, at the earliest that its causes allow. */
  time: number;
  /** The length of the longest chain of causes that ends with it. */
  depth: number;
}

interface Moment extends Readonly<Point> {
  readonly event: TraceEvent;
}

/** Something that events give, and others wait for. */
interface Cause {
  /** How many events that give it have no time yet. */
  left: number;
  first: Readonly<Point> | undefined;
  last: Readonly<Point>;
  readonly waiting: Course[];
}

const origin: Readonly<Point> = { time: 0, depth: 0 };

/** Gives each event a time and a depth, once all its causes have theirs. */
class Merge {
  readonly moments: Moment[] = [];
  readonly faults: string[] = [];
  readonly #causes = new Map<string, Cause>();

  constructor(events: readonly TraceEvent[]) {
    for (const name of events.flatMap((event) => causesOf(event).gives)) {
      const cause = this.#causes.get(name);
      if (cause !== undefined) cause.left += 1;
      else this.#causes.set(name, { left: 1, first: undefined, last: origin, waiting: [] });
    }
    for (const event of events) {
      const { needs, isLoose } = causesOf(event);
      const missing = isLoose === true ? [] : needs.filter((name) => !this.#causes.has(name));
      this.faults.push(...missing.map((name) => unheard(event, name)));
    }
  }

  /** Goes on with a process until it waits, and with all that it lets go on. */
  advance(course: Course): void {
    const ready = [course];
    for (let next = ready.pop(); next !== undefined; next = ready.pop()) this.#follow(next, ready);
  }

  /** Lets a process go on without what it waits for: that waits for the process itself. */
  release(course: Course): void {
    const event = course.events[course.at];
    const blocker = event && this.#blockerOf(event);
    if (event === undefined || blocker === undefined) return;
    const { name, cause } = blocker;
    this.faults.push(`${placeOf(event)} follows from ${name}, and that from it`);
    cause.first ??= origin;
    cause.left = 0;
    for (const waiting of cause.waiting.splice(0)) this.advance(waiting);
  }

  #follow(course: Course, ready: Course[]): void {
    for (;;) {
      const event = course.events[course.at];
      if (event === undefined) return;
      const blocker = this.#blockerOf(event);
      if (blocker !== undefined) {
        blocker.cause.waiting.push(course);
        return;
      }
      course.time = Math.max(course.time, event.ms);
      for (const { time, depth } of this.#pointsOf(event)) {
        course.time = Math.max(course.time, time);
        course.depth = Math.max(course.depth, depth);
      }
      course.depth += 1;
      course.at += 1;
      this.moments.push({ event, time: course.time, depth: course.depth });
      this.#give(event, course, ready);
    }
  }

  #give(event: TraceEvent, { time, depth }: Point, ready: Course[]): void {
    for (const name of causesOf(event).gives) {
      const cause = this.#causes.get(name);
      if (cause === undefined) continue;
      cause.left -= 1;
      cause.first ??= { time, depth };
      cause.last = { time, depth };
      ready.push(...cause.waiting.splice(0));
    }
  }

  #blockerOf(event: TraceEvent): { readonly name: string; readonly cause: Cause } | undefined {
    const { needs, follows } = causesOf(event);
    for (const name of needs) {
      const cause = this.#causes.get(name);
      if (cause === undefined) continue;
      const isThere = follows === "all" ? cause.left <= 0 : cause.first !== undefined;
      if (!isThere) return { name, cause };
    }
    return undefined;
  }

  #pointsOf(event: TraceEvent): readonly Readonly<Point>[] {
    const { needs, follows } = causesOf(event);
    return needs.flatMap((name) => {
      const cause = this.#causes.get(name);
      return (follows === "all" ? cause?.last : cause?.first) ?? [];
    });
  }
}

function courseOf({ by, told }: TraceLog): Course {
  const events = told.map((each, index): TraceEvent => ({ by, n: index + 1, ...each }));
  return { events, at: 0, ...origin };
}

function placeOf({ by, n }: TraceEvent): string {
  return `event ${n} of ${by}`;
}

function unheard(event: TraceEvent, name: string): string {
  return `${placeOf(event)} follows from ${name}, of which nobody tells`;
}

function byTime(left: Moment, right: Moment): number {
  return left.time - right.time || left.depth - right.depth || byPlace(left.event, right.event);
}

function byPlace(left: TraceEvent, right: TraceEvent): number {
  const [leftRank, rightRank] = [rankOf(left.by), rankOf(right.by)];
  return leftRank.kind - rightRank.kind || leftRank.id - rightRank.id || left.n - right.n;
}

/** The run goes first, then customers, then branches, each by their numbers. */
function rankOf(by: TraceProcess): { readonly kind: number; readonly id: number } {
  const [kind = "", id = "0"] = by.split(" ");
  return { kind: ["run", "customer", "branch"].indexOf(kind), id: Number(id) };
}

/** By the time of what is next. */
function byNext(left: Course, right: Course): number {
  const [leftNext, rightNext] = [left.events[left.at], right.events[right.at]];
  if (leftNext === undefined || rightNext === undefined) return 0;
  return leftNext.ms - rightNext.ms || byPlace(leftNext, rightNext);
}
