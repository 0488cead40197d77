import { assertEquals } from "@std/assert";
import { BranchTraces } from "../../lib/adapter/branch_traces.ts";
import { MemoryJournal } from "../../lib/adapter/memory_journal.ts";
import { money } from "../../lib/core/money.ts";
import { Replica } from "../../lib/core/replica.ts";
import { readTold, traceFileName } from "../../lib/format/trace_log.ts";
import type { Told } from "../../lib/format/trace_order.ts";
import { type Executed, Host } from "../../lib/host/host.ts";
import { branch, commandId, deposit, record, vector } from "../core/samples.ts";
import { deafTransport } from "../host/bench.ts";
import { permitted } from "../permitted.ts";
import { TemporaryFolder } from "../temporary_folder.ts";

const files = [{ name: "read" }, { name: "write" }] as const;
const [one, two] = [branch(1), branch(2)];
const run = commandId("run");

/** A branch that is traced in a folder, with what its journal holds already. */
function open(
  folder: TemporaryFolder,
  { life = 1, told = vector({}), before = [1].slice(1) } = {},
) {
  const journal = new MemoryJournal(one);
  journal.commit(before.map((first) => record({ origin: one, first })));
  const traces = new BranchTraces({
    ...{ folder: folder.path, run, startedMs: Date.now(), life },
    told: [[two, []], [one, [...told]]],
  });
  const members = [one, two];
  const config = { id: one, members, opening: money(100), acknowledge: "local" } as const;
  const replica = Replica.restore(config, journal.read());
  const turns: (() => void)[] = [];
  const schedule = (turn: () => void) => void turns.push(turn);
  const parts = { replica, journal, transport: deafTransport, schedule };
  const host = new Host(traces.observed(parts, members));
  const turn = () => turns.splice(0).forEach((each) => each());
  return { traces, host, turn };
}

function toldIn(folder: TemporaryFolder, life = 1): readonly Told[] {
  return readTold(folder.read(traceFileName(one, life)) ?? "");
}

permitted(
  "BranchTraces has written what a branch tells before anything leaves",
  files,
  async () => {
    using folder = new TemporaryFolder();
    const { host, turn } = open(folder);
    let executed: Executed | undefined;
    const asked = host.execute([deposit(`${run}/7/1`, 5)], vector({})).then((it) => executed = it);
    assertEquals(toldIn(folder).map(({ event }) => event), ["started"]);
    turn();
    assertEquals(executed, undefined);
    const events = toldIn(folder).map(({ event }) => event);
    assertEquals(events, ["started", "received", "executed", "shows", "sent", "sent"]);
    await asked;
  },
);

permitted("BranchTraces says when it was, by the clock of the run", files, () => {
  using folder = new TemporaryFolder();
  open(folder);
  const [{ ms } = { ms: NaN }] = toldIn(folder);
  // In milliseconds since a moment just now, not since 1970 or since the process began.
  assertEquals(Math.abs(ms) < 60_000, true);
});

permitted(
  "BranchTraces goes on in a file of its own, with what a killed branch had not told",
  files,
  () => {
    using folder = new TemporaryFolder();
    open(folder, { before: [1] });
    open(folder, { life: 2, told: vector({ 1: 1 }), before: [1, 2] });
    assertEquals(folder.names(), [1, 2].map((life) => traceFileName(one, life)));
    assertEquals(toldIn(folder).map(({ event }) => event), ["started"]);
    const [found, started] = toldIn(folder, 2);
    const entries = [{ action: "deposit", command: commandId("1/2"), amount: 1 }];
    assertEquals<unknown>({ ...found, ms: 0 }, {
      ...{ ms: 0, event: "found", origin: 1, first: 2, entries },
    });
    assertEquals(started?.event === "started" && started.known, { 1: 2 });
  },
);

permitted(
  "BranchTraces tells each branch of its own misfortunes, and all of the time of faults",
  files,
  () => {
    using folder = new TemporaryFolder();
    const { traces } = open(folder);
    traces.begun();
    const message = { message: "propagate", from: one, to: two, attempt: 1 } as const;
    traces.befell({ ...message, fault: "lost" }, one);
    traces.befell({ ...message, from: two, to: one, fault: "lost" }, two);
    traces.healed();
    const events = toldIn(folder).map(({ event }) => event);
    assertEquals(events, ["started", "faults begun", "injected", "faults healed"]);
  },
);
