/**
 * Measures whole runs, from start to exit, against as many bare processes that import grpc-js
 * and exit, started in the same way: one starts all others. The two are run in turns.
 *
 * `deno task bench` prints medians, their spread and the ratio; `--rounds N` sets how often.
 */
import { parseArgs } from "@std/cli/parse-args";

interface Case {
  readonly name: string;
  readonly file: string;
  /** All processes of the run, the one that is started by hand included. */
  readonly processes: number;
  readonly rounds: number;
}

const root = new URL("../../", import.meta.url);
const folder = Deno.makeTempDirSync();
const path = (name: string) => new URL(name, root).pathname;

function sequentialFile(): string {
  const records = Array.from({ length: 100 }, (_, index) => ({
    id: 1 + index % 50,
    type: "customer",
    events: [{ interface: index < 50 ? "deposit" : "withdraw", money: 10 }, { interface: "query" }],
  }));
  return scenario([...records, ...branches(50, 400)]);
}

function stressFile(): string {
  const deposits = Array.from({ length: 4 }, () => ({ interface: "deposit", money: 10 }));
  const events = [...deposits, { interface: "query", money: 100 }];
  const customers = Array.from({ length: 6 }, (_, index) => (
    { id: 1 + index, type: "customer", events }
  ));
  return scenario([...customers, ...branches(6, 100)]);
}

function branches(count: number, balance: number) {
  return Array.from({ length: count }, (_, index) => ({ id: 1 + index, type: "branch", balance }));
}

function scenario(records: readonly unknown[]): string {
  const file = `${folder}/${crypto.randomUUID()}.json`;
  Deno.writeTextFileSync(file, JSON.stringify(records));
  return file;
}

/** Runs a command to its end; gives how long that took, in milliseconds. */
async function timed(args: readonly string[]): Promise<number> {
  const command = new Deno.Command(Deno.execPath(), {
    args: ["run", "--quiet", "--cached-only", "--no-prompt", ...args],
    cwd: folder,
    stdin: "null",
    stdout: "null",
    stderr: "piped",
  });
  const started = performance.now();
  const { success, stderr } = await command.output();
  const took = performance.now() - started;
  if (!success) throw new Error(new TextDecoder().decode(stderr));
  return took;
}

function runOf(file: string): Promise<number> {
  const permissions = ["--allow-read", "--allow-write", "--allow-env"];
  return timed([...permissions, `--allow-run=${Deno.execPath()}`, path("customer.ts"), file]);
}

function bareOf(processes: number): Promise<number> {
  const permissions = ["--allow-net=127.0.0.1", "--allow-env"];
  const run = `--allow-run=${Deno.execPath()}`;
  return timed([...permissions, run, path("tests/bench/bare_process.ts"), String(processes - 1)]);
}

interface Spread {
  readonly median: number;
  readonly least: number;
  readonly most: number;
}

function spreadOf(values: readonly number[]): Spread {
  const sorted = values.toSorted((left, right) => left - right);
  const at = (index: number) => sorted[index] ?? NaN;
  return { median: at(Math.floor(sorted.length / 2)), least: at(0), most: at(sorted.length - 1) };
}

async function measure({ name, file, processes, rounds }: Case): Promise<void> {
  await runOf(file);
  await bareOf(processes);
  const pairs: { readonly run: number; readonly bare: number }[] = [];
  for (let round = 0; round < rounds; round++) {
    pairs.push({ run: await runOf(file), bare: await bareOf(processes) });
  }
  print(`${name}, ${rounds} rounds`);
  print(`  the run:                  ${ms(spreadOf(pairs.map(({ run }) => run)))}`);
  const bare = ms(spreadOf(pairs.map(({ bare }) => bare)));
  print(`  ${String(processes).padStart(3)} bare processes:       ${bare}`);
  const ratios = spreadOf(pairs.map(({ run, bare }) => run / bare));
  const { median, least, most } = ratios;
  print(
    `  ratio:                    ${[median, least, most].map((one) => one.toFixed(2)).join(" ")}`,
  );
}

function ms({ median, least, most }: Spread): string {
  return `${median.toFixed(0)} ms (${least.toFixed(0)} to ${most.toFixed(0)})`;
}

function print(line: string): void {
  Deno.stdout.writeSync(new TextEncoder().encode(`${line}\n`));
}

const options = parseArgs(Deno.args, { string: ["rounds"], default: { rounds: "15" } });
const rounds = Number(options.rounds);
const few = Math.max(1, Math.round(rounds / 3));
const cores = navigator.hardwareConcurrency;
print(
  `Deno ${Deno.version.deno}, ${cores} cores; median (least to most), ratio as median least most`,
);
try {
  await measure({ name: "input1.json", file: path("input1.json"), processes: 7, rounds });
  await measure({
    name: "stress: 6 branches, 6 customers",
    file: stressFile(),
    processes: 1 + 6 + 6,
    rounds: few,
  });
  await measure({
    name: "sequential: 50 branches, 50 customers, 100 records",
    file: sequentialFile(),
    processes: 1 + cores + 50,
    rounds: few,
  });
} finally {
  Deno.removeSync(folder, { recursive: true });
}
