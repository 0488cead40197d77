import { assertEquals, assertRejects } from "@std/assert";
import { expectLine } from "../../lib/format/control_line.ts";
import { RunTrace } from "../../lib/format/run_trace.ts";
import { readTrace } from "../../lib/format/trace_reader.ts";
import { ProcessError } from "../../lib/host/ports.ts";
import { commandId, query } from "../core/samples.ts";
import { FalseWorld, queryOf, start } from "./false_world.ts";

const run = commandId("run");

/** A world whose customers tell of each call that it was sent and answered. */
function traced() {
  const world = new FalseWorld();
  world.before = (line, process) => {
    if (line.kind !== "call") return true;
    for (const stage of ["sent", "answered"] as const) {
      process.say({ kind: "attempted", attempt: 1, stage, ms: 1 });
    }
    process.say({ kind: "answer", response: "" });
    return false;
  };
  const trace = new RunTrace({
    header: {
      ...{ trace: 1, program: "0.1.0", run, startedMs: 1_000, dialect: "classic" },
      ...{ plan: "settled", acknowledge: "majority", opening: 7 },
      ...{ branches: [1, 2], customers: [1] },
    },
    nowMs: () => 1_001,
    folder: { path: "traces", read: () => "" },
  });
  return { world, trace };
}

const step = { ...queryOf(1, 2), command: { ...query, id: commandId(`${run}/1/1`) } };

Deno.test("run() tells its trace what it does, and when customers are answered", async () => {
  const { world, trace } = traced();
  await start(world, [step], { trace });
  const { text } = trace.written({ event: "done" });
  const { events } = readTrace(text);
  const told = events.map((event) => {
    const of = "processes" in event ? event.processes.join() : "";
    return `${event.by}: ${event.event} ${of}`.trim();
  });
  assertEquals(told.toSorted(), [
    ...["customer 1: received", "customer 1: sent", "run: branches introduced", "run: done"],
    ...["run: phase begun", "run: phase ended"],
    ...["branch 1", "branch 2", "customer 1"].map((name) => `run: process started ${name}`),
    ...["run: settled", "run: settled", "run: settling"],
  ]);
});

Deno.test("run() tells branches where to tell what happens, and lets them write there", async () => {
  const { world, trace } = traced();
  await start(world, [step], { trace });
  const { told, request } = world.named("branch 1");
  assertEquals([request.folder, request.traceFolder], ["temporary", "traces"]);
  const setup = expectLine(told[0], "branch setup").trace;
  const [one] = setup?.told ?? [];
  assertEquals<unknown>(setup, { folder: "traces", run, startedMs: 1_000, life: 1, told: [one] });
  assertEquals<unknown>(one, [1, []]);
  const customer = world.named("customer 1");
  assertEquals(expectLine(customer.told[0], "customer setup").traceFromMs, 1_000);
  assertEquals([customer.request.folder, customer.request.traceFolder], [undefined, undefined]);
});

Deno.test("run() lets no process tell anything when nobody wants to know", async () => {
  const world = new FalseWorld();
  await start(world, [queryOf(1, 2)]);
  assertEquals(expectLine(world.named("branch 1").told[0], "branch setup").trace, undefined);
  const [setup] = world.named("customer 1").told;
  assertEquals(expectLine(setup, "customer setup").traceFromMs, undefined);
  assertEquals(world.processes.map(({ request }) => request.traceFolder), Array(3).fill(undefined));
});

Deno.test("run() tells its trace that a branch was killed, and of its second life", async () => {
  const { world, trace } = traced();
  const { before } = world;
  let isKilled = false;
  world.before = (line, process) => {
    if (line.kind !== "call" || isKilled) return before(line, process);
    isKilled = true;
    world.named("branch 2").die("SIGKILL");
    return before(line, process);
  };
  await start(world, [step], { trace });
  const { events } = readTrace(trace.written({ event: "done" }).text);
  const lives = events.flatMap((event) => "processes" in event ? [event] : [])
    .filter(({ processes }) => processes.includes("branch 2"))
    .map(({ event, life }) => `${event} ${life}`);
  assertEquals(lives, ["process started 1", "process ended 1", "process started 2"]);
  const { trace: setup } = expectLine(world.named("branch 2").told[0], "branch setup");
  assertEquals(setup?.life, 2);
});

Deno.test("run() has told its trace how far it came when it fails", async () => {
  const { world, trace } = traced();
  world.before = (line, process) => {
    if (line.kind === "call") process.die();
    return line.kind !== "call";
  };
  await assertRejects(() => start(world, [step], { trace }), ProcessError);
  const { events } = readTrace(trace.written({ event: "failed", reason: "it" }).text);
  const ends = events.map(({ event }) => event).filter((event) => event.startsWith("phase"));
  assertEquals([ends, events.at(-1)?.event], [["phase begun"], "failed"]);
});

Deno.test("run() that is interrupted ends all its processes, and fails with what interrupts it", async () => {
  const { world, trace } = traced();
  const { promise: interrupted, reject } = Promise.withResolvers<never>();
  const nobody = Promise.withResolvers<void>();
  world.before = (line, process) => {
    if (line.kind !== "call") return true;
    process.say({ kind: "attempted", attempt: 1, stage: "sent", ms: 1 });
    nobody.resolve();
    return false;
  };
  const running = start(world, [step], { trace, interrupted });
  await nobody.promise;
  reject(new Error("a signal came"));
  for (const process of world.processes) {
    process.kill = () => {
      process.end = "killed";
      process.die("SIGKILL");
      return Promise.resolve();
    };
  }
  await assertRejects(() => running, Error, "a signal came");
  assertEquals(world.processes.map(({ end }) => end), Array(3).fill("killed"));
  const { text, faults } = trace.written({ event: "failed", reason: "a signal came" });
  assertEquals(faults, []);
  const sent = readTrace(text).events.filter(({ event }) => event === "sent");
  assertEquals(sent.length, 1);
});
