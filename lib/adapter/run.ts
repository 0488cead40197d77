import type { AcknowledgePolicy } from "../core/acknowledgements.ts";
import type { BranchId, CustomerId } from "../core/ids.ts";
import { type Money, money } from "../core/money.ts";
import { merged, nothingKnown, type VersionVector } from "../core/version_vector.ts";
import { expectLine, type Line, type Listening } from "../format/control_line.ts";
import { disagreement } from "../format/founding.ts";
import { openResponse, sealCall } from "../format/sealed_call.ts";
import { conduct, type Conducted, type Plan, type Reply, type Step } from "../host/conductor.ts";
import { type Process, ProcessError, type Spawn } from "../host/ports.ts";

/** How long a process may take to start, to settle and to end, in milliseconds. */
const patienceMs = { start: 60_000, settle: 60_000, end: 10_000 } as const;

/** The only host that a run listens on and dials. */
const loopback = "127.0.0.1";

/** What a run needs to know. */
export interface RunOptions {
  /** All branches of the bank. */
  readonly branches: readonly BranchId[];
  readonly opening: Money;
  readonly acknowledge: AcknowledgePolicy;
  readonly plan: Plan;
  /** The folder of the bank's journals, which may be there from an earlier run; else memory. */
  readonly data?: string | undefined;
  readonly spawn: Spawn;
  /** How many cores the machine has. */
  readonly cores: number;
}

/** What a run has brought. */
export interface RunOutcome {
  readonly conducted: Conducted;
  /** The balance of every branch, once each has all that any customer has seen. */
  readonly balances: ReadonlyMap<BranchId, Money>;
}

/**
 * Runs a plan on a bank of its own: starts the branches and a process per customer, conducts
 * the plan, waits until all branches know all of it, and ends every process.
 *
 * @throws {ProcessError} when one of them ends, fails or cannot start; the others are ended.
 */
export async function run(options: RunOptions): Promise<RunOutcome> {
  const secret = crypto.getRandomValues(new Uint8Array(32)).toHex();
  const processes = new Set<Process>();
  const spawn: Spawn = (request) => {
    const process = options.spawn(request);
    processes.add(process);
    return process;
  };
  try {
    const bank = startBank({ ...options, spawn, secret });
    const customers = new Customers({ ...options, spawn, secret, bank });
    const work = bank.known.then((known) =>
      conduct(options.plan, (step, session) => customers.carry(step, session), known)
    );
    const conducted = await Promise.race([work, bank.failed]);
    const balances = await bank.balances(conducted.seen);
    await Promise.all([...processes].map((process) => (
      within(patienceMs.end, process.finish(), `${process.name} does not end`)
    )));
    return { conducted, balances };
  } catch (error) {
    for (const process of processes) process.kill();
    throw error;
  }
}

interface Bank {
  /** What its branches know of earlier runs. */
  readonly known: Promise<VersionVector>;
  /** Tells the `host:port` of a branch as soon as it listens. */
  address(branch: BranchId): Promise<string>;
  /** Rejects when a branch ends before it has told its balance, and never resolves. */
  readonly failed: Promise<never>;
  balances(seen: VersionVector): Promise<ReadonlyMap<BranchId, Money>>;
}

type BankOptions = RunOptions & { readonly secret: string };

function startBank(options: BankOptions): Bank {
  const groups = packed(options.branches, options.cores);
  const bank = crypto.getRandomValues(new Uint8Array(16)).toHex();
  const processes = groups.map((serve) => startBranches(serve, { ...options, bank }));
  const heard = processes.map(async (process) => {
    const complaint = `${process.name} does not start`;
    return expectLine(await within(patienceMs.start, process.next(), complaint), "listening");
  });
  const known = options.data === undefined ? Promise.resolve(nothingKnown) : agreement(heard);
  const listening = heard.map(async (line) => {
    await known;
    return (await line).addresses;
  });
  const introduced = introduce(processes, listening);
  const settled = processes.map(async (process) => {
    await introduced;
    return expectLine(await process.next(), "settled");
  });
  return {
    known,
    failed: Promise.all(settled).then(() => Promise.race([])),
    async address(branch) {
      const addresses = await listening[groups.findIndex((serve) => serve.includes(branch))];
      const [, address] = addresses?.find(([id]) => id === branch) ?? [];
      if (address === undefined) throw new TypeError(`branch ${branch} is not in the bank`);
      return address;
    },
    async balances(seen) {
      await introduced;
      for (const process of processes) tell(process, { kind: "settle", known: [...seen] });
      const lines = await Promise.all(settled.map((line, index) => (
        within(patienceMs.settle, line, `${processes[index]?.name} does not tell its balance`)
      )));
      const balances = lines.flatMap((line) => line.balances);
      return new Map(balances.map(([branch, balance]) => [branch, money(BigInt(balance))]));
    },
  };
}

/**
 * Tells what the journals of all branches know together.
 *
 * @throws {ProcessError} when they cannot go on together.
 */
async function agreement(heard: readonly Promise<Listening>[]): Promise<VersionVector> {
  const journals = (await Promise.all(heard)).flatMap((line) => line.journals);
  const states = journals.map(({ known, ...state }) => ({ ...state, known: new Map(known) }));
  const reason = disagreement(states);
  if (reason !== undefined) throw new ProcessError(reason);
  return states.reduce((all, state) => merged(all, state.known), nothingKnown);
}

function startBranches(
  serve: readonly BranchId[],
  options: BankOptions & { readonly bank: string },
): Process {
  const { branches, opening, acknowledge, secret, spawn, data: folder, bank } = options;
  const name = serve.length === 1
    ? `branch ${serve[0]}`
    : `the process of branches ${serve.join(", ")}`;
  const process = spawn({ name, program: "branch", hosts: [loopback], folder });
  tell(process, {
    kind: "branch setup",
    secret,
    opening: Number(opening),
    members: branches,
    serve,
    acknowledge,
    data: folder === undefined ? undefined : { folder, bank },
  });
  return process;
}

/** Tells every process where all branches are, as soon as that is known. */
async function introduce(
  processes: readonly Process[],
  listening: readonly Promise<Listening["addresses"]>[],
): Promise<void> {
  // Branches of one process share its channels: all are reached where its first one listens.
  const addresses = (await Promise.all(listening)).flatMap((own) =>
    own.map(([branch]) => [branch, own[0]?.[1] ?? ""] as const)
  );
  for (const process of processes) tell(process, { kind: "peers", addresses });
}

/**
 * Deals branches out to processes: one each while there are at most two for every core, and
 * else one process per core, neighbours together. What branches that share a process save,
 * start and calls to each other, is most when they share as few as keep the cores busy.
 */
function packed(branches: readonly BranchId[], cores: number): readonly BranchId[][] {
  const count = branches.length <= 2 * cores ? branches.length : cores;
  return Array.from({ length: count }, (_, index) =>
    branches.slice(
      Math.floor(index * branches.length / count),
      Math.floor((index + 1) * branches.length / count),
    ));
}

type CustomersOptions = BankOptions & { readonly bank: Bank };

/**
 * The processes of the customers, started in the order in which they are needed, a few at a
 * time, so that the first can work while the last are still starting.
 */
class Customers {
  readonly #options: CustomersOptions;
  readonly #steps: ReadonlyMap<CustomerId, readonly Step[]>;
  readonly #started = new Map<CustomerId, PromiseWithResolvers<Process>>();
  readonly #left = new Map<CustomerId, number>();

  constructor(options: CustomersOptions) {
    this.#options = options;
    this.#steps = Map.groupBy(options.plan.phases.flat(2), (step) => step.customer);
    for (const [customer, steps] of this.#steps) {
      const started = Promise.withResolvers<Process>();
      // Whoever needs the process awaits it; until then a failure to start is nobody's.
      started.promise.catch(() => undefined);
      this.#started.set(customer, started);
      this.#left.set(customer, steps.length);
    }
    const waiting = [...this.#steps.keys()].values();
    for (let starters = 0; starters < options.cores; starters++) void this.#startAll(waiting);
  }

  /** Lets a customer take a step. @throws {ProcessError} when it or its call fails. */
  async carry(step: Step, session: VersionVector): Promise<Reply> {
    const process = await this.#started.get(step.customer)?.promise;
    if (process === undefined) throw new TypeError(`customer ${step.customer} is not in the plan`);
    const { path, request } = sealCall(step.command, session);
    const address = await this.#options.bank.address(step.branch);
    tell(process, { kind: "call", address, path, request: request.toBase64() });
    const { response, failure } = expectLine(await process.next(), "answer");
    if (response === undefined) throw new ProcessError(`${process.name}: ${failure}`);
    this.#count(step.customer, process);
    return openResponse(step.command, Uint8Array.fromBase64(response));
  }

  async #startAll(waiting: Iterable<CustomerId>): Promise<void> {
    for (const customer of waiting) {
      const started = this.#started.get(customer);
      try {
        started?.resolve(await this.#start(customer));
      } catch (error) {
        started?.reject(error);
      }
    }
  }

  async #start(customer: CustomerId): Promise<Process> {
    const { spawn, secret, bank } = this.#options;
    const branches = new Set(this.#steps.get(customer)?.map((step) => step.branch));
    const hosts = await Promise.all([...branches].map((branch) => bank.address(branch)));
    const process = spawn({ name: `customer ${customer}`, program: "customer", hosts });
    tell(process, { kind: "customer setup", secret });
    const complaint = `${process.name} does not start`;
    expectLine(await within(patienceMs.start, process.next(), complaint), "ready");
    return process;
  }

  #count(customer: CustomerId, process: Process): void {
    const left = (this.#left.get(customer) ?? 0) - 1;
    this.#left.set(customer, left);
    if (left === 0) void process.finish();
  }
}

/** Waits for `promise`, but not for ever. @throws {ProcessError} with `complaint`, when it is late. */
async function within<Value>(
  ms: number,
  promise: Promise<Value>,
  complaint: string,
): Promise<Value> {
  const late = Promise.withResolvers<never>();
  const timer = setTimeout(() => {
    late.reject(new ProcessError(`${complaint}; it was given ${ms / 1_000} s`));
  }, ms);
  try {
    return await Promise.race([promise, late.promise]);
  } finally {
    clearTimeout(timer);
  }
}

function tell(process: Process, line: Line): void {
  process.tell(line);
}
