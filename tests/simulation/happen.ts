import { Breach } from "./breach.ts";
import { type Reached, Story } from "./happened.ts";
import { type Carriage, type Options, optionsOf } from "./options.ts";
import { honest, type Parts } from "./parts.ts";
import { World } from "./world.ts";

/** How a world came out. */
export interface Outcome {
  readonly seed: number;
  readonly options: Options;
  readonly breach: Breach | undefined;
  readonly reached: Reached;
  /** Equal for equal worlds. */
  readonly hash: string;
}

/** Lets a world happen, to its end or to the first breach of a law. */
export async function happen(
  seed: number,
  { parts = honest, carriage, tell }: {
    readonly parts?: Parts;
    /** What carries messages, unless the seed is to say it. */
    readonly carriage?: Carriage | undefined;
    readonly tell?: (line: string) => void;
  } = {},
): Promise<Outcome> {
  const options = optionsOf(seed, carriage);
  const story = new Story(tell);
  const world = new World({ seed, options, story, parts });
  let breach: Breach | undefined;
  const mend = parts.sabotage?.();
  try {
    await world.happen();
  } catch (error) {
    if (error instanceof Breach) breach = error;
    // Whatever else is thrown, a bug is a finding too, and its seed must be told.
    else breach = new Breach("no bug", String(error instanceof Error ? error.stack : error));
  } finally {
    mend?.();
  }
  return { seed, options, breach, reached: story.reached, hash: story.hash };
}
