import type { Seen } from "../keep_calling.ts";

/** How a load is put on a system, and how long. */
export interface Pace {
  readonly inFlight: number;
  readonly warmUpMs: number;
  readonly durationMs: number;
  /** Ends it before its time. */
  readonly signal: AbortSignal;
}

/** What a system promises about a write that it has answered; figures mean little without it. */
export interface Guarantees {
  /** On how many disks it is before the answer. */
  readonly durable: string;
  /** What comes of a write that is sent again since its answer was lost. */
  readonly retry: string;
  /** What can be read of earlier writes. */
  readonly history: string;
  /** Whether a balance can go below zero. */
  readonly belowZero: string;
  /** What goes on where the network is cut. */
  readonly partition: string;
}

/** One way to write, as it is measured. */
export interface Line {
  readonly name: string;
  /** How many at a time are worth measuring. */
  readonly inFlight: readonly number[];
  readonly guarantees: Guarantees;
  /** Puts load on the system; throws if not every write counted once. */
  measure(pace: Pace): Promise<Seen>;
}

/** A system that runs, until it is disposed of. */
export interface Running extends AsyncDisposable {
  readonly lines: readonly Line[];
}

/** Where a system is started. */
export interface Place {
  /** Where its files go; whoever gives the folder removes it. */
  readonly folder: string;
  /** Below which programs are installed: `/`, but in tests. */
  readonly root: string;
}

/** A system that can be measured. */
export interface System {
  readonly name: string;
  /** Starts it on free ports of loopback; undefined if it is not installed. */
  readonly start: (place: Place) => Promise<Running | undefined>;
}

/** A system that one could choose instead of a bank. */
export interface Peer extends System {
  /** The package of Debian that holds its programs. */
  readonly debianPackage: string;
}

/** Tells whether there is a file or a folder. */
export function exists(path: string): boolean {
  try {
    Deno.statSync(path);
    return true;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return false;
    throw error;
  }
}
