import { assert, assertEquals, assertGreater, assertMatch } from "@std/assert";
import type { Trace } from "../../lib/format/trace.ts";
import { causalFaults } from "../../lib/format/trace_order.ts";
import { readTrace } from "../../lib/format/trace_reader.ts";
import { permitted } from "../permitted.ts";
import { TemporaryFolder } from "../temporary_folder.ts";
import {
  assertFailed,
  branchRecord,
  customerRecord,
  ended,
  input1,
  input1Answers,
  programs,
  records,
  run,
  start,
} from "./bank.ts";
import { killProcess, noneLeft, processesIn, signalProcess } from "./processes.ts";
import { busyBranch, trafficOf } from "./traced.ts";

function traceIn(folder: TemporaryFolder): Trace {
  const trace = readTrace(folder.read("trace.jsonl") ?? "");
  assertEquals(causalFaults(trace.events), []);
  return trace;
}

/** Each branch shows at the end, and settles on, the same balance. */
function assertEndsOn(balance: number, { header, events }: Trace): void {
  for (const branch of header.branches) {
    const shown = events.findLast(({ by, event }) =>
      by === `branch ${branch}` && event === "shows"
    );
    assertEquals(shown?.event === "shows" && shown.balance, balance);
    const settled = events.filter((event) => event.event === "settled" && event.branch === branch);
    assertEquals(settled.map((event) => event.event === "settled" && event.balance), [balance]);
  }
  assertEquals(events.at(-1)?.event, "done");
}

permitted(
  "a run traces what each process did, every message where it was sent and received",
  programs,
  async () => {
    using folder = new TemporaryFolder();
    const end = await run([input1.pathname, "--trace", "trace.jsonl"], folder);
    assertEquals([end.code, end.stdout], [0, input1Answers], end.stderr);
    assertEquals(folder.names(), ["output.txt", "trace.jsonl"]);
    const trace = traceIn(folder);
    assertEndsOn(500, trace);
    const { events } = trace;
    const { sent, received, carrying } = trafficOf(events);
    for (const [name, times] of received) assertEquals([name, times], [name, sent.get(name)]);
    // The first may be sent before it is known where; and the end of the run catches the last.
    const silent = new Set(events.flatMap((event) => (
      event.event === "unanswered" && event.message === "propagate"
        ? [`propagate ${event.by.slice("branch ".length)}>${event.to} ${event.attempt}`]
        : []
    )));
    for (const name of carrying) {
      assertEquals([name, received.get(name) ?? 0], [name, silent.has(name) ? 0 : 1]);
    }
    const answers = events.flatMap((event) => (
      event.event === "received" && event.message === "result" && event.result === "balance"
        ? [`${event.by} ${event.balance}`]
        : []
    ));
    assertEquals(answers.toSorted(), ["customer 1 500", "customer 2 500", "customer 3 500"]);
    const executed = events.flatMap((event) => event.event === "executed" ? [event.command] : []);
    assertEquals(executed, ["2/1", "3/1"]);
  },
);

permitted("a run with faults traces what became of every message", programs, async () => {
  using folder = new TemporaryFolder();
  const faults = "delay=1ms..20ms,drop=0.2,double=0.2";
  const args = [input1.pathname, "--trace", "trace.jsonl", "--faults", faults];
  const end = await run(args, folder);
  assertEquals([end.code, end.stdout], [0, input1Answers], end.stderr);
  const trace = traceIn(folder);
  assertEndsOn(500, trace);
  const { sent, received, carrying, lost, doubled } = trafficOf(trace.events);
  for (const [name, times] of received) {
    const due = (sent.get(name) ?? 0) + (doubled.get(name) ?? 0) - (lost.get(name) ?? 0);
    // What is doubled arrives twice, unless the run ends in between.
    assert(times <= due && times >= due - (doubled.get(name) ?? 0), `${name}: ${times} of ${due}`);
  }
  for (const name of carrying) {
    if (/^(command|result)/.test(name)) assertEquals([name, received.get(name)], [name, 1]);
  }
  const { events } = trace;
  const injected = events.filter(({ event }) => event === "injected").length;
  assertGreater(injected, 0);
  for (const event of ["faults begun", "faults healed"]) {
    assertEquals(events.filter((each) => each.event === event).length, 3, event);
  }
  const [, late, dropped, twice] = /(\d+) messages? delayed, (\d+) dropped, (\d+) doubled/
    .exec(end.stderr) ?? [];
  const counts = ["late", "lost", "doubled"].map((fault) =>
    events.filter((event) => event.event === "injected" && event.fault === fault).length
  );
  // A few may befall messages behind the count that is told when a branch has settled.
  [late, dropped, twice].forEach((told, index) => {
    assert((counts[index] ?? 0) >= Number(told), `${counts[index]} of ${told}`);
  });
});

/** So many writes that something can be done to the run in between. */
const long = [
  customerRecord(1, ...Array(300).fill("deposit 1"), "query 0"),
  ...records(3, (id) => branchRecord(id, 100)),
];

permitted(
  "a branch that is killed tells on in a second life, and nothing of it is lost",
  programs,
  async () => {
    using folder = new TemporaryFolder();
    folder.write("scenario.json", JSON.stringify(long));
    const child = start("run", ["scenario.json", "--trace", "trace.jsonl", "--data", "bank"], {
      folder,
    });
    const victim = await busyBranch(folder, { bytes: 20_000 });
    await killProcess(victim);
    const end = await ended(child);
    assertEquals(end.code, 0, end.stderr);
    const trace = traceIn(folder);
    assertEndsOn(400, trace);
    const { events } = trace;
    const again = events.find((event) => event.event === "started" && event.life === 2);
    assert(again !== undefined, "a branch was started again");
    const own = events.filter(({ by }) => by === again.by);
    assertEquals(own.map(({ n }) => n), own.map((_, index) => index + 1));
    // What its two lives told adds up to what it showed in between and in the end.
    const sums = sumsOf(own);
    assertEquals(sums.atRestart, again.event === "started" && again.balance);
    assertEquals(sums.atEnd, 400);
    const names = ["bank", "output.txt", "scenario.json", "trace.jsonl"];
    assertEquals(folder.names(), names);
    assertEquals(
      [...Deno.readDirSync(folder.at("bank"))].filter(({ name }) => /trace/.test(name)),
      [],
    );
  },
);

/** Adds up what a branch told, up to its second life and up to the end. */
function sumsOf(events: Trace["events"]) {
  let balance = 100;
  let atRestart = NaN;
  for (const event of events) {
    if (event.event === "started" && event.life === 2) atRestart = balance;
    const entries = event.event === "executed"
      ? [event]
      : event.event === "applied" || event.event === "found"
      ? event.entries
      : [];
    for (const { action, amount } of entries) {
      if (action === "deposit") balance += amount;
      if (action === "withdraw") balance -= amount;
    }
  }
  return { atRestart, atEnd: balance };
}

permitted("a run that goes on with a bank traces that it is old", programs, async () => {
  using folder = new TemporaryFolder();
  const args = [input1.pathname, "--trace", "trace.jsonl", "--data", "bank"];
  assertEquals((await run(args, folder)).code, 0);
  assertEquals(traceIn(folder).header.isOld, false);
  assertEquals((await run(args, folder)).code, 0);
  const trace = traceIn(folder);
  assertEquals(trace.header.isOld, true);
  assertEndsOn(600, trace);
});

permitted(
  "a run that fails traces how far it came, and ends with what failed",
  programs,
  async () => {
    using folder = new TemporaryFolder();
    folder.write(
      "scenario.json",
      JSON.stringify([
        customerRecord(1, ...Array(5_000).fill("deposit 1")),
        branchRecord(1, 9),
        branchRecord(2, 9),
      ]),
    );
    const child = start("run", ["scenario.json", "--trace", "trace.jsonl"], { folder });
    await busyBranch(folder, { bytes: 2_000 });
    const customer = (await processesIn(folder.path)).find(({ command }) => /teller/.test(command));
    assert(customer !== undefined);
    await killProcess(customer);
    const end = await ended(child);
    assertEquals([end.code, end.stdout], [1, ""]);
    const { events } = traceIn(folder);
    const last = events.at(-1);
    assertEquals(last?.event, "failed");
    assertEquals(last?.event === "failed" && end.stderr.includes(last.reason), true, end.stderr);
    assertEquals(folder.names(), ["scenario.json", "trace.jsonl"]);
  },
);

permitted(
  "a run that is interrupted traces how far it came, and leaves nothing else",
  programs,
  async () => {
    using folder = new TemporaryFolder();
    folder.write("scenario.json", JSON.stringify(long));
    const child = start("run", ["scenario.json", "--trace", "trace.jsonl"], { folder });
    await busyBranch(folder, { bytes: 10_000 });
    await signalProcess({ pid: child.pid, command: "" }, "TERM");
    const end = await ended(child);
    assertEquals(end.code, 143);
    const { events } = traceIn(folder);
    assertEquals(events.at(-1)?.event === "failed" && events.at(-1)?.by, "run");
    await noneLeft(folder.path);
    assertEquals(folder.names(), ["scenario.json", "trace.jsonl"]);
  },
);

permitted("a run that is killed leaves no trace behind", programs, async () => {
  using folder = new TemporaryFolder();
  folder.write("scenario.json", JSON.stringify(long));
  const child = start("run", ["scenario.json", "--trace", "trace.jsonl"], { folder });
  await busyBranch(folder, { bytes: 10_000 });
  await killProcess({ pid: child.pid, command: "" });
  await ended(child);
  await noneLeft(folder.path);
  assertEquals(folder.names(), ["scenario.json"]);
});

permitted(
  "a run refuses a trace that cannot be written, or would be another of its files",
  programs,
  async () => {
    using folder = new TemporaryFolder();
    folder.write("scenario.json", JSON.stringify(long));
    const refused = async (trace: string, ...more: readonly string[]) =>
      await run(["scenario.json", "--trace", trace, ...more], folder);
    assertFailed(
      await refused("scenario.json"),
      2,
      "customer: --trace is the scenario scenario.json itself\n",
    );
    assertFailed(
      await refused("./x.json", "--output", "x.json"),
      2,
      "customer: --trace is the output x.json itself\n",
    );
    const nowhere = await refused("nowhere/trace.jsonl");
    assertFailed(nowhere, 2, /^customer: the trace nowhere\/trace.jsonl cannot be written: /);
    assertMatch(nowhere.stderr, /^[^\n]+\n$/);
    assertEquals(folder.names(), ["scenario.json"]);
  },
);
