import type { BranchId, CustomerId } from "../core/ids.ts";
import { merged, nothingKnown, type VersionVector } from "../core/version_vector.ts";
import type { BranchSetup, Line, Listening, Settled } from "../format/control_line.ts";
import { hear, tell } from "../format/conversation.ts";
import { CustomerCalls } from "../format/customer_calls.ts";
import type { RunOptions, RunOutcome } from "../format/run_options.ts";
import type { RunTrace } from "../format/run_trace.ts";
import { type Settlement, settlementOf } from "../format/settlement.ts";
import { type Carry, conduct, type Reply, type Step } from "../host/conductor.ts";
import { packed } from "../host/packing.ts";
import { type Process, ProcessError, type Spawn } from "../host/ports.ts";

/** How long a process may take to start, to settle and to end, in milliseconds. */
const patienceMs = { start: 60_000, settle: 60_000, end: 10_000 } as const;

/** How long a customer asks again for money out of its branch's reach, and how often. */
const againMs = { patience: 60_000, pause: 200 } as const;

/** How often the process of some branches is started again, before the run fails. */
const restartsMax = 20;

/** The only host that a run listens on and dials. */
const loopback = "127.0.0.1";

/**
 * Runs a plan on a bank of its own: starts the branches and a process per customer, conducts
 * the plan, waits until all branches know all of it, and ends every process.
 *
 * @throws {ProcessError} when one of them ends, fails or cannot start; then it ends the others.
 */
export async function run(options: RunOptions): Promise<RunOutcome> {
  const secret = crypto.getRandomValues(new Uint8Array(32)).toHex();
  const processes = new Set<Process>();
  const calls = new Set<Promise<Reply>>();
  let hasFailed = false;
  const spawn: Spawn = (request) => {
    if (hasFailed) throw new ProcessError(`${request.name} is not started: the run has failed`);
    const process = options.spawn(request);
    processes.add(process);
    return process;
  };
  try {
    return await Promise.race([
      carryOut({ ...options, spawn, secret }, { processes, calls }),
      ...options.interrupted === undefined ? [] : [options.interrupted],
    ]);
  } catch (error) {
    hasFailed = true;
    // Until they have ended, they may write into a folder that is about to be removed.
    await Promise.all([...processes].map((process) => process.kill()));
    // What customers told of their calls before is heard to its end.
    if (options.trace !== undefined) await Promise.allSettled(calls);
    throw error;
  }
}

/** What a run has started, and what it waits for. */
interface Open {
  readonly processes: ReadonlySet<Process>;
  readonly calls: Set<Promise<Reply>>;
}

async function carryOut(options: BankOptions, { processes, calls }: Open): Promise<RunOutcome> {
  const { plan, trace: observer, progressed } = options;
  const bank = startBank(options);
  const customers = new Customers({ ...options, bank });
  const carry: Carry = (step, session) => {
    const call: Promise<Reply> = customers.carry(step, session).finally(() => calls.delete(call));
    calls.add(call);
    return call;
  };
  const work = bank.known.then((before) => conduct(plan, carry, { before, observer, progressed }));
  const conducted = await Promise.race([work, bank.failed]);
  const settlement = await bank.settle(conducted.seen);
  observer?.settled(settlement.balances);
  await Promise.all([...processes].map((process) => (
    within(patienceMs.end, process.finish(), `${process.name} does not end`)
  )));
  return { conducted, ...settlement };
}

interface Bank {
  /** What its branches know of earlier runs. */
  readonly known: Promise<VersionVector>;
  /** Tells the `host:port` of a branch as soon as it listens. */
  address(branch: BranchId): Promise<string>;
  /** Rejects when a branch ends before it has told its balance, and never resolves. */
  readonly failed: Promise<never>;
  settle(seen: VersionVector): Promise<Settlement>;
}

type BankOptions = RunOptions & { readonly secret: string };

function startBank(options: BankOptions): Bank {
  const groups = packed(options.branches, options.cores);
  const processes = groups.map((serve) => new BranchProcess(serve, options));
  const known = options.folder.isTemporary ? Promise.resolve(nothingKnown) : heard(processes);
  const listening = processes.map(async (process) => {
    await known;
    return (await process.listening).addresses;
  });
  const introduced = introduce(processes, { listening, trace: options.trace });
  const settled = processes.map(async (process) => {
    await introduced;
    return await process.settled();
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
    async settle(seen) {
      await introduced;
      options.trace?.tell({ event: "settling" });
      for (const process of processes) process.tell({ kind: "settle", known: [...seen] });
      const lines = settled.map((line, index) => (
        within(patienceMs.settle, line, `${processes[index]?.name} does not tell its balance`)
      ));
      return settlementOf(await Promise.all(lines));
    },
  };
}

/** Tells what the journals of all branches know together; of several failures, the first. */
async function heard(processes: readonly BranchProcess[]): Promise<VersionVector> {
  await Promise.allSettled(processes.map((process) => process.listening));
  const lines = await Promise.all(processes.map((process) => process.listening));
  return lines.reduce<VersionVector>((all, { known }) => merged(all, new Map(known)), nothingKnown);
}

/** The process of some branches. One that a signal kills is started again, as what it was. */
class BranchProcess {
  readonly name: string;
  readonly #options: BankOptions;
  readonly #told: Line[] = [];
  #process: Process;
  #restarts = 0;
  /** Where its branches listen, and what they know; for the first time. */
  readonly listening: Promise<Listening>;

  constructor(serve: readonly BranchId[], options: BankOptions) {
    this.#options = options;
    this.name = serve.length === 1
      ? `branch ${serve[0]}`
      : `the process of branches ${serve.join(", ")}`;
    this.#process = this.#start(serve.map((id) => [id, `${loopback}:0`]));
    this.listening = this.#listening();
  }

  /** Tells it something that it is to know also after it was started again. */
  tell(line: Line): void {
    this.#told.push(line);
    tell(this.#process, line);
  }

  /** Gives what it says when it has settled. @throws {ProcessError} when it fails. */
  async settled(): Promise<Settled> {
    for (let death: ProcessError | undefined;;) {
      try {
        if (death !== undefined) await this.#restart(death);
        return await hear(this.#process, "settled");
      } catch (error) {
        if (!(error instanceof ProcessError && error.isKill)) throw error;
        if (++this.#restarts > restartsMax) throw error;
        death = error;
      }
    }
  }

  async #restart(death: ProcessError): Promise<void> {
    const { addresses } = await this.listening;
    this.#options.trace?.endBranches(addresses.map(([id]) => id), death.message);
    this.#process = this.#start(addresses);
    this.#options.note(`${death.message}; it is started again`);
    await this.#listening();
    for (const line of this.#told) tell(this.#process, line);
  }

  #start(serve: BranchSetup["serve"]): Process {
    const { branches, opening, acknowledge, faults, secret, spawn, folder, startedMs } =
      this.#options;
    const trace = this.#options.trace?.startBranches(serve.map(([id]) => id));
    const process = spawn({
      name: this.name,
      program: "branch",
      hosts: [loopback],
      folder: folder.path,
      traceFolder: trace?.folder,
    });
    tell(process, {
      kind: "branch setup",
      secret,
      opening: Number(opening),
      members: branches,
      serve,
      acknowledge,
      bank: folder.bank,
      folder: folder.path,
      isTemporary: folder.isTemporary,
      mayBeOld: !folder.isTemporary || this.#restarts > 0,
      ranUntilMs: startedMs - 1,
      faults,
      trace,
    });
    return process;
  }

  #listening(): Promise<Listening> {
    const line = hear(this.#process, "listening");
    return within(patienceMs.start, line, `${this.name} does not start`);
  }
}

/** Tells every process where all branches are, as soon as that is known. */
async function introduce(
  processes: readonly BranchProcess[],
  { listening, trace }: {
    readonly listening: readonly Promise<Listening["addresses"]>[];
    readonly trace: RunTrace | undefined;
  },
): Promise<void> {
  // Branches of one process share its channels: all are reached where its first one listens.
  const addresses = (await Promise.all(listening)).flatMap((own) =>
    own.map(([branch]) => [branch, own[0]?.[1] ?? ""] as const)
  );
  trace?.tell({ event: "branches introduced" });
  for (const process of processes) process.tell({ kind: "peers", addresses });
}

type CustomersOptions = BankOptions & { readonly bank: Bank };

/**
 * The processes of the customers, started in the order in which they are needed, a few at a
 * time, so that the first can work while the last are still starting.
 */
class Customers {
  readonly #options: CustomersOptions;
  readonly #steps: ReadonlyMap<CustomerId, readonly Step[]>;
  readonly #started = new Map<CustomerId, PromiseWithResolvers<CustomerCalls>>();
  readonly #left = new Map<CustomerId, number>();

  constructor(options: CustomersOptions) {
    this.#options = options;
    this.#steps = Map.groupBy(options.plan.phases.flat(2), (step) => step.customer);
    for (const [customer, steps] of this.#steps) {
      const started = Promise.withResolvers<CustomerCalls>();
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
    const calls = await this.#started.get(step.customer)?.promise;
    if (calls === undefined) throw new TypeError(`customer ${step.customer} is not in the plan`);
    const address = await this.#options.bank.address(step.branch);
    // The answers of a settled plan follow from the file; so it asks again, under the same id.
    const untilMs = performance.now() + (this.#options.plan.settled ? againMs.patience : 0);
    while (true) {
      const reply = await calls.call(step, { session, address });
      const isLast = reply.result.kind !== "unavailable" || performance.now() > untilMs;
      if (isLast) this.#count(step.customer, calls);
      if (isLast) return reply;
      await new Promise((resolve) => setTimeout(resolve, againMs.pause));
    }
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

  async #start(customer: CustomerId): Promise<CustomerCalls> {
    const { spawn, secret, bank, trace } = this.#options;
    const branches = new Set(this.#steps.get(customer)?.map((step) => step.branch));
    const hosts = await Promise.all([...branches].map((branch) => bank.address(branch)));
    trace?.startCustomer(customer);
    const process = spawn({ name: `customer ${customer}`, program: "customer", hosts });
    tell(process, { kind: "customer setup", secret, traceFromMs: trace?.startedMs });
    await within(patienceMs.start, hear(process, "ready"), `${process.name} does not start`);
    return new CustomerCalls(process, trace);
  }

  #count(customer: CustomerId, calls: CustomerCalls): void {
    const left = (this.#left.get(customer) ?? 0) - 1;
    this.#left.set(customer, left);
    if (left === 0) void calls.finish();
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
