import { assertEquals } from "@std/assert";
import { deliveriesOf, deliverySteps } from "../../lib/format/explain_delivery.ts";
import { TraceHistory } from "../../lib/format/trace_history.ts";
import { brings, changed, deposit, story, type Told, traceOf } from "./false_trace.ts";

const injected = (fault: "lost" | "late" | "doubled" | "cut", attempt: number): Told => ({
  ...{ by: "branch 1", event: "injected", fault, message: "propagate", from: 1, to: 2, attempt },
  ...fault === "late" ? { lateMs: 30 } : {},
});

function deliveries(told: readonly Told[], branches = [1, 2]) {
  const history = new TraceHistory(traceOf(told, { branches }));
  const found = history.commands.get("7/1");
  if (found === undefined) throw new TypeError("it is there");
  return {
    deliveries: deliveriesOf(history, found),
    steps: deliverySteps(history, found).map(({ says }) => says),
  };
}

Deno.test("deliveriesOf() says what brought an entry, and after what time", () => {
  assertEquals(deliveries(story()).deliveries, [{
    branch: 2,
    afterMs: 40,
    by: "propagate 1 from branch 1 to branch 2",
    trouble: "",
  }]);
});

Deno.test("deliveriesOf() says what went wrong before, and with what brought it", () => {
  const place = story().findIndex(({ event }) => event === "shows");
  const told = [
    ...story().slice(0, place + 1),
    ...brings(1, 2, 7).slice(0, 1),
    injected("lost", 7),
    ...brings(1, 2, 8).slice(0, 1),
    injected("cut", 8),
    ...brings(1, 2, 9).slice(0, 1),
    ...story().slice(place + 1, place + 2),
    injected("late", 1),
    ...story().slice(place + 2),
  ];
  const [delivery] = deliveries(told).deliveries;
  assertEquals(
    delivery?.trouble,
    "1 message cut off, 1 message lost, 1 message without arrival, late by 30 ms",
  );
});

Deno.test("deliveriesOf() puts first what never came", () => {
  const found = deliveries(story(), [1, 2, 3]);
  assertEquals(found.deliveries.map(({ branch, afterMs }) => [branch, afterMs]), [
    [3, undefined],
    [2, 40],
  ]);
  assertEquals(found.steps, [
    "1 other branch has it, 40 ms after it was made; 1 never does as far as the trace goes.",
  ]);
});

Deno.test("deliveriesOf() knows what a branch found in its journal", () => {
  const told = changed(story(), ({ by, event }) => by === "branch 2" && event === "applied", {
    event: "found",
    entries: [deposit],
  });
  assertEquals(deliveries(told).deliveries[0]?.by, "its journal");
});

Deno.test("deliverySteps() says when all others had an entry", () => {
  assertEquals(deliveries(story()).steps, ["The other branch has it, 40 ms after it was made."]);
});
