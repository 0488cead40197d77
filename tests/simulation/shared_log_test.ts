import { assertEquals } from "@std/assert";
import { branch, record } from "../core/samples.ts";
import { SharedLog } from "./shared_log.ts";

const [one, two] = [branch(1), branch(2)];

/** A log to which branch 1, branch 2 and branch 1 again have appended an entry each. */
function logOfThree() {
  const log = new SharedLog();
  const append = (from: typeof one, last: number, follows: number) => {
    const records = [record({ origin: from, first: last })];
    const batch = { from, attempt: 1, everywhere: 0, last, records };
    return log.append(batch, { writer: 1, follows })?.number;
  };
  assertEquals([append(one, 1, 0), append(two, 1, 0), append(one, 2, 1)], [1, 2, 3]);
  return { log, append, numbers: () => log.kept.map(({ number }) => number) };
}

Deno.test("SharedLog.append() takes nothing from who does not know where its branch's log ends", () => {
  const { append, numbers } = logOfThree();
  assertEquals([append(one, 3, 1), append(one, 3, 2), append(two, 2, 0)], Array(3).fill(undefined));
  assertEquals([append(one, 3, 3), append(two, 2, 2)], [4, 5]);
  assertEquals(numbers(), [1, 2, 3, 4, 5]);
});

Deno.test("SharedLog finds its messages by origin and by number", () => {
  const { log } = logOfThree();
  assertEquals([log.newest(one)?.number, log.newest(two)?.number], [3, 2]);
  assertEquals([log.from(2)?.number, log.from(2, one)?.number, log.from(3, two)], [
    2,
    3,
    undefined,
  ]);
  const { entries: [entry] } = record({ origin: one, first: 2 });
  const holds = () => entry !== undefined && log.holds(entry.id);
  assertEquals(holds(), true);
  log.cut(2);
  assertEquals(holds(), false);
});

Deno.test("SharedLog gives numbers again when it has lost its end, and none when it has lost its beginning", () => {
  const { log, append, numbers } = logOfThree();
  log.cut(2);
  assertEquals([append(two, 2, 2), append(one, 2, 1)], [3, 4]);
  log.expire(3);
  assertEquals([numbers(), log.range], [[4], { first: 4, last: 4 }]);
  log.expire(1);
  assertEquals(log.range, { first: 5, last: 4 });
  assertEquals([append(two, 3, 0), log.made], [5, 1]);
  log.remake();
  assertEquals([log.range, log.made, append(one, 3, 0)], [{ first: 1, last: 0 }, 2, 1]);
});
