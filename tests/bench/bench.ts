/**
 * Measures branches and runs, each against a yardstick in the same call and in turns.
 *
 * `deno task bench` prints medians with the least and the most beside them, and ratios; with
 * `--peers` it measures a bank beside other systems instead, and with `--propagation` what carries
 * entries between branches.
 */
import { parseArgs } from "@std/cli/parse-args";
import { measureHostile, reportHostile } from "./hostile_bench.ts";
import { measureLoad, reportLoad } from "./load_bench.ts";
import { benchCarriers } from "./carriers_bench.ts";
import { benchPeers } from "./peers/peers_bench.ts";
import { benchCatchUp, benchGrowth, benchMemory, benchRecall } from "./size_bench.ts";
import { print } from "./spread.ts";
import { benchRuns } from "./start_bench.ts";

const sections = {
  load: async (folder: string, rounds: number) => {
    const times = { rounds, turns: 10, turnMs: 500, warmUpTurns: 8 };
    for await (const measured of measureLoad(folder, times)) reportLoad(measured);
  },
  runs: benchRuns,
  memory: benchMemory,
  recall: benchRecall,
  growth: benchGrowth,
  "catch-up": benchCatchUp,
  hostile: async (folder: string, rounds: number) => {
    const times = { rounds, warmUpMs: 2_000, durationMs: 4_000, past: 50_000 };
    for await (const endured of measureHostile(folder, times)) reportHostile(endured);
  },
};

const options = parseArgs(Deno.args, {
  string: ["rounds", "what"],
  boolean: ["peers", "propagation"],
  default: { rounds: "5", what: Object.keys(sections).join(",") },
});
const rounds = Number(options.rounds);
const wanted = String(options.what).split(",");
const known = Object.entries(sections).filter(([name]) => wanted.includes(name));
if (known.length !== wanted.length || !(rounds >= 1)) {
  const names = Object.keys(sections).join(", ");
  print(`--rounds N must be at least 1, and --what some of ${names}, with commas between them`);
  Deno.exit(2);
}
const machine = `Deno ${Deno.version.deno}, ${navigator.hardwareConcurrency} cores`;
print(`${machine}; median (least to most), ratios of what was measured one after the other`);
const folder = Deno.makeTempDirSync({ prefix: "bench-" });
try {
  const others = [
    ...options.peers ? [benchPeers] : [],
    ...options.propagation ? [benchCarriers] : [],
  ];
  const measures = others.length > 0 ? others : known.map(([, measure]) => measure);
  for (const measure of measures) await measure(folder, rounds);
} finally {
  Deno.removeSync(folder, { recursive: true });
}
