/**
 * Serves one or several branches of a bank over gRPC, each on its own port.
 *
 * @module
 */
import type { AcknowledgePolicy } from "./lib/core/acknowledgements.ts";
import { merged, nothingKnown, type VersionVector } from "./lib/core/version_vector.ts";
import { ascending, type BranchId } from "./lib/core/ids.ts";
import { limits } from "./lib/core/limits.ts";
import { money } from "./lib/core/money.ts";
import { Replica } from "./lib/core/replica.ts";
import type { BranchTraces } from "./lib/adapter/branch_traces.ts";
import { GrpcTransport, type Refusal } from "./lib/adapter/grpc_transport.ts";
import { type BankProof, serveBranch } from "./lib/adapter/grpc_server.ts";
import { listen } from "./lib/adapter/listener.ts";
import { MemoryJournal } from "./lib/adapter/memory_journal.ts";
import {
  complain,
  exitCodes,
  ExitError,
  print,
  runProgram,
  versionLine,
} from "./lib/adapter/program.ts";
import type { Lasting } from "./lib/adapter/sqlite_journal.ts";
import { startTicking } from "./lib/adapter/tick_clock.ts";
import { type Arguments, readArguments } from "./lib/format/arguments.ts";
import { type Bank, readBankFile } from "./lib/format/bank_file.ts";
import { branchHelp, branchOptions } from "./lib/format/branch_arguments.ts";
import { type BranchTraceSetup, expectLine, type Line } from "./lib/format/control_line.ts";
import { jsonLine, readJsonLines } from "./lib/format/json_lines.ts";
import { type BankFounding, strangeness, writeBank } from "./lib/format/founding.ts";
import { asProcess } from "./lib/format/launch.ts";
import { reasonOf } from "./lib/format/reason.ts";
import { ScenarioError } from "./lib/format/scenario_error.ts";
import { isSecret } from "./lib/format/secret.ts";
import type { FaultParts, Faults, FaultyTransport } from "./lib/host/faulty_transport.ts";
import { Host } from "./lib/host/host.ts";
import type { Journal, Transport } from "./lib/host/ports.ts";
import { settledBalance } from "./lib/host/settled_balance.ts";

/** What the branches of one process have in common. */
interface Setup {
  readonly secret: string;
  readonly founding: BankFounding;
  readonly acknowledge: AcknowledgePolicy;
  readonly outcomeMs?: number | undefined;
  /** Where each branch of this process is to listen. */
  readonly serve: ReadonlyMap<BranchId, string>;
  /** The file of a branch's journal; in memory, if there is none. */
  readonly journalOf: (id: BranchId) => string | undefined;
  readonly lasting: Lasting;
  /** Whether they may have run before, and their journals may have been lost since. */
  readonly mayBeOld: boolean;
  /** Until when, in milliseconds since 1970; else until the start of this process. */
  readonly ranUntilMs?: number | undefined;
  /** What is to go wrong with messages between branches, if anything. */
  readonly faults?: Faults | undefined;
  /** Where and how to tell what happens, if anyone wants to know. */
  readonly trace?: BranchTraceSetup | undefined;
}

interface Branches {
  readonly hosts: ReadonlyMap<BranchId, Host>;
  /** Where each of them listens. */
  readonly addresses: ReadonlyMap<BranchId, string>;
  readonly transport: GrpcTransport;
  /** What the branches send through instead, if anything is to go wrong. */
  readonly faulty: FaultyTransport | undefined;
  /** Lets go of the journals. */
  close(): void;
}

async function openBranches(setup: Setup): Promise<Branches> {
  const { secret, founding, serve, mayBeOld: isNew } = setup;
  const { acknowledge, outcomeMs, ranUntilMs, faults } = setup;
  const { members, opening } = founding;
  const hosts = new Map<BranchId, Host>();
  const journals: Journal[] = [];
  const bank = await proofOf(founding);
  const met = (refusal: Refusal) => complain(`branch: ${strangerAt(refusal, founding)}`);
  const transport = new GrpcTransport(hosts, { secret, digest: bank.digest, met });
  const traces = setup.trace && await tracesOf(setup.trace);
  const faulty = faults && await withFaults(transport, { faults, observer: traces });
  for (const id of serve.keys()) {
    const journal = await openJournal(id, setup);
    const [seed] = crypto.getRandomValues(new Uint32Array(1));
    const config = { id, members, opening, acknowledge, outcomeMs, isNew, ranUntilMs, seed };
    const replica = Replica.restore(config, journal.read());
    const parts = { replica, journal, transport: faulty ?? transport, schedule: setImmediate };
    hosts.set(id, new Host(traces?.observed(parts, members) ?? parts));
    journals.push(journal);
  }
  const addresses = await Promise.all(
    [...serve].map(async ([branch, address]) =>
      [branch, await serveBranch({ branch, hosts, secret, bank, address, listen })] as const
    ),
  );
  const close = () => journals.forEach((journal) => journal.close());
  return { hosts, transport, faulty, addresses: new Map(addresses), close };
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

function strangerAt({ address, founding }: Refusal, own: BankFounding): string {
  return `the branch at ${address} is not of this bank: ${strangeness(founding, own)}`;
}

async function openJournal(
  branch: BranchId,
  { founding, journalOf, lasting }: Setup,
): Promise<Journal> {
  const path = journalOf(branch);
  if (path === undefined) return new MemoryJournal(branch);
  const { SqliteJournal } = await import("./lib/adapter/sqlite_journal.ts");
  return new SqliteJournal(path, { ...founding, branch }, lasting);
}

/** Serves the branches that the parent asks for, and ends when the parent does. */
async function serveRun(): Promise<number> {
  const lines = readJsonLines(Deno.stdin);
  const first = await lines.next();
  if (first.done === true) return exitCodes.done;
  const setup = expectLine(first.value, "branch setup");
  const { bank, folder, isTemporary, trace } = setup;
  const members = setup.members.toSorted(ascending);
  const branches = await openBranches({
    ...setup,
    founding: { bank, members, opening: money(setup.opening) },
    serve: new Map(setup.serve),
    journalOf: (id) => `${folder}/branch-${id}.journal`,
    lasting: isTemporary ? "process" : "disk",
  });
  const { hosts, addresses, transport, faulty, close } = branches;
  const known = hosts.values().map((host) => host.inspect().known).reduce(merged, nothingKnown);
  tell({ kind: "listening", addresses: [...addresses], known: [...known] });
  const second = await lines.next();
  let isSettled = false;
  if (second.done !== true) {
    faulty?.begin();
    transport.route(new Map(expectLine(second.value, "peers").addresses));
    startTicking(hosts.values());
    for await (const line of lines) {
      faulty?.heal();
      isSettled = true;
      // Not awaited: the end of the input is the end of the process, whatever it waits for.
      void settle(branches, new Map(expectLine(line, "settle").known));
    }
  }
  close();
  if (isTemporary) discard(folder);
  // A run that has come so far is there to read it.
  if (trace !== undefined && !isSettled) discard(trace.folder);
  return exitCodes.done;
}

/** Removes the folder of a run that may not have lived to remove it; the last branch can. */
function discard(folder: string): void {
  try {
    Deno.removeSync(folder, { recursive: true });
  } catch {
    // The run or another branch has removed it, or is about to.
  }
}

async function settle({ hosts, faulty }: Branches, known: VersionVector): Promise<void> {
  const balances = [...hosts].map(async ([id, host]) =>
    [id, String(await settledBalance(host, known))] as const
  );
  tell({ kind: "settled", balances: await Promise.all(balances), injected: faulty?.injected });
}

function tell(line: Line): void {
  Deno.stdout.writeSync(jsonLine(line));
}

/** Serves branches of a bank that is started by hand, until a signal comes. */
async function serveBank(options: Arguments): Promise<number> {
  const { bank, ids, secret, outcomeMs } = await readOptions(options);
  const { hosts, addresses, transport, close } = await openBranches({
    secret,
    founding: {
      bank: bank.name,
      members: [...bank.addresses.keys()].sort(ascending),
      opening: bank.opening,
    },
    acknowledge: policyOf(options.values.get("ack")),
    outcomeMs,
    serve: new Map(ids.map((id) => [id, bank.addresses.get(id) ?? ""])),
    journalOf: () => options.values.get("data"),
    lasting: "disk",
    mayBeOld: true,
  });
  transport.route(bank.addresses);
  startTicking(hosts.values());
  const stopped = Promise.withResolvers<void>();
  for (const signal of ["SIGINT", "SIGTERM"] as const) {
    Deno.addSignalListener(signal, () => stopped.resolve());
  }
  for (const [id, address] of addresses) print(`branch ${id} listens on ${address}\n`);
  await stopped.promise;
  close();
  return exitCodes.done;
}

async function readOptions(
  { values, repeated }: Arguments,
): Promise<{ bank: Bank; ids: readonly BranchId[]; secret: string; outcomeMs: number }> {
  const file = values.get("bank") ?? "";
  const bank = readBank(await readFile(file), file);
  const secret = (await readFile(values.get("secret") ?? "")).trim();
  const faults: string[] = [];
  if (!isSecret(secret)) faults.push(`--secret must hold 32 to 512 visible ASCII characters`);
  const given = repeated.get("id") ?? [];
  const ids = [...bank.addresses.keys()].filter((id) => given.includes(String(id)));
  for (const id of given) {
    if (!ids.some((known) => String(known) === id)) faults.push(`--id ${id} is not in ${file}`);
  }
  if (values.has("data") && given.length > 1) {
    faults.push(`--data is the journal of one branch, and --id is given ${given.length} times`);
  }
  const days = values.get("outcome-days") ?? "1";
  if (!/^[1-9]\d{0,3}$/.test(days) || Number(days) > limits.outcomeDaysMax) {
    const most = limits.outcomeDaysMax;
    faults.push(`--outcome-days is ${days}; it must be a whole number from 1 to ${most}`);
  }
  if (faults.length > 0) throw new ExitError(exitCodes.wrongInput, faults.join("\n"));
  return { bank, ids, secret, outcomeMs: Number(days) * limits.outcomeMsMin };
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

function policyOf(name: string | undefined): AcknowledgePolicy {
  return name === "majority" || name === "local" ? name : "all";
}

async function main(): Promise<number> {
  if (Deno.args[0] === asProcess) return await serveRun();
  const options = readArguments(Deno.args, branchOptions);
  if (options.flags.has("help")) print(branchHelp);
  if (options.flags.has("version")) print(versionLine("branch"));
  if (options.flags.size > 0) return exitCodes.done;
  const faults = [...options.faults];
  const missing = ["bank", "secret"].filter((name) => !options.values.has(name));
  faults.push(...missing.map((name) => `--${name} is missing`));
  if (options.repeated.get("id")?.length === 0) faults.push("--id is missing");
  if (faults.length > 0) throw new ExitError(exitCodes.wrongInput, faults.join("\n"));
  return await serveBank(options);
}

await runProgram("branch", main);
