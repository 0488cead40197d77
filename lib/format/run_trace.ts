import type { BranchId, CustomerId } from "../core/ids.ts";
import type { Money } from "../core/money.ts";
import type { VersionVector } from "../core/version_vector.ts";
import type { Phase, PhaseObserver, Reply, Step } from "../host/conductor.ts";
import type { Attempted, BranchTraceSetup } from "./control_line.ts";
import type { CallObserver } from "./customer_calls.ts";
import type { CustomerEvent, RunEvent, Trace, TraceHeader, TraceProcess } from "./trace.ts";
import { commandIn, knownIn, resultIn } from "./trace_form.ts";
import { isTorn, knownFrom, readTold, rounded, traceFileName } from "./trace_log.ts";
import { ordered, type Told, type TraceLog } from "./trace_order.ts";

/** What a trace is made of, and with. */
export interface RunTraceParts {
  readonly header: Omit<TraceHeader, "isOld">;
  /** Tells milliseconds since 1970. */
  readonly nowMs: () => number;
  /** Where branches tell what happens to them. */
  readonly folder: TraceFolder;
}

/** A folder in which each branch writes a file for each of its lives. */
export interface TraceFolder {
  readonly path: string;
  /** Reads what is in a file by now; nothing, if it is not there. */
  read(name: string): string;
}

/** Gathers what the processes of a run tell: the run itself, its customers and its branches. */
export class RunTrace implements PhaseObserver, CallObserver {
  readonly #parts: RunTraceParts;
  readonly #run: Told[] = [];
  readonly #customers = new Map<CustomerId, Told[]>();
  readonly #lives = new Map<BranchId, number>();
  #phase = 0;

  /** Nothing has happened yet. */
  constructor(parts: RunTraceParts) {
    this.#parts = parts;
  }

  /** The moment from which time counts, in milliseconds since 1970. */
  get startedMs(): number {
    return this.#parts.header.startedMs;
  }

  /** Tells of the run itself. */
  tell(event: RunEvent): void {
    this.#run.push({ ms: rounded(this.#parts.nowMs() - this.startedMs), ...event });
  }

  /** Tells that the process of some branches is started, and gives what that has to know. */
  startBranches(branches: readonly BranchId[]): BranchTraceSetup {
    const life = 1 + Math.max(...branches.map((id) => this.#lives.get(id) ?? 0));
    const told = branches.map((id) => [id, [...knownFrom(this.#told(id), id)]] as const);
    for (const id of branches) this.#lives.set(id, life);
    this.tell({ event: "process started", processes: branches.map(branchName), life });
    const { header: { run, startedMs }, folder: { path: folder } } = this.#parts;
    return { folder, run, startedMs, life, told };
  }

  /** Tells that the process of some branches ended, and why. */
  endBranches(branches: readonly BranchId[], reason: string): void {
    const life = Math.max(...branches.map((id) => this.#lives.get(id) ?? 0));
    this.tell({ event: "process ended", processes: branches.map(branchName), life, reason });
  }

  /** Tells that the process of a customer is started. */
  startCustomer(customer: CustomerId): void {
    this.tell({ event: "process started", processes: [customerName(customer)], life: 1 });
  }

  /** Tells what the branches show at the end. */
  settled(balances: ReadonlyMap<BranchId, Money>): void {
    for (const [branch, balance] of balances) {
      this.tell({ event: "settled", branch, balance: Number(balance) });
    }
  }

  /** Tells that a phase begins. */
  begun(phase: number): void {
    this.#phase = phase;
    this.tell({ event: "phase begun", phase });
  }

  /** Tells that all steps of a phase are taken. */
  ended(phase: number, lanes: Phase): void {
    const commands = lanes.flat().flatMap(({ command }) => this.#commandOf(command) ?? []);
    const names = commands.map(({ command }) => command);
    this.tell({ event: "phase ended", phase, commands: names });
  }

  /** Tells what happened to an attempt of a step, unless it was answered. */
  attempted(
    { customer, command, branch: to }: Step,
    { stage, attempt, ms, reason = "" }: Attempted,
    session: VersionVector,
  ): void {
    const named = this.#commandOf(command);
    if (named === undefined) return;
    const result = { message: "result", command: named.command, attempt } as const;
    if (stage === "sent") {
      const said = { ...named, attempt, session: knownIn(session) };
      const { event, message } = { event: "sent", message: "command" } as const;
      this.#customer(customer, ms, { event, to, phase: this.#phase, message, ...said });
    } else if (stage === "rejected") {
      this.#customer(customer, ms, {
        event: "received",
        from: to,
        ...{ ...result, result: "rejected", reason },
      });
    } else {
      this.#customer(customer, ms, {
        event: "unanswered",
        ...{ message: "command", to, command: named.command, attempt, reason },
      });
    }
  }

  /** Tells what an attempt of a step was answered. */
  answered(
    { customer, command, branch: from }: Step,
    { attempt, ms }: Attempted,
    { result, session }: Reply,
  ): void {
    const named = this.#commandOf(command);
    if (named === undefined) return;
    const said = { command: named.command, attempt, ...resultIn(result), known: knownIn(session) };
    this.#customer(customer, ms, { event: "received", from, message: "result", ...said });
  }

  /** Gives the trace as far as it is told, and what is not causal about it. */
  gathered(): { readonly trace: Trace; readonly faults: readonly string[] } {
    const logs: TraceLog[] = [
      { by: "run", told: this.#run },
      ...this.#customers.entries().map(([id, told]) => ({ by: customerName(id), told })),
      ...this.#lives.keys().map((id) => ({ by: branchName(id), told: this.#told(id) })),
    ];
    const { events, faults } = ordered(logs);
    const torn = [...this.#lives.keys()].filter((id) => this.#files(id).some(isTorn));
    const isOld = events.some((event) => (
      event.event === "started" && event.life === 1 && Object.keys(event.known).length > 0
    ));
    const unsaid = torn.map((id) => `branch ${id} ended in the middle of what it told`);
    const header = { ...this.#parts.header, isOld };
    return { trace: { header, events }, faults: [...unsaid, ...faults] };
  }

  /** Gives the text of the trace, ended with what is told last, and what is not causal about it. */
  written(last: RunEvent): { readonly text: string; readonly faults: readonly string[] } {
    const { trace: { header, events }, faults } = this.gathered();
    const ms = rounded(this.#parts.nowMs() - this.startedMs);
    const end = { by: "run", n: this.#run.length + 1, ms, ...last };
    const text = [header, ...events, end].map((line) => `${JSON.stringify(line)}\n`).join("");
    return { text, faults };
  }

  /** What a branch has told so far, in all its lives. */
  #told(id: BranchId): readonly Told[] {
    return this.#files(id).flatMap(readTold);
  }

  #files(id: BranchId): readonly string[] {
    const lives = Array.from({ length: this.#lives.get(id) ?? 0 }, (_, index) => index + 1);
    return lives.map((life) => this.#parts.folder.read(traceFileName(id, life)));
  }

  #commandOf(command: Step["command"]) {
    return commandIn(this.#parts.header.run, command);
  }

  #customer(customer: CustomerId, ms: number, event: CustomerEvent): void {
    const told = this.#customers.get(customer) ?? [];
    this.#customers.set(customer, told);
    told.push({ ms: rounded(ms), ...event });
  }
}

function branchName(id: BranchId): TraceProcess {
  return `branch ${id}`;
}

function customerName(id: CustomerId): TraceProcess {
  return `customer ${id}`;
}
