import { assertEquals, assertThrows } from "@std/assert";
import type { Result } from "../../lib/core/command.ts";
import { InvariantError } from "../../lib/core/invariant.ts";
import { money } from "../../lib/core/money.ts";
import { dialects } from "../../lib/format/dialect.ts";
import { faultsOfWanted, formatRun, outputPaths } from "../../lib/format/run_result.ts";
import { readScenario } from "../../lib/format/scenario.ts";
import { asked, traceOf } from "./false_trace.ts";

Deno.test("outputPaths() names the file that a dialect is known by, or the three of clock", () => {
  const paths = dialects.map((dialect) => outputPaths({ dialect, output: undefined }));
  assertEquals(paths, [
    ["output.txt"],
    ["output.json"],
    ["output.json"],
    ["output.json"],
    ["customer_events.json", "branch_events.json", "all_events.json"],
    ["output.json"],
  ]);
});

Deno.test("outputPaths() goes by what is asked for, which for clock is a folder", () => {
  for (const dialect of dialects.filter((each) => each !== "clock")) {
    assertEquals(outputPaths({ dialect, output: "a/b.txt" }), ["a/b.txt"]);
  }
  const firstIn = (output: string) => outputPaths({ dialect: "clock", output })[0];
  assertEquals(["a/b", "a/b/", "."].map(firstIn), [
    "a/b/customer_events.json",
    "a/b/customer_events.json",
    "./customer_events.json",
  ]);
});

Deno.test("faultsOfWanted() wants a file of a known form, and of clock a folder", () => {
  const outputs = ["a.txt", "a.JSON", "a.jsonl", "a.doc", "a", "a.json/", undefined];
  const isRight = (dialect: "clock" | "session") =>
    outputs.filter((output) => faultsOfWanted({ dialect, output }).length === 0);
  assertEquals(isRight("session"), ["a.txt", "a.JSON", "a.jsonl", undefined]);
  assertEquals(isRight("clock"), ["a.doc", "a", "a.json/", undefined]);
});

Deno.test("faultsOfWanted() takes an option of clocks for the dialect that it is for", () => {
  const wanted = { output: undefined, spelling: "propagate", omitsResponse: true } as const;
  assertEquals(faultsOfWanted({ ...wanted, dialect: "classic" }), [
    "--spelling is for clock scenarios; this one is classic",
    "--no-response is for clock-classic scenarios; this one is classic",
  ]);
  assertEquals(faultsOfWanted({ ...wanted, dialect: "clock" }).length, 1);
  assertEquals(faultsOfWanted({ ...wanted, dialect: "clock-classic" }).length, 1);
});

const { scenario } = readScenario(
  `[{"id": 1, "type": "customer", "customer-requests": [
      {"customer-request-id": 4, "interface": "deposit", "money": 10},
      {"customer-request-id": 5, "interface": "query"}]},
    {"id": 1, "type": "branch", "balance": 400}, {"id": 2, "type": "branch", "balance": 400}]`,
  { file: "" },
);
const entry = { action: "deposit", command: "1/1", amount: 10 } as const;
const told = traceOf(
  [1, 2],
  ["customer 1", { event: "sent", to: 1, phase: 1, ...asked("1/1", "deposit") }],
  ["branch 1", { event: "executed", sequence: 1, ...entry }],
  ["branch 2", { event: "applied", origin: 1, first: 1, entries: [entry] }],
);
const results: readonly (readonly Result[])[] = [[
  { kind: "written", branches: 2 },
  { kind: "balance", balance: money(410) },
]];
const run = { scenario, results, told, output: undefined };
const answers =
  '{"id":1,"recv":[{"interface":"deposit","result":"success"},{"interface":"query","result":"success","money":410}]}\n';

Deno.test("formatRun() prints what it writes, where the answers are what is asked for", () => {
  const { printed, files } = formatRun({ ...run, told: undefined, dialect: "sequential" });
  assertEquals(
    printed,
    '[{"id":1,"recv":[{"interface":"deposit","result":"success"},{"interface":"query","balance":410}]}]\n',
  );
  assertEquals(files, [printed]);
  const lines = formatRun({ ...run, dialect: "classic", output: "a.jsonl" });
  assertEquals(lines, { printed: answers, files: [answers] });
});

Deno.test("formatRun() of clock prints the answers, and writes all events as published", () => {
  const { printed, files } = formatRun({ ...run, dialect: "clock" });
  assertEquals([printed, files.length], [answers, 3]);
  const count = (text: string | undefined) => text?.match(/propogate_deposit/g)?.length ?? 0;
  assertEquals(files.map(count), [0, 0, 2]);
  const mended = formatRun({ ...run, dialect: "clock", spelling: "propagate" });
  assertEquals(mended.files.map(count), [0, 0, 0]);
});

Deno.test("formatRun() of clock-classic can leave responses out, and their ticks", () => {
  const own = (omitsResponse: boolean) => {
    const { printed, files } = formatRun({ ...run, dialect: "clock-classic", omitsResponse });
    assertEquals(printed, answers);
    const [first] = JSON.parse(files[0] ?? "");
    return first.data.map(({ name, clock }: Record<string, unknown>) => `${clock} ${name}`);
  };
  const both = ["2 deposit_request", "3 deposit_execute", "6 deposit_propagate_response"];
  assertEquals(own(true), both);
  assertEquals(own(false), [...both, "7 deposit_response"]);
});

Deno.test("formatRun() never writes clocks of a run that was not traced", () => {
  for (const dialect of ["clock", "clock-classic"] as const) {
    assertThrows(() => formatRun({ ...run, dialect, told: undefined }), InvariantError);
  }
});
