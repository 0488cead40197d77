import { assertEquals } from "@std/assert";
import { faultWords, runWords } from "../../lib/format/trace_summary.ts";
import { story, traceOf } from "./false_trace.ts";

Deno.test("runWords() says what was run, and how it ended", () => {
  const facts = new Map(runWords(traceOf(story())).map(({ what, is }) => [what, is]));
  assertEquals(
    facts.get("run"),
    "session scenario, settled plan: 2 branches, 1 customer, 4 commands in 1 phase",
  );
  assertEquals(
    facts.get("bank"),
    "opens with 400; a write is answered when all branches that can be reached have it",
  );
  assertEquals([facts.get("faults"), facts.get("ended")], ["none asked for", "done, after 390 ms"]);
});

Deno.test("runWords() says of a run that it failed, or that its trace was cut off", () => {
  const ended = (told: Parameters<typeof traceOf>[0]) => (
    runWords(traceOf(told)).find(({ what }) => what === "ended")?.is
  );
  assertEquals(ended([]), "the trace was cut off");
  const failed = { by: "run", event: "failed", reason: "it was to" } as const;
  assertEquals(ended([failed]), "failed after 0.0 ms: it was to");
});

Deno.test("faultWords() says what was to go wrong", () => {
  assertEquals(
    faultWords({
      delayMs: { least: 20, most: 200 },
      drop: 0.1,
      double: 0.125,
      cuts: [{ left: [1], right: [2, 3], fromMs: 0, untilMs: 700 }, {
        ...{ left: [2], right: [3], fromMs: 5 },
      }],
    }),
    "delays of 20 to 200 ms; 10 % of messages lost; 12.5 % doubled; branch 1 cut off from 2 " +
      "and 3, from 0 to 700 ms; branch 2 cut off from 3, from 5 ms on",
  );
});
