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
import {
  claimOutput,
  claimOutputs,
  isSameFile,
  type OutputFile,
  type OutputFiles,
} from "./lib/adapter/output_file.ts";
import {
  complain,
  exitCodes,
  ExitError,
  print,
  runProgram,
  version,
  versionLine,
} from "./lib/adapter/program.ts";
import { run } from "./lib/adapter/run.ts";
import type { Tracing } from "./lib/adapter/run_tracing.ts";
import { Subprocess } from "./lib/adapter/subprocess.ts";
import { type Arguments, readArguments } from "./lib/format/arguments.ts";
import { asksForClocks, isDialect } from "./lib/format/dialect.ts";
import { readFaults } from "./lib/format/faults.ts";
import { asProcess } from "./lib/format/launch.ts";
import { planScenario } from "./lib/format/plan.ts";
import { reasonOf } from "./lib/format/reason.ts";
import { runHelp, runOptions } from "./lib/format/run_arguments.ts";
import type { RunOutcome } from "./lib/format/run_options.ts";
import { faultsOfWanted, formatRun, outputPaths, type Wanted } from "./lib/format/run_result.ts";
import type { RunTrace } from "./lib/format/run_trace.ts";
import { readScenario, type Scenario } from "./lib/format/scenario.ts";
import { ScenarioError } from "./lib/format/scenario_error.ts";
import { incidents, outOfReach, summary } from "./lib/format/summary.ts";
import type { Faults } from "./lib/host/faulty_transport.ts";
import { ProcessError } from "./lib/host/ports.ts";

interface Job extends Wanted {
  readonly file: string;
  readonly scenario: Scenario;
  /** Where the trace goes, if there is to be one. */
  readonly trace: string | undefined;
  /** The folder of the bank's journals, if they are kept. */
  readonly data: string | undefined;
  readonly acknowledge: AcknowledgePolicy;
  readonly free: boolean;
  /** What is to go wrong with messages between branches, if anything. */
  readonly faults: Faults | undefined;
  /** Tells people something, unless they asked for quiet. */
  readonly note: (line: string) => void;
}

/** Names a run and says when it began: before the first of its commands was made. */
interface Beginning {
  readonly name: string;
  readonly startedMs: number;
}

async function runScenario(job: Job): Promise<number> {
  const startedMs = Date.now();
  const name = commandIdPrefix(startedMs) + crypto.getRandomValues(new Uint8Array(6)).toHex();
  const { output, trace } = claim(job);
  const folder = claimFolder(job.data);
  const tracing = trace !== undefined || asksForClocks(job.dialect)
    ? await startTrace(job, { name, startedMs, file: trace })
    : undefined;
  const interrupted = signalled();
  try {
    await carryOut(job, { name, startedMs, output, folder, interrupted, trace: tracing?.trace });
    tracing?.end({ event: "done" });
    return exitCodes.done;
  } catch (error) {
    tracing?.end({ event: "failed", reason: reasonOf(error) });
    throw error;
  }
}

async function carryOut(
  job: Job,
  { name, startedMs, output, folder, interrupted, trace }: Beginning & {
    readonly output: OutputFiles;
    readonly folder: RunFolder;
    readonly interrupted: Promise<never>;
    readonly trace: RunTrace | undefined;
  },
): Promise<void> {
  const { scenario, dialect, free, acknowledge, faults, note } = job;
  const plan = planScenario(scenario, {
    ...{ dialect, run: name, free },
    namesQueries: trace !== undefined,
  });
  const started = performance.now();
  const outcome = await run({
    branches: scenario.branches,
    opening: scenario.opening,
    ...{ acknowledge, plan, folder, startedMs, faults, trace, interrupted, note },
    cores: navigator.hardwareConcurrency,
    spawn: (request) => new Subprocess(request, processOrigin),
  }).finally(() => folder.remove());
  const seconds = (performance.now() - started) / 1_000;
  const { results } = outcome.conducted;
  const told = asksForClocks(dialect) ? trace?.gathered() : undefined;
  const { printed, files } = formatRun({ ...job, results, told: told?.trace });
  const verdict = agreement(outcome);
  print(printed);
  output.write(files);
  note(summary(job, seconds));
  note(verdict);
  for (const fault of told?.faults ?? []) note(`the clocks are not whole: ${fault}`);
  const unreached = outOfReach(results);
  if (unreached !== undefined) note(unreached);
  if (outcome.injected !== undefined) note(incidents(outcome.injected));
}

async function startTrace(
  job: Job,
  { name: run, startedMs, file }: Beginning & { readonly file: OutputFile | undefined },
): Promise<Tracing> {
  const { startTracing } = await import("./lib/adapter/run_tracing.ts");
  return startTracing({ ...job, program: version, run, startedMs }, { ...job, file });
}

/** Makes sure of all files to write before anything starts. @throws {ExitError} */
function claim(
  job: Job,
): { readonly output: OutputFiles; readonly trace: OutputFile | undefined } {
  const { file, trace } = job;
  const paths = outputPaths(job);
  for (const path of paths) {
    if (isSameFile(path, file)) throw wrongInput(`--output is the scenario ${file} itself`);
  }
  for (const [what, other] of [["scenario", file], ...paths.map((path) => ["output", path])]) {
    if (trace === undefined || other === undefined || !isSameFile(trace, other)) continue;
    throw wrongInput(`--trace is the ${what} ${other} itself`);
  }
  try {
    return {
      output: claimOutputs(paths),
      trace: trace === undefined ? undefined : claimOutput(trace, "trace"),
    };
  } catch (error) {
    throw wrongInput(reasonOf(error));
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

/** Reads the arguments and the scenario. @throws {ExitError} with all that is wrong. */
function readJob(options: Arguments): Job {
  const { values, flags, positional: [file] } = options;
  const faults = [...options.faults];
  if (file === undefined) faults.push("no scenario file is given; see --help");
  if (faults.length > 0 || file === undefined) throw wrongInput(faults.join("\n"));
  const { scenario, dialect, repairs } = readScenarioFile(file, values.get("dialect") ?? "");
  const spelling = values.get("spelling");
  const wanted: Wanted = {
    dialect,
    output: values.get("output"),
    spelling: spelling === "propogate" || spelling === "propagate" ? spelling : undefined,
    omitsResponse: flags.has("no-response"),
  };
  const unfit = faultsOfWanted(wanted);
  if (unfit.length > 0) throw wrongInput(unfit.join("\n"));
  const ack = values.get("ack");
  const note = flags.has("quiet") ? () => undefined : complain;
  for (const repair of repairs) note(`${file}: ${repair}`);
  return {
    file,
    scenario,
    ...wanted,
    trace: values.get("trace"),
    data: values.get("data"),
    acknowledge: ack === "majority" || ack === "local" ? ack : "all",
    free: values.get("plan") === "free",
    faults: faultsIn(values.get("faults"), scenario.branches),
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

/** Rejects with an ExitError when a signal is to end the run. */
function signalled(): Promise<never> {
  const { promise, reject } = Promise.withResolvers<never>();
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) {
    Deno.addSignalListener(signal, () => {
      reject(new ExitError(signalCodes[signal], endedBy(signal)));
    });
  }
  // One that comes when the run is over ends nothing any more.
  promise.catch(() => undefined);
  return promise;
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
  const options = readArguments(Deno.args, runOptions);
  if (options.flags.has("help")) print(runHelp);
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
