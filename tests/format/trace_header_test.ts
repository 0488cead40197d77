import { assertEquals } from "@std/assert";
import { readScenario } from "../../lib/format/scenario.ts";
import { type Traced, traceHeader } from "../../lib/format/trace_header.ts";
import { branch } from "../core/samples.ts";

const { scenario } = readScenario(
  JSON.stringify([
    { id: 7, type: "customer", events: [] },
    { id: 8, type: "customer", events: [] },
    { id: 7, type: "customer", events: [] },
    { id: 8, type: "branch", balance: 400 },
    { id: 7, type: "branch", balance: 400 },
  ]),
  { file: "" },
);
const traced: Traced = {
  ...{ scenario, program: "0.1.0", run: "name", startedMs: 9, free: false },
  ...{ dialect: "classic", acknowledge: "local", faults: undefined },
};

const beside = { ...traced, note: "what a run has besides" };

Deno.test("traceHeader() says what is run, each customer once, and nothing of what is not given", () => {
  assertEquals<unknown>(traceHeader(beside), {
    ...{ trace: 1, program: "0.1.0", run: "name", startedMs: 9 },
    ...{ dialect: "classic", plan: "settled", acknowledge: "local", opening: 400 },
    ...{ branches: scenario.branches, customers: [7, 8] },
  });
});

Deno.test("traceHeader() says how a free run with faults was to go", () => {
  const cut = { left: [branch(7)], right: [branch(8)], fromMs: 0 };
  const faults = { drop: 0.1, double: 0, cuts: [cut] };
  const header = traceHeader({ ...traced, free: true, faults });
  assertEquals([header.plan, header.faults], ["free", faults]);
});
