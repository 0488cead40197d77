import { assertEquals } from "@std/assert";
import { money } from "../../lib/core/money.ts";
import { patience } from "../../lib/core/patience.ts";
import { Replica } from "../../lib/core/replica.ts";
import { drained } from "../../lib/host/drain.ts";
import { branch, vector } from "../core/samples.ts";

const view = Replica.restore({
  id: branch(1),
  members: [branch(1)],
  opening: money(0),
  acknowledge: "all",
}).inspect();

/** A branch with a log of three entries, of which a peer has so many at each tick. */
function host(has: readonly number[], { reachable = true, end = Promise.resolve() } = {}) {
  let ticks = 0;
  const known = { id: branch(2), isHeard: true, reachable, allowance: money(0) };
  const peer = () => ({ ...known, has: has[Math.min(ticks, has.length - 1)] ?? 0 });
  return {
    end: () => end,
    inspect: () => ({ ...view, known: vector({ 1: 3 }), peers: [peer()] }),
    ticked: () => Promise.resolve(void (ticks += 1)),
    get ticks() {
      return ticks;
    },
  };
}

Deno.test("drained() waits until a peer has all of the branch's log", async () => {
  const behind = host([0, 1, 2, 2, 3]);
  await drained(behind, behind.ticked);
  assertEquals(behind.ticks, 4);
});

Deno.test("drained() does not wait for a peer that cannot be reached", async () => {
  const cut = host([0], { reachable: false });
  await drained(cut, cut.ticked);
  assertEquals(cut.ticks < 3, true);
});

Deno.test("drained() waits for the answers to customers", async () => {
  const { promise, resolve } = Promise.withResolvers<void>();
  const busy = host([3], { end: promise });
  const drain = drained(busy, () => {
    if (busy.ticks === 5) resolve();
    return busy.ticked();
  });
  await drain;
  assertEquals(busy.ticks >= 6, true);
});

Deno.test("drained() gives up in the end", async () => {
  const stuck = host([0], { end: Promise.withResolvers<void>().promise });
  await drained(stuck, stuck.ticked);
  const { executeTicks, writeTicks, unreachableTicks } = patience;
  assertEquals(stuck.ticks, executeTicks + writeTicks + unreachableTicks);
});
