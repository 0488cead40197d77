import { invariant } from "./invariant.ts";

/**
 * How long a replica waits for others, in ticks; the host says how long a tick is.
 *
 * All waiting is bounded: by these, a branch that nobody can reach delays an answer and never
 * prevents one.
 */
export const patience = {
  /** A record that came before what it follows is held so long before its sender is told. */
  holdTicks: 10,
  /** A request to a peer that has had no answer for so long is sent again. */
  resendTicks: 20,
  /** A peer that was asked for old records, which may be many, has so long until another is. */
  fetchTicks: 40,
  /** The longest pause before a request to a peer that failed is sent again. */
  backoffTicksMax: 20,
  /** A peer that has not answered for so long is not waited for until it does. */
  unreachableTicks: 40,
  /** A write is answered after so long, whoever has it by then. */
  writeTicks: 80,
  /** A command waits so long for what its session has seen, and for allowance. */
  executeTicks: 100,
  /** What was read of old outcomes is held so long after it was last asked for. */
  recallTicks: 110,
  /** A peer that was asked for allowance has so long to answer, and its grant to come. */
  claimTicks: 20,
  /** For so long it is taken that it will grant all of that; then others are asked for it too. */
  claimHopeTicks: 5,
  /** One that counts as unreachable has so long: it may have come back. */
  claimSilentTicks: 6,
  /** The longest pause before a peer that granted nothing is asked again. */
  claimPauseTicksMax: 10,
  /** A branch that asks again within so long is one that keeps paying out, and asks for more. */
  hungerTicks: 200,
  /** What a peer still lacks after so long is offered to it, whoever wrote it. */
  forwardTicks: 40,
  /** A peer that has been sent nothing for so long is asked whether it is there. */
  idleTicks: 100,
  /** How often it is looked whether a peer lacks what others wrote, and whether it was asked. */
  reviewTicks: 10,
} as const;

invariant(
  patience.unreachableTicks + patience.claimTicks < patience.executeTicks,
  "a withdrawal gives up on a peer before it gives up on the others",
);
invariant(patience.claimHopeTicks < patience.claimTicks, "others are asked before one is given up");
invariant(
  2 * patience.fetchTicks < patience.executeTicks,
  "a command outlives a fetch that was lost",
);
invariant(
  patience.executeTicks < patience.recallTicks,
  "what was read for a command is held as long as that waits",
);
invariant(patience.holdTicks < patience.resendTicks, "a held request is not taken for lost");
invariant(
  patience.resendTicks < patience.unreachableTicks,
  "a peer gets a second chance before it counts as unreachable",
);
invariant(
  patience.unreachableTicks < patience.writeTicks,
  "a write gives up on a peer before it gives up on the answer",
);
