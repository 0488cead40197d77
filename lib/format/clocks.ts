import { type Happened, type Happening, happeningsIn, type TracedBank } from "./happenings.ts";

/**
 * Which logical clocks a run is given.
 *
 * They are those of L. Lamport, "Time, Clocks, and the Ordering of Events in a Distributed
 * System", Communications of the ACM 21(7), 1978. Each event ticks (his rule IR1); one that
 * receives a message first sets the clock to that of the message, if that is later (IR2). A
 * message bears what its sender's clock shows then. What is no event leaves clocks alone.
 */
export interface ClockRules {
  /** What each clock shows before the first event. */
  readonly start: number;
  /** What is an event. */
  readonly events: readonly Happening[];
  /** Which commands have events. */
  readonly actions: readonly Happened["action"][];
}

/** The rules of the dialect clock: an event is what somebody sends or receives, but no answer. */
export const clockRules: ClockRules = {
  start: 0,
  events: ["send", "request", "propagate", "propagate_request"],
  actions: ["deposit", "withdraw", "query"],
};

/** The rules of the dialect clock-classic: an event is what a branch receives, does or answers. */
export const clockClassicRules: ClockRules = {
  start: 1,
  events: [
    ...["request", "execute"] as const,
    ...["propagate_request", "propagate_execute", "propagate_response"] as const,
    "response",
  ],
  actions: ["deposit", "withdraw"],
};

/** An event in logical time. */
export interface ClockedEvent extends Happened {
  readonly clock: number;
}

/**
 * Computes logical clocks from a trace.
 *
 * Each process's events are in its own order, in which its clock strictly increases; each message
 * is received at a later clock than it is sent at, wherever both are events.
 *
 * ```ts
 * import { clockedEvents, clockRules } from "./clocks.ts";
 * import { assertEquals } from "@std/assert";
 *
 * const named = { message: "command", command: "7/1", action: "deposit", amount: 30 } as const;
 * const asked = { ...named, attempt: 1, session: {} };
 * const events = clockedEvents({
 *   header: { branches: [7] },
 *   events: [
 *     { by: "customer 7", n: 1, ms: 0, event: "sent", to: 7, phase: 1, ...asked },
 *     { by: "branch 7", n: 1, ms: 1, event: "received", ...asked },
 *   ],
 * }, clockRules);
 * assertEquals(events.map(({ what, clock }) => [what, clock]), [["send", 1], ["request", 2]]);
 * ```
 */
export function clockedEvents(told: TracedBank, rules: ClockRules): readonly ClockedEvent[] {
  const shown = new Map<string, number>();
  const messages = new Map<string, number>();
  return happeningsIn(told).flatMap((happened) => {
    const { what, command, peer } = happened;
    const { type, id } = placeOf(happened);
    const own = shown.get(`${type} ${id}`) ?? rules.start;
    const isEvent = rules.events.includes(what) && rules.actions.includes(happened.action);
    const message = messages.get(`${senders[what]} ${command} ${peer}`) ?? own;
    const clock = isEvent ? Math.max(own, message) + 1 : own;
    shown.set(`${type} ${id}`, clock);
    messages.set(`${what} ${command} ${peer}`, clock);
    return isEvent ? [{ ...happened, clock }] : [];
  });
}

/** What sent the message that something receives. */
const senders: Readonly<Partial<Record<Happening, Happening>>> = {
  request: "send",
  propagate_request: "propagate",
  propagate_response: "propagate_execute",
};

/** Tells to whom something happened. */
export function placeOf(
  { what, customer, origin, peer }: Happened,
): { readonly type: "customer" | "branch"; readonly id: number } {
  if (what === "send") return { type: "customer", id: customer };
  const isAtPeer = what === "propagate_request" || what === "propagate_execute";
  return { type: "branch", id: isAtPeer && peer !== undefined ? peer : origin };
}
