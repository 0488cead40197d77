import type { Random } from "../simulation/random.ts";
import { pause } from "./pause.ts";
import { type Fault, shuffled, type World } from "./fault.ts";
import type { Turn } from "./turn.ts";

/** When faults of one kind happen. */
export interface Schedule {
  readonly faults: readonly Fault[];
  /** Whether the time is over; what has not happened yet happens all the same. */
  readonly isOver: () => boolean;
  /** Whether nothing more is to happen. */
  readonly isHopeless: () => boolean;
  /** What others may hold so that nothing happens meanwhile. */
  readonly turn: Turn;
}

/**
 * Lets one fault happen after another, with pauses in which the bank may get on.
 *
 * They come in an order that is drawn, like that of a deck of cards, so that all have happened
 * once before any happens twice; and once all of them happen, however short the time.
 */
export async function befall(
  world: World,
  { faults, isOver, isHopeless, turn }: Schedule,
): Promise<void> {
  for (let round = 1; !isHopeless() && (round === 1 || !isOver()); round++) {
    for (const fault of shuffled(faults, world.random)) {
      if (isHopeless() || (round > 1 && isOver())) return;
      await pause(breath(world.random));
      await turn.take(() => fault(world));
    }
  }
}

function breath(random: Random): number {
  return random.between(200, 1_500);
}
