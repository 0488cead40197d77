/**
 * Runs a small scenario as an executable of `deno compile` would: from the folder in the first
 * argument, where `customer` and `branch` stand beside each other.
 */
import { ownBank } from "../../lib/adapter/own_bank.ts";
import { run } from "../../lib/adapter/run.ts";
import { makeTemporaryFolder } from "../../lib/adapter/bank_folder.ts";
import { Subprocess } from "../../lib/adapter/subprocess.ts";
import { commandIdPrefix } from "../../lib/core/ids.ts";
import { planScenario } from "../../lib/format/plan.ts";
import { readScenario } from "../../lib/format/scenario.ts";

const [folder = "", text = ""] = Deno.args;
const { scenario } = readScenario(text, { file: "scenario" });
const origin = { standalone: true, execPath: `${folder}/customer`, folder: "file:///absent/" };
const startedMs = Date.now();
const secret = crypto.randomUUID();
const bank = makeTemporaryFolder();
const { balances } = await run({
  openBank: ownBank({
    folder: bank,
    secret,
    startedMs,
    note: (line) => Deno.stderr.writeSync(new TextEncoder().encode(`${line}\n`)),
    branches: scenario.branches,
    opening: scenario.opening,
    acknowledge: "all",
    faults: undefined,
    cores: 2,
  }),
  trustOf: () => ({ secret }),
  plan: planScenario(scenario, {
    dialect: "classic",
    run: `${commandIdPrefix(startedMs)}run`,
    free: false,
  }),
  cores: 2,
  spawn: (request) => new Subprocess(request, origin),
});
bank.remove();
Deno.stdout.writeSync(new TextEncoder().encode([...balances.values()].join(" ")));
Deno.exit(0);
