import { assertEquals } from "@std/assert";
import { money } from "../../lib/core/money.ts";
import type { ReplicaView } from "../../lib/core/replica_view.ts";
import type { Effects } from "../../lib/core/step.ts";
import { activityLimits, BranchActivity } from "../../lib/format/branch_activity.ts";
import {
  branch,
  deposit,
  deposits,
  grant,
  record,
  refusal,
  tickAt,
  vector,
} from "../core/samples.ts";
import { peerOf, totalsOf, viewOf } from "./false_status.ts";

const [one, two] = [branch(1), branch(2)];
const nothing: Effects = {
  ...{ records: [], requests: [], fetches: [], claims: [], recalls: [], replies: [] },
  halt: undefined,
};

/** What a branch is seen to do, with its clock. */
class Bench {
  readonly activity: BranchActivity;
  nowMs = 50_000;
  view: ReplicaView = viewOf();
  inspected = 0;

  constructor(...args: ConstructorParameters<typeof BranchActivity>) {
    this.activity = new BranchActivity(...args);
  }

  turn(effects: Partial<Effects>): void {
    this.activity.turned([], { ...nothing, ...effects }, () => this.view);
  }

  /** Lets time go by, with a tick at its end. */
  pass(ms: number): void {
    this.nowMs += ms;
    this.activity.turned([tickAt(this.nowMs)], nothing, () => {
      this.inspected += 1;
      return this.view;
    });
  }

  /** Tells the origin and the sequence of the entries that are remembered. */
  get places(): readonly string[] {
    return this.activity.inspect().entries.map(({ origin, sequence }) => `${origin}/${sequence}`);
  }
}

Deno.test("BranchActivity counts what was answered, by what it was, and what was turned away", () => {
  const bench = new Bench(one);
  bench.turn({
    replies: [
      {
        kind: "executed",
        ticket: 1,
        known: vector({}),
        results: [
          { kind: "written", branches: 2 },
          { kind: "written", branches: 1 },
          { kind: "refused", refusal: "insufficient funds" },
          { kind: "unavailable" },
          { kind: "balance", balance: money(5) },
        ],
      },
      { kind: "rejected", ticket: 2, rejection: { kind: "recovering", unheard: [] } },
      { kind: "propagated", ticket: 3, has: 1, known: undefined },
    ],
  });
  assertEquals(
    bench.activity.inspect().totals,
    totalsOf({ written: 2, refused: 1, unavailable: 1, queried: 1, rejected: 1 }),
  );
});

Deno.test("BranchActivity counts entries, its own and those of others, and no refusals", () => {
  const bench = new Bench(one);
  const own = record({ origin: one, first: 1, entries: [deposit("a", 1), grant("b", 2, 1)] });
  bench.turn({ records: [refusal("c"), record({ origin: two, first: 1 }), own] });
  const { totals } = bench.activity.inspect();
  assertEquals(totals, totalsOf({ entriesWritten: 2, entriesTaken: 1 }));
});

Deno.test("BranchActivity remembers the last entries in the order in which they were committed", () => {
  const { entriesMax } = activityLimits;
  const long = record({ origin: two, first: 3, entries: deposits("x", entriesMax + 5) });
  const bench = new Bench(one, [
    record({ origin: one, first: 1 }),
    record({ origin: two, first: 1 }),
  ]);
  assertEquals(bench.places, ["1/1", "2/1"]);
  bench.turn({ records: [record({ origin: two, first: 2 }), record({ origin: one, first: 2 })] });
  assertEquals(bench.places, ["1/1", "2/1", "2/2", "1/2"]);
  bench.turn({ records: [long, record({ origin: one, first: 3 })] });
  assertEquals([bench.places.length, bench.places[0]], [entriesMax, "2/9"]);
  assertEquals(bench.places.slice(-2), [`2/${entriesMax + 7}`, "1/3"]);
  assertEquals(bench.activity.inspect().entries.at(-2)?.entry, long.entries.at(-1));
  assertEquals(new Bench(one, [long]).places.length, entriesMax);
});

Deno.test("BranchActivity looks once a second, and compares with some ten seconds ago", () => {
  const bench = new Bench(one);
  assertEquals(bench.activity.inspect().before, undefined);
  for (let ticks = 0; ticks < 100; ticks++) bench.pass(50);
  assertEquals(bench.inspected, 5);
  assertEquals(bench.activity.inspect().before?.ms, 50_050);
  bench.turn({ records: [record({ origin: one, first: 1 })] });
  for (let seconds = 0; seconds < 20; seconds++) bench.pass(1_000);
  const { before, nowMs, sinceMs } = bench.activity.inspect();
  assertEquals([sinceMs, nowMs], [50_050, 75_000]);
  assertEquals([before?.ms, before?.totals], [65_000, totalsOf({ entriesWritten: 1 })]);
});

Deno.test("BranchActivity begins its window anew when the clock is set back", () => {
  const bench = new Bench(one);
  bench.pass(1_000);
  bench.pass(5_000);
  bench.pass(-40_000);
  assertEquals(bench.activity.inspect().before?.ms, 16_000);
});

Deno.test("BranchActivity remembers since when a peer cannot be reached, until it can", () => {
  const bench = new Bench(one);
  const silent = () => [...bench.activity.inspect().silentSinceMs];
  bench.pass(1_000);
  assertEquals(silent(), []);
  bench.view = viewOf({ peers: [peerOf(2, { reachable: false }), peerOf(3)] });
  bench.pass(1_000);
  bench.pass(1_000);
  assertEquals(silent(), [[two, 52_000]]);
  bench.view = viewOf();
  bench.pass(1_000);
  assertEquals(silent(), []);
});
