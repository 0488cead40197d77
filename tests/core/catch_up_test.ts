import { assertEquals } from "@std/assert";
import { CatchUp, type FetchRequest } from "../../lib/core/catch_up.ts";
import type { BranchId } from "../../lib/core/ids.ts";
import { patience } from "../../lib/core/patience.ts";
import { nothingKnown, type VersionVector } from "../../lib/core/version_vector.ts";
import { branch, vector } from "./samples.ts";

const [one, two, three, four] = [branch(1), branch(2), branch(3), branch(4)];

/** What branch 1 fetches, with its clock and what it knows. */
class Bench {
  readonly catchUp = new CatchUp(one, new Set([one, two, three, four]));
  known: VersionVector = nothingKnown;
  origins: ReadonlySet<BranchId> = new Set([two, three, four]);
  tick = 0;

  request(): FetchRequest | undefined {
    return this.catchUp.request(this.known, { origins: this.origins, tick: this.tick });
  }

  /** Lets a peer answer, with records that make of what is known what it then says. */
  answer({ to: from, attempt }: FetchRequest, known = this.known): void {
    this.known = known;
    this.catchUp.answered({ from, attempt, records: [] }, known, this.tick);
  }

  fail({ to: from, attempt }: FetchRequest): void {
    this.catchUp.failed({ from, attempt }, this.tick);
  }

  /** Lets time go by until there is a request, or for so long. */
  wait(ticksMax: number): FetchRequest | undefined {
    for (const end = this.tick + ticksMax; this.tick < end;) {
      this.catchUp.tick(++this.tick);
      const request = this.request();
      if (request !== undefined) return request;
    }
    return undefined;
  }
}

function sole(request: FetchRequest | undefined): FetchRequest {
  if (request === undefined) throw new Error("there is no request");
  return request;
}

Deno.test("catchUp.request() asks for nothing while no peer has said that it has more", () => {
  const bench = new Bench();
  assertEquals(bench.request(), undefined);
  bench.known = vector({ 2: 3 });
  bench.catchUp.hear(two, vector({ 2: 3 }));
  assertEquals([bench.request(), bench.wait(300)], [undefined, undefined]);
});

Deno.test("catchUp.request() asks for the logs that are lacking, each after what is known of it", () => {
  const bench = new Bench();
  bench.known = vector({ 2: 1, 4: 7 });
  bench.catchUp.hear(two, vector({ 2: 5, 3: 2, 4: 7 }));
  const { from, to, after } = sole(bench.request());
  assertEquals({ from, to, after }, { from: one, to: two, after: vector({ 2: 1, 3: 0 }) });
});

Deno.test("catchUp.request() asks the peer that has most of what is lacking", () => {
  const bench = new Bench();
  bench.known = vector({ 4: 90 });
  bench.catchUp.hear(two, vector({ 3: 2, 4: 90 }));
  bench.catchUp.hear(three, vector({ 2: 3, 3: 1 }));
  assertEquals(bench.request()?.to, three);
});

Deno.test("catchUp.request() asks for no log but those that it is to lack entries of", () => {
  const bench = new Bench();
  bench.catchUp.hear(two, vector({ 1: 9 }));
  assertEquals(bench.request(), undefined);
  bench.origins = new Set([one, two, three, four]);
  bench.catchUp.hear(two, vector({ 1: 9 }));
  assertEquals(bench.request()?.after, vector({ 1: 0 }));
});

Deno.test("catchUp has one request in flight, and the next goes on after what came", () => {
  const bench = new Bench();
  bench.catchUp.hear(two, vector({ 2: 5 }));
  bench.catchUp.hear(three, vector({ 2: 4 }));
  const first = sole(bench.request());
  assertEquals(bench.request(), undefined);
  bench.answer(first, vector({ 2: 3 }));
  const second = sole(bench.request());
  assertEquals([second.to, second.after], [two, vector({ 2: 3 })]);
  bench.answer(second, vector({ 2: 5 }));
  assertEquals([bench.request(), bench.wait(300)], [undefined, undefined]);
});

Deno.test("catchUp.hear() only adds to what a peer has said that it has", () => {
  const bench = new Bench();
  bench.catchUp.hear(two, vector({ 2: 5 }));
  bench.catchUp.hear(two, vector({ 2: 1, 3: 1 }));
  bench.known = vector({ 2: 1 });
  assertEquals(bench.request()?.after, vector({ 2: 1, 3: 0 }));
});

Deno.test("catchUp passes over a peer that fails, longer each time, and asks another meanwhile", () => {
  const bench = new Bench();
  bench.catchUp.hear(two, vector({ 2: 5 }));
  const pauses: number[] = [];
  for (let round = 0; round < 7; round++) {
    bench.fail(sole(bench.request() ?? bench.wait(300)));
    const since = bench.tick;
    const again = sole(bench.wait(300));
    pauses.push(bench.tick - since);
    bench.fail(again);
    bench.tick += patience.backoffTicksMax;
  }
  assertEquals(pauses.slice(0, 2), [1, 4]);
  assertEquals(Math.max(...pauses), patience.backoffTicksMax);
  bench.catchUp.hear(three, vector({ 2: 1 }));
  bench.fail(sole(bench.request()));
  assertEquals(bench.request()?.to, three, "that has less, and has not failed");
});

Deno.test("catchUp passes over a peer whose answer does not help, and forgives one that helped", () => {
  const bench = new Bench();
  bench.catchUp.hear(two, vector({ 2: 5 }));
  bench.answer(sole(bench.request()), vector({ 3: 4 }));
  assertEquals(bench.request(), undefined, "what came was not asked for");
  for (let round = 0; round < 4; round++) bench.answer(sole(bench.wait(300)));
  bench.answer(sole(bench.wait(300)), vector({ 2: 1 }));
  bench.answer(sole(bench.request()));
  const since = bench.tick;
  sole(bench.wait(300));
  assertEquals(bench.tick - since, 1, "a new failure begins with a short pause");
});

Deno.test("catchUp.tick() gives a request up that is never answered, and counts it as a failure", () => {
  const bench = new Bench();
  bench.catchUp.hear(two, vector({ 2: 5 }));
  const first = sole(bench.request());
  const again = sole(bench.wait(300));
  assertEquals(bench.tick, patience.fetchTicks + 1);
  assertEquals(again.attempt > first.attempt, true);
});

Deno.test("catchUp.answered() and failed() keep the request in flight if another is meant", () => {
  const bench = new Bench();
  bench.catchUp.hear(two, vector({ 2: 5 }));
  const { attempt } = sole(bench.request());
  for (const [from, cited] of [[two, attempt + 1], [two, attempt - 1], [three, attempt]] as const) {
    bench.catchUp.answered({ from, attempt: cited, records: [] }, vector({ 2: 1 }), 0);
    bench.catchUp.failed({ from, attempt: cited }, 0);
    assertEquals(bench.request(), undefined, `request ${cited} of branch ${from}`);
  }
});

Deno.test("catchUp.lacking() tells what any peer has said to have and is not known, until it is", () => {
  const bench = new Bench();
  bench.known = vector({ 2: 1, 4: 7 });
  assertEquals(bench.catchUp.lacking(bench.known), nothingKnown);
  bench.catchUp.hear(two, vector({ 2: 5, 3: 2, 4: 7 }));
  bench.catchUp.hear(three, vector({ 3: 4 }));
  assertEquals(bench.catchUp.lacking(bench.known), vector({ 2: 5, 3: 4 }));
  assertEquals(bench.catchUp.lacking(vector({ 2: 5, 3: 3 })), vector({ 3: 4, 4: 7 }));
  assertEquals(bench.catchUp.lacking(vector({ 2: 5, 3: 4, 4: 7 })), nothingKnown);
});

Deno.test("catchUp.hear() keeps nothing of logs that the bank does not have", () => {
  const bench = new Bench();
  bench.origins = new Set([two, branch(9)]);
  bench.catchUp.hear(two, vector({ 2: 1, 9: 5 }));
  bench.catchUp.hear(two, vector({ 9: 7 }));
  assertEquals(sole(bench.request()).after, vector({ 2: 0 }));
});
