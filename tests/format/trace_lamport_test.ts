import { assert, assertEquals } from "@std/assert";
import { lamportClocks } from "../../lib/format/trace_lamport.ts";
import { causesOf } from "../../lib/format/trace_cause.ts";
import { readTrace } from "../../lib/format/trace_reader.ts";
import { permitted } from "../permitted.ts";
import { brings, story, type Told, traceOf } from "./false_trace.ts";

const sample = new URL("sample_trace.jsonl", import.meta.url);

Deno.test("lamportClocks() counts on at a process, and behind what it receives", () => {
  const busy: Told = { by: "branch 1", event: "shows", balance: 400, allowance: 200 };
  const idle: Told = { by: "branch 2", event: "shows", balance: 400, allowance: 200 };
  const told = [busy, busy, ...brings(1, 2, 1), idle, busy];
  assertEquals(lamportClocks(traceOf(told).events), [1, 2, 3, 4, 5, 4]);
});

Deno.test("lamportClocks() lets a phase begin before what is sent in it", () => {
  const clocks = lamportClocks(traceOf(story()).events);
  const sent = story().findIndex(({ by }) => by === "customer 7");
  assertEquals([clocks[0], clocks[sent]], [1, 2]);
});

permitted(
  "lamportClocks() puts each event of a real run behind its causes",
  [{ name: "read", path: sample }],
  () => {
    const { events } = readTrace(Deno.readTextFileSync(sample));
    const clocks = lamportClocks(events);
    const given = new Map<string, number>();
    for (const [index, event] of events.entries()) {
      const { gives, needs } = causesOf(event);
      const clock = clocks[index] ?? 0;
      for (const name of needs) assert(clock > (given.get(name) ?? 0), name);
      for (const name of gives) given.set(name, clock);
    }
  },
);
