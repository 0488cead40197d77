import { assertEquals } from "@std/assert";
import { patience } from "../../lib/core/patience.ts";
import { brief, offers, OutboxBench, sole } from "./outbox_bench.ts";
import { branch, vector } from "./samples.ts";

const [one, two, three] = [branch(1), branch(2), branch(3)];

/** The first review at which what was there from the beginning has been there for long enough. */
const overdueTick = patience.forwardTicks + patience.reviewTicks;

/** A bench on which branch 2 was told, and asked, about a record of branch 3, at a review. */
function offered() {
  const bench = new OutboxBench();
  bench.write(three);
  assertEquals(bench.pass(overdueTick - 1), [], "nothing to say for a while");
  const offer = sole(bench.pass(1));
  assertEquals(offers([offer]), [[[two], [[three, 1]]]]);
  assertEquals([offer.asks, offer.records], [true, []]);
  return { bench, offer };
}

Deno.test("outbox says once what others wrote, to a peer that then says that it has it", () => {
  const { bench, offer } = offered();
  bench.answer(two, offer);
  assertEquals(bench.passLong(), []);
});

Deno.test("outbox says it again while that has got no answer", () => {
  const { bench, offer } = offered();
  bench.outbox.failed(two, offer.attempt, bench.tick);
  const again = sole(bench.pass(patience.reviewTicks));
  assertEquals([offers([again]), again.asks], [[[[two], [[three, 1]]]], true]);
});

Deno.test("outbox says it again, at the next review, to a peer that says it still lacks it", () => {
  const { bench, offer } = offered();
  bench.answer(two, offer, { known: vector({}) });
  assertEquals(bench.pass(patience.reviewTicks - 1), []);
  const again = sole(bench.pass(1));
  assertEquals(offers([again]), [[[two], [[three, 1]]]]);
  bench.answerAll([again]);
  assertEquals(bench.passLong(), []);
});

Deno.test("outbox does not speak of what others wrote before it has had that for a while", () => {
  const bench = new OutboxBench();
  bench.write(three);
  bench.pass(patience.reviewTicks);
  bench.write(three);
  const offer = sole(bench.pass(overdueTick - patience.reviewTicks));
  assertEquals(offers([offer]), [[[two], [[three, 1]]]]);
  bench.answer(two, offer, { known: vector({ 3: 1 }) });
  const next = sole(bench.pass(patience.reviewTicks));
  assertEquals(offers([next]), [[[two], [[three, 2]]]]);
});

Deno.test("outbox says the same to peers that lack something of it, each of others", () => {
  const bench = new OutboxBench();
  bench.write(two);
  bench.write(three);
  const offer = sole(bench.pass(overdueTick));
  assertEquals(offers([offer]), [[[two, three], [[two, 1], [three, 1]]]]);
  bench.answer(three, offer, { known: vector({}) });
  bench.answer(two, offer, { known: vector({ 3: 1 }) });
  assertEquals(offers(bench.pass(patience.reviewTicks)), [[[three], [[two, 1], [three, 1]]]]);
});

Deno.test("outbox sends its own records along with what it says of others", () => {
  const bench = new OutboxBench();
  bench.write(three);
  bench.pass(overdueTick - 1);
  bench.write(one);
  bench.tell(three, { has: 1 });
  const offer = sole(bench.pass(1));
  assertEquals([brief([offer]), offers([offer])], [[[[two], [1]]], [[[two], [[three, 1]]]]]);
});

Deno.test("outbox never tells a peer that it has that peer's own log, nor asks it", () => {
  const bench = new OutboxBench();
  bench.write(three);
  bench.tell(two, { known: bench.known });
  assertEquals(bench.passLong(), []);
});

Deno.test("outbox reviews no less often when several ticks go by in one step", () => {
  for (const stride of [1, 3, 7]) {
    const bench = new OutboxBench();
    bench.write(three);
    // Each review may be late by a step, and so many of them must have seen it.
    const reviews = Math.ceil(patience.forwardTicks / patience.reviewTicks) + 1;
    const latest = reviews * (patience.reviewTicks + stride - 1);
    const sent = bench.pass(latest, stride);
    assertEquals(offers(sent.slice(0, 1)), [[[two], [[three, 1]]]], `${stride} ticks a step`);
  }
});

Deno.test("outbox tells each peer once which of its entries every member has", () => {
  const bench = new OutboxBench();
  bench.write();
  const first = sole(bench.send());
  assertEquals(first.everywhere, 0);
  bench.answerAll([first]);
  assertEquals(bench.send(), [], "that is not worth a request at once");
  const { to, everywhere, asks, records } = sole(bench.pass(patience.reviewTicks));
  assertEquals({ to, everywhere, asks, records }, {
    to: [two, three],
    everywhere: 1,
    asks: false,
    records: [],
  });
  bench.tell(two, { has: 1 });
  bench.tell(three, { has: 1 });
  assertEquals(bench.pass(patience.resendTicks - 1), []);
});

Deno.test("outbox has nothing more to say once each peer answered what it was told", () => {
  const bench = new OutboxBench();
  bench.write();
  bench.answerAll(bench.send());
  bench.answerAll(bench.pass(patience.reviewTicks));
  assertEquals(bench.passLong(), []);
});

Deno.test("outbox tells with its next record which of its entries every member has", () => {
  const bench = new OutboxBench();
  bench.write();
  bench.answerAll(bench.send());
  bench.write();
  const next = sole(bench.send());
  assertEquals(next.everywhere, 1);
  bench.answerAll([next]);
  bench.write();
  assertEquals(sole(bench.send()).everywhere, 2);
});

Deno.test("outbox counts an entry as everywhere only once the last peer has it", () => {
  const bench = new OutboxBench();
  bench.write();
  bench.answer(two, sole(bench.send()));
  bench.write();
  const next = sole(bench.send());
  assertEquals([next.to, next.everywhere], [[two], 0]);
});

Deno.test("outbox.settle() ends the care for what others wrote and every member has", () => {
  const bench = new OutboxBench();
  bench.write(three);
  bench.write(three);
  bench.outbox.settle(three, 1);
  const offer = sole(bench.pass(overdueTick));
  assertEquals(offers([offer]), [[[two], [[three, 2]]]]);
  bench.answer(two, offer, { known: vector({}) });
  bench.outbox.settle(three, 2);
  assertEquals(bench.passLong(), []);
});

Deno.test("outbox.settle() never goes back", () => {
  const bench = new OutboxBench();
  bench.write(three);
  bench.outbox.settle(three, 1);
  bench.outbox.settle(three, 0);
  assertEquals(bench.passLong(), []);
});

Deno.test("outbox says again what got no answer, so that a peer that is up is not given up", () => {
  const bench = new OutboxBench();
  bench.write();
  bench.answerAll(bench.send());
  bench.answer(three, sole(bench.pass(patience.reviewTicks)));
  const again = sole(bench.pass(patience.resendTicks + patience.reviewTicks));
  assertEquals([again.to, again.everywhere], [[two], 1]);
  bench.answerAll([again]);
  assertEquals(bench.passLong(), []);
  bench.write();
  assertEquals([bench.reachable(two), bench.outbox.awaits(2, bench.tick)], [true, true]);
});

Deno.test("outbox hears of a peer again whose answer to a question was lost and is moot", () => {
  const { bench } = offered();
  bench.outbox.settle(three, 1);
  bench.answerAll(bench.passLong());
  assertEquals(bench.reachable(two), true);
});

Deno.test("outbox.answered() only adds to what a peer said it knows", () => {
  const { bench, offer } = offered();
  const second = sole(bench.pass(patience.resendTicks + patience.reviewTicks));
  bench.answer(two, second, { known: vector({ 3: 1 }) });
  bench.answer(two, offer, { known: vector({}) });
  assertEquals(bench.passLong(), []);
});
