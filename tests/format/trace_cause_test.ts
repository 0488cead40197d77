import { assertEquals } from "@std/assert";
import type { TraceEvent } from "../../lib/format/trace.ts";
import { causesOf } from "../../lib/format/trace_cause.ts";

const place = { n: 1, ms: 0 } as const;

Deno.test("causesOf() gives a message the same name where it is sent and where it is received", () => {
  const claim = { message: "claim", attempt: 4, claim: "c", need: 0, wanted: 0 } as const;
  const sent: TraceEvent = { ...place, by: "branch 1", event: "sent", to: [2, 3], ...claim };
  const received: TraceEvent = { ...place, by: "branch 3", event: "received", from: 1, ...claim };
  const [, toThree] = causesOf(sent).gives;
  assertEquals(causesOf(received).needs, [toThree ?? ""]);
  assertEquals(causesOf(sent).needs, []);
});

Deno.test("causesOf() tells an attempt, a kind and a direction from others", () => {
  const names = [
    { by: "branch 1", from: 2, message: "propagated", attempt: 1, has: 0 } as const,
    { by: "branch 1", from: 2, message: "propagated", attempt: 2, has: 0 } as const,
    { by: "branch 2", from: 1, message: "propagated", attempt: 1, has: 0 } as const,
    { by: "branch 1", from: 2, message: "fetched", attempt: 1, carries: [] } as const,
  ].map((event) => causesOf({ ...place, event: "received", ...event }).needs);
  assertEquals(new Set(names.flat()).size, 4);
});

Deno.test("causesOf() ties a command to its phase, its answer to that of the phase", () => {
  const asked = { command: "7/1", attempt: 2 } as const;
  const command = { message: "command", ...asked, action: "query", session: {} } as const;
  const sent = { event: "sent", to: 1, phase: 3, ...command } as const;
  const { gives, needs } = causesOf({ ...place, by: "customer 7", ...sent });
  assertEquals(needs, causesOf({ ...place, by: "run", event: "phase begun", phase: 3 }).gives);
  const heard = causesOf({ ...place, by: "branch 1", event: "received", ...command });
  assertEquals(heard.needs, gives);
  const result = { message: "result", ...asked, result: "unavailable", known: {} } as const;
  const answered = causesOf({ ...place, by: "branch 1", event: "sent", ...result });
  const received = { ...place, by: "customer 7", event: "received", from: 1 } as const;
  assertEquals(causesOf({ ...received, ...result }).needs, answered.gives);
  const ended = { event: "phase ended", phase: 3, commands: ["7/1"] } as const;
  const end = causesOf({ ...place, by: "run", ...ended });
  assertEquals([end.needs, end.follows], [causesOf({ ...received, ...result }).gives, "all"]);
});

Deno.test("causesOf() lets a rejection come from nobody, since a server may say it alone", () => {
  const said = { message: "result", command: "7/1", attempt: 1 } as const;
  const received = { ...place, by: "customer 7", event: "received", from: 1, ...said } as const;
  assertEquals(causesOf({ ...received, result: "rejected", reason: "no" }).isLoose, true);
  assertEquals(causesOf({ ...received, result: "unavailable" }).isLoose, undefined);
});

Deno.test("causesOf() ties the lives and the faults of branches to what the run does", () => {
  const known = { balance: 0, allowance: 0, known: {} };
  const pairs: readonly (readonly [TraceEvent, TraceEvent])[] = [
    [
      { ...place, by: "run", event: "process started", processes: ["branch 2"], life: 2 },
      { ...place, by: "branch 2", event: "started", life: 2, ...known },
    ],
    [
      { ...place, by: "run", event: "branches introduced" },
      { ...place, by: "branch 2", event: "faults begun" },
    ],
    [
      { ...place, by: "run", event: "settling" },
      { ...place, by: "branch 2", event: "faults healed" },
    ],
  ];
  for (const [cause, effect] of pairs) {
    assertEquals(causesOf(effect).needs, causesOf(cause).gives);
    assertEquals(causesOf(effect).needs.length, 1);
  }
  const nothing = { gives: [], needs: [] };
  assertEquals(causesOf({ ...place, by: "branch 2", event: "halted", reason: "" }), nothing);
});
