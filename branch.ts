/**
 * Serves one or several branches of a bank over gRPC, each on its own port.
 *
 * @module
 */
import type { AcknowledgePolicy } from "./lib/core/acknowledgements.ts";
import { ascending, type BranchId } from "./lib/core/ids.ts";
import { type Money, money } from "./lib/core/money.ts";
import { Replica } from "./lib/core/replica.ts";
import type { VersionVector } from "./lib/core/version_vector.ts";
import { GrpcTransport } from "./lib/adapter/grpc_transport.ts";
import { serveBranch } from "./lib/adapter/grpc_server.ts";
import { MemoryJournal } from "./lib/adapter/memory_journal.ts";
import { exitCodes, ExitError, print, runProgram, versionLine } from "./lib/adapter/program.ts";
import { startTicking } from "./lib/adapter/tick_clock.ts";
import { type Arguments, readArguments } from "./lib/format/arguments.ts";
import { type Bank, readBankFile } from "./lib/format/bank_file.ts";
import { expectLine, type Line } from "./lib/format/control_line.ts";
import { jsonLine, readJsonLines } from "./lib/format/json_lines.ts";
import { asProcess } from "./lib/format/launch.ts";
import { reasonOf } from "./lib/format/reason.ts";
import { ScenarioError } from "./lib/format/scenario_error.ts";
import { isSecret } from "./lib/format/secret.ts";
import { Host } from "./lib/host/host.ts";
import type { Journal } from "./lib/host/ports.ts";

const help = `Serves branches of a bank over gRPC, on loopback.

  deno task branch --bank bank.json --id 2 --secret secret.txt

  --bank FILE     the bank: branch records of a scenario, each with an "address",
                  such as {"id": 2, "type": "branch", "balance": 400, "address": "127.0.0.1:5002"};
                  with port 0 the system chooses the port, if this process serves all branches
  --id ID         a branch to serve; may be given more than once
  --secret FILE   what every caller has to show: 32 to 512 characters, the same for all branches
  --ack POLICY    which branches must have a write before it is answered:
                  all (the default), majority or local
  --help, --version

It says where each branch listens, and ends by SIGINT or SIGTERM. What it knows is kept in
memory: a branch that ends has forgotten it.
`;

/** What the branches of one process have in common. */
interface Setup {
  readonly secret: string;
  readonly opening: Money;
  readonly members: readonly BranchId[];
  readonly acknowledge: AcknowledgePolicy;
  /** Where each branch of this process is to listen. */
  readonly serve: ReadonlyMap<BranchId, string>;
  /** Where the journals are kept; in memory, if nowhere. */
  readonly data: { readonly folder: string; readonly bank: string } | undefined;
  /** Whether they may have run before, without a journal. */
  readonly mayHaveForgotten: boolean;
}

interface Branches {
  readonly hosts: ReadonlyMap<BranchId, Host>;
  /** Where each of them listens. */
  readonly addresses: ReadonlyMap<BranchId, string>;
  readonly transport: GrpcTransport;
  /** The ids of the banks that their journals are of. */
  readonly banks: ReadonlyMap<BranchId, string>;
  /** Lets go of the journals. */
  close(): void;
}

async function openBranches(setup: Setup): Promise<Branches> {
  const { secret, opening, members, acknowledge, serve, mayHaveForgotten } = setup;
  const hosts = new Map<BranchId, Host>();
  const banks = new Map<BranchId, string>();
  const journals: Journal[] = [];
  const transport = new GrpcTransport(hosts, secret);
  for (const id of serve.keys()) {
    const { journal, bank } = await openJournal(id, setup);
    const config = { id, members, opening, acknowledge, mayHaveForgotten };
    const replica = Replica.restore(config, journal.read());
    hosts.set(id, new Host({ replica, journal, transport, schedule: setImmediate }));
    banks.set(id, bank);
    journals.push(journal);
  }
  const addresses = await Promise.all(
    [...serve].map(async ([branch, address]) =>
      [branch, await serveBranch({ branch, hosts, secret, address })] as const
    ),
  );
  const close = () => journals.forEach((journal) => journal.close());
  return { hosts, transport, addresses: new Map(addresses), banks, close };
}

async function openJournal(
  branch: BranchId,
  { data, members, opening }: Setup,
): Promise<{ readonly journal: Journal; readonly bank: string }> {
  if (data === undefined) return { journal: new MemoryJournal(), bank: "" };
  const { SqliteJournal } = await import("./lib/adapter/sqlite_journal.ts");
  const founding = { bank: data.bank, branch, members: members.toSorted(ascending), opening };
  const journal = new SqliteJournal(`${data.folder}/branch-${branch}.journal`, founding);
  return { journal, bank: journal.founding.bank };
}

/** Serves the branches that the parent asks for, and ends when the parent does. */
async function serveRun(): Promise<number> {
  const lines = readJsonLines(Deno.stdin);
  const first = await lines.next();
  if (first.done === true) return exitCodes.done;
  const { opening, serve, ...setup } = expectLine(first.value, "branch setup");
  const { hosts, addresses, transport, banks, close } = await openBranches({
    ...setup,
    opening: money(opening),
    serve: new Map(serve.map((id) => [id, "127.0.0.1:0"])),
    // A run begins a bank, or has compared its journals.
    mayHaveForgotten: false,
  });
  const journals = [...hosts].map(([branch, host]) => (
    { branch, bank: banks.get(branch) ?? "", known: [...host.inspect().known] }
  ));
  tell({ kind: "listening", addresses: [...addresses], journals });
  const second = await lines.next();
  if (second.done === true) return exitCodes.done;
  transport.route(new Map(expectLine(second.value, "peers").addresses));
  startTicking(hosts.values());
  // Not awaited: the end of the input is the end of the process, whatever it waits for.
  for await (const line of lines) void settle(hosts, new Map(expectLine(line, "settle").known));
  close();
  return exitCodes.done;
}

async function settle(hosts: Branches["hosts"], known: VersionVector): Promise<void> {
  const balances = [...hosts].map(async ([id, host]) =>
    [id, String(await settledBalance(host, known))] as const
  );
  tell({ kind: "settled", balances: await Promise.all(balances) });
}

/** Each try is as long as a session waits for what it has seen, five seconds. */
const settleTriesMax = 6;

async function settledBalance(host: Host, known: VersionVector): Promise<Money> {
  for (let tries = 0; tries < settleTriesMax; tries++) {
    const executed = await host.execute([{ action: "query" }], known);
    const result = executed.kind === "executed" ? executed.results[0] : undefined;
    if (result?.kind === "balance") return result.balance;
  }
  const { id } = host.inspect();
  throw new Error(`branch ${id} has not heard of every write after half a minute`);
}

function tell(line: Line): void {
  Deno.stdout.writeSync(jsonLine(line));
}

/** Serves branches of a bank that is started by hand, until a signal comes. */
async function serveBank(options: Arguments): Promise<number> {
  const { bank, ids, secret } = await readOptions(options);
  const { hosts, addresses, transport } = await openBranches({
    secret,
    opening: bank.opening,
    members: [...bank.addresses.keys()],
    acknowledge: policyOf(options.values.get("ack")),
    serve: new Map(ids.map((id) => [id, bank.addresses.get(id) ?? ""])),
    data: undefined,
    mayHaveForgotten: true,
  });
  transport.route(bank.addresses);
  startTicking(hosts.values());
  const stopped = Promise.withResolvers<void>();
  for (const signal of ["SIGINT", "SIGTERM"] as const) {
    Deno.addSignalListener(signal, () => stopped.resolve());
  }
  for (const [id, address] of addresses) print(`branch ${id} listens on ${address}\n`);
  await stopped.promise;
  return exitCodes.done;
}

async function readOptions(
  { values, repeated }: Arguments,
): Promise<{ bank: Bank; ids: readonly BranchId[]; secret: string }> {
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
  if (faults.length > 0) throw new ExitError(exitCodes.wrongInput, faults.join("\n"));
  return { bank, ids, secret };
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
  const options = readArguments(Deno.args, {
    values: { bank: "any", secret: "any", ack: ["all", "majority", "local"] },
    repeated: ["id"],
    flags: [],
    positional: [],
  });
  if (options.flags.has("help")) print(help);
  if (options.flags.has("version")) print(versionLine("branch"));
  if (options.flags.size > 0) return exitCodes.done;
  const faults = [...options.faults];
  for (const name of ["bank", "secret"]) {
    if (!options.values.has(name)) faults.push(`--${name} is missing`);
  }
  if (options.repeated.get("id")?.length === 0) faults.push("--id is missing");
  if (faults.length > 0) throw new ExitError(exitCodes.wrongInput, faults.join("\n"));
  return await serveBank(options);
}

await runProgram("branch", main);
