import { assert, assertEquals, assertThrows } from "@std/assert";
import type { TraceHeader } from "../../lib/format/trace.ts";
import { causalFaults } from "../../lib/format/trace_order.ts";
import { readTrace, TraceError } from "../../lib/format/trace_reader.ts";
import { permitted } from "../permitted.ts";

const sample = new URL("sample_trace.jsonl", import.meta.url);

const header: TraceHeader = {
  trace: 1,
  program: "0.1.0",
  run: "0197f3c2-8a41-5f0e9b7c21aa",
  startedMs: 1_752_050_829_889,
  dialect: "classic",
  plan: "settled",
  acknowledge: "all",
  opening: 400,
  isOld: false,
  branches: [1, 2],
  customers: [7],
};
const place = { by: "branch 1", n: 1, ms: 2.5 };

function textOf(...lines: readonly unknown[]): string {
  return lines.map((line) => `${JSON.stringify(line)}\n`).join("");
}

permitted("readTrace() reads the sample", [{ name: "read", path: sample }], () => {
  const text = Deno.readTextFileSync(sample);
  const { header, events } = readTrace(text);
  assertEquals(textOf(header, ...events), text);
  assertEquals(header.trace, 1);
  assertEquals(events.at(-1)?.event, "done");
  assertEquals(causalFaults(events), []);
  const kinds = new Set(events.map(({ event }) => event));
  for (const kind of ["executed", "applied", "granted", "refused", "injected"] as const) {
    assert(kinds.has(kind), kind);
  }
});

Deno.test("readTrace() reads the faults that a run had", () => {
  const faults = {
    delayMs: { least: 1, most: 20 },
    drop: 0.2,
    double: 0.1,
    cuts: [{ left: [1], right: [2], fromMs: 500, untilMs: 2_000 }],
  };
  assertEquals(readTrace(textOf({ ...header, faults })).header, { ...header, faults });
});

const wrong: readonly { readonly text: string; readonly claim: string }[] = [
  { text: "", claim: "line 1 of the trace: it is not JSON" },
  { text: "[]\n", claim: "line 1 of the trace: it is not a JSON object" },
  {
    text: textOf({ ...header, trace: 2 }),
    claim: "line 1 of the trace: it has version 2; this program reads version 1",
  },
  {
    text: textOf({}),
    claim: "line 1 of the trace: it has no version; this program reads version 1",
  },
  {
    text: textOf({ ...header, plan: "none" }),
    claim: 'line 1 of the trace: in the header, plan is "none"; it must be "settled" or "free"',
  },
  {
    text: textOf(header, { ...place, event: "halted", reason: "x" }).slice(0, -1),
    claim: "line 2 of the trace: it is not ended by a line feed",
  },
  {
    text: textOf(header, { ...place, by: "bank", event: "halted" }),
    claim: 'line 2 of the trace: by is "bank"; it must be "run", "branch N" or "customer N"',
  },
  {
    text: textOf(header, { ...place, n: 2, event: "halted", reason: "x" }),
    claim: "line 2 of the trace: n of branch 1 is 2; it must be 1",
  },
  {
    text: textOf(header, { ...place, event: "slept" }),
    claim: 'line 2 of the trace: there is no event "branch slept" in version 1',
  },
  {
    text: textOf(header, { ...place, by: "run", event: "shows", balance: 1, allowance: 1 }),
    claim: 'line 2 of the trace: there is no event "run shows" in version 1',
  },
  {
    text: textOf(header, { ...place, event: "shows", balance: 0.5, allowance: 1 }),
    claim:
      'line 2 of the trace: in "branch shows", balance is 0.5; it must be a whole number of minor units',
  },
  {
    text: textOf(header, { ...place, event: "shows", balance: 1, allowance: 1, mood: "good" }),
    claim: 'line 2 of the trace: in "branch shows", mood is not one of its fields',
  },
  {
    text: textOf(header, { ...place, event: "applied", origin: 2, first: 1, entries: [{}] }),
    claim:
      'line 2 of the trace: in "branch applied", entries is [{}]; it must be a list, each element a write or a grant',
  },
];

for (const { text, claim } of wrong) {
  Deno.test(`readTrace() says that ${claim}`, () => {
    const error = assertThrows(() => readTrace(text), TraceError);
    assertEquals(error.message, claim);
  });
}
