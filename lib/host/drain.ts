import { patience } from "../core/patience.ts";
import type { Host } from "./host.ts";

/**
 * Lets a branch come to its end: it takes no more commands, answers those that it has, and brings
 * what is new in its log to all peers that can be reached.
 *
 * `ticked` resolves when a tick has gone by. It takes a bounded time: that of a command, and as
 * long again as a peer has before it counts as unreachable.
 */
export async function drained(
  host: Pick<Host, "end" | "inspect">,
  ticked: () => Promise<void>,
): Promise<void> {
  let isQuiet = false;
  const quiet = host.end().then(() => void (isQuiet = true));
  const ticksMax = patience.executeTicks + patience.writeTicks + patience.unreachableTicks;
  for (let ticks = 0; ticks < ticksMax; ticks++) {
    if (isQuiet && !isAhead(host)) return;
    await Promise.race([ticked(), ...isQuiet ? [] : [quiet]]);
  }
}

/** Tells whether a peer that can be reached lacks something of the branch's log. */
function isAhead(host: Pick<Host, "inspect">): boolean {
  const { id, known, peers } = host.inspect();
  const last = known.get(id) ?? 0;
  return peers.some(({ reachable, has }) => reachable && has < last);
}
