import fc from "fast-check";
import type { TracedBank } from "../../lib/format/happenings.ts";
import type { TraceEvent, TraceProcess } from "../../lib/format/trace.ts";
import type {
  CommandMessage,
  PropagateMessage,
  WriteEntry,
} from "../../lib/format/trace_message.ts";
import type { Told } from "../../lib/format/trace_order.ts";

/** Makes a trace of what is told, each with who tells it. */
export function traceOf(
  branches: readonly number[],
  ...told: readonly (readonly [by: TraceProcess, event: WithoutTime])[]
): TracedBank {
  const scribe = new Scribe();
  for (const [by, event] of told) scribe.tell(by, event);
  return { header: { branches }, events: scribe.events };
}

/** Makes a command of 10, as its customer sends it and its branch receives it. */
export function asked(
  command: string,
  action: CommandMessage["action"],
  attempt = 1,
): CommandMessage {
  const amount = action === "query" ? {} : { amount: 10 };
  return { message: "command", command, action, ...amount, attempt, session: {} };
}

type WithoutTime = Told extends infer Event ? Event extends Told ? Omit<Event, "ms"> : never
  : never;

class Scribe {
  readonly events: TraceEvent[] = [];
  readonly #counts = new Map<TraceProcess, number>();

  tell(by: TraceProcess, event: WithoutTime): void {
    const n = (this.#counts.get(by) ?? 0) + 1;
    this.#counts.set(by, n);
    this.events.push({ by, n, ms: this.events.length, ...event });
  }
}

/** What is done in a false run, and in which order, so far as it is free. */
export interface Script {
  readonly branches: readonly number[];
  readonly commands: readonly {
    readonly customer: number;
    /** Chooses the branch that it turns to. */
    readonly turn: number;
    readonly action: CommandMessage["action"];
    readonly isRefused: boolean;
  }[];
  /** Which of the things that can happen next happens. */
  readonly choices: readonly number[];
  /** Whether branches may be killed before they tell what they did. */
  readonly kills: boolean;
}

/** Draws scripts. */
export function scripts({ kills }: { readonly kills: boolean }): fc.Arbitrary<Script> {
  return fc.record({
    branches: fc.uniqueArray(fc.integer({ min: 0, max: 20 }), { minLength: 1, maxLength: 4 }),
    commands: fc.array(
      fc.record({
        customer: fc.integer({ min: 1, max: 3 }),
        turn: fc.nat({ max: 3 }),
        action: fc.constantFrom("deposit", "withdraw", "query"),
        isRefused: fc.boolean(),
      }),
      { maxLength: 8 },
    ),
    choices: fc.array(fc.nat({ max: 60 }), { maxLength: 150 }),
    kills: fc.constant(kills),
  });
}

interface FalseCommand {
  readonly name: string;
  readonly customer: number;
  readonly branch: number;
  readonly action: CommandMessage["action"];
  readonly isRefused: boolean;
  attempts: number;
  state: "new" | "sent" | "received" | "decided" | "answered";
}

/** A false run, and what it is made of. */
export interface FalseRun {
  readonly trace: TracedBank;
  readonly executed: number;
  readonly refused: number;
  readonly queries: number;
}

/** Lets a script happen until all is done, and every branch has everything. */
export function falseRun(script: Script): FalseRun {
  const bank = new FalseBank(script);
  let choices = script.choices;
  for (;;) {
    const steps = bank.steps();
    if (steps.length === 0) break;
    const [choice = 0, ...others] = choices;
    choices = others;
    const all = choices.length > 0 ? [...steps, ...bank.noise()] : steps;
    all[choice % all.length]?.();
  }
  return bank.run();
}

/** Does what branches and customers do, as far as traces tell of it. */
class FalseBank {
  readonly #script: Script;
  readonly #scribe = new Scribe();
  readonly #commands: readonly FalseCommand[];
  readonly #logs = new Map<number, WriteEntry[]>();
  /** How much of one branch's log another has. */
  readonly #has = new Map<string, number>();
  #attempts = 0;

  constructor(script: Script) {
    this.#script = script;
    const counts = new Map<number, number>();
    this.#commands = script.commands.map(({ customer, turn, action, isRefused }) => {
      const position = (counts.get(customer) ?? 0) + 1;
      counts.set(customer, position);
      const branch = script.branches[turn % script.branches.length] ?? 0;
      const name = `${customer}/${position}`;
      return { name, customer, branch, action, isRefused, attempts: 0, state: "new" };
    });
  }

  /** What takes the run on. */
  steps(): readonly (() => void)[] {
    const ofCommands = this.#commands.flatMap((command) => {
      const { state, customer } = command;
      const isNext = this.#commands.find((each) => (
        each.customer === customer && each.state !== "answered"
      )) === command;
      if (!isNext) return [];
      if (state === "new") return [() => this.#send(command)];
      if (state === "sent") {
        const kill = this.#script.kills && isExecuted(command) ? [() => this.#find(command)] : [];
        return [() => this.#receive(command), ...kill];
      }
      return state === "received" ? [() => this.#decide(command)] : [() => this.#answer(command)];
    });
    return [
      ...ofCommands,
      ...this.#pairs((has, length) => has < length).flatMap(([from, to]) => [
        () => this.#propagate(from, to, 1),
        () => this.#propagate(from, to, Infinity),
        ...this.#script.kills ? [() => this.#apply(from, to, "found", 1)] : [],
      ]),
    ];
  }

  /** What happens besides: commands that are sent and received again, answers that tell nothing new. */
  noise(): readonly (() => void)[] {
    const again = this.#commands.flatMap((command) => {
      const { state } = command;
      if (state === "new" || state === "answered") return [];
      if (state === "sent") return [() => this.#send(command)];
      return [() => this.#tellReceived(command), () => this.#answerAgain(command)];
    });
    return [
      ...again,
      ...this.#pairs((has) => has > 0).map(([from, to]) => () => {
        this.#propagated(from, to);
      }),
    ];
  }

  run(): FalseRun {
    const done = this.#commands.filter(isExecuted).length;
    const queries = this.#commands.filter(({ action }) => action === "query").length;
    return {
      trace: { header: { branches: this.#script.branches }, events: this.#scribe.events },
      executed: done,
      refused: this.#commands.length - done - queries,
      queries,
    };
  }

  #pairs(isFit: (has: number, length: number) => boolean): readonly (readonly [number, number])[] {
    const { branches } = this.#script;
    return branches.flatMap((from) => (
      branches.filter((to) => (
        to !== from && isFit(this.#has.get(`${from} ${to}`) ?? 0, this.#logs.get(from)?.length ?? 0)
      )).map((to) => [from, to] as const)
    ));
  }

  #send(command: FalseCommand): void {
    const { customer, branch: to, name, action } = command;
    command.attempts += 1;
    command.state = "sent";
    const message = asked(name, action, command.attempts);
    this.#scribe.tell(`customer ${customer}`, { event: "sent", to, phase: 1, ...message });
  }

  #receive(command: FalseCommand): void {
    command.state = "received";
    this.#tellReceived(command);
  }

  #tellReceived({ branch, name, action, attempts }: FalseCommand): void {
    this.#scribe.tell(`branch ${branch}`, { event: "received", ...asked(name, action, attempts) });
  }

  #decide(command: FalseCommand): void {
    const { branch, name, action } = command;
    command.state = "decided";
    if (!isExecuted(command)) return;
    const { sequence, entry } = this.#enter(command);
    if (action === "query") return;
    this.#scribe.tell(`branch ${branch}`, { event: "executed", sequence, ...entry, command: name });
  }

  /** The branch is killed when it has written an entry down, and tells it in its next life. */
  #find(command: FalseCommand): void {
    command.state = "received";
    const { sequence, entry } = this.#enter(command);
    const { branch: origin } = command;
    const event = { event: "found", origin, first: sequence, entries: [entry] } as const;
    this.#scribe.tell(`branch ${origin}`, event);
    command.state = "decided";
  }

  #enter({ branch, name, action }: FalseCommand) {
    const log = this.#logs.get(branch) ?? [];
    this.#logs.set(branch, log);
    const kind = action === "deposit" ? "deposit" : "withdraw";
    const entry: WriteEntry = { action: kind, command: name, amount: 10 };
    return { sequence: log.push(entry), entry };
  }

  #answer(command: FalseCommand): void {
    this.#answerAgain(command);
    const { customer, branch: from } = command;
    command.state = "answered";
    const answer = answerOf(command);
    this.#scribe.tell(`customer ${customer}`, { event: "received", from, ...answer });
  }

  #answerAgain(command: FalseCommand): void {
    this.#scribe.tell(`branch ${command.branch}`, { event: "sent", ...answerOf(command) });
  }

  /** Entries of one branch come to another, and an answer goes back and may be lost. */
  #propagate(from: number, to: number, most: number): void {
    const first = (this.#has.get(`${from} ${to}`) ?? 0) + 1;
    const log = this.#logs.get(from) ?? [];
    const last = Math.min(log.length, first - 1 + most);
    this.#attempts += 1;
    const message: PropagateMessage = {
      ...{ message: "propagate", attempt: this.#attempts, last: log.length, everywhere: 0 },
      ...{ carries: [{ origin: from, first, last }], asks: false },
    };
    this.#scribe.tell(`branch ${from}`, { event: "sent", to: [to], ...message });
    this.#scribe.tell(`branch ${to}`, { event: "received", from, ...message });
    this.#apply(from, to, "applied", most);
    if (this.#attempts % 3 > 0) this.#propagated(from, to);
  }

  #apply(origin: number, at: number, event: "found" | "applied", most: number): void {
    const has = this.#has.get(`${origin} ${at}`) ?? 0;
    const entries = (this.#logs.get(origin) ?? []).slice(has, has + most);
    this.#has.set(`${origin} ${at}`, has + entries.length);
    this.#scribe.tell(`branch ${at}`, { event, origin, first: has + 1, entries });
  }

  #propagated(origin: number, by: number): void {
    const has = this.#has.get(`${origin} ${by}`) ?? 0;
    this.#attempts += 1;
    const message = { message: "propagated", attempt: this.#attempts, has } as const;
    this.#scribe.tell(`branch ${by}`, { event: "sent", to: [origin], ...message });
    this.#scribe.tell(`branch ${origin}`, { event: "received", from: by, ...message });
  }
}

function isExecuted({ action, isRefused }: FalseCommand): boolean {
  return action === "deposit" || action === "withdraw" && !isRefused;
}

function answerOf(command: FalseCommand) {
  const { name, action, attempts: attempt } = command;
  const answer = { message: "result", command: name, attempt, known: {} } as const;
  if (action === "query") return { ...answer, result: "balance", balance: 0 } as const;
  return isExecuted(command)
    ? { ...answer, result: "written", branches: 1 } as const
    : { ...answer, result: "refused", refusal: "insufficient funds" } as const;
}
