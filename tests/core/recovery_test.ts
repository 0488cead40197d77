import { assertEquals } from "@std/assert";
import { Recovery } from "../../lib/core/recovery.ts";
import { branch } from "./samples.ts";

const two = branch(2);
const reachable = { reachable: true };
const gone = { reachable: false };

function away(): Recovery {
  return new Recovery({ isAway: true, isNew: false });
}

function renewed(): Recovery {
  return new Recovery({ isAway: false, isNew: true });
}

Deno.test("Recovery is sure of a branch that was never away", () => {
  const recovery = new Recovery({ isAway: false, isNew: false });
  assertEquals(recovery.isSure, true);
  assertEquals(recovery.begin(0, []), false, "it has begun long ago");
});

Deno.test("Recovery of a branch with a journal waits for the peers that can be reached", () => {
  const recovery = away();
  assertEquals(recovery.isSure, false);
  assertEquals(recovery.begin(5, [reachable, gone]), false);
  assertEquals(recovery.begin(5, [gone]), true);
  assertEquals(recovery.isSure, true);
});

Deno.test("Recovery of a branch without a journal waits for all peers", () => {
  const recovery = renewed();
  assertEquals(recovery.begin(0, [gone]), false);
  assertEquals(recovery.begin(0, []), true);
  assertEquals(recovery.isSure, true);
});

Deno.test("recovery.begin() tells once that the branch begins", () => {
  const recovery = away();
  assertEquals([recovery.begin(5, []), recovery.begin(5, [])], [true, false]);
});

Deno.test("Recovery waits until the branch has as much of its log as any peer has", () => {
  const recovery = away();
  recovery.hear(two, { has: 7, last: 5 });
  recovery.hear(branch(3), { has: 6, last: 5 });
  assertEquals([recovery.begin(5, []), recovery.begin(6, [])], [false, false]);
  assertEquals(recovery.begin(7, []), true);
  assertEquals(recovery.fork, undefined);
});

Deno.test("Recovery has forgotten nothing where peers have what it has, or less", () => {
  const recovery = away();
  for (const has of [0, 4, 5]) recovery.hear(two, { has, last: 5 });
  assertEquals([recovery.begin(5, []), recovery.fork], [true, undefined]);
});

Deno.test("Recovery is unsure again when a peer turns up that has more, before anything new", () => {
  const recovery = away();
  recovery.begin(5, [gone]);
  recovery.hear(two, { has: 8, last: 5 });
  assertEquals([recovery.isSure, recovery.fork], [false, undefined]);
  assertEquals([recovery.begin(7, []), recovery.begin(8, [])], [false, true]);
});

Deno.test("Recovery finds a fork when a peer has more after new entries were written", () => {
  const recovery = away();
  recovery.begin(5, [gone]);
  recovery.hear(two, { has: 6, last: 6 });
  assertEquals(recovery.fork, undefined, "what it wrote itself");
  recovery.hear(two, { has: 8, last: 6 });
  recovery.hear(branch(3), { has: 9, last: 6 });
  assertEquals(recovery.fork, { from: two, has: 8, last: 6 });
});

Deno.test("recovery.disown() makes a fork of what a peer has and the branch never wrote, the first", () => {
  const recovery = away();
  recovery.begin(5, [gone]);
  recovery.disown(two, { has: 4, last: 9 });
  recovery.disown(branch(3), { has: 5, last: 9 });
  assertEquals(recovery.fork, { from: two, has: 4, last: 9 });
});
