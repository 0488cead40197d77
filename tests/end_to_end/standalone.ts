/**
 * Runs a small scenario as an executable of `deno compile` would: from the folder in the first
 * argument, where `customer` and `branch` stand beside each other.
 */
import { run } from "../../lib/adapter/run.ts";
import { Subprocess } from "../../lib/adapter/subprocess.ts";
import { planScenario } from "../../lib/format/plan.ts";
import { readScenario } from "../../lib/format/scenario.ts";

const [folder = "", text = ""] = Deno.args;
const { scenario } = readScenario(text, { file: "scenario" });
const origin = { standalone: true, execPath: `${folder}/customer`, folder: "file:///absent/" };
const { balances } = await run({
  branches: scenario.branches,
  opening: scenario.opening,
  acknowledge: "all",
  plan: planScenario(scenario, { dialect: "classic", run: "standalone", free: false }),
  cores: 2,
  spawn: (request) => new Subprocess(request, origin),
});
Deno.stdout.writeSync(new TextEncoder().encode([...balances.values()].join(" ")));
Deno.exit(0);
