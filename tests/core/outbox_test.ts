import { assert, assertEquals, assertNotEquals } from "@std/assert";
import { Outbox } from "../../lib/core/outbox.ts";
import { limits } from "../../lib/core/limits.ts";
import { patience } from "../../lib/core/patience.ts";
import { lastOf } from "../../lib/core/journal_record.ts";
import { nothingKnown } from "../../lib/core/version_vector.ts";
import { brief, OutboxBench, sole } from "./outbox_bench.ts";
import { branch, record, vector } from "./samples.ts";

const [one, two, three] = [branch(1), branch(2), branch(3)];

Deno.test("outbox.requests() is silent while there is nothing to say", () => {
  const bench = new OutboxBench();
  assertEquals(bench.send(), []);
  assertEquals(bench.passLong(), []);
});

Deno.test("outbox.requests() sends a record to all peers that lack the same in one request", () => {
  const bench = new OutboxBench();
  bench.write();
  const { from, to, last, everywhere, has, asks, records } = sole(bench.send());
  const first = records.map((sent) => sent.first);
  assertEquals({ from, to, last, everywhere, has, asks, first }, {
    from: one,
    to: [two, three],
    last: 1,
    everywhere: 0,
    has: nothingKnown,
    asks: false,
    first: [1],
  });
});

Deno.test("outbox.requests() has one request in flight per peer, the next with all since", () => {
  const bench = new OutboxBench();
  bench.write();
  const first = sole(bench.send());
  bench.write();
  bench.write();
  assertEquals(bench.send(), []);
  bench.answer(two, first, { has: 1 });
  assertEquals(brief(bench.send()), [[[two], [2, 3]]]);
});

Deno.test("outbox.requests() groups peers again once they lack the same", () => {
  const bench = new OutboxBench();
  bench.write();
  const first = sole(bench.send());
  bench.write();
  bench.write();
  for (const id of [two, three]) bench.answer(id, first, { has: 1 });
  assertEquals(brief(bench.send()), [[[two, three], [2, 3]]]);
});

Deno.test("outbox.requests() sends peers that lack different records what each lacks", () => {
  const bench = new OutboxBench();
  bench.write();
  bench.write();
  bench.tell(three, { has: 1 });
  assertEquals(brief(bench.send()), [[[two], [1, 2]], [[three], [2]]]);
});

Deno.test("outbox.requests() sends no more bytes at once than a message takes, the rest next", () => {
  const bench = new OutboxBench();
  const count = limits.stepCommandsMax;
  const recordBytes = limits.recordBytesMax + count * limits.entryBytesMax;
  const fitting = Math.floor(limits.propagateBytesMax / recordBytes);
  for (let index = 0; index < fitting + 2; index++) bench.write(one, count);
  const request = sole(bench.send());
  assertEquals(request.records.length, fitting);
  bench.answer(two, request, { has: fitting * count });
  const { to, records } = sole(bench.send());
  assertEquals([to, records.map(lastOf)], [[two], [(fitting + 1) * count, (fitting + 2) * count]]);
});

Deno.test("outbox.requests() weighs what records say they come after", () => {
  const outbox = new Outbox(one, [one, two]);
  const others = Array.from({ length: 1_000 }, (_, index) => branch(index + 2));
  const afterBytes = others.length * limits.vectorElementBytesMax;
  const fitting = Math.floor(
    limits.propagateBytesMax / (limits.recordBytesMax + limits.entryBytesMax + afterBytes),
  );
  for (let first = 1; first <= fitting + 1; first++) {
    const after = new Map(others.map((id) => [id, first]));
    outbox.append(record({ origin: one, first, after }));
  }
  assertEquals(sole(outbox.requests(0, nothingKnown)).records.length, fitting);
});

Deno.test("outbox.tick() gives a request up that got no answer, and sends it again", () => {
  const bench = new OutboxBench();
  bench.write();
  const first = sole(bench.send());
  assertEquals(bench.pass(patience.resendTicks), []);
  const second = sole(bench.pass(1));
  assertEquals([second.to, second.records], [first.to, first.records]);
  assertNotEquals(second.attempt, first.attempt);
});

Deno.test("outbox.failed() pauses before the next attempt, longer each time, up to a limit", () => {
  const bench = new OutboxBench();
  bench.write();
  bench.tell(three, { has: 1 });
  let sent = bench.send();
  const pauses: number[] = [];
  for (let round = 0; round < 8; round++) {
    bench.outbox.failed(two, sole(sent).attempt, bench.tick);
    sent = [];
    const since = bench.tick;
    while (sent.length === 0 && bench.tick < since + 100) sent = bench.pass();
    pauses.push(bench.tick - since);
  }
  const most = patience.backoffTicksMax;
  assertEquals(pauses, [1, 2, 4, 8, 16, most, most, most].map((pause) => Math.min(pause, most)));
});

Deno.test("outbox.answered() ends the pauses: the next record goes at once", () => {
  const bench = new OutboxBench();
  bench.write();
  bench.tell(three, { has: 1 });
  for (let round = 0; round < 4; round++) {
    const [request] = bench.pass(20);
    bench.outbox.failed(two, request?.attempt ?? 0, bench.tick);
  }
  bench.tell(two, { has: 1 });
  bench.write();
  const next = sole(bench.send());
  assertEquals(brief([next]), [[[two, three], [2]]]);
  bench.tell(three, { has: 2 });
  bench.outbox.failed(two, next.attempt, bench.tick);
  assertEquals(brief(bench.pass(1)), [[[two], [2]]], "a new failure begins with a short pause");
});

Deno.test("outbox.failed() and answered() keep the request in flight if another is meant", () => {
  const bench = new OutboxBench();
  bench.write();
  const stale = sole(bench.send()).attempt + 1;
  bench.outbox.failed(two, stale, bench.tick);
  bench.outbox.answered({ from: two, attempt: stale, has: 0, known: undefined });
  assertEquals(bench.pass(1), []);
});

Deno.test("outbox.failed() and answered() pass over whoever is no peer", () => {
  const bench = new OutboxBench();
  bench.write();
  const { attempt } = sole(bench.send());
  for (const from of [one, branch(9)]) {
    bench.outbox.failed(from, attempt, bench.tick);
    bench.outbox.answered({ from, attempt, has: 1, known: bench.known });
  }
  assertEquals(bench.outbox.having(1), 0);
  assertEquals(bench.pass(1), []);
});

Deno.test("outbox.answered() only adds to what a peer is known to have", () => {
  const bench = new OutboxBench();
  bench.write();
  bench.write();
  bench.tell(two, { has: 2 });
  bench.tell(two, { has: 1 });
  assertEquals(bench.outbox.inspect(0).map(({ id, has }) => [id, has]), [[two, 2], [three, 0]]);
  assertEquals(brief(bench.send()), [[[three], [1, 2]]]);
});

Deno.test("outbox.answered() believes no peer that it has more than there is", () => {
  const bench = new OutboxBench();
  bench.write();
  bench.tell(two, { has: 99 });
  bench.write();
  assertEquals([1, 2].map((sequence) => bench.outbox.having(sequence)), [1, 0]);
  assertEquals(brief(bench.send()), [[[two], [2]], [[three], [1, 2]]]);
});

Deno.test("outbox.having() counts the peers that said they have an entry", () => {
  const bench = new OutboxBench();
  bench.write();
  bench.write();
  bench.tell(two, { has: 2 });
  bench.tell(three, { has: 1 });
  assertEquals([1, 2, 3].map((sequence) => bench.outbox.having(sequence)), [2, 1, 0]);
});

Deno.test("outbox.awaits() waits for a silent peer for a while, and not again until it answers", () => {
  const bench = new OutboxBench();
  bench.write();
  bench.answer(three, sole(bench.send()));
  assertEquals(bench.outbox.awaits(1, bench.tick), true);
  bench.pass(patience.unreachableTicks - 1);
  assertEquals(bench.outbox.awaits(1, bench.tick), true);
  bench.pass(1);
  assertEquals(bench.outbox.awaits(1, bench.tick), false);
  assertEquals(bench.reachable(two), false);
  bench.pass(100);
  assertEquals(bench.reachable(two), false);
  bench.tell(two, { has: 0 });
  assertEquals(bench.reachable(two), true);
  assertEquals(bench.outbox.awaits(1, bench.tick), true);
});

Deno.test("outbox.answered() counts silence from the request in flight, if the answer is late", () => {
  const bench = new OutboxBench();
  bench.write();
  const first = sole(bench.send());
  const second = sole(bench.pass(patience.resendTicks + 1));
  const sentTick = bench.tick;
  assertNotEquals(second.attempt, first.attempt);
  bench.pass(5);
  bench.answer(two, first, { has: 0 });
  bench.tick = sentTick + patience.unreachableTicks - 1;
  assertEquals(bench.reachable(two), true);
  bench.tick += 1;
  assertEquals(bench.reachable(two), false);
});

Deno.test("outbox.heard() counts from the request that is still unanswered, if there is one", () => {
  const bench = new OutboxBench();
  bench.write();
  bench.send();
  const sentTick = bench.tick;
  bench.tick = sentTick + 5;
  bench.outbox.heard(two);
  bench.tick = sentTick + patience.unreachableTicks;
  assertEquals([two, three].map((id) => bench.reachable(id)), [false, false]);
  assertEquals(bench.outbox.reaches(two, bench.tick), false);
  const quiet = new OutboxBench();
  quiet.outbox.heard(two);
  assertEquals(quiet.outbox.reaches(two, 10 * patience.unreachableTicks), true);
});

Deno.test("outbox of a peer that has all counts it as reachable, however long all is quiet", () => {
  const bench = new OutboxBench();
  bench.write();
  bench.answerAll(bench.send());
  bench.answerAll(bench.pass(patience.reviewTicks));
  bench.passLong(10 * patience.unreachableTicks);
  assertEquals([two, three].map((id) => bench.reachable(id)), [true, true]);
  bench.write();
  assertEquals(bench.outbox.awaits(2, bench.tick), true);
});

Deno.test("outbox forgets what all peers have, and keeps what one of them lacks", () => {
  const bench = new OutboxBench();
  bench.write();
  const first = sole(bench.send());
  bench.answer(two, first);
  bench.pass(patience.reviewTicks);
  bench.outbox.failed(three, first.attempt, bench.tick);
  assertEquals(brief(bench.pass(1)), [[[three], [1]]]);
});

Deno.test("outbox of the only branch of a bank keeps nothing and sends nothing", () => {
  const outbox = new Outbox(one, [one]);
  outbox.append(record({ origin: one, first: 1 }));
  assertEquals(outbox.requests(10, vector({ 1: 1 })), []);
  assertEquals(outbox.having(1), 0);
  assertEquals(outbox.awaits(1, 0), false);
  assertEquals(outbox.inspect(0), []);
});

Deno.test("outbox.requests() sends nothing that it does not hold any more, but how far its log goes", () => {
  const bench = new OutboxBench();
  const count = limits.stepCommandsMax;
  const written = Math.ceil(1.2 * limits.logEntriesMax / count);
  bench.write();
  bench.tell(three, { has: 1 });
  for (let index = 0; index < written; index++) bench.write(one, count);
  const last = written * count + 1;
  const request = bench.send().find(({ to }) => to.includes(two));
  assertEquals(request?.last, last, "whoever is told that fetches what it lacks");
  assertEquals(request?.records.length, 0);
  bench.answer(two, request ?? sole([]), { has: last - count });
  assertEquals(bench.send().map(({ to, records }) => [to, records.map(lastOf)]), [[[two], [last]]]);
});

Deno.test("Outbox begins after the entries that are in the journal, and holds none of them", () => {
  const outbox = new Outbox(one, [one, two], { last: 7 });
  const { last, records } = sole(outbox.requests(0, vector({ 1: 7 })));
  assertEquals([last, records], [7, []]);
  outbox.append(record({ origin: one, first: 8 }));
  outbox.answered({ from: two, attempt: 1, has: 7, known: undefined });
  assertEquals(brief(outbox.requests(0, vector({ 1: 8 }))), [[[two], [8]]]);
});

Deno.test("outbox.answered() takes no note of logs that the bank does not have", () => {
  const bench = new OutboxBench();
  const stranger = branch(9);
  bench.write(stranger);
  const [offer] = bench.pass(60).filter(({ has }) => has.has(stranger));
  assert(offer !== undefined);
  bench.answer(two, offer, { known: new Map([[stranger, 1]]) });
  assert(bench.pass(60).some(({ to, has }) => to.includes(two) && has.has(stranger)));
});

/** The latest that a peer which is asked nothing else is asked whether it is there. */
const signTicks = patience.idleTicks + patience.reviewTicks;

Deno.test("outbox misses a peer that is gone in a bounded time, while nothing is written", () => {
  const bench = new OutboxBench();
  for (let count = 0; count < signTicks + patience.unreachableTicks; count++) {
    for (const request of bench.pass()) {
      if (request.to.includes(three)) bench.answer(three, request);
    }
  }
  assertEquals([bench.reachable(two), bench.reachable(three)], [false, true]);
});

Deno.test("outbox hears of a peer that is back, while nothing is written", () => {
  const bench = new OutboxBench();
  bench.pass(signTicks + patience.unreachableTicks);
  assertEquals([bench.reachable(two), bench.reachable(three)], [false, false]);
  const again = bench.pass(patience.backoffTicksMax + patience.reviewTicks);
  bench.answerAll(again.slice(-1));
  assertEquals([bench.reachable(two), bench.reachable(three)], [true, true]);
});

Deno.test("outbox asks a quiet peer seldom, and one that is sent something else not at all", () => {
  const bench = new OutboxBench();
  const quiet = 10 * signTicks;
  let asked = 0;
  for (let count = 0; count < quiet; count++) {
    const sent = bench.pass();
    asked += sent.length;
    bench.answerAll(sent);
  }
  assert(asked >= 9 && asked <= quiet / patience.idleTicks, `it asked ${asked} times`);
  for (let count = 0; count < 10; count++) {
    bench.write();
    bench.answerAll(bench.send());
    bench.answerAll(bench.pass(patience.reviewTicks));
    assertEquals(bench.pass(patience.idleTicks - patience.reviewTicks), []);
  }
});
