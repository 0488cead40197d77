import type { BranchId, CustomerId } from "../core/ids.ts";
import type { Money } from "../core/money.ts";
import { covers, merged, nothingKnown, type VersionVector } from "../core/version_vector.ts";
import type { CustomerTrust } from "../format/control_line.ts";
import { hear, tell } from "../format/conversation.ts";
import { CustomerCalls } from "../format/customer_calls.ts";
import type { OpenBank, RunBank } from "../format/run_options.ts";
import type { Settlement } from "../format/settlement.ts";
import type { Spawn } from "../host/ports.ts";
import { within } from "../host/within.ts";

/** How long the process that asks may take to start, in milliseconds. */
const patienceMs = 60_000;

/** How often all branches are asked for their balance, until they know the same. */
const roundsMax = 5;

/** A bank that runs already. */
export interface RunningBankOptions {
  /** The `host:port` of every branch. */
  readonly addresses: ReadonlyMap<BranchId, string>;
  /** What each customer of the run shows. Branches are asked for their balances as one of them. */
  readonly trusts: ReadonlyMap<CustomerId, CustomerTrust>;
}

/** Turns to a bank that runs already, and goes on when the run has ended. */
export function runningBank(options: RunningBankOptions): OpenBank {
  return (spawn) => turnTo(options, spawn);
}

function turnTo({ addresses, trusts }: RunningBankOptions, spawn: Spawn): RunBank {
  const [first] = trusts;
  if (first === undefined) throw new TypeError("there is nobody to ask as");
  const [customer, trust] = first;
  const asking = startAsking({ addresses, trust }, spawn);
  const address = (branch: BranchId): Promise<string> => {
    const found = addresses.get(branch);
    if (found === undefined) throw new TypeError(`branch ${branch} is not in the bank`);
    return Promise.resolve(found);
  };
  async function balancesAfter(session: VersionVector) {
    const calls = await asking;
    const balances = new Map<BranchId, Money>();
    const vectors: VersionVector[] = [];
    for (const [branch, address] of addresses) {
      const step = { customer, branch, command: { action: "query" }, record: 0, event: 0 } as const;
      const reply = await calls.call(step, { session, address });
      vectors.push(reply.session);
      if (reply.result.kind === "balance") balances.set(branch, reply.result.balance);
    }
    const known = vectors.reduce(merged, session);
    return { balances, known, isMoving: !vectors.every((vector) => covers(vector, known)) };
  }
  return {
    known: balancesAfter(nothingKnown).then(({ known }) => known),
    address,
    failed: new Promise(() => undefined),
    async settle(seen): Promise<Settlement> {
      let settled = await balancesAfter(seen);
      for (let round = 1; settled.isMoving && round < roundsMax; round++) {
        settled = await balancesAfter(settled.known);
      }
      const { balances, isMoving } = settled;
      return { balances, isMoving, injected: undefined };
    },
  };
}

async function startAsking(
  { addresses, trust }: Pick<RunningBankOptions, "addresses"> & { readonly trust: CustomerTrust },
  spawn: Spawn,
): Promise<CustomerCalls> {
  const name = "the process that asks for balances";
  const process = spawn({ name, program: "customer", hosts: [...addresses.values()] });
  tell(process, { kind: "customer setup", trust });
  const limit = { ms: patienceMs, signal: AbortSignal.timeout(patienceMs) };
  await within(limit, hear(process, "ready"), `${name} does not start`);
  return new CustomerCalls(process);
}
