import { assertEquals } from "@std/assert";
import { readTrace } from "../../lib/format/trace_reader.ts";
import { judge } from "../../lib/format/verdicts.ts";
import { permitted } from "../permitted.ts";
import { story, traceOf } from "./false_trace.ts";

const sample = new URL("sample_trace.jsonl", import.meta.url);

Deno.test("judge() finds all laws kept in a run that tests all", () => {
  const verdicts = judge(traceOf(story()));
  assertEquals(verdicts.map(({ law }) => law), [
    "converged",
    "conserved",
    "never below zero",
    "exactly once",
    "read your writes",
    "monotonic reads",
    "monotonic writes",
    "writes follow reads",
  ]);
  assertEquals(verdicts.filter(({ finding }) => finding !== "holds"), []);
});

Deno.test("judge() says of a run that was cut off that laws hold as far as its trace goes", () => {
  const verdicts = judge(traceOf(story().slice(0, -4)));
  const kept = verdicts.filter(({ finding }) => finding === "holds");
  assertEquals(kept.length, 7);
  for (const { because } of kept) {
    assertEquals(because.endsWith("; as far as the trace goes"), true, because);
  }
});

permitted("judge() finds no law broken in a real run", [{ name: "read", path: sample }], () => {
  const verdicts = judge(readTrace(Deno.readTextFileSync(sample)));
  assertEquals(verdicts.filter(({ finding }) => finding === "fails"), []);
});
