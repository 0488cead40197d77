import { assertEquals } from "@std/assert";
import { Outbox } from "../../lib/core/outbox.ts";
import { patience } from "../../lib/core/patience.ts";
import { brief, OutboxBench, sole } from "./outbox_bench.ts";
import { branch } from "./samples.ts";

const [one, two, three] = [branch(1), branch(2), branch(3)];

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

Deno.test("outbox.restart() asks a silent peer only, even once it is time to say what others wrote", () => {
  for (let late = 1; late <= patience.reviewTicks; late++) {
    const bench = new OutboxBench();
    bench.write();
    bench.write(two);
    bench.outbox.restart();
    const sent = [...bench.pass(late, late), ...bench.pass(10 * patience.forwardTicks)]
      .filter(({ to }) => to.includes(three));
    assertEquals(sent.length > 0, true);
    assertEquals(brief(sent).flatMap(([, first]) => first), [], `first step after ${late} ticks`);
    assertEquals(sent.filter(({ has }) => has.size > 0), [], `first step after ${late} ticks`);
  }
});

Deno.test("outbox.restart() has a branch that knows of nothing ask before it sends, too", () => {
  const bench = restarted(0);
  bench.write();
  const { to, asks, records } = sole(bench.send());
  assertEquals({ to, asks, records }, { to: [two, three], asks: true, records: [] });
});

Deno.test("outbox.unheard() tells the peers that have not said what they have since a restart", () => {
  const bench = restarted(2);
  const unheard = () =>
    bench.outbox.unheard(bench.tick).map(({ id, reachable }) => [id, reachable]);
  assertEquals(unheard(), [[two, true], [three, true]]);
  const hello = sole(bench.send());
  bench.answer(three, hello);
  assertEquals(unheard(), [[two, true]]);
  bench.pass(patience.unreachableTicks);
  assertEquals(unheard(), [[two, false]]);
  bench.tell(two, { has: 2 });
  assertEquals(unheard(), []);
});

Deno.test("outbox.unheard() is empty without a restart, and for the only branch of a bank", () => {
  assertEquals(new OutboxBench().outbox.unheard(0), []);
  const alone = new Outbox(one, [one]);
  alone.restart();
  assertEquals(alone.unheard(0), []);
});

Deno.test("outbox.answered() tells once, after a restart, that a peer says what it has", () => {
  const bench = restarted(1);
  const answer = (from: typeof one, attempt: number) =>
    bench.outbox.answered({ from, attempt, has: 1, known: undefined });
  const { attempt } = sole(bench.send());
  assertEquals([answer(two, attempt), answer(two, attempt)], [true, false]);
  assertEquals([answer(three, attempt), answer(branch(9), attempt)], [true, false]);
});
