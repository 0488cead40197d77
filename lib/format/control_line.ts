import type { AcknowledgePolicy } from "../core/acknowledgements.ts";
import type { BranchId } from "../core/ids.ts";
import type { Faults, Injected } from "../host/faulty_transport.ts";
import type { Credentials } from "./identity.ts";
import type { NatsServers } from "./nats_servers.ts";

/**
 * What a run and its own processes say to each other: one JSON value a line, over standard
 * input and output. Both ends are this program in this version, so lines are not checked again.
 *
 * A branch process: `BranchSetup` in, `Listening` out, `Peers` in; then `Settle` in and
 * `Settled` out, any number of times. A customer's: `CustomerSetup` in, `Ready` out; then
 * `CallLine` in and `AnswerLine` out, for a trace after an `Attempted` for each that happened to
 * the call. Either ends when its input does.
 */
export type Line = BranchSetup | Listening | Peers | Settle | Settled | CustomerLine;

type CustomerLine = CustomerSetup | Ready | CallLine | Attempted | AnswerLine;

/** Tells a branch process what it serves. */
export interface BranchSetup {
  readonly kind: "branch setup";
  readonly secret: string;
  /** Minor units. */
  readonly opening: number;
  readonly members: readonly BranchId[];
  /** Which branches, and at which `host:port` each is to listen; port 0 lets the system choose. */
  readonly serve: readonly (readonly [BranchId, string])[];
  readonly acknowledge: AcknowledgePolicy;
  /** Tells the bank from others. */
  readonly bank: string;
  /** Where the branches keep their journals. */
  readonly folder: string;
  /** Whether the journals go with the run. */
  readonly isTemporary: boolean;
  /** Whether the branches may have run before, and their journals may have been lost since. */
  readonly mayBeOld: boolean;
  /** Until when it may have run for others than this run, in milliseconds since 1970. */
  readonly ranUntilMs: number;
  /** The servers of NATS that carry messages between processes, if these do not do it. */
  readonly nats?: NatsServers | undefined;
  /** What is to go wrong with messages between branches, if anything. */
  readonly faults?: Faults | undefined;
  /** Where to tell what happens, if anyone wants to know. */
  readonly trace?: BranchTraceSetup | undefined;
}

/** Tells the branches of a process where and how to tell what happens to them. */
export interface BranchTraceSetup {
  /** The folder in which each writes a file of its own. */
  readonly folder: string;
  /** The name of the run. */
  readonly run: string;
  /** The moment from which time counts, in milliseconds since 1970. */
  readonly startedMs: number;
  /** Which life of the process this is: 1, 2, 3 … */
  readonly life: number;
  /** What each branch had told by the end of its former life that it knows, if it had one. */
  readonly told: readonly (readonly [BranchId, readonly (readonly [BranchId, number])[]])[];
}

/** Tells where each branch of a process listens, and what their journals know together. */
export interface Listening {
  readonly kind: "listening";
  readonly addresses: readonly (readonly [BranchId, string])[];
  readonly known: readonly (readonly [BranchId, number])[];
}

/** Tells a branch process where to find each branch of the bank. */
export interface Peers {
  readonly kind: "peers";
  readonly addresses: readonly (readonly [BranchId, string])[];
}

/** Ends the faults, and asks for the balances once all of `known` is applied. */
export interface Settle {
  readonly kind: "settle";
  readonly known: readonly (readonly [BranchId, number])[];
}

/** Tells the settled balance of each branch of a process, in decimal digits. */
export interface Settled {
  readonly kind: "settled";
  readonly balances: readonly (readonly [BranchId, string])[];
  /** What went wrong with the messages of these branches, if anything was to. */
  readonly injected?: Injected | undefined;
}

/** By what branches know a customer: the bank's secret, or a certificate. */
export type CustomerTrust = { readonly secret: string } | { readonly credentials: Credentials };

/** Tells a customer's process what to show with its calls. */
export interface CustomerSetup {
  readonly kind: "customer setup";
  readonly trust: CustomerTrust;
  /** The moment from which the time of what happens counts, if it is to be told. */
  readonly traceFromMs?: number | undefined;
}

/** Tells that a customer's process has started. */
export interface Ready {
  readonly kind: "ready";
}

/** Asks a customer's process to make a call; the request is in base64. */
export interface CallLine {
  readonly kind: "call";
  readonly address: string;
  readonly path: string;
  readonly request: string;
  /** How often the same call was sent before. */
  readonly tried: number;
}

/** Tells what happened to a call, for a trace. */
export interface Attempted {
  readonly kind: "attempted";
  /** Which attempt it was: 1, 2, 3 … for the same call. */
  readonly attempt: number;
  /** It was sent; then it was answered, turned down by the server, or not answered. */
  readonly stage: "sent" | "answered" | "rejected" | "unanswered";
  /** Milliseconds since the moment that the setup named. */
  readonly ms: number;
  /** Why there is no answer. */
  readonly reason?: string;
}

/** Gives the response to a call in base64, or says in a sentence why there is none. */
export interface AnswerLine {
  readonly kind: "answer";
  readonly response?: string;
  readonly failure?: string;
}

/**
 * Takes a line for what it must be at this point.
 *
 * @throws {TypeError} when it is something else: the two ends are not the same version.
 */
export function expectLine<Kind extends Line["kind"]>(
  line: unknown,
  kind: Kind,
): Extract<Line, { readonly kind: Kind }> {
  if (isOfKind(line, kind)) return line;
  // Only the kind: other fields may be secret.
  const found = String((line as Line)?.kind).slice(0, 40);
  throw new TypeError(`expected a line "${kind}", got "${found}"`);
}

/** Tells whether a line is of a kind. */
export function isOfKind<Kind extends Line["kind"]>(
  line: unknown,
  kind: Kind,
): line is Extract<Line, { readonly kind: Kind }> {
  return (line as Line)?.kind === kind;
}
