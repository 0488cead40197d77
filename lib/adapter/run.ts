import type { CustomerId } from "../core/ids.ts";
import type { VersionVector } from "../core/version_vector.ts";
import { hear, tell } from "../format/conversation.ts";
import { CustomerCalls } from "../format/customer_calls.ts";
import type { RunBank, RunOptions, RunOutcome } from "../format/run_options.ts";
import { type Carry, conduct, type Reply, type Step } from "../host/conductor.ts";
import { type Process, ProcessError, type Spawn } from "../host/ports.ts";
import { type Limit, within } from "../host/within.ts";

/** How long a process may take to start and to end, in milliseconds. */
const patienceMs = { start: 60_000, end: 10_000 } as const;

/** How long a customer asks again for money out of its branch's reach, and how often. */
const againMs = { patience: 60_000, pause: 200 } as const;

/**
 * Runs a plan on a bank: opens it, starts a process per customer, conducts the plan, waits until
 * all branches know all of it, and ends every process.
 *
 * @throws {ProcessError} when one of them ends, fails or cannot start; then it ends the others.
 */
export async function run(options: RunOptions): Promise<RunOutcome> {
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
      carryOut({ ...options, spawn }, { processes, calls }),
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

async function carryOut(options: RunOptions, { processes, calls }: Open): Promise<RunOutcome> {
  const { plan, trace: observer, progressed } = options;
  const bank = options.openBank(options.spawn);
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
    within(limit(patienceMs.end), process.finish(), `${process.name} does not end`)
  )));
  return { conducted, ...settlement };
}

type CustomersOptions = RunOptions & { readonly bank: RunBank };

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
    const { spawn, trustOf, bank, trace } = this.#options;
    const branches = new Set(this.#steps.get(customer)?.map((step) => step.branch));
    const hosts = await Promise.all([...branches].map((branch) => bank.address(branch)));
    trace?.startCustomer(customer);
    const process = spawn({ name: `customer ${customer}`, program: "customer", hosts });
    const trust = trustOf(customer);
    tell(process, { kind: "customer setup", trust, traceFromMs: trace?.startedMs });
    await within(limit(patienceMs.start), hear(process, "ready"), `${process.name} does not start`);
    return new CustomerCalls(process, trace);
  }

  #count(customer: CustomerId, calls: CustomerCalls): void {
    const left = (this.#left.get(customer) ?? 0) - 1;
    this.#left.set(customer, left);
    if (left === 0) void calls.finish();
  }
}

function limit(ms: number): Limit {
  return { ms, signal: AbortSignal.timeout(ms) };
}
