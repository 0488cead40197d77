import { assertEquals } from "@std/assert";
import type { EntriesRecord } from "../../lib/core/journal_record.ts";
import { branch, deposit, grant, record, vector, withdrawal } from "../core/samples.ts";
import { judgeAllowances } from "./allowances.ts";
import { logsOf } from "./logs.ts";

const [one, two, three] = [branch(1), branch(2), branch(3)];

/** Judges a bank of three branches that opened with 100: branch 1 has 34 of it, the others 33. */
function found(...records: readonly EntriesRecord[]): readonly string[] {
  const logs = Map.groupBy(records, ({ origin }) => origin);
  const all = new Map([three, one, two].map((origin) => [origin, logs.get(origin) ?? []]));
  return [...judgeAllowances(100n, all)].map(({ law, message }) => `${law}: ${message}`);
}

Deno.test("judgeAllowances() lets each branch spend its share, and what it took in", () => {
  const spent = [
    record({ origin: one, first: 1, entries: [withdrawal("a", 34)] }),
    record({ origin: two, first: 1, entries: [deposit("b", 5), grant("c", 3, 38)] }),
    record({ origin: three, first: 1, entries: [withdrawal("d", 30), withdrawal("e", 3)] }),
  ];
  assertEquals(found(...spent), []);
});

Deno.test("judgeAllowances() finds an entry that spends more, at the moment when it was written", () => {
  const entries = [deposit("b", 5), withdrawal("c", 39), deposit("d", 100)];
  assertEquals(found(record({ origin: two, first: 1, entries })), [
    "no overdraft: entry 2 of branch 2 makes its allowance -1",
  ]);
  assertEquals(found(record({ origin: one, first: 1, entries: [grant("a", 2, 35)] })), [
    "no overdraft: entry 1 of branch 1 makes its allowance -1",
  ]);
});

Deno.test("judgeAllowances() counts a grant once its branch has heard of it, and not before", () => {
  const granted = record({ origin: one, first: 1, entries: [deposit("a", 1), grant("b", 2, 7)] });
  const spend = (after: Record<number, number>) =>
    record({ origin: two, first: 2, after: vector(after), entries: [withdrawal("c", 39)] });
  const before = record({ origin: two, first: 1, entries: [withdrawal("d", 1)] });
  assertEquals(found(granted, before, spend({ 1: 2 })), []);
  for (const after of [{}, { 1: 1 }]) {
    assertEquals(found(granted, before, spend(after)), [
      "no overdraft: entry 2 of branch 2 makes its allowance -7",
    ]);
  }
  const twice = [spend({ 1: 2 }), { ...spend({ 1: 2, 3: 1 }), first: 3 }];
  const other = record({ origin: three, first: 1, entries: [grant("e", 1, 1)] });
  assertEquals(found(granted, before, other, ...twice), [
    "no overdraft: entry 3 of branch 2 makes its allowance -39",
  ]);
});

Deno.test("logsOf() gives the entries of all records, in their order", () => {
  const entries = [deposit("a", 1), grant("b", 2, 7)];
  const records = [
    record({ origin: one, first: 1, entries }),
    record({ origin: one, first: 3, entries: [deposit("c", 1)] }),
  ];
  assertEquals(logsOf(new Map([[one, records]])), new Map([[one, [...entries, deposit("c", 1)]]]));
});
