import { print, type Spread, spreadOf, spreadText } from "./spread.ts";

interface Case {
  readonly name: string;
  readonly file: string;
  readonly dialect: "classic" | "sequential";
  /** All processes of the run, the one that is started by hand included. */
  readonly processes: number;
  readonly rounds: number;
}

const path = (name: string) => new URL(`../../${name}`, import.meta.url).pathname;
const cores = navigator.hardwareConcurrency;

/**
 * Measures whole runs, from start to exit, against as many bare processes that import grpc-js
 * and exit, started in the same way: one starts all others. The two are run in turns.
 */
export async function benchRuns(folder: string, rounds: number): Promise<void> {
  const few = Math.max(Math.min(rounds, 3), Math.round(rounds / 3));
  const cases: readonly Case[] = [
    { name: "input1.json", file: path("input1.json"), dialect: "classic", processes: 7, rounds },
    {
      name: "stress: 6 branches, 6 customers",
      file: scenario(folder, stress()),
      dialect: "classic",
      processes: 1 + 6 + 6,
      rounds: few,
    },
    {
      name: "sequential: 50 branches, 50 customers, 100 records",
      file: scenario(folder, sequential()),
      dialect: "sequential",
      processes: 1 + cores + 50,
      rounds: few,
    },
    {
      name: "classic: 20 branches, 200 customers",
      file: scenario(folder, crowd()),
      // Files with `dest` are of another dialect, unless it is said.
      dialect: "classic",
      processes: 1 + cores + 200,
      rounds: few,
    },
  ];
  for (const each of cases) await measure(each, folder);
}

function sequential(): readonly unknown[] {
  const records = Array.from({ length: 100 }, (_, index) => ({
    id: 1 + index % 50,
    type: "customer",
    events: [{ interface: index < 50 ? "deposit" : "withdraw", money: 10 }, { interface: "query" }],
  }));
  return [...records, ...branches(50, 400)];
}

function stress(): readonly unknown[] {
  const deposits = Array.from({ length: 4 }, () => ({ interface: "deposit", money: 10 }));
  const events = [...deposits, { interface: "query", money: 100 }];
  const customers = Array.from({ length: 6 }, (_, index) => (
    { id: 1 + index, type: "customer", events }
  ));
  return [...customers, ...branches(6, 100)];
}

/** Customers of whom ten turn to each branch. */
function crowd(): readonly unknown[] {
  const customers = Array.from({ length: 200 }, (_, index) => {
    const dest = 1 + index % 20;
    const events = [
      { interface: "deposit", money: 10, dest },
      { interface: "query", money: 0, dest },
    ];
    return { id: 1 + index, type: "customer", events };
  });
  return [...customers, ...branches(20, 400)];
}

function branches(count: number, balance: number) {
  return Array.from({ length: count }, (_, index) => ({ id: 1 + index, type: "branch", balance }));
}

function scenario(folder: string, records: readonly unknown[]): string {
  const file = `${folder}/${crypto.randomUUID()}.json`;
  Deno.writeTextFileSync(file, JSON.stringify(records));
  return file;
}

/** Runs a command to its end; gives how long that took, in milliseconds. */
async function timed(args: readonly string[], folder: string): Promise<number> {
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

function runOf({ file, dialect }: Case, folder: string): Promise<number> {
  const run = `--allow-run=${Deno.execPath()}`;
  const permissions = ["--allow-read", "--allow-write", "--allow-env", run];
  return timed([...permissions, path("customer.ts"), file, "--dialect", dialect], folder);
}

function bareOf(processes: number, folder: string): Promise<number> {
  const permissions = ["--allow-net=127.0.0.1", "--allow-env", `--allow-run=${Deno.execPath()}`];
  const bare = path("tests/bench/bare_process.ts");
  return timed([...permissions, bare, String(processes - 1)], folder);
}

async function measure(each: Case, folder: string): Promise<void> {
  const { name, processes, rounds } = each;
  await runOf(each, folder);
  await bareOf(processes, folder);
  const pairs: { readonly run: number; readonly bare: number }[] = [];
  for (let round = 0; round < rounds; round++) {
    pairs.push({ run: await runOf(each, folder), bare: await bareOf(processes, folder) });
  }
  print(`${name}, ${rounds} rounds`);
  print(`  the run, ms:                ${spreadText(spreadOf(pairs.map(({ run }) => run)))}`);
  const bare = spreadText(spreadOf(pairs.map(({ bare }) => bare)));
  print(`  ${String(processes).padStart(3)} bare processes, ms:     ${bare}`);
  const ratios: Spread = spreadOf(pairs.map(({ run, bare }) => run / bare));
  print(`  ratio:                      ${spreadText(ratios, 2)}`);
}
