import { assertEquals } from "@std/assert";
import type { BranchId, Sequence } from "../../lib/core/ids.ts";
import { lastOf } from "../../lib/core/journal_record.ts";
import { limits } from "../../lib/core/limits.ts";
import type { PeerRequest } from "../../lib/core/propagation.ts";
import { nothingKnown } from "../../lib/core/version_vector.ts";
import type { Batch, Having } from "../../lib/host/carrier.ts";
import {
  type Host,
  OverloadError,
  type Propagated,
  type Propagation,
} from "../../lib/host/host.ts";
import { LogReader } from "../../lib/host/log_reader.ts";
import { branch, deposits, record, vector } from "../core/samples.ts";
import { Bench as HostBench } from "./bench.ts";

const [one, two, three] = [branch(1), branch(2), branch(3)];

/** What a host was given, and what it is to say to that. */
interface Given extends Propagation {
  readonly answer: (has: Sequence) => Promise<void>;
  readonly fail: (error: Error) => Promise<void>;
}

/** A reader for hosts that answer when the test says. */
class Bench {
  readonly locals = new Map<BranchId, Host>();
  readonly acknowledged: Having[] = [];
  readonly reader: LogReader;
  /** Up to where the log goes of whoever asks. */
  end: Promise<Sequence | undefined> = Promise.resolve(0);
  reread = 0;

  constructor() {
    this.reader = new LogReader(this.locals, {
      acknowledge: (having) => void this.acknowledged.push(having),
      caughtUp: () => this.end,
      reread: () => void (this.reread += 1),
    });
  }

  /** Puts a host in, and gives all that it is given. */
  host(id: BranchId): readonly Given[] {
    const given: Given[] = [];
    const { host } = new HostBench([one, two, three]);
    host.propagate = (propagation) => {
      const { promise, resolve, reject } = Promise.withResolvers<Propagated>();
      given.push({
        ...propagation,
        answer: (
          has,
        ) => (resolve({ kind: "propagated", ticket: 1, has, known: undefined }), heard()),
        fail: (error) => (reject(error), heard()),
      });
      return promise;
    };
    this.locals.set(id, host);
    return given;
  }

  /** Lets the log have an entry of an origin, and tells whether there is room for another one. */
  async take(first: number, from = one): Promise<boolean> {
    let hasRoom = false;
    void this.reader.take(batch(first, from)).then(() => hasRoom = true);
    await heard();
    return hasRoom;
  }
}

/** Lets promises be heard. */
async function heard(): Promise<void> {
  for (let count = 0; count < 30; count++) await Promise.resolve();
}

function batch(first: number, from = one): Batch {
  const records = [record({ origin: from, first })];
  return { from, attempt: 10 + first, everywhere: first - 1, last: first, records };
}

function request(changes: Partial<PeerRequest> = {}): PeerRequest {
  const nothing = { everywhere: 0, has: nothingKnown, asks: false, records: [], last: 9 };
  return { from: one, to: [two], attempt: 7, ...nothing, ...changes };
}

function firsts({ records }: Pick<Propagation, "records">): readonly Sequence[] {
  return records.map(({ first }) => first);
}

Deno.test("LogReader.take() hands what others append to each branch, and tells what that has then", async () => {
  const bench = new Bench();
  const [atTwo, atThree] = [bench.host(two), bench.host(three)];
  assertEquals(await bench.take(1), true, "it waits for no branch");
  const { from, attempt, last, everywhere, has, asks } = { ...atTwo[0] };
  assertEquals([from, attempt, last, everywhere, has, asks], [one, 11, 1, 0, nothingKnown, false]);
  assertEquals(atTwo[0]?.records, batch(1).records);
  assertEquals(atThree.length, 1);
  await atThree[0]?.answer(1);
  assertEquals(bench.acknowledged, [{ origin: one, branch: three, has: 1 }]);
  await atTwo[0]?.answer(0);
  assertEquals(bench.acknowledged.at(-1), { origin: one, branch: two, has: 0 });
});

Deno.test("LogReader.take() passes over what branches of the process wrote, and what brings nothing", async () => {
  const bench = new Bench();
  const given = bench.host(two);
  assertEquals(await bench.take(1, two), true);
  await bench.reader.take({ ...batch(1), records: [] });
  assertEquals(given, []);
});

Deno.test("LogReader gives a branch one thing of an origin at a time, in order, and then all that has come", async () => {
  const bench = new Bench();
  const given = bench.host(two);
  for (const first of [1, 2, 3]) await bench.take(first);
  assertEquals(given.map(firsts), [[1]]);
  await given[0]?.answer(1);
  assertEquals(given.map(firsts), [[1], [2, 3]]);
  const newest = given[1];
  assertEquals([newest?.last, newest?.everywhere, newest?.attempt], [3, 2, 13]);
  await given[1]?.answer(3);
  assertEquals(bench.acknowledged.map(({ has }) => has), [1, 3]);
});

Deno.test("LogReader gives a branch no more at once than a peer would", async () => {
  const bench = new Bench();
  const given = bench.host(two);
  const { recordBytesMax, entryBytesMax, propagateBytesMax } = limits;
  const entries = deposits("many", 1_000);
  const most = Math.floor(propagateBytesMax / (recordBytesMax + 1_000 * entryBytesMax));
  for (let count = 0; count <= most + 2; count++) {
    const first = 1 + 1_000 * count;
    const records = [record({ origin: one, first, entries })];
    await bench.reader.take({ ...batch(1), last: first + 999, records });
  }
  await given[0]?.answer(1_000);
  assertEquals([given[1]?.records.length, given[1]?.last], [most, 1_000 * (most + 1)]);
  await given[1]?.answer(1_000 * (most + 1));
  assertEquals(given[2]?.records.length, 2);
});

Deno.test("LogReader lets an origin that a branch is slow with hold up no other", async () => {
  const bench = new Bench();
  const given = bench.host(two);
  await bench.take(1, one);
  await bench.take(1, three);
  assertEquals(given.map(({ from }) => from), [one, three]);
  await given[1]?.answer(1);
  assertEquals(bench.acknowledged, [{ origin: three, branch: two, has: 1 }]);
});

Deno.test("LogReader.take() reads no more when a branch has too much of an origin before it", async () => {
  const bench = new Bench();
  const given = bench.host(two);
  let taken = 0;
  while (await bench.take(taken + 1)) taken += 1;
  // One is with the branch, and as many wait as may.
  assertEquals(taken, 64);
  assertEquals(given.map(firsts), [[1]]);
  let hasRoom = false;
  void bench.reader.take(batch(66)).then(() => hasRoom = true);
  await given[0]?.answer(1);
  assertEquals(given.at(-1)?.records.map(lastOf).length, 65);
  assertEquals(hasRoom, true);
});

Deno.test("LogReader says nothing of a branch that has too much to do, and goes on", async () => {
  const bench = new Bench();
  const given = bench.host(two);
  await bench.take(1);
  await bench.take(2);
  await given[0]?.fail(new OverloadError("it is full"));
  assertEquals(bench.acknowledged, []);
  await given[1]?.answer(2);
  assertEquals(bench.acknowledged, [{ origin: one, branch: two, has: 2 }]);
  const answers = bench.reader.asked(request());
  await heard();
  await given[2]?.fail(new OverloadError("it is full"));
  assertEquals(await answers, []);
});

Deno.test("LogReader.asked() gives what each branch that is asked answers, and none for others", async () => {
  const bench = new Bench();
  const [atTwo, atThree] = [bench.host(two), bench.host(three)];
  const asked = request({ from: branch(4), to: [two, three, branch(4), branch(9)], attempt: 5 });
  const answers = bench.reader.asked(asked);
  await heard();
  await atThree[0]?.answer(4);
  await atTwo[0]?.answer(9);
  assertEquals(await answers, [
    { from: two, attempt: 5, has: 9, known: undefined },
    { from: three, attempt: 5, has: 4, known: undefined },
  ]);
  assertEquals(bench.acknowledged, [], "who asked is answered, and not told besides");
});

Deno.test("LogReader.asked() asks a branch after what came before of the same origin", async () => {
  const bench = new Bench();
  const given = bench.host(two);
  await bench.take(1);
  await bench.take(2);
  const answers = bench.reader.asked(request({ last: 3 }));
  await bench.take(3);
  await given[0]?.answer(1);
  await given[1]?.answer(2);
  assertEquals(given.map(firsts), [[1], [2], []], "and before what comes later");
  await given[2]?.answer(2);
  assertEquals((await answers).map(({ has }) => has), [2]);
  assertEquals(given.map(firsts), [[1], [2], [], [3]]);
});

Deno.test("LogReader.asked() says nothing for a branch before which too much waits already", async () => {
  const bench = new Bench();
  bench.host(two);
  while (await bench.take(1));
  assertEquals(await bench.reader.asked(request()), []);
});

Deno.test("LogReader.asked() waits with what a branch knows until it has had what the log has", async () => {
  const bench = new Bench();
  const given = bench.host(two);
  const { promise, resolve } = Promise.withResolvers<Sequence>();
  bench.end = promise;
  const answers = bench.reader.asked(request({ asks: true }));
  await bench.take(1);
  await given[0]?.answer(1);
  assertEquals(given.length, 1);
  resolve(1);
  await heard();
  await given[1]?.answer(1);
  assertEquals((await answers).map(({ has }) => has), [1]);
  assertEquals([given[1]?.asks, bench.reread], [true, 0]);
});

Deno.test("LogReader.asked() says nothing of what is known where it cannot be told what the log has", async () => {
  const bench = new Bench();
  const given = bench.host(two);
  bench.end = Promise.resolve(undefined);
  assertEquals(await bench.reader.asked(request({ asks: true, has: vector({ 3: 1 }) })), []);
  assertEquals(given, []);
  const answers = bench.reader.asked(request());
  await heard();
  await given[0]?.answer(9);
  assertEquals((await answers).length, 1, "what only tells is heard all the same");
});

Deno.test("LogReader.asked() says nothing of a branch that lacks what the log has, and reads that again", async () => {
  const bench = new Bench();
  const [atTwo, atThree] = [bench.host(two), bench.host(three)];
  bench.end = Promise.resolve(5);
  const answers = bench.reader.asked(request({ to: [two, three], asks: true }));
  await heard();
  await atTwo[0]?.answer(4);
  await atThree[0]?.answer(6);
  assertEquals((await answers).map(({ from }) => from), [three]);
  assertEquals(bench.reread, 1);
});
