import { assert } from "@std/assert";
import { ownBank } from "../../lib/adapter/own_bank.ts";
import { run } from "../../lib/adapter/run.ts";
import { type BranchId, isCustomerId } from "../../lib/core/ids.ts";
import { money } from "../../lib/core/money.ts";
import { expectLine, type Line } from "../../lib/format/control_line.ts";
import type { RunTrace } from "../../lib/format/run_trace.ts";
import type { Progress, Step } from "../../lib/host/conductor.ts";
import type { Faults } from "../../lib/host/faulty_transport.ts";
import {
  type BankFolder,
  type Process,
  ProcessError,
  type ProcessRequest,
} from "../../lib/host/ports.ts";
import { branch, query } from "../core/samples.ts";

/** A process that answers as one would, unless a test makes it wait or end. */
export class FalseProcess implements Process {
  readonly name: string;
  readonly request: ProcessRequest;
  readonly told: Line[] = [];
  end: "none" | "finished" | "killed" = "none";
  readonly #world: FalseWorld;
  readonly #said: Line[] = [];
  #wanted: PromiseWithResolvers<Line> | undefined;
  #end: ProcessError | undefined;

  constructor(request: ProcessRequest, world: FalseWorld) {
    this.name = request.name;
    this.request = request;
    this.#world = world;
  }

  tell(message: unknown): void {
    const line = message as Line;
    this.told.push(line);
    const answer = this.#world.answerTo(line, this);
    if (answer !== undefined) this.say(answer);
  }

  next(): Promise<Line> {
    const line = this.#said.shift();
    if (line !== undefined) return Promise.resolve(line);
    this.#wanted = Promise.withResolvers();
    if (this.#end !== undefined) this.#wanted.reject(this.#end);
    return this.#wanted.promise;
  }

  finish(): Promise<void> {
    this.end = "finished";
    return Promise.resolve();
  }

  kill(): Promise<void> {
    this.end = "killed";
    return Promise.resolve();
  }

  say(line: Line): void {
    if (this.#wanted === undefined) this.#said.push(line);
    else this.#wanted.resolve(line);
    this.#wanted = undefined;
  }

  /** Ends by a signal, or with an exit code if there is none. */
  die(signal?: string): void {
    this.#end = signal === undefined
      ? new ProcessError(`${this.name} ended with exit code 1`)
      : new ProcessError(`${this.name} ended by ${signal}`, signal);
    this.#wanted?.reject(this.#end);
  }
}

/** The processes of a run, and what a test does to them. */
export class FalseWorld {
  readonly processes: FalseProcess[] = [];
  readonly notes: string[] = [];
  readonly #later: (() => void)[] = [];
  /** Is told each line first, and may hinder the answer to it. */
  before: (line: Line, process: FalseProcess) => boolean = () => true;

  readonly spawn = (request: ProcessRequest): Process => {
    const process = new FalseProcess(request, this);
    this.processes.push(process);
    return process;
  };

  named(name: string): FalseProcess {
    const process = this.processes.findLast((process) => process.name === name);
    assert(process !== undefined, `${name} was started`);
    return process;
  }

  /** Puts the answer to a line off until {@linkcode answerNow}. */
  answerLater(line: Line, process: FalseProcess): void {
    this.#later.push(() => {
      const answer = answerTo(line, process);
      if (answer !== undefined) process.say(answer);
    });
  }

  /** Gives all answers that were put off. */
  answerNow(): void {
    for (const give of this.#later.splice(0)) give();
  }

  answerTo(line: Line, process: FalseProcess): Line | undefined {
    return this.before(line, process) ? answerTo(line, process) : undefined;
  }
}

function answerTo(line: Line, { told }: FalseProcess): Line | undefined {
  switch (line.kind) {
    case "branch setup":
      return {
        kind: "listening",
        addresses: line.serve.map(([id]) => [id, addressOf(id)]),
        known: [],
      };
    case "settle": {
      const { serve } = expectLine(told[0], "branch setup");
      return { kind: "settled", balances: serve.map(([id]) => [id, "7"]) };
    }
    case "customer setup":
      return { kind: "ready" };
    case "call":
      // Nothing is what protobuf makes of a balance of 0 and an empty session.
      return { kind: "answer", response: "" };
    default:
      return undefined;
  }
}

/** Gives the address at which a branch listens in this world. */
export function addressOf(id: BranchId): string {
  return `127.0.0.1:${5000 + id}`;
}

/** A customer's query at the branch that it turns to. */
export function queryOf(customerId: number, turnsTo: number, event = 0): Step {
  assert(isCustomerId(customerId));
  const record = customerId - 1;
  return { customer: customerId, branch: branch(turnsTo), command: query, record, event };
}

/** What callers show in these worlds. */
export const secret = "5ec2e7";

/** A folder that goes with the run. */
export const temporary: BankFolder = { path: "temporary", bank: "5ec2e7", isTemporary: true };
/** A folder that does not. */
export const lasting: BankFolder = { path: "data", bank: "901d", isTemporary: false };

/** Runs steps side by side in a false world. */
export function start(
  world: FalseWorld,
  steps: readonly Step[],
  { branchCount = 2, folder = temporary, faults, trace, interrupted, progressed }: {
    readonly branchCount?: number;
    readonly folder?: BankFolder;
    readonly faults?: Faults;
    readonly trace?: RunTrace;
    readonly interrupted?: Promise<never>;
    readonly progressed?: (progress: Progress) => void;
  } = {},
) {
  const openBank = ownBank({
    folder,
    branches: Array.from({ length: branchCount }, (_, index) => branch(index + 1)),
    opening: money(7),
    acknowledge: "majority",
    secret,
    startedMs: 1_000,
    cores: 2,
    faults,
    trace,
    note: (line) => void world.notes.push(line),
  });
  return run({
    openBank,
    trustOf: () => ({ secret }),
    plan: { phases: steps.length === 0 ? [] : [steps.map((step) => [step])], settled: true },
    spawn: world.spawn,
    cores: 2,
    trace,
    interrupted,
    progressed,
  });
}

/** Tells which lines a process was told, in their order. */
export function kindsTold(world: FalseWorld, name: string): readonly string[] {
  return world.named(name).told.map(({ kind }) => kind);
}
