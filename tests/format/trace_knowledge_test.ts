import { assertEquals } from "@std/assert";
import {
  gainOf,
  joined,
  missingIn,
  numberOf,
  witnessed,
} from "../../lib/format/trace_knowledge.ts";
import { deposit, story, type Told, traceOf } from "./false_trace.ts";

function knownAtEnd(told: readonly Told[], by: string) {
  let last;
  for (const { event, known } of witnessed(traceOf(told).events)) {
    if (event.by === by) last = { ...known };
  }
  return last;
}

Deno.test("witnessed() follows what branches executed and applied, and not what they claim", () => {
  assertEquals(knownAtEnd(story(), "branch 1"), { 1: 1, 2: 1 });
  const told = story().filter(({ by, event }) => !(by === "branch 1" && event === "applied"));
  assertEquals(knownAtEnd(told, "branch 1"), { 1: 1 });
});

Deno.test("witnessed() begins a life with what it says that it has", () => {
  const again: Told = {
    by: "branch 1",
    event: "started",
    ...{ life: 2, balance: 500, allowance: 300, known: { 1: 1 } },
  };
  assertEquals(knownAtEnd([...story(), again], "branch 1"), { 1: 1 });
});

Deno.test("gainOf() gives the entries that an event makes count", () => {
  const gains = traceOf([
    { by: "branch 2", event: "executed", sequence: 3, ...deposit },
    { by: "branch 2", event: "granted", sequence: 4, claim: "c", to: 1, amount: 5 },
    { by: "branch 2", event: "applied", origin: 1, first: 7, entries: [deposit, deposit] },
    { by: "branch 2", event: "shows", balance: 1, allowance: 1 },
  ]).events.map(gainOf);
  assertEquals(gains, [
    { origin: 2, first: 3, last: 3 },
    { origin: 2, first: 4, last: 4 },
    { origin: 1, first: 7, last: 8 },
    undefined,
  ]);
});

Deno.test("missingIn() and joined() compare and join what is known, log by log", () => {
  assertEquals(missingIn({ 1: 2 }, { 1: 2, 2: 1 }), [{ origin: 2, first: 1, last: 1 }]);
  assertEquals(missingIn({ 1: 2, 2: 9 }, { 1: 5, 2: 1 }), [{ origin: 1, first: 3, last: 5 }]);
  assertEquals(joined({ 1: 2, 2: 9 }, { 1: 5, 3: 1 }), { 1: 5, 2: 9, 3: 1 });
});

Deno.test("numberOf() gives the number of a process", () => {
  assertEquals(["branch 12", "customer 7", "run"].map(numberOf), [12, 7, 0]);
});
