import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import { formatClock, formatClockClassic } from "../../lib/format/clock_result.ts";
import {
  clockClassicRules,
  type ClockedEvent,
  clockedEvents,
  clockRules,
} from "../../lib/format/clocks.ts";
import { readScenario, type Scenario } from "../../lib/format/scenario.ts";
import { asked, falseRun, scripts, traceOf } from "./false_trace.ts";

function scenarioOf(...records: readonly unknown[]): Scenario {
  return readScenario(JSON.stringify(records), { file: "" }).scenario;
}

const branches = [1, 2].map((id) => ({ id, type: "branch", balance: 400 }));
const entry = { action: "deposit", command: "1/1", amount: 10 } as const;

/** A deposit of customer 1 at the first of two branches. */
const trace = traceOf(
  [1, 2],
  ["customer 1", { event: "sent", to: 1, phase: 1, ...asked("1/1", "deposit") }],
  ["branch 1", { event: "received", ...asked("1/1", "deposit") }],
  ["branch 1", { event: "executed", sequence: 1, ...entry }],
  ["branch 2", { event: "applied", origin: 1, first: 1, entries: [entry] }],
  ["branch 1", { event: "received", from: 2, message: "propagated", attempt: 1, has: 1 }],
);
const clocked = clockedEvents(trace, clockRules);
const deposit = { "customer-request-id": 1, interface: "deposit", money: 10 };
const customer = { id: 1, type: "customer", "customer-requests": [deposit] };
const scenario = scenarioOf(customer, ...branches);

Deno.test("formatClock() writes the three files as they have always been written", () => {
  const [customers, ofBranches, all] = formatClock({
    ...{ scenario, events: clocked, spelling: "propogate" },
  });
  assertEquals(
    customers,
    '[{"id":1,"type":"customer","events":[{"customer-request-id":1,"logical_clock":1,"interface":"deposit","comment":"event_sent from customer 1"}]}]\n',
  );
  assertEquals(
    ofBranches,
    '[{"id":1,"type":"branch","events":[' +
      '{"customer-request-id":1,"logical_clock":2,"interface":"deposit","comment":"event_recv from customer 1"},' +
      '{"customer-request-id":1,"logical_clock":3,"interface":"propagate_deposit","comment":"event_sent to branch 2"}]},\n' +
      ' {"id":2,"type":"branch","events":[' +
      '{"customer-request-id":1,"logical_clock":4,"interface":"propagate_deposit","comment":"event_recv from branch 1"}]}]\n',
  );
  assertEquals(
    all,
    [
      '[{"id":1,"customer-request-id":1,"type":"customer","logical_clock":1,"interface":"deposit","comment":"event_sent from customer 1"},',
      ' {"id":1,"customer-request-id":1,"type":"branch","logical_clock":2,"interface":"deposit","comment":"event_recv from customer 1"},',
      ' {"id":1,"customer-request-id":1,"type":"branch","logical_clock":3,"interface":"propogate_deposit","comment":"event_sent to branch 2"},',
      ' {"id":2,"customer-request-id":1,"type":"branch","logical_clock":4,"interface":"propogate_deposit","comment":"event_recv from branch 1"}]\n',
    ].join("\n"),
  );
});

Deno.test("formatClock() mends the spelling in the file of all events, and nothing else", () => {
  const asIs = formatClock({ scenario, events: clocked, spelling: "propogate" });
  const mended = formatClock({ scenario, events: clocked, spelling: "propagate" });
  assertEquals(mended, [asIs[0], asIs[1], asIs[2].replaceAll("propogate_", "propagate_")]);
});

Deno.test("formatClock() has a record per customer record and branch, in the order of the file", () => {
  const query = { interface: "query" };
  const scenario = scenarioOf(
    branches[1],
    { id: 2, type: "customer", "customer-requests": [query] },
    { id: 1, type: "customer", "customer-requests": [query] },
    { id: 2, type: "customer", "customer-requests": [] },
    { id: 1, type: "customer", "customer-requests": [query, query] },
    branches[0],
  );
  const events = ["1/1", "1/2", "1/3", "2/1"].map((command): ClockedEvent => {
    const [customer = 0, clock = 0] = command.split("/").map(Number);
    return { what: "send", command, action: "query", customer, origin: 1, clock };
  });
  const [customers, ofBranches] = formatClock({ scenario, events, spelling: "propogate" });
  const read: readonly { id: number; events: readonly Record<string, number>[] }[] = JSON.parse(
    customers,
  );
  const clocks = read.map((
    { id, events },
  ) => [id, ...events.map((event) => [event["customer-request-id"], event.logical_clock])]);
  assertEquals(clocks, [[2, [1, 1]], [1, [2, 1]], [2], [1, [3, 2], [4, 3]]]);
  assertEquals(
    ofBranches,
    '[{"id":2,"type":"branch","events":[]},\n {"id":1,"type":"branch","events":[]}]\n',
  );
});

interface Line {
  readonly id: number;
  readonly type: string;
  readonly "customer-request-id": number;
  readonly logical_clock: number;
  readonly interface: string;
  readonly comment: string;
}

Deno.test("formatClock() sorts all events of any run by request, then clock, with true senders", () => {
  fc.assert(fc.property(scripts({ kills: true }), fc.boolean(), (script, isLabelled) => {
    const { trace, executed, refused, queries } = falseRun(script);
    // Each label stands for two requests, as labels may.
    const records = script.commands.map(({ customer: id, action, turn }, index) => ({
      ...{ id, type: "customer" },
      "customer-requests": [{
        ...isLabelled ? { "customer-request-id": 9 - (index >> 1) } : {},
        ...{ interface: action, money: 10 },
        dest: script.branches[turn % script.branches.length],
      }],
    }));
    const scenario = scenarioOf(
      ...records,
      ...script.branches.map((id) => ({ id, type: "branch", balance: 0 })),
    );
    const events = clockedEvents(trace, clockRules);
    const [customers, ofBranches, text] = formatClock({ scenario, events, spelling: "propogate" });
    const all: readonly Line[] = JSON.parse(text);
    const requests = executed + refused + queries;
    const propagations = executed * 2 * (script.branches.length - 1);
    assertEquals(customers.match(/event_sent/g)?.length ?? 0, requests);
    assertEquals(ofBranches.match(/event_/g)?.length ?? 0, requests + propagations);
    assertEquals(all.length, 2 * requests + propagations);
    for (const [index, { "customer-request-id": request, logical_clock }] of all.entries()) {
      const next = all[index + 1];
      if (next === undefined || next["customer-request-id"] > request) continue;
      assertEquals(next["customer-request-id"], request);
      assert(next.logical_clock >= logical_clock);
    }
    const receipts = new Map<string, number>();
    for (const { id, comment, interface: name, ...line } of all) {
      const from = /^event_recv from (.+)/.exec(comment)?.[1];
      const key = `${from} to ${id} ${name} ${line["customer-request-id"]}`;
      if (from !== undefined) receipts.set(key, (receipts.get(key) ?? 0) + 1);
    }
    for (const { type, id, comment, interface: name, ...line } of all) {
      const to = /^event_sent to branch (.+)/.exec(comment)?.[1];
      if (to === undefined) continue;
      const key = `${type} ${id} to ${to} ${name} ${line["customer-request-id"]}`;
      receipts.set(key, (receipts.get(key) ?? 0) - 1);
    }
    for (const [key, left] of receipts) {
      if (key.startsWith("branch")) assertEquals([key, left], [key, 0]);
    }
  }));
});

Deno.test("formatClockClassic() writes what each branch did, then what was done for each write", () => {
  const events = clockedEvents(trace, clockClassicRules);
  const query = { interface: "query" };
  const scenario = scenarioOf(
    { id: 1, type: "customer", events: [{ ...deposit, "customer-request-id": 5 }, query] },
    ...branches,
  );
  assertEquals(
    formatClockClassic({ scenario, events, form: "json" }),
    [
      '[{"pid":1,"data":[{"id":5,"name":"deposit_request","clock":2},{"id":5,"name":"deposit_execute","clock":3},{"id":5,"name":"deposit_propagate_response","clock":6},{"id":5,"name":"deposit_response","clock":7}]},',
      ' {"pid":2,"data":[{"id":5,"name":"deposit_propagate_request","clock":4},{"id":5,"name":"deposit_propagate_execute","clock":5}]},',
      ' {"eventid":5,"data":[{"clock":2,"name":"deposit_request"},{"clock":3,"name":"deposit_execute"},{"clock":4,"name":"deposit_propagate_request"},{"clock":5,"name":"deposit_propagate_execute"},{"clock":6,"name":"deposit_propagate_response"},{"clock":7,"name":"deposit_response"}]}]\n',
    ].join("\n"),
  );
});

Deno.test("formatClockClassic() writes lines where asked, and idle branches too", () => {
  const format = { scenario: scenarioOf(...branches), events: [] };
  assertEquals(
    formatClockClassic({ ...format, form: "txt" }),
    "{'pid': 1, 'data': []}\n{'pid': 2, 'data': []}\n",
  );
  assertEquals(
    formatClockClassic({ ...format, form: "jsonl" }),
    '{"pid":1,"data":[]}\n{"pid":2,"data":[]}\n',
  );
});
