/**
 * Runs a scenario: starts the branches and one process per customer, lets the customers do what
 * the scenario says, and writes what they were answered.
 *
 * @module
 */
import type { AcknowledgePolicy } from "./lib/core/acknowledgements.ts";
import { type BranchId, commandIdPrefix } from "./lib/core/ids.ts";
import { limits } from "./lib/core/limits.ts";
import type { Money } from "./lib/core/money.ts";
import { makeTemporaryFolder, openFolder, type RunFolder } from "./lib/adapter/bank_folder.ts";
import { claimOutput, type OutputFile } from "./lib/adapter/output_file.ts";
import {
  beforePrinting,
  complain,
  exitCodes,
  ExitError,
  print,
  runProgram,
  versionLine,
} from "./lib/adapter/program.ts";
import { startProgressLine } from "./lib/adapter/progress_line.ts";
import { run } from "./lib/adapter/run.ts";
import { Subprocess } from "./lib/adapter/subprocess.ts";
import { type Arguments, readArguments } from "./lib/format/arguments.ts";
import { dialects, isDialect, isRunnable, type RunnableDialect } from "./lib/format/dialect.ts";
import { readFaults } from "./lib/format/faults.ts";
import { asProcess } from "./lib/format/launch.ts";
import { planScenario } from "./lib/format/plan.ts";
import { reasonOf } from "./lib/format/reason.ts";
import { defaultOutput, formatResults, formOf } from "./lib/format/result.ts";
import type { RunOutcome } from "./lib/format/run_options.ts";
import { readScenario, type Scenario } from "./lib/format/scenario.ts";
import { ScenarioError } from "./lib/format/scenario_error.ts";
import type { Faults, Injected } from "./lib/host/faulty_transport.ts";
import { ProcessError } from "./lib/host/ports.ts";

const help = `Runs a scenario on a bank of its own, over gRPC on loopback.

  deno task run SCENARIO [options]

  --output FILE      where the answers go, as .txt, .json or .jsonl; they are printed too
                     (output.txt for classic scenarios, output.json for all others)
  --dialect DIALECT  how to read the scenario, instead of telling from the file:
                     classic, sequential, session or session-classic
  --plan free        all customers at once, each seeing only what it has seen itself,
                     to watch branches differ and then agree
  --ack POLICY       which branches must have a write before it is answered:
                     all (the default), majority or local
  --faults LIST      what goes wrong with messages between branches, such as
                     "delay=20ms..200ms,drop=0.1,double=0.1,cut=1|2,3@0.5s..2s": all or any
                     of these; a cut without times lasts until the customers are done
  --data DIR         keep the bank in this folder, and go on with the one that is there;
                     without it the bank ends with the run, and its journals are removed
  --quiet, -q        no summary and no progress on standard error
  --help, --version

Exit code 0: done; 1: the run failed, and no output was written; 2: the scenario or the
arguments are wrong, and nothing was started; 130, 143, 129: ended by SIGINT, SIGTERM, SIGHUP.
`;

interface Job {
  readonly file: string;
  readonly scenario: Scenario;
  readonly dialect: RunnableDialect;
  readonly output: string;
  /** The folder of the bank's journals, if they are kept. */
  readonly data: string | undefined;
  readonly acknowledge: AcknowledgePolicy;
  readonly free: boolean;
  /** What is to go wrong with messages between branches, if anything. */
  readonly faults: Faults | undefined;
  /** Whether people asked for quiet. */
  readonly isQuiet: boolean;
  /** Tells people something, unless they asked for quiet. */
  readonly note: (line: string) => void;
}

async function runScenario(job: Job): Promise<number> {
  const { scenario, dialect, free, acknowledge, note } = job;
  const startedMs = Date.now();
  const name = commandIdPrefix(startedMs) + crypto.getRandomValues(new Uint8Array(6)).toHex();
  const plan = planScenario(scenario, { dialect, run: name, free });
  const output = claim(job);
  const folder = claimFolder(job.data);
  endBySignals(folder);
  using progress = job.isQuiet ? undefined : startProgressLine();
  beforePrinting(() => progress?.clear());
  const started = performance.now();
  const outcome = await run({
    branches: scenario.branches,
    opening: scenario.opening,
    acknowledge,
    plan,
    folder,
    startedMs,
    cores: navigator.hardwareConcurrency,
    faults: job.faults,
    spawn: (request) => new Subprocess(request, processOrigin),
    progressed: (now) => progress?.tell(now),
    note,
  }).finally(() => folder.remove());
  const seconds = (performance.now() - started) / 1_000;
  const { results } = outcome.conducted;
  const text = formatResults({ scenario, results, dialect, form: formOf(job.output) });
  const verdict = agreement(outcome);
  print(text);
  output.write(text);
  note(summary(job, seconds));
  note(verdict);
  const unreached = unavailable(outcome);
  if (unreached > 0) {
    note(`${counted(unreached, "withdrawal", "withdrawals")} not done: ${outOfReach}`);
  }
  if (outcome.injected !== undefined) note(incidents(outcome.injected));
  return exitCodes.done;
}

/** Makes sure of the output before anything starts. @throws {ExitError} */
function claim({ output, file }: Job): OutputFile {
  if (isSameFile(output, file)) throw wrongInput(`--output is the scenario ${file} itself`);
  try {
    return claimOutput(output);
  } catch (error) {
    throw wrongInput(reasonOf(error));
  }
}

function isSameFile(output: string, file: string): boolean {
  try {
    return Deno.realPathSync(output) === Deno.realPathSync(file);
  } catch {
    // What is not there, or not to be reached, is said by whoever opens it.
    return false;
  }
}

/** Makes sure of the folder for the journals. @throws {ExitError} */
function claimFolder(path: string | undefined): RunFolder {
  try {
    return path === undefined ? makeTemporaryFolder() : openFolder(path);
  } catch (error) {
    throw wrongInput(reasonOf(error));
  }
}

const processOrigin = {
  standalone: Deno.build.standalone,
  execPath: Deno.execPath(),
  folder: new URL("./", import.meta.url).href,
};

/** @throws {ExitError} when the branches ended on different balances. */
function agreement({ balances }: RunOutcome): string {
  const branches = [...balances.keys()];
  const [first, ...others] = new Set<Money>(balances.values());
  if (others.length > 0) {
    const each = [...balances].map(([branch, balance]) => `branch ${branch} on ${balance}`);
    throw new ExitError(exitCodes.failed, `the branches do not agree: ${each.join(", ")}`);
  }
  return branches.length === 1
    ? `the only branch ends on ${first}`
    : `all ${branches.length} branches agree on ${first}`;
}

function summary({ dialect, scenario, free }: Job, seconds: number): string {
  const { branches, customers } = scenario;
  const ids = new Set(customers.map(({ id }) => id)).size;
  const commands = customers.reduce((sum, { events }) => sum + events.length, 0);
  const counts = [
    counted(branches.length, "branch", "branches"),
    counted(ids, "customer", "customers"),
    counted(commands, "command", "commands"),
  ];
  const plan = free ? ", free plan" : "";
  return `${dialect} scenario${plan}: ${counts.join(", ")} in ${seconds.toFixed(2)} s`;
}

function incidents({ delayed, dropped, doubled, cut }: Injected): string {
  const late = `${counted(delayed, "message", "messages")} delayed`;
  return `faults injected: ${late}, ${dropped} dropped, ${doubled} doubled, ${cut} cut off`;
}

function unavailable({ conducted: { results } }: RunOutcome): number {
  return results.flat().filter(({ kind }) => kind === "unavailable").length;
}

const outOfReach = "the branches that hold the money could not be reached";

function counted(count: number, one: string, many: string): string {
  return `${count} ${count === 1 ? one : many}`;
}

/** Reads the arguments and the scenario. @throws {ExitError} with all that is wrong. */
function readJob(options: Arguments): Job {
  const { values, flags, positional: [file] } = options;
  const faults = [...options.faults];
  if (file === undefined) faults.push("no scenario file is given; see --help");
  const output = values.get("output");
  if (output !== undefined && !/\.(txt|json|jsonl)$/i.test(output)) {
    faults.push(`--output is ${JSON.stringify(output)}; it must end in .txt, .json or .jsonl`);
  }
  if (faults.length > 0 || file === undefined) throw wrongInput(faults.join("\n"));
  const wanted = values.get("dialect") ?? "";
  const { scenario, dialect, repairs } = readScenarioFile(file, wanted);
  if (!isRunnable(dialect)) {
    throw wrongInput(`${file} is of the dialect ${dialect}, which this version does not run`);
  }
  const ack = values.get("ack");
  const isQuiet = flags.has("quiet");
  const note = isQuiet ? () => undefined : complain;
  for (const repair of repairs) note(`${file}: ${repair}`);
  return {
    file,
    scenario,
    dialect,
    output: output ?? defaultOutput(dialect),
    data: values.get("data"),
    acknowledge: ack === "majority" || ack === "local" ? ack : "all",
    free: values.get("plan") === "free",
    faults: faultsIn(values.get("faults"), scenario.branches),
    isQuiet,
    note,
  };
}

/** @throws {ExitError} with all that is wrong. */
function faultsIn(text: string | undefined, branches: readonly BranchId[]): Faults | undefined {
  if (text === undefined) return undefined;
  const reading = readFaults(text, branches);
  if (reading.kind === "wrong") throw wrongInput(reading.complaints.join("\n"));
  return reading.faults;
}

function readScenarioFile(file: string, wanted: string) {
  try {
    const dialect = isDialect(wanted) ? wanted : undefined;
    const { size } = Deno.statSync(file);
    if (size > limits.scenarioBytesMax) {
      throw new RangeError(`it has ${size} bytes, more than ${limits.scenarioBytesMax}`);
    }
    return readScenario(Deno.readTextFileSync(file), { file, dialect });
  } catch (error) {
    if (error instanceof ScenarioError) throw wrongInput(error.message);
    throw wrongInput(`${file} cannot be read: ${reasonOf(error)}`);
  }
}

function wrongInput(message: string): ExitError {
  return new ExitError(exitCodes.wrongInput, message);
}

const signalCodes = { SIGINT: 130, SIGTERM: 143, SIGHUP: 129 } as const;

/** Lets signals end the run; its processes end with it, since their input does. */
function endBySignals(folder: RunFolder): void {
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) {
    Deno.addSignalListener(signal, () => {
      folder.remove();
      complain(`customer: ${endedBy(signal)}`);
      Deno.exit(signalCodes[signal]);
    });
  }
}

function endedBy(signal: keyof typeof signalCodes): string {
  return `ended by ${signal}; no output was written`;
}

async function main(): Promise<number> {
  if (Deno.args[0] === asProcess) {
    // Only an executable comes here; under Deno the process of a customer is teller.ts itself.
    const { attend } = await import("./lib/adapter/teller.ts");
    await attend();
    return exitCodes.done;
  }
  const options = readArguments(Deno.args, {
    values: {
      output: "any",
      data: "any",
      faults: "any",
      dialect: dialects,
      plan: ["free"],
      ack: ["all", "majority", "local"],
    },
    flags: ["quiet"],
    positional: ["SCENARIO"],
  });
  if (options.flags.has("help")) print(help);
  if (options.flags.has("version")) print(versionLine("customer"));
  if (options.flags.has("help") || options.flags.has("version")) return exitCodes.done;
  const job = readJob(options);
  try {
    return await runScenario(job);
  } catch (error) {
    if (!(error instanceof ProcessError)) throw error;
    // A terminal's signal goes to the run and all its processes; this one heard of theirs first.
    const { signal } = error;
    if (signal === "SIGINT" || signal === "SIGHUP") {
      throw new ExitError(signalCodes[signal], endedBy(signal));
    }
    throw new ExitError(exitCodes.failed, `the run failed: ${error.message}`);
  }
}

await runProgram("customer", main);
