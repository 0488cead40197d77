/**
 * Serves one or several branches of a bank over gRPC, each on its own port.
 *
 * @module
 */
import {
  exitCodes,
  ExitError,
  print,
  reportFailuresTo,
  runProgram,
  version,
  versionLine,
} from "./lib/adapter/program.ts";
import { serveRun } from "./lib/adapter/serving_run.ts";
import { startTicking, tickMs } from "./lib/adapter/tick_clock.ts";
import { type Arguments, readArguments } from "./lib/format/arguments.ts";
import { type Bank, readBankFile } from "./lib/format/bank_file.ts";
import { asConfined } from "./lib/format/confinement.ts";
import { certificateHelp, readCertificateArguments } from "./lib/format/certificate_arguments.ts";
import { branchHelp, branchOptions } from "./lib/format/branch_arguments.ts";
import { type BranchJob, missingOptions, readBranchJob } from "./lib/format/branch_job.ts";
import type { BranchTrust } from "./lib/format/branch_opening.ts";
import { branchWords } from "./lib/format/health.ts";
import { asProcess } from "./lib/format/launch.ts";
import type { Log } from "./lib/format/log_record.ts";
import { reasonOf } from "./lib/format/reason.ts";
import { ScenarioError } from "./lib/format/scenario_error.ts";
import { openBranches } from "./lib/wiring/branches.ts";

/** Serves branches of a bank that is started by hand, until a signal comes. */
async function serveByHand(options: Arguments, isConfined: boolean): Promise<number> {
  const job = await readJob(options);
  const trust = await readTrust(job).catch((error) => {
    throw new ExitError(exitCodes.wrongInput, reasonOf(error));
  });
  if (isConfined) void Deno.stdin.readable.pipeTo(new WritableStream()).then(() => Deno.exit(1));
  const nats = job.nats && { ...job.nats, login: await loginIn(job.nats.loginFile) };
  const { serveBank } = await import("./lib/adapter/serving_bank.ts");
  const log = await openLog(job);
  const ticked = () => new Promise<void>((resolve) => setTimeout(resolve, tickMs));
  const parts = { open: openBranches, startTicking, ticked, trust, print, log };
  await serveBank({ ...job, nats }, { ...parts, readTrust: () => readTrust(job) });
  return exitCodes.done;
}

/** Reads by what NATS knows the branches, if there is a file with that. */
async function loginIn(file: string | undefined): Promise<string | undefined> {
  return file === undefined ? undefined : await readFile(file);
}

/** Opens the log; in JSON, what the program ends of is told in it too. */
async function openLog({ log: options, founding: { bank }, serve }: BranchJob): Promise<Log> {
  const { writeLog } = await import("./lib/adapter/log_writer.ts");
  const log = writeLog(options);
  if (options.format === "json") {
    reportFailuresTo((message, code) => (
      log({ level: "error", event: "failed", message, fields: { code } })
    ));
  }
  const branches = [...serve.keys()];
  const message = `${versionLine("branch").trim()} opens ${branchWords(branches)} of bank ${bank}`;
  const fields = { version, deno: Deno.version.deno, bank, branches };
  log({ level: "info", event: "starting", message, fields });
  return log;
}

/** Reads what branches show, and whom they trust. @throws {Error} with all that is wrong with it. */
async function readTrust({ trust, serve, founding }: BranchJob): Promise<BranchTrust> {
  const { readAllCredentials, readSecret } = await import("./lib/adapter/credentials.ts");
  if ("secretFile" in trust) return { secret: readSecret(trust.secretFile) };
  const identities = [...serve.keys()].map((id) => ({ kind: "branch", id }) as const);
  return { credentials: readAllCredentials(trust.folder, identities, founding) };
}

async function readJob(options: Arguments): Promise<BranchJob> {
  const file = options.values.get("bank") ?? "";
  const bank = readBank(await readFile(file), file);
  const reading = readBranchJob(options, { bank, file });
  if (reading.kind === "read") return reading.job;
  throw new ExitError(exitCodes.wrongInput, reading.complaints.join("\n"));
}

function readBank(text: string, file: string): Bank {
  try {
    return readBankFile(text, { file });
  } catch (error) {
    if (!(error instanceof ScenarioError)) throw error;
    throw new ExitError(exitCodes.wrongInput, error.message);
  }
}

async function readFile(path: string): Promise<string> {
  try {
    return await Deno.readTextFile(path);
  } catch (error) {
    throw new ExitError(exitCodes.wrongInput, `${path} cannot be read: ${reasonOf(error)}`);
  }
}

/** Makes certificates for a bank. */
async function certify(args: readonly string[]): Promise<number> {
  const request = readCertificateArguments(args);
  if (request.kind === "help") print(certificateHelp);
  if (request.kind === "version") print(versionLine("branch"));
  if (request.kind === "wrong") throw wrongInput(request.faults);
  if (request.kind !== "request") return exitCodes.done;
  const { makeCertificates } = await import("./lib/adapter/certificates.ts");
  const { takeStock } = await import("./lib/adapter/certificate_stock.ts");
  const { issuer } = await import("./lib/adapter/certificate_issuer.ts");
  const { bankFile } = request;
  const bank = readBank(await readFile(bankFile), bankFile);
  const tell = (line: string) => print(`${line}\n`);
  const parts = { bank, nowMs: Date.now(), takeStock, issuer, tell };
  const done = await makeCertificates(request, parts);
  if (done.kind === "refused") throw wrongInput(done.faults);
  return exitCodes.done;
}

function wrongInput(faults: readonly string[]): ExitError {
  return new ExitError(exitCodes.wrongInput, faults.join("\n"));
}

async function main(): Promise<number> {
  if (Deno.args[0] === asProcess) {
    await serveRun(openBranches, startTicking);
    return exitCodes.done;
  }
  if (Deno.args[0] === "--certs") return await certify(Deno.args.slice(1));
  const isConfined = Deno.args[0] === asConfined;
  const options = readArguments(Deno.args.slice(isConfined ? 1 : 0), branchOptions);
  if (options.flags.has("help")) print(branchHelp);
  if (options.flags.has("version")) print(versionLine("branch"));
  if (options.flags.size > 0) return exitCodes.done;
  const faults = [...options.faults, ...missingOptions(options)];
  if (faults.length > 0) throw new ExitError(exitCodes.wrongInput, faults.join("\n"));
  return await serveByHand(options, isConfined);
}

await runProgram("branch", main);
