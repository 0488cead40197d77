/**
 * Serves one or several branches of a bank over gRPC, each on its own port.
 *
 * @module
 */
import type { BranchId } from "./lib/core/ids.ts";
import { Replica } from "./lib/core/replica.ts";
import type { Admin } from "./lib/adapter/admin.ts";
import type { BranchTraces } from "./lib/adapter/branch_traces.ts";
import { CallGate } from "./lib/adapter/call_gate.ts";
import { GrpcTransport, type Refusal } from "./lib/adapter/grpc_transport.ts";
import { type BankProof, bearers, serveBranch } from "./lib/adapter/grpc_server.ts";
import type { JournalBackup } from "./lib/adapter/journal_backup.ts";
import { Listener } from "./lib/adapter/listener.ts";
import { MemoryJournal } from "./lib/adapter/memory_journal.ts";
import type { Operations } from "./lib/adapter/operations.ts";
import {
  complain,
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
import type { BranchOpening, BranchTrust, OpenBranches } from "./lib/format/branch_opening.ts";
import type { TurnedAway } from "./lib/format/connection_refusal.ts";
import type { BranchTraceSetup } from "./lib/format/control_line.ts";
import { type BankFounding, strangeness, writeBank } from "./lib/format/founding.ts";
import { branchWords } from "./lib/format/health.ts";
import { asProcess } from "./lib/format/launch.ts";
import type { Log } from "./lib/format/log_record.ts";
import { reasonOf } from "./lib/format/reason.ts";
import { ScenarioError } from "./lib/format/scenario_error.ts";
import type { FaultParts, FaultyTransport } from "./lib/host/faulty_transport.ts";
import { Host } from "./lib/host/host.ts";
import type { Journal, Transport } from "./lib/host/ports.ts";

/** Opens branches, and serves them. @throws {Error} when one of them cannot be served. */
async function openBranches(opening: BranchOpening): Promise<OpenBranches> {
  const { trust, founding, serve, mayBeOld: isNew } = opening;
  const { acknowledge, outcomeMs, heldOutcomesMax, ranUntilMs, faults } = opening;
  const { members } = founding;
  const hosts = new Map<BranchId, Host>();
  const journals = new Map<BranchId, Journal>();
  const bank = await proofOf(founding);
  const { log } = opening;
  const operations = log && await operationsOf(hosts, log);
  const met = (refusal: Refusal) => {
    const why = strangeness(refusal.founding, founding);
    const message = `the branch at ${refusal.address} is not of this bank: ${why}`;
    if (log === undefined) return complain(`branch: ${message}`);
    log({ level: "error", event: "stranger_met", message, fields: { address: refusal.address } });
  };
  const shown = { trust: ownTrust(trust, founding), digest: bank.digest, met };
  const transport = new GrpcTransport(hosts, shown);
  const traces = opening.trace && await tracesOf(opening.trace);
  const admin = opening.admin && await adminOf(founding);
  const faulty = faults && await withFaults(transport, { faults, observer: traces });
  for (const id of serve.keys()) {
    const journal = await openJournal(id, opening);
    const [seed] = crypto.getRandomValues(new Uint32Array(1));
    const sizes = { heldOutcomesMax };
    const own = { id, members, opening: founding.opening, isNew, seed, sizes };
    const replica = Replica.restore({ ...own, acknowledge, outcomeMs, ranUntilMs }, journal.read());
    const parts = { replica, journal, transport: faulty ?? transport, schedule: setImmediate };
    const operated = operations?.observed(parts) ?? parts;
    const watched = admin?.observed(operated) ?? operated;
    hosts.set(id, new Host(traces?.observed(watched, members) ?? watched));
    journals.set(id, journal);
  }
  const listeners = new Map<BranchId, Listener>();
  const served = await Promise.all(
    [...serve].map(async ([branch, address]) => {
      const turnedAway = operations?.turnedAway(branch);
      const { listener, identify } = doorOf(branch, { trust, founding, turnedAway });
      listeners.set(branch, listener);
      const { listen } = listener;
      const gate = new CallGate(identify);
      const parts = { branch, hosts, gate, bank, address, listen };
      return [branch, await serveBranch({ ...parts, ...operations?.served(branch) })] as const;
    }),
  );
  const addresses = new Map(served);
  const backups = await backupsOf(journals, { opening, hosts, operations });
  const page = opening.admin && await admin?.serve({ hosts, addresses }, opening.admin);
  return {
    hosts,
    addresses,
    faulty,
    page: page?.url,
    route: (all) => transport.route(all),
    renew(credentials) {
      for (const [id, own] of credentials) listeners.get(id)?.renew(own);
      const [first] = credentials.values();
      if (first !== undefined) transport.renew(first);
    },
    backUp: async () => void await Promise.all(backups.map((backup) => backup.make())),
    drain: () => operations?.drain(),
    close: () => journals.forEach((journal) => journal.close()),
  };
}

/** What copies the journals that are to be copied. */
async function backupsOf(
  journals: ReadonlyMap<BranchId, Journal>,
  { opening: { backup, log }, hosts, operations }: {
    readonly opening: BranchOpening;
    readonly hosts: ReadonlyMap<BranchId, Host>;
    readonly operations: Operations | undefined;
  },
): Promise<readonly JournalBackup[]> {
  if (backup === undefined || log === undefined) return [];
  const { JournalBackup } = await import("./lib/adapter/journal_backup.ts");
  return [...journals].map(([branch, journal]) => (
    new JournalBackup({
      ...{ branch, journal, log, path: backup.file },
      isSure: () => hosts.get(branch)?.inspect().isSure === true,
      tried: (isMade) => operations?.backedUp(branch, isMade),
    })
  ));
}

async function operationsOf(hosts: ReadonlyMap<BranchId, Host>, log: Log): Promise<Operations> {
  const { Operations } = await import("./lib/adapter/operations.ts");
  const { GrpcHealth } = await import("./lib/adapter/grpc_health.ts");
  const { addReflection } = await import("./lib/adapter/grpc_reflection.ts");
  const telemetry = await telemetryOf();
  const isEnding = (id: BranchId) => hosts.get(id)?.isEnding === true;
  return new Operations({
    ...{ log, isEnding, telemetry, addReflection },
    health: () => new GrpcHealth(),
  });
}

/** What telemetry is exported with, if Deno does that: when OTEL_DENO is true as it starts. */
async function telemetryOf() {
  if (!(Symbol.for("opentelemetry.js.api.1") in globalThis)) return undefined;
  const { BranchMetrics } = await import("./lib/adapter/metrics.ts");
  const { callSpans } = await import("./lib/adapter/call_spans.ts");
  return { metrics: new BranchMetrics(), spans: callSpans() };
}

/** What the process shows peers: the certificate of any of its branches, since they trust all. */
function ownTrust(trust: BranchTrust, { bank }: BankFounding) {
  if ("secret" in trust) return trust;
  const [credentials] = trust.credentials.values();
  if (credentials === undefined) throw new TypeError("no branch has credentials");
  return { bank, credentials };
}

/** Where callers of a branch come in, and how it is known who they are. */
function doorOf(
  branch: BranchId,
  { trust, founding: { bank }, turnedAway }: Pick<BranchOpening, "trust" | "founding"> & {
    readonly turnedAway: TurnedAway | undefined;
  },
) {
  if ("secret" in trust) {
    return { listener: new Listener(undefined, turnedAway), identify: bearers(trust.secret) };
  }
  const credentials = trust.credentials.get(branch);
  if (credentials === undefined) throw new TypeError(`branch ${branch} has no credentials`);
  const listener = new Listener({ bank, credentials }, turnedAway);
  return { listener, identify: listener.identify };
}

async function adminOf({ bank }: BankFounding): Promise<Admin> {
  const { Admin } = await import("./lib/adapter/admin.ts");
  return new Admin({ bank, version });
}

async function tracesOf(setup: BranchTraceSetup): Promise<BranchTraces> {
  const { BranchTraces } = await import("./lib/adapter/branch_traces.ts");
  return new BranchTraces(setup);
}

async function withFaults(
  transport: Transport,
  parts: Pick<FaultParts, "faults" | "observer">,
): Promise<FaultyTransport> {
  const { FaultyTransport } = await import("./lib/host/faulty_transport.ts");
  return new FaultyTransport(transport, {
    ...parts,
    random: Math.random,
    after: (ms, action) => void setTimeout(action, ms),
    nowMs: () => performance.now(),
  });
}

async function proofOf(bank: BankFounding): Promise<BankProof> {
  const founding = writeBank(bank);
  const digest = await crypto.subtle.digest("SHA-256", new TextEncoder().encode(founding));
  return { founding, digest: new Uint8Array(digest).toHex() };
}

async function openJournal(
  branch: BranchId,
  { founding, journalOf, lasting }: BranchOpening,
): Promise<Journal> {
  const path = journalOf(branch);
  if (path === undefined) return new MemoryJournal(branch);
  const { SqliteJournal } = await import("./lib/adapter/sqlite_journal.ts");
  return new SqliteJournal(path, { ...founding, branch }, lasting);
}

/** Serves branches of a bank that is started by hand, until a signal comes. */
async function serveByHand(options: Arguments, isConfined: boolean): Promise<number> {
  const job = await readJob(options);
  const trust = await readTrust(job).catch((error) => {
    throw new ExitError(exitCodes.wrongInput, reasonOf(error));
  });
  if (isConfined) void Deno.stdin.readable.pipeTo(new WritableStream()).then(() => Deno.exit(1));
  const { serveBank } = await import("./lib/adapter/serving_bank.ts");
  const log = await openLog(job);
  const ticked = () => new Promise<void>((resolve) => setTimeout(resolve, tickMs));
  const parts = { open: openBranches, startTicking, ticked, trust, print, log };
  await serveBank(job, { ...parts, readTrust: () => readTrust(job) });
  return exitCodes.done;
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
