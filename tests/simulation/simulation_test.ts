import { assert, assertEquals, assertNotEquals } from "@std/assert";
import { nothingReached, reachedBoth } from "./happened.ts";
import { carriages, optionsOf } from "./options.ts";
import { fixedSeeds, foundSeeds } from "./seeds.ts";
import { failure, simulate } from "./simulate.ts";
import { happen } from "./happen.ts";

Deno.test("the laws hold in every world of the list, and the list meets every fault", async () => {
  let reached = nothingReached();
  const found = carriages.flatMap((carriage) => (
    foundSeeds[carriage].map((seed) => ({ seed, carriage }))
  ));
  const fixed = Array.from({ length: fixedSeeds }, (_, index) => ({ seed: index + 1 }));
  for (const { seed, ...said } of [...found, ...fixed]) {
    const outcome = await happen(seed, said);
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

Deno.test("simulate() has messages carried as it is told, and as the seed says otherwise", async () => {
  const ends = new Map<string, string>();
  for (const carriage of [[], ["--carriage", "mesh"], ["--carriage", "log"]]) {
    const lines: string[] = [];
    assertEquals(await simulate(["--seed", "7", ...carriage], (line) => lines.push(line)), 0);
    ends.set(carriage.join(), lines.at(-1) ?? "");
  }
  assertEquals(new Set(ends.values()).size, 2);
  for (const carriage of carriages) {
    assertEquals(optionsOf(7, carriage).log !== undefined, carriage === "log");
  }
});

Deno.test("simulate() with a seed alone tells all that happens in its world", async () => {
  const lines: string[] = [];
  assertEquals(await simulate(["--seed", "7"], (line) => lines.push(line)), 0);
  assertEquals(lines.at(-1), `hash ${(await happen(7)).hash}`);
  assert(lines.length > 10);
});

Deno.test("simulate() refuses arguments that name no worlds", async () => {
  const carried = ["--seed", "1", "--carriage", "pigeon"];
  for (const args of [[], ["--runs", "0"], ["--runs", "x"], ["--seed", "1.5"], carried]) {
    const lines: string[] = [];
    assertEquals(await simulate(args, (line) => lines.push(line)), 2);
    assert(lines[0]?.startsWith("deno task simulate"));
  }
});
