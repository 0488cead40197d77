import { assertEquals } from "@std/assert";
import { commandWindow } from "../../lib/format/command_window.ts";
import { deliveriesOf } from "../../lib/format/explain_delivery.ts";
import { TraceHistory } from "../../lib/format/trace_history.ts";
import { story, type Told, traceOf } from "./false_trace.ts";

function windowOf(told: readonly Told[], branches = [1, 2]) {
  const trace = traceOf(told, { branches });
  const history = new TraceHistory(trace);
  const found = history.commands.get("7/1");
  if (found === undefined) throw new TypeError("it is there");
  const { picked, folded } = commandWindow(history, found, deliveriesOf(history, found));
  const words = picked.flatMap((index) => {
    const event = trace.events[index];
    return event === undefined ? [] : [`${event.by} ${event.event}`];
  });
  return { words, folded };
}

Deno.test("commandWindow() picks what a command is about, and how its entry spread", () => {
  assertEquals(windowOf(story()), {
    words: [
      "customer 7 sent",
      "branch 1 received",
      "branch 1 executed",
      "branch 1 sent",
      "branch 2 received",
      "branch 2 applied",
      "branch 2 sent",
      "branch 1 received",
      "branch 1 sent",
      "customer 7 received",
    ],
    folded: 0,
  });
});

Deno.test("commandWindow() folds branches that are too many", () => {
  const branches = Array.from({ length: 50 }, (_, index) => index + 1);
  assertEquals(windowOf(story(), branches).folded, 41);
});
