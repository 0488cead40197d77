import { assertEquals } from "@std/assert";
import type { FetchRequest } from "../../lib/core/catch_up.ts";
import type { Claim } from "../../lib/core/escrow.ts";
import type { BranchId } from "../../lib/core/ids.ts";
import { money } from "../../lib/core/money.ts";
import type { PeerRequest } from "../../lib/core/propagation.ts";
import { nothingKnown } from "../../lib/core/version_vector.ts";
import {
  type FaultObserver,
  type Faults,
  FaultyTransport,
} from "../../lib/host/faulty_transport.ts";
import type { ClaimDelivery, Delivery, Fetched, Transport } from "../../lib/host/ports.ts";
import { branch, commandId, vector } from "../core/samples.ts";

const [one, two, three] = [branch(1), branch(2), branch(3)];
const noFaults: Faults = { drop: 0, double: 0, cuts: [] };
const nothing = { delayed: 0, dropped: 0, doubled: 0, cut: 0 };

function requestTo(...to: readonly BranchId[]): PeerRequest {
  const rest = { attempt: 7, last: 1, everywhere: 0, has: nothingKnown, asks: false, records: [] };
  return { from: one, to, ...rest };
}

function answerOf(from: BranchId): Delivery {
  return { kind: "answer", from, attempt: 7, has: 1, known: undefined };
}

const fetchRequest: FetchRequest = { from: one, to: two, attempt: 9, after: vector({ 2: 4 }) };
const fetchAnswer: Fetched = { kind: "fetched", from: two, attempt: 9, records: [] };

const claimRequest: Claim = {
  ...{ from: one, to: two, attempt: 3, id: commandId("claim") },
  ...{ need: money(5), wanted: money(10) },
};
const claimAnswer: ClaimDelivery = {
  kind: "claimed",
  from: two,
  attempt: 3,
  last: 8,
  isGranted: true,
  expiredMs: 0,
};

/** A wrapped transport that takes down what it is to carry, a clock, and chances that are set. */
class Bench implements Transport {
  readonly sent: PeerRequest[] = [];
  readonly asked: FetchRequest[] = [];
  /** What the sender hears, in order. */
  readonly heard: (Delivery | Fetched | ClaimDelivery)[] = [];
  readonly claimed: Claim[] = [];
  readonly faulty: FaultyTransport;
  readonly #answers: (() => void)[] = [];
  #agenda: { readonly atMs: number; readonly action: () => void }[] = [];
  #nowMs = 5_000;
  #drawn = 0;

  /** Draws the chances over and over. */
  constructor(
    faults: Partial<Faults>,
    { chances = [0.5], observer }: {
      readonly chances?: readonly number[];
      readonly observer?: FaultObserver;
    } = {},
  ) {
    this.faulty = new FaultyTransport(this, {
      faults: { ...noFaults, ...faults },
      random: () => chances[this.#drawn++ % chances.length] ?? 0,
      after: (ms, action) => void this.#agenda.push({ atMs: this.#nowMs + ms, action }),
      nowMs: () => this.#nowMs,
      observer,
    });
  }

  get drawn(): number {
    return this.#drawn;
  }

  send(request: PeerRequest, delivered: (delivery: Delivery) => void): void {
    this.sent.push(request);
    for (const to of request.to) this.#answers.push(() => delivered(answerOf(to)));
  }

  ask(request: FetchRequest, fetched: (fetched: Fetched) => void): void {
    this.asked.push(request);
    this.#answers.push(() => fetched(fetchAnswer));
  }

  claim(request: Claim, claimed: (claimed: ClaimDelivery) => void): void {
    this.claimed.push(request);
    this.#answers.push(() => claimed(claimAnswer));
  }

  request(...to: readonly BranchId[]): void {
    this.faulty.send(requestTo(...to), (delivery) => this.heard.push(delivery));
  }

  fetch(): void {
    this.faulty.ask(fetchRequest, (fetched) => this.heard.push(fetched));
  }

  claimAllowance(): void {
    this.faulty.claim(claimRequest, (claimed) => this.heard.push(claimed));
  }

  /** Lets those who were asked answer. */
  answer(): void {
    for (const give of this.#answers.splice(0)) give();
  }

  /** Lets time go by. */
  pass(ms: number): void {
    this.#nowMs += ms;
    const due = this.#agenda.filter(({ atMs }) => atMs <= this.#nowMs);
    this.#agenda = this.#agenda.filter(({ atMs }) => atMs > this.#nowMs);
    for (const { action } of due) action();
  }
}

Deno.test("FaultyTransport carries all, at once and without drawing, where nothing is to go wrong", () => {
  const bench = new Bench({});
  bench.request(two, three);
  bench.fetch();
  bench.claimAllowance();
  assertEquals(bench.sent, [requestTo(two), requestTo(three)]);
  assertEquals([bench.asked, bench.claimed], [[fetchRequest], [claimRequest]]);
  bench.answer();
  assertEquals(bench.heard, [answerOf(two), answerOf(three), fetchAnswer, claimAnswer]);
  assertEquals([bench.faulty.injected, bench.drawn], [nothing, 0]);
});

Deno.test("FaultyTransport loses a request to one destination alone, and says nothing of it", () => {
  const bench = new Bench({ drop: 0.4 }, { chances: [0.39, 0.4] });
  const before = bench.faulty.injected;
  bench.request(two, three);
  assertEquals(before, nothing);
  assertEquals(bench.sent, [requestTo(three)]);
  bench.pass(60_000);
  assertEquals(bench.heard, []);
  assertEquals(bench.faulty.injected, { ...nothing, dropped: 1 });
});

Deno.test("FaultyTransport loses an answer, and says nothing of it", () => {
  const bench = new Bench({ drop: 0.4 }, { chances: [0.4, 0.39] });
  bench.request(two);
  bench.fetch();
  assertEquals([bench.sent.length, bench.asked.length], [1, 0]);
  bench.answer();
  assertEquals(bench.heard, [answerOf(two)]);
  const other = new Bench({ drop: 0.4 }, { chances: [0.4, 0.39] });
  other.fetch();
  assertEquals(other.asked.length, 1);
  other.answer();
  assertEquals([other.heard, other.faulty.injected], [[], { ...nothing, dropped: 1 }]);
});

Deno.test("FaultyTransport loses and doubles claims and their answers like all others", () => {
  const lossy = new Bench({ drop: 0.4 }, { chances: [0.5, 0.1] });
  lossy.claimAllowance();
  lossy.answer();
  assertEquals([lossy.claimed.length, lossy.heard], [1, []]);
  const echoing = new Bench({ double: 0.6 });
  echoing.claimAllowance();
  echoing.answer();
  assertEquals([echoing.claimed.length, echoing.heard.length], [2, 4]);
});

Deno.test("FaultyTransport doubles requests at their receivers, and answers at theirs", () => {
  const bench = new Bench({ double: 0.1 }, { chances: [0.09, 0.1] });
  bench.request(two, three);
  assertEquals(bench.sent, [requestTo(two), requestTo(two), requestTo(three)]);
  bench.answer();
  const [second, third] = [answerOf(two), answerOf(three)];
  assertEquals(bench.heard, [second, second, second, third, third]);
  assertEquals(bench.faulty.injected, { ...nothing, doubled: 3 });
});

Deno.test("FaultyTransport makes each message late by itself, and lets them overtake", () => {
  const delayMs = { least: 20, most: 200 };
  const bench = new Bench({ delayMs }, { chances: [0.5, 0] });
  bench.request(two, three);
  assertEquals(bench.sent, []);
  bench.pass(20);
  assertEquals(bench.sent, [requestTo(three)]);
  bench.pass(89);
  assertEquals(bench.sent.length, 1);
  bench.pass(1);
  assertEquals(bench.sent, [requestTo(three), requestTo(two)]);
  bench.answer();
  assertEquals(bench.heard, []);
  bench.pass(110);
  assertEquals(bench.heard.map(({ from }) => Number(from)).sort(), [2, 3]);
  assertEquals(bench.faulty.injected, { ...nothing, delayed: 4 });
});

Deno.test("FaultyTransport makes both copies of a message late, each by its own time", () => {
  const delayMs = { least: 0, most: 100 };
  const bench = new Bench({ delayMs, double: 0.9 }, { chances: [0.1, 0.2, 0.3] });
  bench.fetch();
  bench.pass(20);
  assertEquals(bench.asked.length, 1);
  bench.pass(10);
  assertEquals(bench.asked.length, 2);
  assertEquals(bench.faulty.injected, { ...nothing, delayed: 2, doubled: 1 });
});

Deno.test("FaultyTransport lets nothing over a cut, either way, and all beside it", () => {
  for (const [left, right] of [[[one], [two]], [[two], [one, three]]] as const) {
    const bench = new Bench({ cuts: [{ left, right, fromMs: 0 }] });
    bench.faulty.begin();
    bench.pass(1_000_000);
    bench.request(two, three);
    bench.fetch();
    assertEquals([bench.sent, bench.asked], [[requestTo(three)], []]);
    assertEquals(bench.faulty.injected, { ...nothing, cut: 2 });
  }
});

Deno.test("FaultyTransport cuts for a time, from when the branches know each other", () => {
  const cuts = [{ left: [one], right: [two], fromMs: 500, untilMs: 2_000 }];
  const bench = new Bench({ cuts });
  bench.pass(700);
  bench.request(two);
  assertEquals(bench.sent.length, 1);
  bench.faulty.begin();
  bench.pass(499);
  bench.request(two);
  assertEquals(bench.sent.length, 2);
  bench.pass(1);
  // It was sent before the cut, and its answer comes into it.
  bench.answer();
  bench.request(two);
  bench.pass(1_499);
  bench.request(two);
  assertEquals([bench.sent.length, bench.heard.length], [2, 0]);
  bench.pass(1);
  bench.request(two);
  bench.answer();
  assertEquals([bench.sent.length, bench.heard.length], [3, 1]);
  assertEquals(bench.faulty.injected, { ...nothing, cut: 4 });
});

Deno.test("FaultyTransport has the cuts of the beginning before the branches know each other", () => {
  const bench = new Bench({ cuts: [{ left: [one], right: [two], fromMs: 0, untilMs: 1 }] });
  bench.pass(700);
  bench.request(two);
  assertEquals(bench.sent, []);
});

Deno.test("FaultyTransport heals: no fault any more, and what is late still arrives", () => {
  const delayMs = { least: 100, most: 100 };
  const cuts = [{ left: [one], right: [two], fromMs: 0 }];
  const bench = new Bench({ delayMs, cuts, double: 0.9 }, { chances: [0.5, 0, 0] });
  bench.request(two, three);
  const before = bench.faulty.injected;
  bench.faulty.heal();
  bench.request(two);
  assertEquals(bench.sent, [requestTo(two)]);
  bench.pass(100);
  assertEquals(bench.sent, [requestTo(two), requestTo(three), requestTo(three)]);
  bench.answer();
  assertEquals(bench.heard, [answerOf(two), answerOf(three), answerOf(three)]);
  assertEquals(bench.faulty.injected, before);
  assertEquals(before, { delayed: 2, dropped: 0, doubled: 1, cut: 1 });
});

Deno.test("FaultyTransport tells of a silence that the wrapped transport tells of, as it is", () => {
  const silence: Delivery = { kind: "silence", from: two, attempt: 7 };
  const unfetched: Fetched = { kind: "unfetched", from: two, attempt: 9 };
  const unclaimed: ClaimDelivery = { kind: "unclaimed", from: two, attempt: 3 };
  const inner: Transport = {
    send: (_, delivered) => delivered(silence),
    ask: (_, fetched) => fetched(unfetched),
    claim: (_, claimed) => claimed(unclaimed),
  };
  const heard: unknown[] = [];
  // The request is carried; were there an answer, it would be lost.
  const faulty = () => {
    const chances = [0.5, 0];
    const random = () => chances.shift() ?? 0;
    const parts = { random, after: () => {}, nowMs: () => 0 };
    return new FaultyTransport(inner, { faults: { ...noFaults, drop: 0.4 }, ...parts });
  };
  faulty().send(requestTo(two), (delivery) => heard.push(delivery));
  faulty().ask(fetchRequest, (fetched) => heard.push(fetched));
  faulty().claim(claimRequest, (claimed) => heard.push(claimed));
  assertEquals(heard, [silence, unfetched, unclaimed]);
});

Deno.test("FaultyTransport tells its observer what it does to which message, and when it begins and ends", () => {
  const told: unknown[] = [];
  const observer: FaultObserver = {
    begun: () => told.push("begun"),
    healed: () => told.push("healed"),
    befell: (misfortune, asker) => told.push([misfortune, asker]),
  };
  const cuts = [{ left: [one], right: [three], fromMs: 0 }];
  // Not dropped, doubled, and each copy is late; then the answer is dropped.
  const chances = [0.9, 0.1, 0.5, 0.25, 0.1];
  const faults = { drop: 0.2, double: 0.2, delayMs: { least: 10, most: 20 }, cuts };
  const bench = new Bench(faults, { chances, observer });
  bench.faulty.begin();
  bench.claimAllowance();
  bench.request(three);
  bench.pass(13);
  bench.answer();
  bench.faulty.heal();
  const claim = { from: one, to: two, attempt: 3, message: "claim" };
  const answer = { from: two, to: one, attempt: 3, message: "claimed", fault: "lost" };
  const cut = { from: one, to: three, attempt: 7, message: "propagate", fault: "cut" };
  assertEquals(told, [
    "begun",
    [{ ...claim, fault: "doubled" }, one],
    [{ ...claim, fault: "late", lateMs: 15 }, one],
    [{ ...claim, fault: "late", lateMs: 12.5 }, one],
    [cut, one],
    [answer, one],
    "healed",
  ]);
});
