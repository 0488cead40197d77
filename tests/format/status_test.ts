import { assertEquals } from "@std/assert";
import { money } from "../../lib/core/money.ts";
import type { Activity } from "../../lib/format/branch_activity.ts";
import { type BranchStatus, healthLines, statusOf } from "../../lib/format/status.ts";
import type { ReplicaView } from "../../lib/core/replica_view.ts";
import { branch, commandId, deposit, grant, vector } from "../core/samples.ts";
import { activityOf, peerOf, totalsOf, viewOf } from "./false_status.ts";

const [one, two, three] = [branch(1), branch(2), branch(3)];
const about = { bank: "savings", version: "0.1.0", at: "2025-11-22T12:00:00.000Z" };
const [address, isEnding] = ["127.0.0.1:5001", false];

function statusWith(view: Partial<ReplicaView>, activity: Partial<Activity> = {}): BranchStatus {
  const watched = { address, view: viewOf(view), isEnding, activity: activityOf(activity) };
  const [status] = statusOf([watched], about).branches;
  if (status === undefined) throw new Error("there is no status");
  return status;
}

Deno.test("statusOf() tells all that there is of a branch, as JSON carries it", () => {
  const totals = totalsOf({ written: 45, entriesTaken: 7 });
  const before = { ms: 1_050_000, totals: totalsOf({ written: 20 }), view: viewOf() };
  const entries = [
    { origin: two, sequence: 3, entry: grant("claim", 1, 9_007_199_254_740_991) },
    { origin: one, sequence: 5, entry: deposit("a", 7) },
  ];
  const view = viewOf({ balance: money(9_007_199_254_740_991), peers: [peerOf(2)], open: 4 });
  const activity = activityOf({ totals, before, entries });
  const status = statusOf([{ address, view, isEnding, activity }], about);
  assertEquals(JSON.parse(JSON.stringify(status)), {
    ...about,
    serving: true,
    branches: [{
      id: 1,
      address,
      serving: true,
      reasons: [],
      troubles: [],
      upSeconds: 60,
      balance: "9007199254740991",
      allowance: "40",
      applied: { 1: 5, 2: 3 },
      waiting: 4,
      outcomes: 5,
      peers: [{
        ...{ id: 2, state: "in step", silentSeconds: null, lag: 0, lagChange: 0, missing: 0 },
        allowance: "30",
      }],
      throughput: {
        windowSeconds: 10,
        perSecond: totalsOf({ written: 2.5, entriesTaken: 0.7 }),
        total: totals,
      },
      entries: [
        {
          ...{ origin: 2, sequence: 3, action: "grant", amount: "9007199254740991" },
          ...{ id: commandId("claim"), to: 1 },
        },
        { origin: 1, sequence: 5, action: "deposit", amount: "7", id: commandId("a") },
      ],
    }],
  });
});

Deno.test("statusOf() tells of each peer how it is, how far behind, and how that has changed", () => {
  const before = {
    ...{ ms: 1_050_000, totals: totalsOf() },
    view: viewOf({
      known: vector({ 1: 4 }),
      peers: [peerOf(2, { has: 4 }), peerOf(3, { has: 0 })],
    }),
  };
  const peers = [
    peerOf(2, { has: 3, reachable: false }),
    peerOf(3, { has: 4 }),
    peerOf(4, { isHeard: false, has: 0 }),
    peerOf(5, { isHeard: false, has: 0, reachable: false }),
  ];
  const silentSinceMs = new Map([[two, 1_018_000]]);
  const lacking = vector({ 3: 2 });
  const told = statusWith({ peers, lacking }, { before, silentSinceMs }).peers.map((
    peer,
  ) => [peer.id, peer.state, peer.silentSeconds, peer.lag, peer.lagChange, peer.missing]);
  assertEquals(told, [
    [2, "no answer", 42, 2, 2, 0],
    [3, "behind", null, 1, -3, 2],
    [4, "not heard", null, null, null, 0],
    [5, "no answer", 0, null, null, 0],
  ]);
});

Deno.test("statusOf() counts nothing by the second before a second has gone by", () => {
  const totals = totalsOf({ written: 3 });
  const nothing = { windowSeconds: 0, perSecond: totalsOf(), total: totals };
  assertEquals(statusWith({}, { totals }).throughput, nothing);
  const before = { ms: 1_060_000, totals: totalsOf(), view: viewOf() };
  assertEquals(statusWith({}, { totals, before }).throughput, nothing);
  const unborn = statusWith({}, { sinceMs: undefined, nowMs: undefined });
  assertEquals([unborn.upSeconds, unborn.throughput.windowSeconds], [0, 0]);
});

Deno.test("statusOf() and healthLines() tell of all branches, by their ids, and of the worst", () => {
  const activity = activityOf();
  const watched = [
    { address, activity, isEnding, view: viewOf({ id: three, isSure: false }) },
    { address, activity, isEnding, view: viewOf() },
    { address, activity, isEnding: true, view: viewOf({ id: two }) },
  ];
  const status = statusOf(watched, about);
  assertEquals([status.serving, status.branches.map(({ id }) => id)], [false, [1, 2, 3]]);
  assertEquals(
    healthLines(status),
    "branch 1: serving\n" +
      "branch 2: not serving: it is about to end, and takes no more commands\n" +
      "branch 3: not serving: it is starting\n",
  );
});
