import { assertEquals, assertMatch } from "@std/assert";
import { hasMark, SpaceTime } from "../../lib/format/space_time.ts";
import { diagramParts, spaceTimeSvg } from "../../lib/format/space_time_svg.ts";
import { TraceHistory } from "../../lib/format/trace_history.ts";
import { brings, story, type Told, traceOf } from "./false_trace.ts";

function drawn(told: readonly Told[]): string {
  const trace = traceOf(told);
  const picked = [...trace.events.entries()].flatMap(([index, event]) => (
    hasMark(event) ? [index] : []
  ));
  return spaceTimeSvg(new SpaceTime(new TraceHistory(trace)).layOut(picked), "A & B").text;
}

Deno.test("spaceTimeSvg() draws lanes, events with their clocks, and messages, with words", () => {
  const text = drawn(story());
  assertEquals(text.match(/class="lane /g)?.length, 4);
  assertEquals(text.match(/class="clock"/g)?.length, text.match(/<use /g)?.length);
  assertMatch(text, /<title>branch 1 #3, clock 4, at 50 ms: executes 7\/1: deposit 100/);
  assertMatch(text, /aria-label="A &amp; B\. 4 processes from top to bottom: run, customer 7/);
  assertMatch(text, /<g class="entries arrived"><title>propagate 1 from branch 1 to branch 2</);
});

Deno.test("spaceTimeSvg() says of a message how late it was, that it was doubled, or lost", () => {
  const [sent, received] = brings(1, 2, 4);
  if (sent === undefined || received === undefined) throw new TypeError("there are two");
  const late: Told = {
    ...{ by: "branch 1", event: "injected", fault: "late", message: "propagate", from: 1, to: 2 },
    ...{ attempt: 4, lateMs: 30 },
  };
  assertMatch(drawn([sent, late, received, received]), /class="remark"[^>]*>\+30 ×2</);
  const lost: Told = { ...late, fault: "lost" };
  const here: Told = { by: "branch 2", event: "halted", reason: "" };
  assertMatch(drawn([sent, lost, here]), /<g class="entries lost[^"]*"><title>[^<]*, lost/);
});

Deno.test("diagramParts() has each part that diagrams use", () => {
  const parts = diagramParts().text;
  const used = [...drawn(story()).matchAll(/href="#([^"]+)"/g)].map(([, id]) => id);
  for (const id of new Set(used)) assertMatch(parts, new RegExp(`id="${id}"`));
});
