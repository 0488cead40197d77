import { assert, assertEquals, assertMatch } from "@std/assert";
import { balancePlot } from "../../lib/format/balance_plot.ts";
import { TraceHistory } from "../../lib/format/trace_history.ts";
import { story, type Told, traceOf } from "./false_trace.ts";

Deno.test("balancePlot() draws a line for each branch, of its own dashes, and says it in words", () => {
  const { text } = balancePlot(new TraceHistory(traceOf(story())));
  assertEquals(text.match(/class="line s\d" d="M[\d.]+ [\d.]+H[\d.]+V/g)?.length, 2);
  assertMatch(text, /450 all 2</);
  assertMatch(text, /branch 1 from 400 to 450, between 400 and 500/);
});

Deno.test("balancePlot() draws many branches as a band, and each by itself", () => {
  const branches = Array.from({ length: 50 }, (_, index) => index + 1);
  const told: readonly Told[] = [
    ...branches.map((id): Told => (
      { by: `branch ${id}`, event: "started", life: 1, balance: 400, allowance: 8, known: {} }
    )),
    ...branches.map((id): Told => (
      { by: `branch ${id}`, event: "shows", balance: 400 + id, allowance: 8 }
    )),
  ];
  const { text } = balancePlot(new TraceHistory(traceOf(told, { branches })));
  assertMatch(text, /class="band" d="M/);
  assertEquals(text.match(/class="small"/g)?.length, 50);
});

Deno.test("balancePlot() grows with its width and not with the trace", () => {
  const shows = (count: number) =>
    Array.from({ length: count }, (_, index): Told => (
      { by: "branch 1", event: "shows", balance: index % 7, allowance: 0 }
    ));
  const sizes = [20_000, 80_000].map((count) => (
    balancePlot(new TraceHistory(traceOf(shows(count)))).text.length
  ));
  assert((sizes[1] ?? 0) < 1.2 * (sizes[0] ?? 0), `${sizes}`);
});
