import { assertEquals } from "@std/assert";
import { patience } from "../../lib/core/patience.ts";
import { brief, OutboxBench, sole } from "./outbox_bench.ts";
import { branch } from "./samples.ts";

const [two, three] = [branch(2), branch(3)];

/** A bench whose branch was away after it wrote so many records. */
function restarted(count: number): OutboxBench {
  const bench = new OutboxBench();
  for (let written = 0; written < count; written++) bench.write();
  bench.outbox.restart();
  return bench;
}

Deno.test("outbox.restart() has all peers asked what they have, before anything is sent", () => {
  const bench = restarted(3);
  const { to, everywhere, asks, records } = sole(bench.send());
  assertEquals({ to, everywhere, asks, records }, {
    to: [two, three],
    everywhere: 0,
    asks: true,
    records: [],
  });
  bench.write();
  assertEquals(bench.send(), [], "one request is in flight per peer");
});

Deno.test("outbox.restart() has each peer sent what it then lacks by its own word, and no more", () => {
  const bench = restarted(3);
  const hello = sole(bench.send());
  bench.answer(two, hello, { has: 2 });
  assertEquals(brief(bench.send()), [[[two], [3]]]);
  bench.answer(three, hello, { has: 3 });
  assertEquals(bench.send(), []);
  assertEquals([1, 3].map((sequence) => bench.outbox.having(sequence)), [2, 1]);
});

Deno.test("outbox.restart() sends nothing more to peers that had all", () => {
  const bench = restarted(3);
  bench.answerAll(bench.send());
  assertEquals(bench.outbox.having(3), 2);
  assertEquals(bench.pass(10 * patience.reviewTicks).flatMap(({ records }) => records), []);
});

Deno.test("outbox.restart() has what was written since sent with the rest, after the answer", () => {
  const bench = restarted(2);
  bench.write();
  const hello = sole(bench.send());
  assertEquals(hello.records, []);
  bench.answer(two, hello, { has: 1 });
  assertEquals(brief(bench.send()), [[[two], [2, 3]]]);
});

Deno.test("outbox.restart() has a peer asked again that does not answer, and counts it as away", () => {
  const bench = restarted(1);
  bench.answer(three, sole(bench.send()));
  const again = bench.pass(2 * patience.unreachableTicks).filter(({ to }) => to.includes(two));
  assertEquals(again.length > 0, true);
  assertEquals(again.every(({ asks, records }) => asks && records.length === 0), true);
  assertEquals(bench.outbox.awaits(1, bench.tick), false);
});

Deno.test("outbox.restart() asks a silent peer only, even once it is time to pass records on", () => {
  for (let late = 1; late <= patience.reviewTicks; late++) {
    const bench = new OutboxBench();
    bench.write();
    bench.write(two);
    bench.outbox.restart();
    const sent = [...bench.pass(late, late), ...bench.pass(10 * patience.forwardTicks)]
      .filter(({ to }) => to.includes(three));
    assertEquals(sent.length > 0, true);
    assertEquals(brief(sent).flatMap(([, first]) => first), [], `first step after ${late} ticks`);
  }
});

Deno.test("outbox.restart() has a branch that knows of nothing ask before it sends, too", () => {
  const bench = restarted(0);
  bench.write();
  const { to, asks, records } = sole(bench.send());
  assertEquals({ to, asks, records }, { to: [two, three], asks: true, records: [] });
});

Deno.test("outbox.forgotten tells of entries that a peer has and this branch never sent", () => {
  const bench = restarted(0);
  bench.write();
  const hello = sole(bench.send());
  bench.answer(two, hello, { has: 0 });
  assertEquals(bench.outbox.forgotten, undefined);
  bench.answer(three, hello, { has: 1 });
  assertEquals(bench.outbox.forgotten, { peer: three, has: 1 });
});

Deno.test("outbox.forgotten stays empty while peers have what they were sent, now or before", () => {
  const bench = restarted(3);
  bench.answerAll(bench.send());
  bench.write();
  bench.answerAll(bench.send());
  assertEquals(bench.outbox.having(4), 2);
  assertEquals(bench.outbox.forgotten, undefined);
});
