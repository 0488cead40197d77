import type { Random } from "../simulation/random.ts";
import type { Diary } from "./diary.ts";
import type { RealBank } from "./real_bank.ts";
import { pause } from "./pause.ts";

/** What faults are done to, and by what they are drawn. */
export interface World {
  readonly bank: RealBank;
  readonly random: Random;
  readonly diary: Diary;
}

/** Something that goes wrong for a while; when it resolves, it is over. */
export type Fault = (world: World) => Promise<void>;

/** Draws how long a fault lasts: mostly short, at times longer than any patience of a branch. */
export async function aWhile(random: Random): Promise<void> {
  await pause(random.chance(0.2) ? random.between(2_000, 4_500) : random.between(100, 1_500));
}

/** Puts faults in a random order. */
export function shuffled(faults: readonly Fault[], random: Random): readonly Fault[] {
  const deck = [...faults];
  return faults.map(() => deck.splice(random.below(deck.length), 1)).flat();
}
