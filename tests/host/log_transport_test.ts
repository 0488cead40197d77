import { assertEquals } from "@std/assert";
import type { FetchRequest } from "../../lib/core/catch_up.ts";
import type { Claim } from "../../lib/core/escrow.ts";
import type { BranchId, Sequence } from "../../lib/core/ids.ts";
import type { EntriesRecord } from "../../lib/core/journal_record.ts";
import { limits } from "../../lib/core/limits.ts";
import { money } from "../../lib/core/money.ts";
import type { PeerRequest } from "../../lib/core/propagation.ts";
import { nothingKnown } from "../../lib/core/version_vector.ts";
import type { Batch, Carrier } from "../../lib/host/carrier.ts";
import type { Claimed, Host } from "../../lib/host/host.ts";
import { LogTransport } from "../../lib/host/log_transport.ts";
import type { ClaimDelivery, Delivery, Fetched } from "../../lib/host/ports.ts";
import { branch, commandId, deposits, record, vector } from "../core/samples.ts";
import { Bench as HostBench } from "./bench.ts";

const [one, two, three, four] = [branch(1), branch(2), branch(3), branch(4)];
const patienceMs = 1_000;

/** An append that the log has not answered yet. */
interface Append extends Omit<Batch, "last"> {
  readonly succeed: (end: Sequence) => Promise<void>;
  readonly fail: () => Promise<void>;
}

/** A transport over a log that answers when the test says, and a clock that the test sets. */
class Bench {
  readonly locals = new Map<BranchId, Host>();
  readonly appends: Append[] = [];
  readonly announced: PeerRequest[] = [];
  readonly heard: Delivery[] = [];
  readonly fetched: Fetched[] = [];
  readonly claimed: ClaimDelivery[] = [];
  readonly transport: LogTransport;
  records: readonly EntriesRecord[] | undefined;
  answer: Claimed | undefined;
  #timers: { readonly atMs: number; readonly action: () => void }[] = [];
  #nowMs = 5_000;

  constructor() {
    const carrier: Carrier = {
      append: (batch) => {
        const { promise, resolve, reject } = Promise.withResolvers<Sequence>();
        this.appends.push({
          ...batch,
          succeed: (end) => (resolve(end), settled()),
          fail: () => (reject(new Error("it is full")), settled()),
        });
        return promise;
      },
      caughtUp: () => Promise.resolve(0),
      reread: () => {},
      acknowledge: () => {},
      announce: (request) => void this.announced.push(request),
      ask: () => Promise.resolve(this.records),
      claim: () => Promise.resolve(this.answer),
    };
    this.transport = new LogTransport({
      ...{ locals: this.locals, carrier, patienceMs },
      nowMs: () => this.#nowMs,
      after: (ms, action) => void this.#timers.push({ atMs: this.#nowMs + ms, action }),
    });
  }

  /** Up to where each append goes, of those that were begun. */
  get appended(): readonly (readonly number[])[] {
    return this.appends.map(({ records }) => records.map(({ first }) => first));
  }

  get timersWaiting(): number {
    return this.#timers.length;
  }

  send(request: PeerRequest): void {
    this.transport.send(request, (delivery) => this.heard.push(delivery));
  }

  acknowledge(peer: BranchId, has: Sequence, origin = one): void {
    this.transport.acknowledged({ origin, branch: peer, has });
  }

  pass(ms: number): void {
    const endMs = this.#nowMs + ms;
    for (;;) {
      const [next] = this.#timers.toSorted((left, right) => left.atMs - right.atMs);
      if (next === undefined || next.atMs > endMs) break;
      this.#timers = this.#timers.filter((timer) => timer !== next);
      this.#nowMs = next.atMs;
      next.action();
    }
    this.#nowMs = endMs;
  }
}

/** Lets promises be heard. */
async function settled(): Promise<void> {
  for (let count = 0; count < 20; count++) await Promise.resolve();
}

/** Records of a branch, of an entry each. */
function records(first: number, last: number, origin = one): readonly EntriesRecord[] {
  return Array.from(
    { length: last - first + 1 },
    (_, index) => record({ origin, first: first + index }),
  );
}

function request(changes: Partial<PeerRequest> = {}): PeerRequest {
  const { from = one, attempt = 7 } = changes;
  const nothing = { everywhere: 0, has: nothingKnown, asks: false, records: [], last: 1 };
  return { from, to: [two, three], attempt, ...nothing, ...changes };
}

function answer(from: BranchId, has: Sequence, attempt = 7): Delivery {
  return { kind: "answer", from, attempt, has, known: undefined };
}

function silence(from: BranchId, attempt = 7): Delivery {
  return { kind: "silence", from, attempt };
}

Deno.test("LogTransport appends records once, however many peers lack them", async () => {
  const bench = new Bench();
  bench.send(request({ to: [two, three, four], everywhere: 3, records: records(4, 6), last: 6 }));
  bench.send(request({ to: [branch(5)], attempt: 8, records: records(4, 6), last: 6 }));
  const [append] = bench.appends;
  assertEquals([append?.from, append?.attempt, append?.everywhere], [one, 7, 3]);
  await append?.succeed(6);
  assertEquals(bench.appended, [[4, 5, 6]]);
  assertEquals([bench.announced, bench.heard], [[], []], "the log is not a peer");
});

Deno.test("LogTransport takes a peer's word for an answer only when it has all of the request", () => {
  const bench = new Bench();
  bench.send(request({ records: records(1, 3), last: 3 }));
  bench.acknowledge(two, 2);
  bench.acknowledge(three, 3, two);
  assertEquals(bench.heard, []);
  bench.acknowledge(three, 4);
  bench.acknowledge(two, 3);
  bench.acknowledge(two, 3);
  assertEquals(bench.heard, [answer(three, 4), answer(two, 3)]);
});

Deno.test("LogTransport answers for a peer that has said already that it has all, not in the sender's turn", async () => {
  const bench = new Bench();
  bench.acknowledge(two, 3);
  bench.acknowledge(two, 1);
  bench.send(request({ to: [two], records: records(1, 3), last: 3 }));
  assertEquals(bench.heard, []);
  await settled();
  assertEquals(bench.heard, [answer(two, 3)]);
});

Deno.test("LogTransport has one append of a branch on its way; what comes meanwhile is the next", async () => {
  const bench = new Bench();
  bench.send(request({ to: [two], records: records(1, 1) }));
  bench.send(request({ to: [three], attempt: 8, records: records(1, 3), last: 3 }));
  bench.send(request({ to: [four], attempt: 9, records: records(3, 4), last: 4 }));
  assertEquals(bench.appended, [[1]]);
  await bench.appends[0]?.succeed(1);
  assertEquals(bench.appended, [[1], [2, 3, 4]], "all of it, and nothing twice");
  await bench.appends[1]?.succeed(4);
  assertEquals(bench.appends.length, 2);
});

Deno.test("LogTransport leaves no gap where a peer that lacks little comes after one that lacks more", async () => {
  const bench = new Bench();
  bench.send(request({ to: [two], records: records(1, 1) }));
  bench.send(request({ to: [three], attempt: 8, records: records(1, 3), last: 3 }));
  bench.send(request({ to: [four], attempt: 9, records: records(3, 3), last: 3 }));
  await bench.appends[0]?.succeed(1);
  assertEquals(bench.appended, [[1], [2, 3]]);
});

Deno.test("LogTransport appends what several branches of a process write side by side", async () => {
  const bench = new Bench();
  bench.send(request({ from: one, to: [three], records: records(1, 1) }));
  bench.send(request({ from: two, to: [three], records: records(1, 2, two), last: 2 }));
  assertEquals(bench.appends.map(({ from }) => from), [one, two]);
  bench.acknowledge(three, 2, two);
  assertEquals(bench.heard, [answer(three, 2)], "each has its own requests");
  await bench.appends[0]?.fail();
  await bench.appends[1]?.succeed(2);
  bench.acknowledge(three, 1, one);
  assertEquals(bench.heard.length, 2);
});

Deno.test("LogTransport cuts into several messages what is too much for one", async () => {
  const bench = new Bench();
  const { recordBytesMax, entryBytesMax, natsRecordsBytesMax } = limits;
  const entries = deposits("many", 1_000);
  const most = Math.floor(natsRecordsBytesMax / (recordBytesMax + 1_000 * entryBytesMax));
  const large = Array.from(
    { length: most + 1 },
    (_, index) => record({ origin: one, first: 1 + 1_000 * index, entries }),
  );
  bench.send(request({ records: large, last: 1_000 * large.length }));
  assertEquals(bench.appends[0]?.records.length, most);
  await bench.appends[0]?.succeed(1_000 * most);
  assertEquals(bench.appends[1]?.records, large.slice(most));
});

Deno.test("LogTransport tells those who have not answered in half the patience how far a log goes", () => {
  const bench = new Bench();
  const sent = request({ to: [two, three, four], records: records(1, 3), last: 3 });
  bench.send(sent);
  bench.acknowledge(three, 3);
  bench.pass(patienceMs / 2 - 1);
  assertEquals(bench.announced, []);
  bench.pass(1);
  const announcement = { ...sent, to: [two, four], records: [] };
  assertEquals(bench.announced, [announcement], "one to both, without the records");
  bench.transport.answered(one, { from: two, attempt: 7, has: 3, known: undefined });
  bench.acknowledge(four, 3);
  bench.pass(patienceMs);
  assertEquals(bench.announced.length, 1);
  assertEquals(bench.heard, [answer(three, 3), answer(two, 3), answer(four, 3)]);
});

Deno.test("LogTransport says that a peer is silent after the whole patience, and then looks no more", () => {
  const bench = new Bench();
  bench.send(request({ records: records(1, 1) }));
  bench.pass(patienceMs / 2);
  bench.send(request({ to: [four], attempt: 8, records: records(1, 1) }));
  bench.pass(patienceMs / 2 - 1);
  bench.acknowledge(three, 1);
  assertEquals(bench.heard, [answer(three, 1)]);
  bench.pass(1);
  assertEquals(bench.heard, [answer(three, 1), silence(two)]);
  bench.pass(patienceMs);
  assertEquals(bench.heard, [answer(three, 1), silence(two), silence(four, 8)]);
  assertEquals(bench.timersWaiting, 0);
  bench.acknowledge(two, 1);
  assertEquals(bench.heard.length, 3, "what comes later answers nothing any more");
});

Deno.test("LogTransport asks peers directly where a request brings no records", () => {
  const bench = new Bench();
  const hello = request({ asks: true, last: 0 });
  bench.send(hello);
  assertEquals([bench.announced, bench.appends], [[hello], []]);
  bench.acknowledge(two, 9);
  bench.transport.answered(one, { from: three, attempt: 6, has: 9, known: undefined });
  bench.transport.answered(two, { from: three, attempt: 7, has: 9, known: undefined });
  assertEquals(bench.heard, [], "only who was asked answers, and to this request");
  const said = { from: two, attempt: 7, has: 9, known: vector({ 1: 9 }), lastId: commandId("x") };
  bench.transport.answered(one, said);
  assertEquals(bench.heard, [{ kind: "answer", ...said }]);
  bench.pass(patienceMs / 2);
  assertEquals(bench.announced, [hello, { ...hello, to: [three] }], "once more, to who is silent");
  bench.pass(patienceMs / 2);
  assertEquals([bench.announced.length, bench.heard.at(-1)], [2, silence(three)]);
});

Deno.test("LogTransport asks and offers directly what a request does that brings records too", () => {
  for (const besides of [{ asks: true }, { has: vector({ 3: 5 }) }]) {
    const bench = new Bench();
    const sent = request({ ...besides, to: [two], records: records(1, 2), last: 2 });
    bench.send(sent);
    assertEquals(bench.appended, [[1, 2]]);
    // What is on its way over the log is not to be fetched.
    assertEquals(bench.announced, [{ ...sent, records: [], last: 0 }]);
    bench.acknowledge(two, 2);
    assertEquals(bench.heard, [], "it waits for what is said to that");
    bench.pass(patienceMs / 2);
    assertEquals(bench.announced.at(-1), { ...sent, records: [] }, "then it may have to be");
    bench.transport.answered(one, { from: two, attempt: 7, has: 2, known: vector({}) });
    assertEquals(bench.heard.length, 1);
  }
});

Deno.test("LogTransport tries a failed append again with the next request", async () => {
  const bench = new Bench();
  bench.send(request({ to: [two], records: records(1, 2), last: 2 }));
  await bench.appends[0]?.fail();
  assertEquals([bench.appends.length, bench.heard.length], [1, 0], "not by itself");
  bench.send(request({ to: [two], attempt: 8, records: records(1, 3), last: 3 }));
  assertEquals(bench.appended, [[1, 2], [1, 2, 3]]);
});

Deno.test("LogTransport does not lose what came while an append was failing", async () => {
  const bench = new Bench();
  bench.send(request({ to: [two], records: records(1, 2), last: 2 }));
  bench.send(request({ to: [three], attempt: 8, records: records(2, 3), last: 3 }));
  await bench.appends[0]?.fail();
  assertEquals(bench.appended, [[1, 2], [1, 2, 3]]);
});

Deno.test("LogTransport goes by how far the log goes, whoever has appended it", async () => {
  const bench = new Bench();
  bench.send(request({ to: [two], records: records(1, 5), last: 5 }));
  await bench.appends[0]?.succeed(3);
  assertEquals(bench.appended, [[1, 2, 3, 4, 5], [4, 5]]);
  await bench.appends[1]?.succeed(2);
  assertEquals(bench.appends.length, 2, "a log that goes back is left to what peers are told");
  bench.send(request({ to: [two], attempt: 8, records: records(4, 6), last: 6 }));
  assertEquals(bench.appended.at(-1), [4, 5, 6]);
});

Deno.test("LogTransport hands over to branches of its process, and no log has a part in it", async () => {
  const bench = new Bench();
  const host = new HostBench([one, two]);
  bench.locals.set(one, host.host);
  bench.send(request({ from: two, to: [one], records: records(1, 2, two), last: 2 }));
  await host.turns();
  assertEquals(bench.heard, [answer(one, 2)]);
  assertEquals([bench.appends, bench.announced, bench.timersWaiting], [[], [], 0]);
  bench.send(request({ from: two, to: [one, three], attempt: 8, records: records(3, 3, two) }));
  assertEquals(bench.appended, [[3]], "but for others");
});

Deno.test("LogTransport asks peers for old records, and hears where none come", async () => {
  const bench = new Bench();
  const asked: FetchRequest = { from: one, to: two, attempt: 9, after: vector({ 2: 4 }) };
  const ask = async () => {
    bench.transport.ask(asked, (fetched) => bench.fetched.push(fetched));
    await settled();
    return bench.fetched.pop();
  };
  assertEquals(await ask(), { kind: "unfetched", from: two, attempt: 9 });
  bench.records = records(5, 6, two);
  const given = { kind: "fetched", from: two, attempt: 9 } as const;
  assertEquals(await ask(), { ...given, records: bench.records });
  const host = new HostBench([one, two]);
  bench.locals.set(two, host.host);
  assertEquals(await ask(), { ...given, records: [] }, "a branch of the process is asked itself");
});

Deno.test("LogTransport asks peers for allowance, and hears where none answers", async () => {
  const bench = new Bench();
  const amounts = { need: money(5), wanted: money(10) };
  const asked: Claim = { from: one, to: two, attempt: 3, id: commandId("claim"), ...amounts };
  const claim = async () => {
    bench.transport.claim(asked, (claimed) => bench.claimed.push(claimed));
    await settled();
    return bench.claimed.pop();
  };
  const unclaimed = { kind: "unclaimed", from: two, attempt: 3 } as const;
  assertEquals(await claim(), unclaimed);
  bench.answer = { isGranted: true, last: 8, expiredMs: 1 };
  assertEquals(await claim(), { kind: "claimed", from: two, attempt: 3, ...bench.answer });
  const host = new HostBench([one, two]);
  host.host.claim = () => Promise.resolve(undefined);
  bench.locals.set(two, host.host);
  assertEquals(await claim(), unclaimed, "a branch of the process is asked itself");
});
