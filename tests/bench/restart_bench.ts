/**
 * Measures how a branch with a long past starts: `deno task bench-restart [--entries N]`.
 *
 * It writes journals as a replica does, in steps of so many commands, and times the real program
 * until it listens.
 *
 * @module
 */
import { parseArgs } from "@std/cli/parse-args";
import { SqliteJournal } from "../../lib/adapter/sqlite_journal.ts";
import type { Command } from "../../lib/core/command.ts";
import { type BranchId, commandIdPrefix } from "../../lib/core/ids.ts";
import { money } from "../../lib/core/money.ts";
import { Replica } from "../../lib/core/replica.ts";
import { nothingKnown } from "../../lib/core/version_vector.ts";
import { branch, commandId } from "../core/samples.ts";

const members: readonly BranchId[] = [1, 2, 3].map(branch);
const opening = money(1_000_000);

/** Writes a journal of branch 1 with so many entries of its own, and gives its path. */
function write(folder: string, { entries, perStep }: { entries: number; perStep: number }): string {
  const path = `${folder}/branch-${perStep}.journal`;
  const founding = { bank: "unnamed", branch: branch(1), members, opening };
  const journal = new SqliteJournal(path, founding, "process");
  const config = { id: branch(1), members, opening, acknowledge: "local" as const };
  const replica = Replica.restore(config, journal.read());
  const run = crypto.getRandomValues(new Uint8Array(6)).toHex();
  const begunMs = Date.now() - entries;
  replica.step([{ kind: "tick", nowMs: Date.now() }]);
  for (let written = 0; written < entries; written += perStep) {
    const made = `${commandIdPrefix(begunMs + written)}${run}`;
    const commands = Array.from({ length: perStep }, (_, index): Command => ({
      action: index % 2 === 0 ? "deposit" : "withdraw",
      id: commandId(`${made}/${(written + index) % 50}/${written + index}`),
      // Less is taken out than is put in, so that the branch never has to ask for allowance.
      amount: money(10 + (index % 2 === 0 ? 90 : 0) + (index % 90)),
    }));
    const { records } = replica.step([
      { kind: "execute", ticket: written, commands, session: nothingKnown },
    ]);
    journal.commit(records);
  }
  journal.close();
  return path;
}

/** Starts the program on a journal, and tells how long it took to listen, in milliseconds. */
async function start(folder: string, path: string): Promise<number> {
  const bank = members.map((id) => (
    { id, type: "branch", balance: Number(opening), address: `127.0.0.1:${id === 1 ? 0 : id}` }
  ));
  Deno.writeTextFileSync(`${folder}/bank.json`, JSON.stringify(bank));
  Deno.writeTextFileSync(`${folder}/secret.txt`, "s".repeat(32));
  const started = performance.now();
  const child = new Deno.Command(Deno.execPath(), {
    args: [
      ...["run", "--quiet", "--cached-only", "--allow-read", "--allow-write", "--allow-net"],
      ...["--allow-env", new URL("../../branch.ts", import.meta.url).href],
      ...["--bank", `${folder}/bank.json`, "--id", "1", "--secret", `${folder}/secret.txt`],
      ...["--data", path, "--log-level", "error"],
    ],
    stdout: "piped",
  }).spawn();
  try {
    const { value } = await child.stdout.getReader().read();
    const said = new TextDecoder().decode(value);
    if (!said.includes("listens on")) throw new Error(`the branch said: ${said}`);
    return performance.now() - started;
  } finally {
    child.kill("SIGKILL");
    await child.status;
  }
}

function print(line: string): void {
  Deno.stdout.writeSync(new TextEncoder().encode(`${line}\n`));
}

const { entries: wanted } = parseArgs(Deno.args, { string: ["entries"] });
const entries = Number(wanted ?? 1_000_000);
const folder = Deno.makeTempDirSync({ prefix: "restart-bench-" });
try {
  for (const perStep of [50, 1]) {
    const path = write(folder, { entries, perStep });
    const bytes = Deno.statSync(path).size / entries;
    const times: number[] = [];
    for (let round = 0; round < 5; round++) times.push(await start(folder, path));
    times.sort((left, right) => left - right);
    print(
      `${entries} entries, ${perStep} a step: ${bytes.toFixed(1)} bytes each; starts in ` +
        `${times.map((ms) => `${Math.round(ms)}`).join(", ")} ms`,
    );
  }
} finally {
  Deno.removeSync(folder, { recursive: true });
}
