import { assertEquals } from "@std/assert";
import { MemoryJournal } from "../../lib/adapter/memory_journal.ts";
import type { BranchEvent } from "../../lib/format/trace.ts";
import {
  formatTold,
  isTorn,
  knownFrom,
  readTold,
  rounded,
  traceFileName,
  untold,
} from "../../lib/format/trace_log.ts";
import { branch, record, vector } from "../core/samples.ts";

const [one, two, three] = [branch(1), branch(2), branch(3)];
const shows: BranchEvent = { event: "shows", balance: 1, allowance: 1 };

Deno.test("readTold() reads what formatTold() wrote, up to a line that was torn", () => {
  const text = formatTold([shows, shows], 1.005) + formatTold([shows], 2);
  const told = [{ ms: 1, ...shows }, { ms: 1, ...shows }, { ms: 2, ...shows }];
  assertEquals<unknown>(readTold(text), told);
  for (let length = 0; length < text.length; length++) {
    const whole = text.slice(0, length).split("\n").length - 1;
    assertEquals<unknown>(readTold(text.slice(0, length)), told.slice(0, whole));
    assertEquals(isTorn(text.slice(0, length)), length > 0 && text[length - 1] !== "\n");
  }
});

Deno.test("traceFileName() tells branches and lives apart", () => {
  const names = [[one, 11], [branch(11), 1], [one, 1]] as const;
  assertEquals(new Set(names.map(([id, life]) => traceFileName(id, life))).size, 3);
});

Deno.test("rounded() keeps hundredths of a millisecond", () => {
  assertEquals([rounded(12.3456), rounded(7)], [12.35, 7]);
});

Deno.test("knownFrom() adds up what a branch has told that it knows", () => {
  const write = { action: "deposit", command: "1/1", amount: 1 } as const;
  const events: readonly BranchEvent[] = [
    { event: "started", life: 1, balance: 0, allowance: 0, known: { 1: 3, 3: 7 } },
    { event: "executed", sequence: 4, ...write },
    { event: "granted", sequence: 5, claim: "c", to: 3, amount: 1 },
    { event: "applied", origin: 2, first: 1, entries: [write, write] },
    { event: "applied", origin: 2, first: 3, entries: [write] },
    { event: "found", origin: 3, first: 8, entries: [write] },
    { event: "started", life: 2, balance: 0, allowance: 0, known: { 3: 8 } },
    shows,
  ];
  const told = events.map((event) => ({ ms: 0, ...event }));
  assertEquals(knownFrom(told, one), vector({ 1: 5, 2: 3, 3: 8 }));
  assertEquals(knownFrom([], one), vector({}));
});

Deno.test("untold() reads what was committed beyond what was told, of every log", () => {
  const journal = new MemoryJournal(one);
  const records = [
    record({ origin: one, first: 1 }),
    record({ origin: two, first: 1 }),
    record({ origin: one, first: 2 }),
    record({ origin: three, first: 1 }),
  ];
  journal.commit(records);
  const members = [one, two, three];
  const told = vector({ 1: 1, 2: 1 });
  assertEquals(untold(journal, { members, told }), records.slice(2));
  assertEquals(untold(journal, { members, told: vector({ 1: 2, 2: 1, 3: 1 }) }), []);
  assertEquals(untold(journal, { members, told: vector({}) }), records);
  const one1 = { after: (known: Parameters<typeof journal.after>[0]) => journal.after(known, 1) };
  assertEquals(untold(one1, { members, told: vector({}) }), records);
});
