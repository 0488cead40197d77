import { assertEquals } from "@std/assert";
import fc from "fast-check";
import type { TraceEvent } from "../../lib/format/trace.ts";
import { causalFaults, ordered, type Told, type TraceLog } from "../../lib/format/trace_order.ts";

/** A note in the log of a branch that depends on nothing else. */
function shows(ms: number, balance = 0): Told {
  return { ms, event: "shows", balance, allowance: 0 };
}

const noEntries = { carries: [], last: 0, everywhere: 0, asks: false } as const;

function sent(ms: number, to: number, attempt: number): Told {
  return { ms, event: "sent", to: [to], message: "propagate", attempt, ...noEntries };
}

function received(ms: number, from: number, attempt: number): Told {
  return { ms, event: "received", from, message: "propagate", attempt, ...noEntries };
}

function placesIn(events: readonly TraceEvent[]): readonly string[] {
  return events.map(({ by, n }) => `${by} ${n}`);
}

Deno.test("ordered() merges by the clock what does not depend on each other, else by process", () => {
  const { events, faults } = ordered([
    { by: "branch 10", told: [shows(1), shows(5)] },
    { by: "branch 2", told: [shows(1), shows(2)] },
    { by: "customer 9", told: [] },
    { by: "run", told: [{ ms: 1, event: "branches introduced" }, { ms: 9, event: "done" }] },
  ]);
  assertEquals(placesIn(events), [
    ...["run 1", "branch 2 1", "branch 10 1", "branch 2 2", "branch 10 2", "run 2"],
  ]);
  assertEquals(faults, []);
  assertEquals<unknown>(events[1], { by: "branch 2", n: 1, ...shows(1) });
});

Deno.test("ordered() puts a receipt behind its message, and a process's own order, over the clock", () => {
  const { events, faults } = ordered([
    { by: "branch 1", told: [received(2, 2, 1), shows(1), shows(60)] },
    { by: "branch 2", told: [shows(50), sent(40, 1, 1), shows(3)] },
    { by: "branch 3", told: [shows(45), shows(55)] },
  ]);
  assertEquals(placesIn(events), [
    ...["branch 3 1", "branch 2 1", "branch 2 2", "branch 1 1", "branch 2 3", "branch 1 2"],
    ...["branch 3 2", "branch 1 3"],
  ]);
  assertEquals([faults, causalFaults(events)], [[], []]);
});

Deno.test("ordered() lets a doubled message, and its answer, follow from the first", () => {
  const answer = { message: "propagated", attempt: 1, has: 0 } as const;
  const { events, faults } = ordered([
    {
      by: "branch 1",
      told: [
        sent(1, 2, 1),
        { ms: 2, event: "received", from: 2, ...answer },
        sent(3, 2, 2),
        { ms: 9, event: "received", from: 2, ...answer },
      ],
    },
    {
      by: "branch 2",
      told: [
        received(1, 1, 1),
        { ms: 1, event: "sent", to: [1], ...answer },
        received(3, 1, 2),
        received(4, 1, 1),
        { ms: 4, event: "sent", to: [1], ...answer },
      ],
    },
  ]);
  assertEquals([faults, causalFaults(events)], [[], []]);
  assertEquals(placesIn(events).slice(0, 4), [
    ...["branch 1 1", "branch 2 1", "branch 2 2", "branch 1 2"],
  ]);
});

Deno.test("ordered() ends a phase behind the last answer to each of its commands", () => {
  const asked = (attempt: number) => ({ command: "1/1", attempt }) as const;
  const result = { message: "result", result: "unavailable", known: {} } as const;
  const answered = (attempt: number, ms: number): readonly Told[] => [
    {
      ...{ ms, event: "sent", to: 1, phase: 1, message: "command", action: "query" },
      ...{ ...asked(attempt), session: {} },
    },
    { ms, event: "received", from: 1, ...result, ...asked(attempt) },
  ];
  const { events, faults } = ordered([
    {
      by: "run",
      told: [
        { ms: 7, event: "phase begun", phase: 1 },
        { ms: 8, event: "phase ended", phase: 1, commands: ["1/1"] },
      ],
    },
    { by: "customer 1", told: [...answered(1, 1), ...answered(2, 20)] },
    { by: "branch 1", told: [{ ms: 1, event: "sent", ...result, ...asked(1) }] },
    { by: "branch 2", told: [{ ms: 20, event: "sent", ...result, ...asked(2) }] },
  ]);
  assertEquals([faults, causalFaults(events)], [[], []]);
  assertEquals(placesIn(events), [
    ...["branch 1 1", "run 1", "customer 1 1", "customer 1 2", "branch 2 1", "customer 1 3"],
    ...["customer 1 4", "run 2"],
  ]);
});

Deno.test("ordered() says that a message was sent by nobody, and goes on without it", () => {
  const { events, faults } = ordered([{ by: "branch 1", told: [received(2, 2, 7), shows(3)] }]);
  const claim =
    "event 1 of branch 1 follows from propagate 7 from branch 2 to branch 1, of which nobody tells";
  assertEquals(faults, [claim]);
  assertEquals(placesIn(events), ["branch 1 1", "branch 1 2"]);
  assertEquals(causalFaults(events), [claim]);
});

Deno.test("ordered() says that events follow from each other, rather than hang", () => {
  const { events, faults } = ordered([
    { by: "branch 1", told: [received(2, 2, 1), sent(2, 2, 1)] },
    { by: "branch 2", told: [received(1, 1, 1), sent(1, 1, 1)] },
  ]);
  assertEquals(placesIn(events).toSorted(), [
    ...["branch 1 1", "branch 1 2", "branch 2 1", "branch 2 2"],
  ]);
  assertEquals(faults, [
    "event 1 of branch 2 follows from propagate 1 from branch 1 to branch 2, and that from it",
  ]);
  assertEquals(causalFaults(events), [
    "event 1 of branch 2 stands before propagate 1 from branch 1 to branch 2",
  ]);
});

Deno.test("causalFaults() says of each receipt that it stands before its message", () => {
  const { events } = ordered([
    { by: "branch 1", told: [sent(1, 2, 1), sent(2, 2, 2)] },
    { by: "branch 2", told: [received(1, 1, 1), received(2, 1, 2)] },
  ]);
  assertEquals(causalFaults(events.toReversed()), [
    "event 2 of branch 2 stands before propagate 2 from branch 1 to branch 2",
    "event 1 of branch 2 stands before propagate 1 from branch 1 to branch 2",
  ]);
});

/** What branches may have told: each sends to the others, and receives some of that later. */
const worlds: fc.Arbitrary<readonly TraceLog[]> = fc.array(
  fc.record({ from: fc.nat(3), to: fc.nat(3), lateBy: fc.nat(9), skew: fc.nat(4) }),
  { maxLength: 40 },
).map((messages) => {
  const told: Told[][] = [[], [], [], []];
  const due: { readonly at: number; readonly arrive: () => void }[] = [];
  messages.forEach(({ from, to, lateBy, skew }, index) => {
    const attempt = index + 1;
    // Clocks that are apart by up to 12.
    told[from]?.push(sent(index + 4 * from - skew, to, attempt));
    const arrive = () => told[to]?.push(received(index + lateBy + 4 * to - skew, from, attempt));
    due.push({ at: index + lateBy, arrive });
    for (const { arrive } of due.filter(({ at }) => at === index)) arrive();
  });
  return told.map((each, id): TraceLog => ({ by: `branch ${id}`, told: each }));
});

Deno.test("ordered() makes one causal order of any world, in whatever order its processes come", () => {
  const shuffled = worlds.chain((logs) => (
    fc.record({
      logs: fc.constant(logs),
      again: fc.shuffledSubarray([...logs], { minLength: logs.length }),
    })
  ));
  fc.assert(fc.property(shuffled, ({ logs, again }) => {
    const { events, faults } = ordered(logs);
    assertEquals([faults, causalFaults(events)], [[], []]);
    for (const { by, told } of logs) {
      const own = events.filter((event) => event.by === by);
      assertEquals<unknown>(own, told.map((event, index) => ({ by, n: index + 1, ...event })));
    }
    assertEquals(ordered(again), { events, faults });
  }));
});
