import { dialects } from "./dialect.ts";
import type {
  FactEvent,
  FaultEvent,
  LifeEvent,
  RunEvent,
  TraceHeader,
  UnansweredCommand,
} from "./trace.ts";
import type {
  Attempt,
  CommandMessage,
  GrantEntry,
  PeerMessage,
  ResultMessage,
  WriteEntry,
} from "./trace_message.ts";

/** What a field of a trace must be. */
export interface Rule {
  readonly fits: (value: unknown) => boolean;
  /** Says it, behind "must be". */
  readonly words: string;
  readonly isOptional?: true;
}

/** The rules of the fields of an object: of all, so that one that is not told is none. */
export type Shape = Readonly<Record<string, Rule>>;

/** A rule for each field of a type; the compiler sees to it that none is missing. */
type ShapeOf<Type> = { readonly [Field in Exclude<keyof Type, "event">]-?: Rule };

type Shapes<Event extends { readonly event: string }> = {
  readonly [Kind in Event["event"]]: ShapeOf<Extract<Event, { readonly event: Kind }>>;
};

type Messages<Message extends { readonly message: string }> = {
  readonly [Kind in Message["message"]]: Omit<
    ShapeOf<Extract<Message, { readonly message: Kind }>>,
    "message"
  >;
};

const count: Rule = {
  fits: (value) => Number.isSafeInteger(value) && Number(value) >= 0,
  words: "a whole number from 0 to 2^53 - 1",
};
const ordinal: Rule = {
  fits: (value) => count.fits(value) && value !== 0,
  words: "a whole number from 1 to 2^53 - 1",
};
/** A balance is told as it is: that it may not be below zero is judged, and not read. */
const sum: Rule = { fits: Number.isSafeInteger, words: "a whole number of minor units" };
const duration: Rule = {
  fits: (value) => typeof value === "number" && Number.isFinite(value),
  words: "a number of milliseconds",
};
const probability: Rule = {
  fits: (value) => typeof value === "number" && value >= 0 && value <= 1,
  words: "a number from 0 to 1",
};
const flag: Rule = { fits: (value) => typeof value === "boolean", words: "true or false" };
const words: Rule = { fits: (value) => typeof value === "string", words: "a string" };
const known: Rule = {
  fits: (value) =>
    isObject(value) &&
    Object.entries(value).every(([origin, sequence]) =>
      /^\d+$/.test(origin) && count.fits(sequence)
    ),
  words: "an object with a sequence for each branch that it names",
};

function oneOf(...names: readonly string[]): Rule {
  return {
    fits: (value) => names.some((name) => name === value),
    words: names.map((name) => JSON.stringify(name)).join(" or "),
  };
}

function listOf(each: Rule): Rule {
  return {
    fits: (value) => Array.isArray(value) && value.every(each.fits),
    words: `a list, each element ${each.words}`,
  };
}

function maybe(rule: Rule): Rule {
  return { ...rule, isOptional: true };
}

function objectOf(shape: Shape, words: string): Rule {
  return { fits: (value) => isObject(value) && faultIn(value, shape) === undefined, words };
}

function eitherOf(...rules: readonly Rule[]): Rule {
  return {
    fits: (value) => rules.some((rule) => rule.fits(value)),
    words: rules.map((rule) => rule.words).join(" or "),
  };
}

const name: Rule = {
  fits: (value) => typeof value === "string" && /^(?:run|(?:branch|customer) \d+)$/.test(value),
  words: '"run", "branch N" or "customer N"',
};
const range = objectOf({ origin: count, first: ordinal, last: ordinal }, "a range of entries");
const refusal = oneOf("insufficient funds", "balance limit");
const write: ShapeOf<WriteEntry> = {
  action: oneOf("deposit", "withdraw"),
  command: words,
  amount: count,
};
const grant: ShapeOf<GrantEntry> = {
  action: oneOf("grant"),
  claim: words,
  to: count,
  amount: count,
};
const entries = listOf(eitherOf(objectOf(write, "a write"), objectOf(grant, "a grant")));
const standing = { balance: sum, allowance: sum };

/** The shape of a header. */
export const headerShape: ShapeOf<TraceHeader> = {
  trace: ordinal,
  program: words,
  run: words,
  startedMs: count,
  dialect: oneOf(...dialects),
  plan: oneOf("settled", "free"),
  acknowledge: oneOf("all", "majority", "local"),
  opening: count,
  isOld: flag,
  branches: listOf(count),
  customers: listOf(count),
  faults: maybe(objectOf({
    delayMs: maybe(objectOf({ least: duration, most: duration }, "a range of delays")),
    drop: probability,
    double: probability,
    cuts: listOf(objectOf({
      left: listOf(count),
      right: listOf(count),
      fromMs: duration,
      untilMs: maybe(duration),
    }, "a cut")),
  }, "the faults of a run")),
};

/** The shape of what all events have. */
export const placeShape: Shape = { by: name, n: ordinal, ms: duration, event: words };

const runShapes: Shapes<RunEvent> = {
  "process started": { processes: listOf(name), life: ordinal },
  "process ended": { processes: listOf(name), life: ordinal, reason: words },
  "phase begun": { phase: ordinal },
  "phase ended": { phase: ordinal, commands: listOf(words) },
  "branches introduced": {},
  settling: {},
  settled: { branch: count, balance: sum },
  done: {},
  failed: { reason: words },
};

const branchShapes: Shapes<LifeEvent | FactEvent | FaultEvent> = {
  started: { life: ordinal, ...standing, known },
  found: { origin: count, first: ordinal, entries },
  halted: { reason: words },
  executed: { sequence: ordinal, ...write },
  granted: { sequence: ordinal, claim: words, to: count, amount: count },
  applied: { origin: count, first: ordinal, entries },
  refused: { ...write, refusal, ...standing, known },
  shows: standing,
  "faults begun": {},
  "faults healed": {},
  injected: {
    fault: oneOf("lost", "late", "doubled", "cut"),
    message: oneOf("propagate", "propagated", "fetch", "fetched", "claim", "claimed"),
    from: count,
    to: count,
    attempt: ordinal,
    lateMs: maybe(duration),
  },
};

type Results = {
  readonly [Kind in ResultMessage["result"]]: Omit<
    ShapeOf<Extract<ResultMessage, { readonly result: Kind }>>,
    "message"
  >;
};

const answer = { result: words, command: words, attempt: ordinal, known: maybe(known) };
const results: Results = {
  written: { ...answer, branches: ordinal },
  refused: { ...answer, refusal },
  unavailable: answer,
  balance: { ...answer, balance: sum },
  rejected: { ...answer, reason: words },
};

const attempt: ShapeOf<Attempt> = { attempt: ordinal };
const messages: Messages<CommandMessage | PeerMessage> = {
  command: {
    ...attempt,
    command: words,
    action: oneOf("deposit", "withdraw", "query"),
    amount: maybe(count),
    session: known,
  },
  propagate: {
    ...attempt,
    carries: listOf(range),
    last: count,
    everywhere: count,
    has: maybe(known),
    asks: flag,
  },
  propagated: { ...attempt, has: count, known: maybe(known) },
  ["fetch"]: { ...attempt, after: known },
  fetched: { ...attempt, carries: listOf(range) },
  claim: { ...attempt, claim: words, need: count, wanted: count },
  claimed: { ...attempt, isGranted: flag, last: count },
};

const { command, ...peers } = messages;
const unanswered: ShapeOf<UnansweredCommand> = {
  ...attempt,
  message: words,
  to: count,
  command: words,
  reason: words,
};

/** The shapes of all events, by who tells them, what happened, and to which kind of message. */
const shapes: ReadonlyMap<string, Shape> = new Map<string, Shape>([
  ...Object.entries(runShapes).map(([kind, shape]) => told(`run ${kind}`, shape)),
  ...Object.entries(branchShapes).map(([kind, shape]) => told(`branch ${kind}`, shape)),
  told("customer sent command", { ...command, message: words, to: count, phase: ordinal }),
  told("branch received command", { ...command, message: words }),
  told("customer unanswered command", unanswered),
  ...Object.entries(results).flatMap(([result, shape]) => [
    told(`branch sent result ${result}`, { ...shape, message: words }),
    told(`customer received result ${result}`, { ...shape, message: words, from: count }),
  ]),
  ...Object.entries(peers).flatMap(([message, shape]) => [
    told(`branch sent ${message}`, { ...shape, message: words, to: listOf(count) }),
    told(`branch received ${message}`, { ...shape, message: words, from: count }),
  ]),
  ...["propagate", "fetch", "claim"].map((message) =>
    told(`branch unanswered ${message}`, { ...attempt, message: words, to: count })
  ),
]);

function told(kind: string, shape: Shape): readonly [string, Shape] {
  return [kind, { ...placeShape, ...shape }];
}

/** Names the kind of an event: who tells it, what happened, and to which kind of message. */
export function kindOf(event: Readonly<Record<string, unknown>>): string {
  const { by, message, result } = event;
  const who = String(by).replace(/ .*/, "");
  const parts = [who, event.event];
  if (message !== undefined && event.event !== "injected") parts.push(message);
  if (message === "result") parts.push(result);
  return parts.join(" ");
}

/** Gives the shape of the events of a kind, or nothing if there are none. */
export function shapeOf(kind: string): Shape | undefined {
  return shapes.get(kind);
}

/** Says what is wrong with an object, if anything is: what it lacks, or has and should not. */
export function faultIn(
  value: Readonly<Record<string, unknown>>,
  shape: Shape,
): string | undefined {
  for (const [field, { fits, words, isOptional }] of Object.entries(shape)) {
    const found = value[field];
    if (found === undefined && isOptional) continue;
    if (!fits(found)) return `${field} is ${shown(found)}; it must be ${words}`;
  }
  const stranger = Object.keys(value).find((field) => !Object.hasOwn(shape, field));
  return stranger === undefined ? undefined : `${stranger} is not one of its fields`;
}

/** Tells whether a value is an object with fields. */
export function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function shown(value: unknown): string {
  if (value === undefined) return "missing";
  const text = JSON.stringify(value);
  return text.length <= shownCharactersMax ? text : `${text.slice(0, shownCharactersMax)}…`;
}

const shownCharactersMax = 60;
