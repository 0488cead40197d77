import type {
  BranchEvent,
  CustomerEvent,
  RunEvent,
  Trace,
  TraceHeader,
  TraceProcess,
} from "../../lib/format/trace.ts";
import type { KnownEntries } from "../../lib/format/trace_message.ts";

/** What a process tells, without its place. */
export type Told = { readonly by: TraceProcess } & (RunEvent | CustomerEvent | BranchEvent);

const header: TraceHeader = {
  ...{ trace: 1, program: "0.1.0", run: "0197f3c2-8a41-run", startedMs: 1_752_050_829_889 },
  ...{ dialect: "session", plan: "settled", acknowledge: "all", opening: 400, isOld: false },
  ...{ branches: [1, 2], customers: [7] },
};

/** Makes a trace: each process counts its events, and each event is 10 ms after the one before. */
export function traceOf(
  told: readonly Told[],
  changes: Partial<TraceHeader> = {},
): Trace {
  const counts = new Map<string, number>();
  const events = told.map((event, index) => {
    const n = (counts.get(event.by) ?? 0) + 1;
    counts.set(event.by, n);
    return { n, ms: index * 10, ...event };
  });
  return { header: { ...header, ...changes }, events };
}

/** Changes the events that fit, all alike. */
export function changed(
  told: readonly Told[],
  fits: (event: Told) => boolean,
  changes: Readonly<Record<string, unknown>>,
): readonly Told[] {
  return told.map((event) => fits(event) ? Object.assign({}, event, changes) : event);
}

/** A deposit of 100 at branch 1, as it stands in a log. */
export const deposit = { action: "deposit", command: "7/1", amount: 100 } as const;

/** What customers do in the story, each one after another. */
export interface Roles {
  /** Who reads the deposit at branch 2, and then withdraws there; else customer 7. */
  readonly reader?: number;
}

/**
 * Tells a run in which every law is put to the test, and holds: customer 7 deposits 100 at branch
 * 1; it, or the reader, asks at branch 2, and withdraws 50 there, and asks at branch 1.
 */
export function story({ reader = 7 }: Roles = {}): readonly Told[] {
  const name = (position: number) => reader === 7 ? `7/${position}` : `${reader}/${position - 1}`;
  const [query, withdrawal, last] = [name(2), name(3), name(4)];
  const withdraw = { action: "withdraw", command: withdrawal, amount: 50 } as const;
  const [first, both] = [{ 1: 1 }, { 1: 1, 2: 1 }];
  return [
    { by: "run", event: "phase begun", phase: 1 },
    ...([1, 2] as const).map((id): Told => (
      { by: `branch ${id}`, event: "started", life: 1, balance: 400, allowance: 200, known: {} }
    )),
    ...asks(7, 1, { ...deposit, session: {} }),
    { by: "branch 1", event: "executed", sequence: 1, ...deposit },
    { by: "branch 1", event: "shows", balance: 500, allowance: 300 },
    ...brings(1, 2, 1),
    { by: "branch 2", event: "applied", origin: 1, first: 1, entries: [deposit] },
    { by: "branch 2", event: "shows", balance: 500, allowance: 200 },
    ...acknowledges(2, 1, 1),
    ...answers(1, 7, { command: "7/1", result: "written", branches: 2, known: first }),
    ...asks(reader, 2, { command: query, action: "query", session: first }),
    ...answers(2, reader, { command: query, result: "balance", balance: 500, known: first }),
    ...asks(reader, 2, { ...withdraw, session: first }),
    { by: "branch 2", event: "executed", sequence: 1, ...withdraw },
    { by: "branch 2", event: "shows", balance: 450, allowance: 150 },
    ...brings(2, 1, 1),
    { by: "branch 1", event: "applied", origin: 2, first: 1, entries: [withdraw] },
    { by: "branch 1", event: "shows", balance: 450, allowance: 300 },
    ...acknowledges(1, 2, 1),
    ...answers(2, reader, { command: withdrawal, result: "written", branches: 2, known: both }),
    ...asks(reader, 1, { command: last, action: "query", session: both }),
    ...answers(1, reader, { command: last, result: "balance", balance: 450, known: both }),
    { by: "run", event: "phase ended", phase: 1, commands: ["7/1", query, withdrawal, last] },
    { by: "run", event: "settling" },
    { by: "run", event: "settled", branch: 1, balance: 450 },
    { by: "run", event: "settled", branch: 2, balance: 450 },
    { by: "run", event: "done" },
  ];
}

interface Asked {
  readonly command: string;
  readonly action: "deposit" | "withdraw" | "query";
  readonly amount?: number;
  readonly session: KnownEntries;
}

/** A customer asks a branch, which hears it. */
export function asks(customer: number, branch: number, asked: Asked): readonly Told[] {
  const message = { message: "command", attempt: 1, ...asked } as const;
  return [
    { by: `customer ${customer}`, event: "sent", to: branch, phase: 1, ...message },
    { by: `branch ${branch}`, event: "received", ...message },
  ];
}

type Answer =
  & { readonly command: string; readonly known: KnownEntries }
  & (
    | { readonly result: "written"; readonly branches: number }
    | { readonly result: "balance"; readonly balance: number }
    | { readonly result: "refused"; readonly refusal: "insufficient funds" }
    | { readonly result: "unavailable" }
  );

/** A branch answers a customer, who hears it. */
export function answers(branch: number, customer: number, answer: Answer): readonly Told[] {
  const message = { message: "result", attempt: 1, ...answer } as const;
  return [
    { by: `branch ${branch}`, event: "sent", ...message },
    { by: `customer ${customer}`, event: "received", from: branch, ...message },
  ];
}

/** A branch brings the first entry of its log to another one. */
export function brings(from: number, to: number, attempt: number): readonly Told[] {
  const carries = [{ origin: from, first: 1, last: 1 }];
  const message = { message: "propagate", attempt, carries, last: 1 } as const;
  const rest = { everywhere: 0, asks: false };
  return [
    { by: `branch ${from}`, event: "sent", to: [to], ...message, ...rest },
    { by: `branch ${to}`, event: "received", from, ...message, ...rest },
  ];
}

/** A branch says that it has the first entry of another one. */
export function acknowledges(from: number, to: number, attempt: number): readonly Told[] {
  const message = { message: "propagated", attempt, has: 1 } as const;
  return [
    { by: `branch ${from}`, event: "sent", to: [to], ...message },
    { by: `branch ${to}`, event: "received", from, ...message },
  ];
}
