import type { Dialect } from "./dialect.ts";
import type {
  Attempt,
  CommandMessage,
  CommandName,
  GrantEntry,
  KnownEntries,
  PeerMessage,
  Refusal,
  ResultMessage,
  WriteEntry,
} from "./trace_message.ts";

/** The version of the form of traces; it changes when what is written could be misunderstood. */
export const traceVersion = 1;

/** What happened in a run: what it was, and all that its processes tell, in one causal order. */
export interface Trace {
  readonly header: TraceHeader;
  readonly events: readonly TraceEvent[];
}

/** The first line of a trace: what was run. */
export interface TraceHeader {
  /** The version of the form. */
  readonly trace: typeof traceVersion;
  /** The version of the program. */
  readonly program: string;
  /** The name of the run, with which the ids of its commands begin. */
  readonly run: string;
  /** The moment from which `ms` counts, in milliseconds since 1970. */
  readonly startedMs: number;
  readonly dialect: Dialect;
  /** Whether each step knows all that earlier phases did, or only what its customer has seen. */
  readonly plan: "settled" | "free";
  readonly acknowledge: "all" | "majority" | "local";
  /** What the bank had when it was founded, in minor units. */
  readonly opening: number;
  /** Whether the bank went on from earlier runs; then branches start with what those have left. */
  readonly isOld: boolean;
  readonly branches: readonly number[];
  readonly customers: readonly number[];
  /** What was to go wrong with messages between branches, if anything. */
  readonly faults?: TraceFaults;
}

/** What was to go wrong with messages between branches. */
export interface TraceFaults {
  readonly delayMs?: { readonly least: number; readonly most: number };
  /** Probabilities. */
  readonly drop: number;
  readonly double: number;
  /** Between which branches, from when, and until when if not to the end of the faults. */
  readonly cuts: readonly {
    readonly left: readonly number[];
    readonly right: readonly number[];
    readonly fromMs: number;
    readonly untilMs?: number;
  }[];
}

/** Who tells an event: the run itself, or one of its branches or customers. */
export type TraceProcess = "run" | `branch ${number}` | `customer ${number}`;

/** Where an event stands. */
export interface TracePlace {
  readonly by: TraceProcess;
  /** Which event of its process it is: 1, 2, 3 … in the order in which they happened. */
  readonly n: number;
  /** Milliseconds since the run began, by the machine's clock: for plots, never for order. */
  readonly ms: number;
}

/** One line of a trace behind the first. */
export type TraceEvent = TracePlace & (RunEvent | CustomerEvent | BranchEvent);

/** What the run itself tells. */
export type RunEvent =
  /** It started a process, which is these branches or this customer; life 2 is the first restart. */
  | {
    readonly event: "process started";
    readonly processes: readonly TraceProcess[];
    readonly life: number;
  }
  /** A process ended that should not have. */
  | {
    readonly event: "process ended";
    readonly processes: readonly TraceProcess[];
    readonly life: number;
    readonly reason: string;
  }
  | { readonly event: "phase begun"; readonly phase: number }
  /** All of its commands are answered. */
  | {
    readonly event: "phase ended";
    readonly phase: number;
    readonly commands: readonly CommandName[];
  }
  /** It told all branches where the others are; with faults, their time runs from here. */
  | { readonly event: "branches introduced" }
  /** It asked all branches to come to know all that any customer has seen; faults end with that. */
  | { readonly event: "settling" }
  /** What a branch shows when it knows all of it. */
  | { readonly event: "settled"; readonly branch: number; readonly balance: number }
  /** The last event of a run that was done, */
  | { readonly event: "done" }
  /** and of one that failed. */
  | { readonly event: "failed"; readonly reason: string };

/** What a customer tells. */
export type CustomerEvent =
  | (
    & { readonly event: "sent"; readonly to: number; readonly phase: number }
    & CommandMessage
  )
  | ({ readonly event: "received"; readonly from: number } & ResultMessage)
  | UnansweredCommand;

/** No answer came to an attempt of a command; whether it was executed is not known. */
export interface UnansweredCommand {
  readonly event: "unanswered";
  readonly message: "command";
  readonly to: number;
  readonly command: CommandName;
  readonly attempt: number;
  readonly reason: string;
}

/** What a branch tells; see docs/trace.md for the order within a turn. */
export type BranchEvent =
  | LifeEvent
  | MessageEvent
  | FactEvent
  | FaultEvent;

/** The life of a branch's process. */
export type LifeEvent =
  /** What it knew and showed when it began, from its journal. */
  | {
    readonly event: "started";
    readonly life: number;
    readonly balance: number;
    readonly allowance: number;
    readonly known: KnownEntries;
  }
  /** It had written this down when its former life was killed, and not told it any more. */
  | {
    readonly event: "found";
    readonly origin: number;
    readonly first: number;
    readonly entries: readonly (WriteEntry | GrantEntry)[];
  }
  /** It ends at once, since something about its surroundings is wrong. */
  | { readonly event: "halted"; readonly reason: string };

/** What a branch sent and received. */
export type MessageEvent =
  | ({ readonly event: "received" } & CommandMessage)
  | ({ readonly event: "sent" } & ResultMessage)
  | ({ readonly event: "sent"; readonly to: readonly number[] } & PeerMessage)
  | ({ readonly event: "received"; readonly from: number } & PeerMessage)
  /** No answer came to a request. */
  | ({
    readonly event: "unanswered";
    readonly message: "propagate" | "fetch" | "claim";
    readonly to: number;
  } & Attempt);

/** What became true at a branch, and is written in its journal. */
export type FactEvent =
  /** A command became an entry of its own log. */
  | ({ readonly event: "executed"; readonly sequence: number } & WriteEntry)
  /** It gave allowance away: an entry of its own log. */
  | ({ readonly event: "granted"; readonly sequence: number } & Omit<GrantEntry, "action">)
  /** Entries of another log count here now; `first` is the sequence of the first. */
  | {
    readonly event: "applied";
    readonly origin: number;
    readonly first: number;
    readonly entries: readonly (WriteEntry | GrantEntry)[];
  }
  /** A write was refused for ever; the rest is what the branch shows and knows after its turn. */
  | {
    readonly event: "refused";
    readonly command: CommandName;
    readonly action: "deposit" | "withdraw";
    readonly amount: number;
    readonly refusal: Refusal;
    readonly balance: number;
    readonly allowance: number;
    readonly known: KnownEntries;
  }
  /** What the branch shows after a turn in which it executed, granted or applied something. */
  | { readonly event: "shows"; readonly balance: number; readonly allowance: number };

/** What was made to go wrong, at the branch whose request, or whose answer, it befell. */
export type FaultEvent =
  /** From here on messages may go wrong, and the time of cuts runs. */
  | { readonly event: "faults begun" }
  | { readonly event: "faults healed" }
  | (
    & Attempt
    & {
      readonly event: "injected";
      /** `late` for each copy that is; a doubled message is told so beside that. */
      readonly fault: "lost" | "late" | "doubled" | "cut";
      readonly message: PeerMessage["message"];
      readonly from: number;
      readonly to: number;
      /** By how much it is late. */
      readonly lateMs?: number;
    }
  );
