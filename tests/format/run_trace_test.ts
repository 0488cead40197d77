import { assertEquals } from "@std/assert";
import { isCustomerId } from "../../lib/core/ids.ts";
import { money } from "../../lib/core/money.ts";
import type { Attempted } from "../../lib/format/control_line.ts";
import { RunTrace } from "../../lib/format/run_trace.ts";
import { formatTold } from "../../lib/format/trace_log.ts";
import { readTrace } from "../../lib/format/trace_reader.ts";
import type { Step } from "../../lib/host/conductor.ts";
import { branch, commandId, deposit, query, vector } from "../core/samples.ts";

const [one, two] = [branch(1), branch(2)];
const run = commandId("run");

function stepOf(customer: number, command: Step["command"]): Step {
  if (!isCustomerId(customer)) throw new RangeError(`${customer} names no customer`);
  return { customer, branch: two, command, record: 0, event: 0 };
}

/** A trace of a bank of two, its clock, and what is in the files of its branches. */
function traced() {
  const clock = { nowMs: 1_000 };
  const files = new Map<string, string>();
  const trace = new RunTrace({
    header: {
      ...{ trace: 1, program: "0.1.0", run, startedMs: 1_000, dialect: "classic" },
      ...{ plan: "settled", acknowledge: "all", opening: 400 },
      ...{ branches: [1, 2], customers: [7] },
    },
    nowMs: () => clock.nowMs,
    folder: { path: "folder", read: (name) => files.get(name) ?? "" },
  });
  return { trace, clock, files };
}

function attempted(
  stage: Attempted["stage"],
  ms: number,
  more: Partial<Attempted> = {},
): Attempted {
  return { kind: "attempted", stage, attempt: 1, ms, ...more };
}

const begun = { life: 1, balance: 400, allowance: 200, known: {} };

Deno.test("RunTrace merges what the run, its customers and its branches tell, and ends it", () => {
  const { trace, clock, files } = traced();
  const step = stepOf(7, deposit(`${run}/7/1`, 5));
  trace.startBranches([one]);
  trace.startBranches([two]);
  clock.nowMs = 1_000.256;
  trace.startCustomer(step.customer);
  trace.begun(1);
  trace.attempted(step, attempted("sent", 1.004), vector({ 1: 9 }));
  trace.attempted(step, attempted("unanswered", 2, { reason: "gone" }), vector({ 1: 9 }));
  const asked = { message: "command", command: "7/1", action: "deposit", amount: 5 } as const;
  files.set(
    "branch-2.1.jsonl",
    formatTold([{ event: "started", ...begun }], 1) +
      formatTold([{ event: "received", ...asked, attempt: 1, session: { 1: 9 } }], 2),
  );
  clock.nowMs = 1_001;
  const { text, faults } = trace.written({ event: "failed", reason: "all is lost" });
  assertEquals(faults, []);
  const { header, events } = readTrace(text);
  assertEquals([header.run, header.isOld], [run, false]);
  assertEquals<unknown>(events, [
    { by: "run", n: 1, ms: 0, event: "process started", processes: ["branch 1"], life: 1 },
    { by: "run", n: 2, ms: 0, event: "process started", processes: ["branch 2"], life: 1 },
    { by: "run", n: 3, ms: 0.26, event: "process started", processes: ["customer 7"], life: 1 },
    { by: "run", n: 4, ms: 0.26, event: "phase begun", phase: 1 },
    { by: "branch 2", n: 1, ms: 1, event: "started", ...begun },
    {
      ...{ by: "customer 7", n: 1, ms: 1, event: "sent", to: 2, phase: 1 },
      ...{ ...asked, attempt: 1, session: { 1: 9 } },
    },
    {
      ...{ by: "customer 7", n: 2, ms: 2, event: "unanswered", message: "command", to: 2 },
      ...{ command: "7/1", attempt: 1, reason: "gone" },
    },
    {
      ...{ by: "branch 2", n: 2, ms: 2, event: "received" },
      ...{ ...asked, attempt: 1, session: { 1: 9 } },
    },
    { by: "run", n: 5, ms: 1, event: "failed", reason: "all is lost" },
  ]);
});

Deno.test("RunTrace tells what customers were answered, and by whom they were turned down", () => {
  const { trace } = traced();
  const step = stepOf(7, { ...query, id: commandId(`${run}/7/2`) });
  trace.begun(2);
  trace.attempted(step, attempted("sent", 1), vector({}));
  trace.attempted(step, attempted("rejected", 2, { reason: "UNAVAILABLE: later" }), vector({}));
  trace.attempted(step, attempted("sent", 3, { attempt: 2 }), vector({}));
  const result = { kind: "balance", balance: money(5) } as const;
  trace.answered(step, attempted("answered", 4, { attempt: 2 }), {
    result,
    session: vector({ 2: 1 }),
  });
  trace.ended(2, [[step]]);
  trace.settled(new Map([[two, money(5)]]));
  const { text, faults } = trace.written({ event: "done" });
  const answer = "result of command 7/2, attempt 2";
  assertEquals(faults, [`event 4 of customer 7 follows from ${answer}, of which nobody tells`]);
  const received = { event: "received", from: 2, message: "result", command: "7/2" };
  const { events } = readTrace(text);
  assertEquals<unknown>(events.filter(({ by, event }) => by === "run" || event === "received"), [
    { by: "run", n: 1, ms: 0, event: "phase begun", phase: 2 },
    {
      ...{ by: "customer 7", n: 2, ms: 2, ...received },
      ...{ attempt: 1, result: "rejected", reason: "UNAVAILABLE: later" },
    },
    {
      ...{ by: "customer 7", n: 4, ms: 4, ...received },
      ...{ attempt: 2, result: "balance", balance: 5, known: { 2: 1 } },
    },
    { by: "run", n: 2, ms: 0, event: "phase ended", phase: 2, commands: ["7/2"] },
    { by: "run", n: 3, ms: 0, event: "settled", branch: 2, balance: 5 },
    { by: "run", n: 4, ms: 0, event: "done" },
  ]);
});

Deno.test("RunTrace lets a branch go on in a new life, knowing what the former one had told", () => {
  const { trace, files } = traced();
  const setup = { folder: "folder", run, startedMs: 1_000 };
  assertEquals(trace.startBranches([one, two]), {
    ...setup,
    life: 1,
    told: [[one, []], [two, []]],
  });
  const write = { action: "deposit", command: "7/1", amount: 5 } as const;
  files.set(
    "branch-2.1.jsonl",
    formatTold([{ event: "started", ...begun }], 1) +
      formatTold([{ event: "executed", sequence: 1, ...write }], 2) + '{"ms":3,"event":"sh',
  );
  trace.endBranches([one, two], "killed");
  const later = { life: 2, known: { 2: 1 } };
  const second = trace.startBranches([one, two]);
  assertEquals(second, { ...setup, life: 2, told: [[one, []], [two, [[two, 1]]]] });
  files.set("branch-2.2.jsonl", formatTold([{ event: "started", ...begun, ...later }], 4));
  const { text, faults } = trace.written({ event: "done" });
  assertEquals(faults, ["branch 2 ended in the middle of what it told"]);
  const { header, events } = readTrace(text);
  assertEquals(header.isOld, false);
  const own = events.filter(({ by }) => by === "branch 2").map(({ n, event }) => `${n} ${event}`);
  assertEquals(own, ["1 started", "2 executed", "3 started"]);
  const ended = events.find(({ event }) => event === "process ended");
  const processes = ["branch 1", "branch 2"] as const;
  assertEquals<unknown>(ended, {
    ...{ by: "run", n: 2, ms: 0, event: "process ended", processes, life: 1, reason: "killed" },
  });
});

Deno.test("RunTrace says that a bank is old if a branch begins with what it had", () => {
  const { trace, files } = traced();
  trace.startBranches([one, two]);
  files.set("branch-1.1.jsonl", formatTold([{ event: "started", ...begun }], 1));
  files.set("branch-2.1.jsonl", formatTold([{ event: "started", ...begun, known: { 2: 4 } }], 1));
  assertEquals(readTrace(trace.written({ event: "done" }).text).header.isOld, true);
});

Deno.test("RunTrace tells nothing of commands without names", () => {
  const { trace } = traced();
  const step = stepOf(7, query);
  trace.begun(1);
  trace.attempted(step, attempted("sent", 1), vector({}));
  trace.ended(1, [[step]]);
  const { events } = readTrace(trace.written({ event: "done" }).text);
  assertEquals(events.map(({ event }) => event), ["phase begun", "phase ended", "done"]);
});
