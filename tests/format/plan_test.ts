import { assertEquals, assertThrows } from "@std/assert";
import { commandIdPrefix } from "../../lib/core/ids.ts";
import { InvariantError } from "../../lib/core/invariant.ts";
import { dialects } from "../../lib/format/dialect.ts";
import { planScenario } from "../../lib/format/plan.ts";
import { readScenario, type Scenario } from "../../lib/format/scenario.ts";
import type { Plan } from "../../lib/host/conductor.ts";

type Events = readonly [customer: number, events: string][];

/** Makes a scenario of records such as `[1, "d10 w5 q"]`. */
function scenarioOf(records: Events): Scenario {
  const words = new Map([["d", "deposit"], ["w", "withdraw"], ["q", "query"]]);
  const customers = records.map(([id, events]) => ({
    id,
    type: "customer",
    events: events.split(" ").filter((event) => event !== "").map((event) => ({
      interface: words.get(event.charAt(0)),
      money: Number(event.slice(1)),
    })),
  }));
  const branches = [...new Set(records.map(([id]) => id))].map((id) => (
    { id, type: "branch", balance: 400 }
  ));
  return readScenario(JSON.stringify([...customers, ...branches]), { file: "" }).scenario;
}

/** Writes each phase as a line, such as `1:d 1:d | 2:d`: the lanes with customer and action. */
function linesOf({ phases }: Plan): readonly string[] {
  return phases.map((phase) =>
    phase.map((lane) =>
      lane.map(({ customer, command }) => `${customer}:${command.action.charAt(0)}`).join(" ")
    ).join(" | ")
  );
}

/** The name of a run: what its command ids begin with says when it was. */
const run = commandIdPrefix(0x19aa9f3c2d1) + "r";
const classic = { dialect: "classic", run, free: false } as const;
const sequential = { dialect: "sequential", run, free: false } as const;

for (const dialect of ["classic", "clock", "clock-classic"] as const) {
  Deno.test(`planScenario() of ${dialect} puts deposits first, then withdrawals, then queries`, () => {
    const scenario = scenarioOf([[1, "q"], [2, "d170 q"], [3, "w70 q"]]);
    const plan = planScenario(scenario, { ...classic, dialect });
    assertEquals(linesOf(plan), ["2:d", "3:w", "1:q | 2:q | 3:q"]);
    assertEquals(plan.settled, true);
  });
}

Deno.test("planScenario() of classic comes back to deposits behind a withdrawal or a query", () => {
  const records: Events = [[1, "d1 d1 w1 d1 q d1 q q"], [2, "w1 q w1"], [3, "q d1"]];
  assertEquals(linesOf(planScenario(scenarioOf(records), classic)), [
    "1:d 1:d",
    "1:w | 2:w",
    "1:d",
    "1:q | 2:q | 3:q",
    "1:d | 3:d",
    "2:w",
    "1:q 1:q",
  ]);
});

Deno.test("planScenario() of classic makes one customer of the records with one id", () => {
  const records: Events = [[1, "d1 q"], [2, "d1"], [1, "d1 w1"]];
  assertEquals(linesOf(planScenario(scenarioOf(records), classic)), [
    "1:d | 2:d",
    "1:q",
    "1:d",
    "1:w",
  ]);
});

Deno.test("planScenario() of sequential runs record after record, empty ones left out", () => {
  const plan = planScenario(scenarioOf([[2, "q d1"], [1, ""], [2, "w1"], [1, "q"]]), sequential);
  assertEquals(linesOf(plan), ["2:q 2:d", "2:w", "1:q"]);
  assertEquals(plan.settled, true);
});

for (const dialect of ["session", "session-classic"] as const) {
  Deno.test(`planScenario() of ${dialect} takes records in file order, settled`, () => {
    const scenario = scenarioOf([[2, "q d1 q"], [1, ""], [3, "w1"], [2, "w1 q"], [1, "d1"]]);
    const plan = planScenario(scenario, { ...sequential, dialect });
    assertEquals(linesOf(plan), ["2:q 2:d 2:q", "3:w", "2:w 2:q", "1:d"]);
    assertEquals(plan.settled, true);
  });
}

Deno.test("planScenario() of a free plan runs all customers at once, unsettled", () => {
  const records: Events = [[1, "d1 q"], [2, "q w1"], [1, "q"]];
  for (const dialect of dialects) {
    const plan = planScenario(scenarioOf(records), { dialect, run, free: true });
    assertEquals(linesOf(plan), ["1:d 1:q 1:q | 2:q 2:w"]);
    assertEquals(plan.settled, false);
  }
});

Deno.test("planScenario() has no phase where there is nothing to do", () => {
  for (const options of [classic, sequential, { ...classic, free: true }]) {
    assertEquals(planScenario(scenarioOf([[1, ""]]), options).phases, []);
  }
});

Deno.test("planScenario() counts a customer's commands over its records, queries too", () => {
  const scenario = scenarioOf([[1, "d10 q w5"], [2, "w1"], [1, "d7"]]);
  const steps = planScenario(scenario, sequential).phases.flat(2);
  assertEquals<unknown>(steps.map(({ command, record, event }) => [command, record, event]), [
    [{ action: "deposit", id: `${run}/1/1`, amount: 10n }, 0, 0],
    [{ action: "query" }, 0, 1],
    [{ action: "withdraw", id: `${run}/1/3`, amount: 5n }, 0, 2],
    [{ action: "withdraw", id: `${run}/2/1`, amount: 1n }, 1, 0],
    [{ action: "deposit", id: `${run}/1/4`, amount: 7n }, 2, 0],
  ]);
});

Deno.test("planScenario() gives a command one id, whatever the plan", () => {
  const scenario = scenarioOf([[1, "d1 q w2"], [2, "w3 d4"], [1, "d5"]]);
  const options = [classic, sequential, { ...classic, free: true }];
  const ids = options.map((each) =>
    planScenario(scenario, each).phases.flat(2).map(({ command }) =>
      JSON.stringify(
        command.action === "query" ? "" : [command.id, command.action, Number(command.amount)],
      )
    ).sort()
  );
  assertEquals(ids[0], ids[1]);
  assertEquals(ids[0], ids[2]);
});

Deno.test("planScenario() sends an event to the branch that it names", () => {
  const text = `[{"id": 1, "type": "bank", "balance": 1}, {"id": 2, "type": "bank", "balance": 1},
    {"id": 1, "type": "client", "events": [{"interface": "query", "dest": 2}]}]`;
  const { scenario } = readScenario(text, { file: "" });
  const [step] = planScenario(scenario, sequential).phases.flat(2);
  assertEquals<unknown>([step?.customer, step?.branch], [1, 2]);
});

Deno.test("planScenario() of classic takes 6 customers with 4 deposits each in one phase", () => {
  const records: Events = Array.from({ length: 6 }, (_, index) => [index + 1, "d10 d10 d10 d10 q"]);
  const { phases } = planScenario(scenarioOf(records), classic);
  assertEquals(phases.map((phase) => phase.map((lane) => lane.length)), [
    [4, 4, 4, 4, 4, 4],
    [1, 1, 1, 1, 1, 1],
  ]);
});

Deno.test("planScenario() of classic costs what is taken, not what waits", () => {
  const waiting: Events = Array.from({ length: 2_000 }, (_, index) => [index % 500 + 2, "q"]);
  const records: Events = [[1, "d1 w1 ".repeat(20_000).trim()], ...waiting];
  assertEquals(planScenario(scenarioOf(records), classic).phases.length, 40_001);
});

Deno.test("planScenario() is a bug of the caller with a run that makes no command id", () => {
  const scenario = scenarioOf([[1, "d1"]]);
  for (const wrong of [`${run} two`, run + "x".repeat(128), `${run}é`, "r"]) {
    assertThrows(() => planScenario(scenario, { ...classic, run: wrong }), InvariantError);
  }
});

Deno.test("planScenario() names queries as it names writes, if it is to", () => {
  const scenario = scenarioOf([[1, "d10 q"], [1, "q"]]);
  const named = { ...classic, namesQueries: true };
  const ids = planScenario(scenario, named).phases.flat(2).map(({ command }) => command.id);
  assertEquals<unknown>(ids, [1, 2, 3].map((position) => `${run}/1/${position}`));
  const unnamed = planScenario(scenario, classic).phases.flat(2).map(({ command }) => command.id);
  assertEquals<unknown>(unnamed, [`${run}/1/1`, undefined, undefined]);
});
