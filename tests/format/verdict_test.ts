import { assertEquals } from "@std/assert";
import { counted, unendedOf, verdictOn } from "../../lib/format/verdict.ts";
import { story, traceOf } from "./false_trace.ts";

const law = { law: "converged", demands: "what it must" } as const;
const breach = { by: "branch 1", n: 4, says: "it is not so" } as const;

Deno.test("verdictOn() fails for a breach, whatever else there is, and gives the first ones", () => {
  const breaches = Array.from({ length: 30 }, () => breach);
  const verdict = verdictOn({ ...law, breaches, compared: "much", doubt: "some" });
  assertEquals([verdict.finding, verdict.because], ["fails", "it is not so, and 29 more"]);
  assertEquals(verdict.evidence.length, 20);
});

Deno.test("verdictOn() leaves open what is in doubt, and what nothing was compared for", () => {
  const none = { ...law, breaches: [] };
  assertEquals(verdictOn({ ...none, compared: "much", doubt: "some" }), {
    ...{ ...law, finding: "open", because: "some", evidence: [] },
  });
  assertEquals(verdictOn({ ...none, compared: undefined, doubt: undefined }).finding, "open");
  assertEquals(verdictOn({ ...none, compared: "much", doubt: undefined }).finding, "holds");
});

Deno.test("unendedOf() says why a trace does not tell of the end", () => {
  assertEquals(unendedOf(traceOf(story())), undefined);
  assertEquals(unendedOf(traceOf([])), "the trace ends before the run does");
});

Deno.test("counted() counts one and many", () => {
  assertEquals(
    [counted(1, "entry", "entries"), counted(2, "entry", "entries"), counted(0, "read")],
    [
      "1 entry",
      "2 entries",
      "0 reads",
    ],
  );
});
