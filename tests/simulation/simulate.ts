import { parseArgs } from "@std/cli/parse-args";
import { nothingReached, reachedBoth } from "./happened.ts";
import { happen, type Outcome } from "./happen.ts";
import { carriages } from "./options.ts";

const usage = `deno task simulate --runs N [--seed FIRST]   run N worlds, the first of seed FIRST
deno task simulate --seed N                  replay one, and tell all that happens in it
  --carriage mesh|log   what carries messages between branches, which else the seed says`;

/** Writes what a failed world says, and the command that replays it. */
export function failure({ seed, breach, options }: Outcome): string {
  return [
    `seed ${seed} breaks the law: ${breach?.law}`,
    `  ${breach?.message}`,
    `  in ${JSON.stringify(options)}`,
    `  replay: deno task simulate --seed ${seed} --carriage ${options.log ? "log" : "mesh"}`,
  ].join("\n");
}

/** Runs worlds as the arguments say; gives the exit code. */
export async function simulate(
  args: readonly string[],
  tell: (line: string) => void,
): Promise<number> {
  const { runs, seed, carriage: named } = parseArgs([...args], {
    string: ["runs", "seed", "carriage"],
  });
  const carriage = carriages.find((one) => one === named);
  const [count, first] = [Number(runs ?? 1), Number(seed ?? 1)];
  const isSound = Number.isSafeInteger(count) && count > 0 && Number.isSafeInteger(first) &&
    carriage === named;
  if (!isSound || (runs === undefined && seed === undefined)) {
    tell(usage);
    return 2;
  }
  if (runs === undefined) {
    const outcome = await happen(first, { carriage, tell });
    tell(outcome.breach === undefined ? `hash ${outcome.hash}` : failure(outcome));
    return outcome.breach === undefined ? 0 : 1;
  }
  let failed = 0;
  let reached = nothingReached();
  for (let run = 0; run < count; run++) {
    const outcome = await happen(first + run, { carriage });
    reached = reachedBoth(reached, outcome.reached);
    if (outcome.breach === undefined) continue;
    failed += 1;
    tell(failure(outcome));
  }
  for (const [what, times] of Object.entries(reached)) tell(`${what}: ${times}`);
  tell(`${count} worlds, seeds ${first} to ${first + count - 1}: ${failed} break a law`);
  return failed === 0 ? 0 : 1;
}

if (import.meta.main) {
  // deno-lint-ignore no-console -- this is a program, and standard output is what it is for
  Deno.exitCode = await simulate(Deno.args, (line) => console.log(line));
}
