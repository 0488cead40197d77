import { assertEquals, assertThrows } from "@std/assert";
import { InvariantError } from "../../lib/core/invariant.ts";
import { limits } from "../../lib/core/limits.ts";
import { Log } from "../../lib/core/log.ts";
import { branch, deposits, record } from "./samples.ts";

const one = branch(1);

function next(log: Log, count = 1): void {
  const first = log.last + 1;
  log.append(record({ origin: one, first, entries: deposits(`${first}`, count) }));
}

/** Holds the entries 1 to 3, 4, and 5 to 6. */
function filled(): Log {
  const log = new Log();
  for (const count of [3, 1, 2]) next(log, count);
  return log;
}

function firsts(log: Log, sequence: number): readonly number[] {
  return log.after(sequence).map(({ first }) => first);
}

Deno.test("Log.after() tells the records that reach past a sequence, in order", () => {
  const log = filled();
  assertEquals(firsts(log, 0), [1, 4, 5]);
  assertEquals(firsts(log, 2), [1, 4, 5]);
  assertEquals(firsts(log, 3), [4, 5]);
  assertEquals(firsts(log, 5), [5]);
  assertEquals(firsts(log, 6), []);
});

Deno.test("Log.append() finds a gap in what it is given", () => {
  const log = filled();
  for (const first of [6, 8]) {
    assertThrows(() => log.append(record({ origin: one, first })), InvariantError, "no gaps");
  }
});

Deno.test("Log goes on after the entry that it begins with, and holds nothing before", () => {
  const log = new Log(7);
  assertEquals([log.last, log.floor, log.size, firsts(log, 0)], [7, 7, 0, []]);
  assertThrows(() => log.append(record({ origin: one, first: 1 })), InvariantError, "no gaps");
  next(log, 2);
  assertEquals([log.last, log.floor, log.size, firsts(log, 0)], [9, 7, 2, [8]]);
});

Deno.test("Log.prune() lets go of the records up to a sequence, and of nothing more", () => {
  const log = filled();
  log.prune(3);
  assertEquals([firsts(log, 0), log.floor, log.size], [[4, 5], 3, 3]);
  log.prune(5);
  assertEquals([firsts(log, 0), log.floor, log.size], [[5], 4, 2]);
  log.prune(6);
  assertEquals([firsts(log, 0), log.floor, log.size, log.last], [[], 6, 0, 6]);
  next(log);
  assertEquals(firsts(log, 6), [7]);
});

Deno.test("Log.append() lets go of the oldest records before it holds a tenth too many", () => {
  const log = new Log();
  const count = limits.stepCommandsMax;
  const most = 1.1 * limits.logEntriesMax;
  let sizeMax = 0;
  for (let appended = 0; appended < 3 * limits.logEntriesMax; appended += count) {
    next(log, count);
    sizeMax = Math.max(sizeMax, log.size);
    assertEquals(log.last - log.floor, log.size, "what is held is without a gap up to the end");
  }
  assertEquals(sizeMax > limits.logEntriesMax && sizeMax <= most, true, `${sizeMax}`);
  assertEquals(log.size > limits.logEntriesMax - count, true, "no more is let go than must be");
});
