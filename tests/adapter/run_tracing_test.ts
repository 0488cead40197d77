import { assert, assertEquals, assertMatch } from "@std/assert";
import { startTracing } from "../../lib/adapter/run_tracing.ts";
import { readScenario } from "../../lib/format/scenario.ts";
import { formatTold, traceFileName } from "../../lib/format/trace_log.ts";
import { readTrace } from "../../lib/format/trace_reader.ts";
import { branch, commandId } from "../core/samples.ts";
import { permitted } from "../permitted.ts";

const files = [{ name: "read" }, { name: "write" }, { name: "env" }] as const;
const one = branch(1);
const { scenario } = readScenario(JSON.stringify([{ id: 1, type: "branch", balance: 9 }]), {
  file: "",
});

function open({ hasFile = true } = {}) {
  const written: string[] = [];
  const notes: string[] = [];
  const tracing = startTracing({
    ...{ scenario, program: "0.1.0", run: commandId("run"), startedMs: Date.now(), free: false },
    ...{ dialect: "classic", acknowledge: "all", faults: undefined },
  }, {
    file: hasFile ? { write: (text) => void written.push(text) } : undefined,
    note: (line) => void notes.push(line),
  });
  return { tracing, written, notes, setup: tracing.trace.startBranches([one]) };
}

function isThere(path: string): boolean {
  try {
    return Deno.statSync(path).isDirectory;
  } catch {
    // That it is not is what was asked.
    return false;
  }
}

permitted(
  "startTracing() merges what branches write in its folder, once, and removes that",
  files,
  () => {
    const { tracing, written, notes, setup } = open();
    const started = { event: "started", life: 1, balance: 9, allowance: 9, known: {} } as const;
    Deno.writeTextFileSync(`${setup.folder}/${traceFileName(one, 1)}`, formatTold([started], 1));
    tracing.end({ event: "done" });
    tracing.end({ event: "failed", reason: "after the end" });
    assertEquals([written.length, notes], [1, []]);
    const { events } = readTrace(written[0] ?? "");
    assertEquals(events.map(({ event }) => event), ["process started", "started", "done"]);
    assert(!isThere(setup.folder));
  },
);

permitted("startTracing() writes what there is, and says what is not whole about it", files, () => {
  const { tracing, written, notes, setup } = open();
  const started = { event: "started", life: 2, balance: 9, allowance: 9, known: {} } as const;
  const torn = `${formatTold([started], 1)}{"ms":`;
  Deno.writeTextFileSync(`${setup.folder}/${traceFileName(one, 1)}`, torn);
  tracing.end({ event: "failed", reason: "it was to" });
  assertEquals(notes, [
    "the trace is not whole: branch 1 ended in the middle of what it told",
    "the trace is not whole: event 1 of branch 1 follows from life 2 of branch 1, of which nobody tells",
  ]);
  assertMatch(written[0] ?? "", /"event":"failed","reason":"it was to"\}\n$/);
});

permitted(
  "startTracing() without a file lets what is told be read, and says nothing",
  files,
  () => {
    const { tracing, written, notes, setup } = open({ hasFile: false });
    const started = { event: "started", life: 1, balance: 9, allowance: 9, known: {} } as const;
    const torn = `${formatTold([started], 1)}{"ms":`;
    Deno.writeTextFileSync(`${setup.folder}/${traceFileName(one, 1)}`, torn);
    const { trace, faults } = tracing.trace.gathered();
    assertEquals(trace.header.branches, [1]);
    assertEquals(trace.events.map(({ event }) => event), ["process started", "started"]);
    assertEquals(faults, ["branch 1 ended in the middle of what it told"]);
    tracing.end({ event: "failed", reason: "it was to" });
    assertEquals([written, notes], [[], []]);
    assert(!isThere(setup.folder));
  },
);
