import { InvariantError } from "../core/invariant.ts";
import { reasonOf } from "../format/reason.ts";

/** What a program tells whoever started it. */
export const exitCodes = { done: 0, failed: 1, wrongInput: 2, bug: 70 } as const;

/** Ends a program with a message for people and an exit code. */
export class ExitError extends Error {
  override readonly name = "ExitError";
  /** The exit code. */
  readonly code: number;

  /** Says why the program ends, and with what. */
  constructor(code: number, message: string) {
    super(message);
    this.code = code;
  }
}

/**
 * Runs a program to its end, which is the end of the process too.
 *
 * Whatever goes wrong, also outside the program's own flow, becomes a message on standard error
 * and an exit code, never a stack: an ExitError its own, an InvariantError 70, anything else 1.
 */
export async function runProgram(name: string, main: () => Promise<number>): Promise<never> {
  const fail = (error: unknown): never => {
    const code = codeOf(error);
    if (reportFailure === undefined) complain(named(name, error));
    else reportFailure(claimOf(error), code);
    Deno.exit(code);
  };
  addEventListener("error", (event) => {
    event.preventDefault();
    fail(event.error);
  });
  addEventListener("unhandledrejection", (event) => {
    event.preventDefault();
    fail(event.reason);
  });
  try {
    Deno.exit(await main());
  } catch (error) {
    return fail(error);
  }
}

let reportFailure: ((message: string, code: number) => void) | undefined;

/** Lets `report` tell, from now on, of what the program ends, instead of a line for people. */
export function reportFailuresTo(report: (message: string, code: number) => void): void {
  reportFailure = report;
}

let makeWay = (): void => undefined;

/**
 * Lets `clear` be called before anything is printed, on either stream, from now on: the two are
 * often one terminal, and a line that stands there to be rewritten must not run into the rest.
 */
export function beforePrinting(clear: () => void): void {
  makeWay = clear;
}

/**
 * Prints text on standard output.
 *
 * Whoever reads it may have stopped reading (`… | head -1`); that is no failure of the program.
 */
export function print(text: string): void {
  try {
    write(Deno.stdout, text);
  } catch (error) {
    throw new Error(`standard output cannot be written: ${reasonOf(error)}`, { cause: error });
  }
}

/** Prints a line on standard error. */
export function complain(line: string): void {
  write(Deno.stderr, `${line}\n`);
}

/** The version of all programs. */
export const version = "0.1.0";

/** Tells the version of a program and of what it runs on. */
export function versionLine(name: string): string {
  return `${name} ${version} (Deno ${Deno.version.deno})\n`;
}

function codeOf(error: unknown): number {
  if (error instanceof ExitError) return error.code;
  return error instanceof InvariantError ? exitCodes.bug : exitCodes.failed;
}

/** Puts the program's name before each line, unless they begin with a place in a file. */
function named(name: string, error: unknown): string {
  const claim = claimOf(error);
  if (/^[^\n:]+:\d+:\d+: /.test(claim)) return claim;
  return claim.split("\n").map((line) => `${name}: ${line}`).join("\n");
}

function claimOf(error: unknown): string {
  const message = error instanceof Error ? error.message : String(error);
  return error instanceof InvariantError ? `a bug: it does not hold that ${message}` : message;
}

function write(to: { writeSync(bytes: Uint8Array): number }, text: string): void {
  makeWay();
  let bytes = new TextEncoder().encode(text);
  try {
    while (bytes.length > 0) bytes = bytes.subarray(to.writeSync(bytes));
  } catch (error) {
    if (!(error instanceof Deno.errors.BrokenPipe)) throw error;
  }
}

const signalCodes = { SIGINT: 130, SIGTERM: 143, SIGHUP: 129 } as const;

/** Rejects with an {@linkcode ExitError} when a signal is to end the run. */
export function signalled(): Promise<never> {
  const { promise, reject } = Promise.withResolvers<never>();
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) {
    Deno.addSignalListener(signal, () => reject(endedBy(signal)));
  }
  // One that comes when the run is over ends nothing any more.
  promise.catch(() => undefined);
  return promise;
}

/** Says that a signal ended the run. */
export function endedBy(signal: keyof typeof signalCodes): ExitError {
  return new ExitError(signalCodes[signal], `ended by ${signal}; no output was written`);
}
