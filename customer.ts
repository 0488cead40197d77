/**
 * Runs a scenario: starts the branches and one process per customer, lets the customers do what
 * the scenario says, and writes what they were answered.
 *
 * @module
 */
import { commandIdPrefix, type CustomerId } from "./lib/core/ids.ts";
import { limits } from "./lib/core/limits.ts";
import { makeTemporaryFolder, openFolder, type RunFolder } from "./lib/adapter/bank_folder.ts";
import {
  claimOutput,
  claimOutputs,
  isSameFile,
  type OutputFile,
  type OutputFiles,
} from "./lib/adapter/output_file.ts";
import {
  beforePrinting,
  complain,
  endedBy,
  exitCodes,
  ExitError,
  print,
  runProgram,
  signalled,
  version,
  versionLine,
} from "./lib/adapter/program.ts";
import { ownBank } from "./lib/adapter/own_bank.ts";
import { startProgressLine } from "./lib/adapter/progress_line.ts";
import { run } from "./lib/adapter/run.ts";
import type { Tracing } from "./lib/adapter/run_tracing.ts";
import { runningBank } from "./lib/adapter/running_bank.ts";
import { Subprocess } from "./lib/adapter/subprocess.ts";
import { type Arguments, readArguments } from "./lib/format/arguments.ts";
import type { CustomerTrust } from "./lib/format/control_line.ts";
import { asksForClocks, isDialect } from "./lib/format/dialect.ts";
import { asProcess } from "./lib/format/launch.ts";
import { planScenario } from "./lib/format/plan.ts";
import { reasonOf } from "./lib/format/reason.ts";
import { readRunJob, type RunJob, type RunningJob } from "./lib/format/run_job.ts";
import type { RunOptions } from "./lib/format/run_options.ts";
import { formatRun, outputPaths } from "./lib/format/run_result.ts";
import type { RunTrace } from "./lib/format/run_trace.ts";
import { runHelp, runOptions } from "./lib/format/run_arguments.ts";
import { readScenario } from "./lib/format/scenario.ts";
import { ScenarioError } from "./lib/format/scenario_error.ts";
import { agreement, incidents, outOfReach, summary } from "./lib/format/summary.ts";
import { ProcessError } from "./lib/host/ports.ts";

/** What to do, and a voice for people. */
interface Job extends RunJob {
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
  const theirs = job.running && await turnTo(job, job.running);
  const { output, trace, report } = claim(job);
  const folder = theirs === undefined ? claimFolder(job.data) : undefined;
  const isTraced = trace !== undefined || report !== undefined || asksForClocks(job.dialect);
  const tracing = isTraced ? await startTrace(job, { name, startedMs, trace, report }) : undefined;
  const bank = theirs ?? own(job, { folder, startedMs, trace: tracing?.trace });
  const interrupted = signalled();
  try {
    await carryOut(job, { name, output, bank, interrupted, trace: tracing?.trace })
      .finally(() => folder?.remove());
    tracing?.end({ event: "done" });
    return exitCodes.done;
  } catch (error) {
    tracing?.end({ event: "failed", reason: reasonOf(error) });
    throw error;
  }
}

/** The bank of a run, and what customers show there. */
type RunBankOptions = Pick<RunOptions, "openBank" | "trustOf">;

async function carryOut(
  job: Job,
  { name, output, bank, interrupted, trace }: Pick<Beginning, "name"> & {
    readonly output: OutputFiles;
    readonly bank: RunBankOptions;
    readonly interrupted: Promise<never>;
    readonly trace: RunTrace | undefined;
  },
): Promise<void> {
  const { scenario, dialect, free, note } = job;
  const plan = planScenario(scenario, {
    ...{ dialect, run: name, free },
    namesQueries: trace !== undefined,
  });
  using progress = job.isQuiet ? undefined : startProgressLine();
  beforePrinting(() => progress?.clear());
  const started = performance.now();
  const outcome = await run({
    ...bank,
    ...{ plan, cores, trace, interrupted },
    spawn: (request) => new Subprocess(request, processOrigin),
    progressed: (now) => progress?.tell(now),
  });
  const seconds = (performance.now() - started) / 1_000;
  const { results } = outcome.conducted;
  const { agrees, words } = agreement(outcome);
  if (!agrees) throw new ExitError(exitCodes.failed, words);
  const told = asksForClocks(dialect) ? trace?.gathered() : undefined;
  const { printed, files } = formatRun({ ...job, results, told: told?.trace });
  print(printed);
  output.write(files);
  note(summary(job, seconds));
  note(words);
  for (const fault of told?.faults ?? []) note(`the clocks are not whole: ${fault}`);
  const unreached = outOfReach(results);
  if (unreached !== undefined) note(unreached);
  if (outcome.injected !== undefined) note(incidents(outcome.injected));
}

/** Opens a bank of the run's own, whose secret nobody else knows. */
function own(
  job: Job,
  { folder, startedMs, trace }: Pick<Beginning, "startedMs"> & {
    readonly folder: RunFolder | undefined;
    readonly trace: RunTrace | undefined;
  },
): RunBankOptions {
  if (folder === undefined) throw new TypeError("a bank of one's own needs a folder");
  const secret = crypto.getRandomValues(new Uint8Array(32)).toHex();
  const { scenario: { branches, opening } } = job;
  const options = { ...job, branches, opening, secret, folder, startedMs, cores, trace };
  return { openBank: ownBank(options), trustOf: () => ({ secret }) };
}

/** Turns to a bank that runs already. @throws {ExitError} when customers have nothing to show. */
async function turnTo(
  { scenario: { customers } }: Job,
  { name: bank, addresses, trust }: RunningJob,
): Promise<RunBankOptions> {
  const { readAllCredentials, readSecret } = await import("./lib/adapter/credentials.ts");
  const ids = new Set(customers.map(({ id }) => id));
  const trusts = claimed((): ReadonlyMap<CustomerId, CustomerTrust> => {
    if ("secretFile" in trust) {
      const secret = readSecret(trust.secretFile);
      return new Map([...ids].map((id) => [id, { secret }]));
    }
    const identities = [...ids].map((id) => ({ kind: "customer", id }) as const);
    const all = readAllCredentials(trust.folder, identities, { bank });
    return new Map([...all].map(([id, credentials]) => [id, { credentials }]));
  });
  const trustOf = (customer: CustomerId): CustomerTrust => {
    const trust = trusts.get(customer);
    if (trust === undefined) throw new TypeError(`customer ${customer} is not in the scenario`);
    return trust;
  };
  return { openBank: runningBank({ addresses, trusts }), trustOf };
}

async function startTrace(
  job: Job,
  { name: run, startedMs, trace, report }: Beginning & {
    readonly trace: OutputFile | undefined;
    readonly report: OutputFile | undefined;
  },
): Promise<Tracing> {
  const { startTracing } = await import("./lib/adapter/run_tracing.ts");
  const files = [trace ?? [], report === undefined ? [] : await pageIn(report)].flat();
  return startTracing({ ...job, program: version, run, startedMs }, { ...job, files });
}

/** Makes of a file for a page one for the trace that the page is made of. */
async function pageIn(file: OutputFile): Promise<OutputFile> {
  const { pageOf } = await import("./lib/format/report.ts");
  return { write: (trace) => file.write(pageOf(trace)) };
}

/** What files are for, and where they are. */
type Named = readonly (readonly [string, string])[];

/** Makes sure of all files to write before anything starts. @throws {ExitError} */
function claim(job: Job): {
  readonly output: OutputFiles;
  readonly trace: OutputFile | undefined;
  readonly report: OutputFile | undefined;
} {
  const scenario: Named = [["scenario", job.file]];
  const paths = outputPaths(job);
  for (const path of paths) separate("output", path, scenario);
  const others: Named = [...scenario, ...paths.map((path) => ["output", path] as const)];
  const traced: Named = job.trace === undefined ? others : [...others, ["trace", job.trace]];
  return {
    output: claimed(() => claimOutputs(paths)),
    trace: claimOne("trace", job.trace, others),
    report: claimOne("report", job.report, traced),
  };
}

/** Makes sure of a file, if there is to be one, that is none of the others. @throws {ExitError} */
function claimOne(what: string, path: string | undefined, others: Named): OutputFile | undefined {
  if (path === undefined) return undefined;
  separate(what, path, others);
  return claimed(() => claimOutput(path, what));
}

/** @throws {ExitError} when a file to write is one of the others. */
function separate(what: string, path: string, others: Named): void {
  for (const [name, other] of others) {
    if (isSameFile(path, other)) throw wrongInput(`--${what} is the ${name} ${other} itself`);
  }
}

function claimed<Place>(claim: () => Place): Place {
  try {
    return claim();
  } catch (error) {
    throw wrongInput(reasonOf(error));
  }
}

/** Makes sure of the folder for the journals. @throws {ExitError} */
function claimFolder(path: string | undefined): RunFolder {
  return claimed(() => path === undefined ? makeTemporaryFolder() : openFolder(path));
}

const cores = navigator.hardwareConcurrency;

const processOrigin = {
  standalone: Deno.build.standalone,
  execPath: Deno.execPath(),
  folder: new URL("./", import.meta.url).href,
};

/** Reads the arguments and the scenario. @throws {ExitError} with all that is wrong. */
function readJob(options: Arguments): Job {
  const { values, positional: [file] } = options;
  const faults = [...options.faults];
  if (values.has("command")) faults.push("--command goes with --explain only");
  if (file === undefined) faults.push("no scenario file is given; see --help");
  if (faults.length > 0 || file === undefined) throw wrongInput(faults.join("\n"));
  const { scenario, dialect, repairs } = readScenarioFile(file, values.get("dialect") ?? "");
  const reading = readRunJob(options, { file, scenario, dialect });
  if (reading.kind === "wrong") throw wrongInput(reading.complaints.join("\n"));
  const note = reading.job.isQuiet ? () => undefined : complain;
  for (const repair of repairs) note(`${file}: ${repair}`);
  return { ...reading.job, note };
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

/** Explains a run by its trace, instead of running one. @throws {ExitError} */
async function explainTrace({ values, positional, faults }: Arguments): Promise<number> {
  const strangers = [...values.keys()].filter((name) => (
    !["explain", "command", "report"].includes(name)
  ));
  const wrong = [
    ...faults,
    ...strangers.map((name) => `--${name} does not go with --explain`),
    ...positional.map((argument) => `${JSON.stringify(argument)} is one argument too many`),
  ];
  if (wrong.length > 0) throw wrongInput(wrong.join("\n"));
  const [file = "", report] = [values.get("explain"), values.get("report")];
  const page = claimOne("report", report, [["trace", file]]);
  const { explained } = await import("./lib/adapter/trace_file.ts");
  try {
    print(explained(file, values.get("command"), page));
  } catch (error) {
    throw wrongInput(reasonOf(error));
  }
  return exitCodes.done;
}

function wrongInput(message: string): ExitError {
  return new ExitError(exitCodes.wrongInput, message);
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
  if (options.values.has("explain")) return await explainTrace(options);
  const job = readJob(options);
  try {
    return await runScenario(job);
  } catch (error) {
    if (!(error instanceof ProcessError)) throw error;
    // A terminal's signal goes to the run and all its processes; this one heard of theirs first.
    const { signal } = error;
    if (signal === "SIGINT" || signal === "SIGHUP") throw endedBy(signal);
    throw new ExitError(exitCodes.failed, `the run failed: ${error.message}`);
  }
}

await runProgram("customer", main);
