import { assertEquals } from "@std/assert";
import { patience } from "../../lib/core/patience.ts";
import { brief, OutboxBench, sole } from "./outbox_bench.ts";
import { branch, vector } from "./samples.ts";

const [one, two, three] = [branch(1), branch(2), branch(3)];

/** A bench on which branch 2 was asked after a record of branch 3, at a review. */
function asked() {
  const bench = new OutboxBench();
  bench.write(three);
  assertEquals(bench.pass(patience.forwardTicks - 1), [], "nothing to ask for a while");
  const question = sole(bench.pass(1));
  assertEquals(brief([question]), [[[two], []]]);
  assertEquals(question.asks, true);
  return { bench, question };
}

Deno.test("outbox asks once what a peer knows of others, and then is silent", () => {
  const { bench, question } = asked();
  bench.answer(two, question);
  assertEquals(bench.pass(300), []);
});

Deno.test("outbox asks again while the question has got no answer", () => {
  const { bench, question } = asked();
  bench.outbox.failed(two, question.attempt, bench.tick);
  const again = sole(bench.pass(patience.reviewTicks));
  assertEquals([brief([again]), again.asks], [[[[two], []]], true]);
});

Deno.test("outbox passes a record of another on to a peer that says it still lacks it", () => {
  const { bench, question } = asked();
  bench.answer(two, question, { known: vector({}) });
  assertEquals(bench.send(), [], "not before the next review");
  assertEquals(bench.pass(patience.reviewTicks - 1), []);
  const forwarded = sole(bench.pass(1));
  assertEquals(brief([forwarded]), [[[two], ["3: 1"]]]);
  assertEquals(forwarded.asks, true, "the peer says what it has then");
  bench.answerAll([forwarded]);
  assertEquals(bench.pass(300), []);
});

Deno.test("outbox asks, and does not pass on, what came after the peer last said what it knows", () => {
  const bench = new OutboxBench();
  bench.write(three);
  bench.pass(patience.forwardTicks - patience.reviewTicks);
  bench.write(three);
  const question = sole(bench.pass(patience.reviewTicks));
  bench.answer(two, question, { known: vector({ 3: 1 }) });
  const next = sole(bench.pass(patience.forwardTicks));
  assertEquals([brief([next]), next.asks], [[[[two], []]], true]);
});

Deno.test("outbox passes on what each peer lacks, to each its own", () => {
  const bench = new OutboxBench();
  bench.write(two);
  bench.write(three);
  const question = sole(bench.pass(patience.forwardTicks));
  assertEquals(brief([question]), [[[two, three], []]], "they are asked the same");
  for (const id of [two, three]) bench.answer(id, question, { known: vector({}) });
  const forwarded = bench.pass(patience.reviewTicks);
  assertEquals(brief(forwarded), [[[two], ["3: 1"]], [[three], ["2: 1"]]]);
});

Deno.test("outbox sends its own records along with those of others that it passes on", () => {
  const { bench, question } = asked();
  bench.answer(two, question, { known: vector({}) });
  bench.pass(patience.reviewTicks - 1);
  bench.write(one);
  bench.tell(three, { has: 1 });
  assertEquals(brief(bench.pass(1)), [[[two], ["3: 1", 1]]]);
});

Deno.test("outbox sends its own records along with a question", () => {
  const bench = new OutboxBench();
  bench.write(three);
  bench.pass(patience.forwardTicks - 1);
  bench.write(one);
  bench.tell(three, { has: 1 });
  const question = sole(bench.pass(1));
  assertEquals([brief([question]), question.asks], [[[[two], [1]]], true]);
});

Deno.test("outbox sends its own records once in a request, however long a peer lacked them", () => {
  const bench = new OutboxBench();
  bench.write();
  const { attempt } = sole(bench.send());
  bench.tick += 2 * patience.forwardTicks;
  for (const id of [two, three]) bench.tell(id, { attempt, known: vector({}) });
  assertEquals(brief(bench.send()), [[[two, three], [1]]], "at a review");
});

Deno.test("outbox never passes a record on to its own origin, nor asks it", () => {
  const bench = new OutboxBench();
  bench.write(three);
  bench.tell(two, { known: bench.known });
  assertEquals(bench.pass(300), []);
});

Deno.test("outbox reviews no less often when several ticks go by in one step", () => {
  for (const stride of [1, 3, 7]) {
    const bench = new OutboxBench();
    bench.write(three);
    const latest = patience.forwardTicks + patience.reviewTicks + stride;
    bench.answer(two, sole(bench.pass(latest, stride)), { known: vector({}) });
    const forwarded = bench.pass(patience.reviewTicks + stride, stride);
    assertEquals(brief(forwarded), [[[two], ["3: 1"]]], `${stride} ticks a step`);
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
  assertEquals(bench.pass(300), []);
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

Deno.test("outbox.settle() ends the care for records of another that every member has", () => {
  const bench = new OutboxBench();
  bench.write(three);
  bench.write(three);
  bench.outbox.settle(three, 1);
  const question = sole(bench.pass(patience.forwardTicks));
  bench.answer(two, question, { known: vector({}) });
  const forwarded = bench.pass(patience.reviewTicks);
  assertEquals(brief(forwarded), [[[two], ["3: 2"]]]);
  bench.outbox.settle(three, 2);
  bench.answerAll(forwarded);
  assertEquals(bench.pass(300), []);
});

Deno.test("outbox says again what got no answer, so that a peer that is up is not given up", () => {
  const bench = new OutboxBench();
  bench.write();
  bench.answerAll(bench.send());
  bench.answer(three, sole(bench.pass(patience.reviewTicks)));
  const again = sole(bench.pass(patience.resendTicks + patience.reviewTicks));
  assertEquals([again.to, again.everywhere], [[two], 1]);
  bench.answerAll([again]);
  assertEquals(bench.pass(300), []);
  bench.write();
  assertEquals([bench.reachable(two), bench.outbox.awaits(2, bench.tick)], [true, true]);
});

Deno.test("outbox hears of a peer again whose answer to a question was lost and is moot", () => {
  const { bench } = asked();
  bench.outbox.settle(three, 1);
  bench.answerAll(bench.pass(300));
  assertEquals(bench.reachable(two), true);
});

Deno.test("outbox.answered() only adds to what a peer said it knows", () => {
  const { bench, question } = asked();
  const second = sole(bench.pass(patience.resendTicks + patience.reviewTicks));
  bench.answer(two, second, { known: vector({ 3: 1 }) });
  bench.answer(two, question, { known: vector({}) });
  assertEquals(bench.pass(300), []);
});
