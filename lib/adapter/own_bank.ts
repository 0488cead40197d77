import type { AcknowledgePolicy } from "../core/acknowledgements.ts";
import type { BranchId } from "../core/ids.ts";
import type { Money } from "../core/money.ts";
import { merged, nothingKnown, type VersionVector } from "../core/version_vector.ts";
import type { BranchSetup, Line, Listening, Settled } from "../format/control_line.ts";
import { hear, tell } from "../format/conversation.ts";
import type { OpenBank, RunBank } from "../format/run_options.ts";
import type { RunTrace } from "../format/run_trace.ts";
import { settlementOf } from "../format/settlement.ts";
import type { NatsServers } from "../format/nats_servers.ts";
import type { Faults } from "../host/faulty_transport.ts";
import { packed } from "../host/packing.ts";
import { type BankFolder, type Process, ProcessError, type Spawn } from "../host/ports.ts";
import { type Limit, within } from "../host/within.ts";

/** How long a process may take to start and to settle, in milliseconds. */
const patienceMs = { start: 60_000, settle: 60_000 } as const;

/** How often the process of some branches is started again, before the run fails. */
const restartsMax = 20;

/** The only host that a run listens on and dials. */
const loopback = "127.0.0.1";

/** What a bank of a run's own needs to know. */
export interface OwnBankOptions {
  /** All branches of the bank. */
  readonly branches: readonly BranchId[];
  readonly opening: Money;
  readonly acknowledge: AcknowledgePolicy;
  /** What all callers have to show. */
  readonly secret: string;
  /** Where the bank's journals are, which may be there from an earlier run. */
  readonly folder: BankFolder;
  /** Before the first of its commands was made, in milliseconds since 1970. */
  readonly startedMs: number;
  /** How many cores the machine has. */
  readonly cores: number;
  /** The servers of NATS that carry messages between processes, if these do not do it. */
  readonly nats?: NatsServers | undefined;
  /** What is to go wrong with messages between branches, if anything, until all is done. */
  readonly faults: Faults | undefined;
  /** Hears what happens, and where branches tell it, if anyone wants to know. */
  readonly trace?: RunTrace | undefined;
  /** Tells people something. */
  readonly note: (line: string) => void;
}

type BankOptions = OwnBankOptions & { readonly spawn: Spawn };

/** Gives a run a bank of its own: starts its branches, and they end with the run. */
export function ownBank(options: OwnBankOptions): OpenBank {
  return (spawn) => startBank({ ...options, spawn });
}

function startBank(options: BankOptions): RunBank {
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
        within(
          limit(patienceMs.settle),
          line,
          `${processes[index]?.name} does not tell its balance`,
        )
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
    const { branches, opening, acknowledge, nats, faults, secret, spawn, folder, startedMs } =
      this.#options;
    const trace = this.#options.trace?.startBranches(serve.map(([id]) => id));
    const process = spawn({
      name: this.name,
      program: "branch",
      hosts: [loopback, ...nats?.addresses ?? []],
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
      nats,
      faults,
      trace,
    });
    return process;
  }

  #listening(): Promise<Listening> {
    const line = hear(this.#process, "listening");
    return within(limit(patienceMs.start), line, `${this.name} does not start`);
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

function limit(ms: number): Limit {
  return { ms, signal: AbortSignal.timeout(ms) };
}
