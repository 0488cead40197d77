import { assert, assertEquals } from "@std/assert";
import { type Diagram, hasMark, SpaceTime } from "../../lib/format/space_time.ts";
import { TraceHistory } from "../../lib/format/trace_history.ts";
import { readTrace } from "../../lib/format/trace_reader.ts";
import type { Trace, TraceHeader } from "../../lib/format/trace.ts";
import { permitted } from "../permitted.ts";
import { brings, story, type Told, traceOf } from "./false_trace.ts";

const sample = new URL("sample_trace.jsonl", import.meta.url);

function drawn(trace: Trace): Diagram {
  const picked = [...trace.events.keys()].filter((index) => {
    const event = trace.events[index];
    return event !== undefined && hasMark(event);
  });
  return new SpaceTime(new TraceHistory(trace)).layOut(picked);
}

function drawnOf(told: readonly Told[], header: Partial<TraceHeader> = {}): Diagram {
  return drawn(traceOf(told, header));
}

Deno.test("layOut() gives each process a lane, customers before the branch they turn to", () => {
  assertEquals(drawnOf(story()).lanes, ["run", "customer 7", "branch 1", "branch 2"]);
});

permitted(
  "layOut() lets each arrow of a real run point to the right, and puts no two marks in one place",
  [{ name: "read", path: sample }],
  () => {
    const { marks, arrows } = drawn(readTrace(Deno.readTextFileSync(sample)));
    assert(arrows.length > 20);
    for (const { from, to, name } of arrows) {
      if (to.column !== undefined) assert(from.column < to.column, name);
    }
    const places = marks.map(({ lane, column }) => `${lane} ${column}`);
    assertEquals(new Set(places).size, places.length);
  },
);

Deno.test("layOut() tells messages that arrive from those that do not, and why not", () => {
  const [sent, received] = brings(1, 2, 4);
  if (sent === undefined || received === undefined) throw new TypeError("there are two");
  const injected = (fault: "lost" | "cut" | "late" | "doubled"): Told => ({
    ...{ by: "branch 1", event: "injected", fault, message: "propagate", from: 1, to: 2 },
    ...{ attempt: 4, ...fault === "late" ? { lateMs: 30 } : {} },
  });
  const here: Told = { by: "branch 2", event: "halted", reason: "" };
  const fates = (told: readonly Told[]) => (
    drawnOf(told).arrows.map(({ fate, lateMs, isDouble }) => ({ fate, lateMs, isDouble }))
  );
  const plain = { lateMs: undefined, isDouble: false };
  assertEquals(fates([sent, received]), [{ fate: "arrived", ...plain }]);
  assertEquals(fates([sent, injected("lost"), here]), [{ fate: "lost", ...plain }]);
  assertEquals(fates([sent, injected("cut"), here]), [{ fate: "cut", ...plain }]);
  assertEquals(fates([sent, here]), [{ fate: "gone", ...plain }]);
  const twice = { fate: "arrived", lateMs: 30, isDouble: true } as const;
  assertEquals(fates([sent, injected("late"), received, received]), [twice, twice]);
});

Deno.test("layOut() leads messages over its edges, from and to what it does not show", () => {
  const trace = traceOf([...brings(1, 2, 4), ...brings(2, 1, 5)]);
  const spaceTime = new SpaceTime(new TraceHistory(trace));
  const fates = (picked: readonly number[]) => (
    spaceTime.layOut(picked).arrows.map(({ fate, name }) => [fate, name])
  );
  assertEquals(fates([0, 2]), [
    ["later", "propagate 4 from branch 1 to branch 2"],
    ["later", "propagate 5 from branch 2 to branch 1"],
  ]);
  assertEquals(fates([1, 2, 3]), [
    ["arrived", "propagate 5 from branch 2 to branch 1"],
    ["earlier", "propagate 4 from branch 1 to branch 2"],
  ]);
});

Deno.test("layOut() shades the lanes of branches while their messages may go wrong", () => {
  const faults = {
    ...{ drop: 0.5, double: 0 },
    cuts: [{ left: [1], right: [2], fromMs: 0, untilMs: 20 }],
  };
  const told: readonly Told[] = [
    { by: "branch 1", event: "faults begun" },
    ...brings(1, 2, 1),
    ...brings(1, 2, 2),
    { by: "branch 1", event: "faults healed" },
    ...brings(1, 2, 3),
  ];
  const { shades, lanes } = drawnOf(told, { faults });
  const lane = lanes.indexOf("branch 1");
  assertEquals(shades, [
    { lane, from: 0, to: 1, what: "faults" },
    { lane, from: 0, to: 0, what: "cut" },
  ]);
});

Deno.test("hasMark() leaves out what shows in other ways", () => {
  const kinds = traceOf(story()).events.filter(hasMark).map(({ event }) => event);
  assertEquals(kinds.filter((kind) => ["shows", "started", "settled", "done"].includes(kind)), []);
  assertEquals(kinds[0], "phase begun");
});
