import { assertEquals } from "@std/assert";
import { limits } from "../../lib/core/limits.ts";
import { money } from "../../lib/core/money.ts";
import type { ReplicaView } from "../../lib/core/replica_view.ts";
import { branchWords, healthOf, lagOf, missingOf } from "../../lib/format/health.ts";
import { branch, vector } from "../core/samples.ts";
import { peerOf, viewOf } from "./false_status.ts";

const [one, two] = [branch(1), branch(2)];

/** Vectors of a branch that lacks so many entries of branch 2. */
function lacking(count: number) {
  return { known: vector({ 1: 5, 2: 3 }), lacking: vector({ 2: 3 + count }) };
}

function healthIn(changes: Partial<ReplicaView>, isEnding = false) {
  return healthOf(viewOf(changes), { isEnding });
}

Deno.test("healthOf() finds that a branch serves, and nothing else to say", () => {
  assertEquals(healthIn({}), { isServing: true, reasons: [], troubles: [] });
});

Deno.test("healthOf() serves a little behind, and not far behind", () => {
  const { stepCommandsMax } = limits;
  assertEquals(healthIn(lacking(stepCommandsMax)).isServing, true);
  const { isServing, reasons } = healthIn(lacking(stepCommandsMax + 1));
  assertEquals([isServing, reasons], [false, [
    "it lacks 1001 entries that others have, and is fetching them",
  ]]);
});

Deno.test("healthOf() says what a branch waits for that is not sure of its own log", () => {
  const isSure = false;
  const unheard = [peerOf(2, { isHeard: false }), peerOf(3, { isHeard: false })];
  const cases = [
    [{ isSure }, ["it is starting"]],
    [{ isSure, lacking: vector({ 1: 6 }) }, [
      "it has forgotten 1 entry of its own log, and is fetching them",
    ]],
    [{ isSure, lacking: vector({ 1: 8 }), peers: unheard }, [
      "it has forgotten 3 entries of its own log, and is fetching them",
      "it waits for branches 2 and 3 to say how much of its log is known there",
    ]],
  ] as const;
  for (const [changes, reasons] of cases) {
    assertEquals(healthIn(changes), { isServing: false, reasons, troubles: [] });
  }
});

Deno.test("healthOf() does not serve when the branch is about to end, whatever else", () => {
  const reasons = ["it is about to end, and takes no more commands"];
  for (const isSure of [true, false]) {
    assertEquals(healthIn({ isSure }, true), { isServing: false, reasons, troubles: [] });
  }
});

Deno.test("healthOf() names the peers that cannot be reached, and the money that only they can pay", () => {
  const gone = { reachable: false, has: 0 };
  const peers = [peerOf(2, gone), peerOf(3, { ...gone, allowance: money(12) })];
  const { isServing, troubles } = healthIn({ peers });
  assertEquals([isServing, troubles], [true, [
    "branches 2 and 3 cannot be reached, and 42 of the balance can be paid out only there",
  ]]);
});

Deno.test("healthOf() names a peer that answers and is far behind, and none of which that is not known", () => {
  const known = vector({ 1: 2_000 });
  const peers = [peerOf(2, { has: 999 }), peerOf(3, { has: 1_000 }), peerOf(4, { isHeard: false })];
  assertEquals(healthIn({ known, peers }).troubles, [
    "branch 2 lacks 1001 entries of this branch",
  ]);
});

Deno.test("lagOf() and missingOf() tell what a peer lacks of a branch, and the other way round", () => {
  const view = viewOf({ known: vector({ 1: 5, 2: 3 }), lacking: vector({ 2: 7 }) });
  assertEquals([peerOf(2), peerOf(2, { has: 1 })].map((peer) => lagOf(view, peer)), [0, 4]);
  assertEquals(lagOf(view, peerOf(2, { isHeard: false })), undefined);
  assertEquals([one, two].map((id) => missingOf(view, id)), [0, 4]);
});

Deno.test("branchWords() names one, and several", () => {
  assertEquals(branchWords([two]), "branch 2");
  assertEquals(branchWords([one, two, branch(9)]), "branches 1, 2 and 9");
});
