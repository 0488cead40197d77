import { assertEquals, assertThrows } from "@std/assert";
import { InvariantError } from "../../lib/core/invariant.ts";
import { Log } from "../../lib/core/log.ts";
import { branch, deposits, record } from "./samples.ts";

const [one, two] = [branch(1), branch(2)];

/** Holds of branch 1 the entries 1 to 3, 4, and 5 to 6, and of branch 2 the entry 1. */
function filled(): Log {
  const log = new Log();
  log.append(record({ origin: one, first: 1, entries: deposits("a", 3) }), 10);
  log.append(record({ origin: one, first: 4 }), 11);
  log.append(record({ origin: two, first: 1 }), 12);
  log.append(record({ origin: one, first: 5, entries: deposits("b", 2) }), 13);
  return log;
}

function firsts(log: Log, sequence: number): readonly number[] {
  return log.after(one, sequence).map((logged) => logged.record.first);
}

Deno.test("Log.after() tells the records of an origin that reach past a sequence, in order", () => {
  const log = filled();
  assertEquals(firsts(log, 0), [1, 4, 5]);
  assertEquals(firsts(log, 2), [1, 4, 5]);
  assertEquals(firsts(log, 3), [4, 5]);
  assertEquals(firsts(log, 5), [5]);
  assertEquals(firsts(log, 6), []);
  assertEquals(log.after(branch(3), 0), []);
});

Deno.test("Log.after() tells since when each record is here", () => {
  assertEquals(filled().after(one, 0).map(({ tick }) => tick), [10, 11, 13]);
});

Deno.test("Log.append() finds a gap in what it is given", () => {
  const log = filled();
  const gap = record({ origin: one, first: 8 });
  assertThrows(() => log.append(gap, 14), InvariantError, "no gaps");
});

Deno.test("Log.prune() forgets records of an origin up to a sequence, and nothing more", () => {
  const log = filled();
  log.prune(one, 3);
  assertEquals(firsts(log, 0), [4, 5]);
  log.prune(one, 5);
  assertEquals(firsts(log, 0), [5]);
  assertEquals(log.size, 2);
  log.prune(branch(9), 5);
  log.prune(one, 6);
  assertEquals(log.size, 1);
  log.append(record({ origin: one, first: 7 }), 20);
  assertEquals(firsts(log, 6), [7]);
});

Deno.test("Log.origins() tells of whom records are kept, by ascending id", () => {
  const log = new Log();
  for (const id of [10, 9, 2]) log.append(record({ origin: branch(id), first: 1 }), 0);
  log.prune(branch(9), 1);
  assertEquals(log.origins(), [branch(2), branch(10)]);
});
