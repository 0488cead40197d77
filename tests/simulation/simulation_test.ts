import { assert, assertEquals, assertNotEquals } from "@std/assert";
import { nothingReached, reachedBoth } from "./happened.ts";
import { fixedSeeds, foundSeeds } from "./seeds.ts";
import { failure, simulate } from "./simulate.ts";
import { happen } from "./world.ts";

Deno.test("the laws hold in every world of the list, and the list meets every fault", async () => {
  let reached = nothingReached();
  const seeds = [...foundSeeds, ...Array.from({ length: fixedSeeds }, (_, index) => index + 1)];
  for (const seed of seeds) {
    const outcome = await happen(seed);
    assert(outcome.breach === undefined, failure(outcome));
    reached = reachedBoth(reached, outcome.reached);
  }
  for (const [what, times] of Object.entries(reached)) {
    assert(times > 0, `no world has met: ${what}`);
  }
});

Deno.test("happen() makes the same world of the same seed, told or not, and another of another", async () => {
  for (const seed of [1, 2, 3, 40, 500]) {
    const lines: string[] = [];
    const [first, second] = [
      await happen(seed),
      await happen(seed, { tell: (l) => lines.push(l) }),
    ];
    assertEquals(second, first);
    assert(lines.length > 0);
  }
  assertNotEquals((await happen(1)).hash, (await happen(2)).hash);
});

Deno.test("simulate() runs as many worlds as it is told, and sums up what they met", async () => {
  const lines: string[] = [];
  assertEquals(await simulate(["--runs", "3", "--seed", "7"], (line) => lines.push(line)), 0);
  assertEquals(lines.at(-1), "3 worlds, seeds 7 to 9: 0 break a law");
});

Deno.test("simulate() with a seed alone tells all that happens in its world", async () => {
  const lines: string[] = [];
  assertEquals(await simulate(["--seed", "7"], (line) => lines.push(line)), 0);
  assertEquals(lines.at(-1), `hash ${(await happen(7)).hash}`);
  assert(lines.length > 10);
});

Deno.test("simulate() refuses arguments that name no worlds", async () => {
  for (const args of [[], ["--runs", "0"], ["--runs", "x"], ["--seed", "1.5"]]) {
    const lines: string[] = [];
    assertEquals(await simulate(args, (line) => lines.push(line)), 2);
    assert(lines[0]?.startsWith("deno task simulate"));
  }
});
