import { fail } from "@std/assert";
import { pause } from "../nemesis/pause.ts";

/** Between two looks, in milliseconds. */
const lookMs = 50;

const looksMax = 1_200;

/** Looks at servers or branches until there is an answer, or so often that there will be none. */
export async function until<Answer>(
  what: string,
  look: () => Promise<Answer | undefined>,
): Promise<Answer> {
  for (let looks = 0; looks < looksMax; looks++) {
    const answer = await look();
    if (answer !== undefined) return answer;
    await pause(lookMs);
  }
  return fail(`it did not come to pass that ${what}`);
}
