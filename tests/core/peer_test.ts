import { assertEquals } from "@std/assert";
import { patience } from "../../lib/core/patience.ts";
import { isReachable, unknownPeer, viewOf } from "../../lib/core/peer.ts";
import { branch } from "./samples.ts";

Deno.test("isReachable() gives up on a peer that has owed an answer for too long, until it answers", () => {
  const peer = unknownPeer(branch(2));
  assertEquals(isReachable(peer, 1_000), true);
  peer.silentTick = 1_000;
  assertEquals(isReachable(peer, 1_000 + patience.unreachableTicks - 1), true);
  const late = 1_000 + patience.unreachableTicks;
  assertEquals(viewOf(peer, late), { id: branch(2), has: 0, isHeard: true, reachable: false });
  peer.silentTick = undefined;
  assertEquals(isReachable(peer, late), true);
});
