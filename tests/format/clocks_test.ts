import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import {
  clockClassicRules,
  type ClockedEvent,
  clockedEvents,
  type ClockRules,
  clockRules,
  placeOf,
} from "../../lib/format/clocks.ts";
import type { TracedBank } from "../../lib/format/happenings.ts";
import { ordered } from "../../lib/format/trace_order.ts";
import { asked, falseRun, scripts, traceOf } from "./false_trace.ts";

/** Writes events as `2 deposit_request 7/1 at branch 1`. */
function linesOf(events: readonly ClockedEvent[]): readonly string[] {
  return events.map((event) => {
    const { type, id } = placeOf(event);
    return `${event.clock} ${event.action}_${event.what} ${event.command} at ${type} ${id}`;
  });
}

const entry = { action: "deposit", command: "1/1", amount: 10 } as const;
const applied = { event: "applied", origin: 1, first: 1, entries: [entry] } as const;
const propagated = { event: "received", message: "propagated", attempt: 1, has: 1 } as const;

/** A deposit, and a query behind it, at the first of three branches. */
const trace = traceOf(
  [1, 2, 3],
  ["customer 1", { event: "sent", to: 1, phase: 1, ...asked("1/1", "deposit") }],
  ["branch 1", { event: "received", ...asked("1/1", "deposit") }],
  ["branch 1", { event: "executed", sequence: 1, ...entry }],
  ["branch 2", applied],
  ["branch 1", { ...propagated, from: 2 }],
  ["branch 3", applied],
  ["branch 1", { ...propagated, from: 3 }],
  ["customer 1", { event: "sent", to: 1, phase: 2, ...asked("1/2", "query") }],
  ["branch 1", { event: "received", ...asked("1/2", "query") }],
);

Deno.test("clockedEvents() of clock ticks for what is sent and received, but no answer", () => {
  assertEquals(linesOf(clockedEvents(trace, clockRules)), [
    "1 deposit_send 1/1 at customer 1",
    "2 query_send 1/2 at customer 1",
    "2 deposit_request 1/1 at branch 1",
    "3 deposit_propagate 1/1 at branch 1",
    "4 deposit_propagate 1/1 at branch 1",
    "4 deposit_propagate_request 1/1 at branch 2",
    "5 deposit_propagate_request 1/1 at branch 3",
    "5 query_request 1/2 at branch 1",
  ]);
});

Deno.test("clockedEvents() of clock-classic ticks for what branches receive and do", () => {
  assertEquals(linesOf(clockedEvents(trace, clockClassicRules)), [
    "2 deposit_request 1/1 at branch 1",
    "3 deposit_execute 1/1 at branch 1",
    "4 deposit_propagate_request 1/1 at branch 2",
    "5 deposit_propagate_execute 1/1 at branch 2",
    "6 deposit_propagate_response 1/1 at branch 1",
    "4 deposit_propagate_request 1/1 at branch 3",
    "5 deposit_propagate_execute 1/1 at branch 3",
    "7 deposit_propagate_response 1/1 at branch 1",
    "8 deposit_response 1/1 at branch 1",
  ]);
});

Deno.test("clockedEvents() goes by whatever rules it is given", () => {
  const rules: ClockRules = {
    start: 6,
    events: ["send", "propagate_execute"],
    actions: ["deposit"],
  };
  assertEquals(linesOf(clockedEvents(trace, rules)), [
    "7 deposit_send 1/1 at customer 1",
    "7 deposit_propagate_execute 1/1 at branch 2",
    "7 deposit_propagate_execute 1/1 at branch 3",
  ]);
});

type What = ClockedEvent["what"];

/** What receives a message, and the last event of its sender until then. */
const clockMessages: ReadonlyMap<What, What> = new Map([
  ["request", "send"],
  ["propagate_request", "propagate"],
]);
const classicMessages: ReadonlyMap<What, What> = new Map([
  ["propagate_request", "execute"],
  ["propagate_response", "propagate_execute"],
]);

/** Each process counts as Lamport has it, from its own last event and the message it receives. */
function assertLamport(
  events: readonly ClockedEvent[],
  { start, messages }: { readonly start: number; readonly messages: ReadonlyMap<What, What> },
): void {
  const own = new Map<string, number>();
  for (const event of events) {
    const { type, id } = placeOf(event);
    const sent = events.filter(({ what, command, peer }) => (
      what === messages.get(event.what) && command === event.command &&
      (peer === undefined || peer === event.peer)
    ));
    assertEquals(sent.length, messages.has(event.what) ? 1 : 0);
    const before = [own.get(`${type} ${id}`) ?? start, ...sent.map(({ clock }) => clock)];
    assertEquals(event.clock, Math.max(...before) + 1);
    own.set(`${type} ${id}`, event.clock);
  }
}

Deno.test("clockedEvents() of clock has each message sent once, and received once and later", () => {
  fc.assert(fc.property(scripts({ kills: true }), (script) => {
    const { trace, executed, refused, queries } = falseRun(script);
    const events = clockedEvents(trace, clockRules);
    const peers = script.branches.length - 1;
    const requests = executed + refused + queries;
    assertEquals(events.filter(({ what }) => what === "send").length, requests);
    assertEquals(events.length, 2 * requests + executed * 2 * peers);
    for (const event of events) {
      const received = events.filter(({ what, command, peer }) => (
        clockMessages.get(what) === event.what && command === event.command && peer === event.peer
      ));
      if (!["send", "propagate"].includes(event.what)) continue;
      assertEquals(received.length, 1);
      assert(received.every(({ clock }) => clock > event.clock));
    }
    assertLamport(events, { start: 0, messages: clockMessages });
  }));
});

Deno.test("clockedEvents() of clock-classic has each write done everywhere, and answered last", () => {
  fc.assert(fc.property(scripts({ kills: true }), (script) => {
    const { trace, executed, refused } = falseRun(script);
    const events = clockedEvents(trace, clockClassicRules);
    assertEquals(events.length, executed * 3 * script.branches.length + refused * 2);
    for (const own of Map.groupBy(events, ({ command }) => command).values()) {
      const [last] = own.filter(({ what }) => what === "response");
      assert(own.every(({ what, clock }) => what === "response" || clock < (last?.clock ?? 0)));
    }
    assertLamport(events, { start: 1, messages: classicMessages });
  }));
});

/** The same trace with the events of processes that do not depend on each other shuffled. */
function shuffled({ header, events }: TracedBank, times: readonly number[]): TracedBank {
  const told = events.map(({ n: _, ...event }, index) => ({ ...event, ms: times[index] ?? 0 }));
  const logs = [...Map.groupBy(told, ({ by }) => by)].map(([by, told]) => ({ by, told }));
  return { header, events: ordered(logs).events };
}

Deno.test("clockedEvents() goes by what follows from what, however the lines stand", () => {
  const times = fc.array(fc.integer({ min: 0, max: 99 }), { minLength: 200, maxLength: 200 });
  fc.assert(fc.property(scripts({ kills: false }), times, (script, times) => {
    const { trace } = falseRun(script);
    for (const rules of [clockRules, clockClassicRules]) {
      const sorted = [trace, shuffled(trace, times)].map((each) => (
        linesOf(clockedEvents(each, rules)).toSorted()
      ));
      assertEquals(sorted[1], sorted[0]);
    }
  }));
});
