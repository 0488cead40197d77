import { progressLine } from "../format/progress.ts";
import type { Progress } from "../host/conductor.ts";

/** After so long a run is worth a line, and so often it is rewritten at most, in milliseconds. */
const timesMs = { first: 1_000, between: 100 } as const;

/** How wide a terminal is taken to be that does not say so, in characters. */
const columnsUnknown = 80;

const codes = { dim: "\x1b[2m", plain: "\x1b[22m", eraseToEnd: "\x1b[K" } as const;

/** What a progress line needs: a terminal, and a clock. */
export interface ProgressTerminal {
  /** Whether it may be written in another style than usual. */
  readonly hasStyle: boolean;
  /** How wide it is just now, in characters. */
  columns(): number;
  write(text: string): void;
  /** Tells the time of a clock that never goes back, in milliseconds. */
  nowMs(): number;
  /** Calls `turn` again and again, every so many milliseconds, until the result is called. */
  every(ms: number, turn: () => void): () => void;
}

/**
 * One line of a terminal that says how far a run has come, once it has taken a second.
 *
 * What it is told is only remembered; the line is rewritten in turns of its own. So it is not
 * rewritten more often however fast a run is, and goes on while a run waits for something.
 */
export class ProgressLine implements Disposable {
  readonly #terminal: ProgressTerminal;
  readonly #startedMs: number;
  readonly #stop: () => void;
  #progress: Progress | undefined;
  #shown = "";

  /** Begins to count the time. */
  constructor(terminal: ProgressTerminal) {
    this.#terminal = terminal;
    this.#startedMs = terminal.nowMs();
    this.#stop = terminal.every(timesMs.between, () => this.#turn());
  }

  /** Says how far the run has come. */
  tell(progress: Progress): void {
    this.#progress = progress;
  }

  /** Takes the line away until its next turn, so that something else can be printed. */
  clear(): void {
    if (this.#shown !== "") this.#terminal.write(`\r${codes.eraseToEnd}`);
    this.#shown = "";
  }

  /** Takes the line away for good. */
  [Symbol.dispose](): void {
    this.#stop();
    this.clear();
  }

  #turn(): void {
    const elapsedMs = this.#terminal.nowMs() - this.#startedMs;
    if (elapsedMs < timesMs.first) return;
    const line = progressLine(this.#progress, { elapsedMs, columns: this.#terminal.columns() });
    if (line === this.#shown) return;
    const styled = this.#terminal.hasStyle ? codes.dim + line + codes.plain : line;
    this.#terminal.write(`\r${styled}${codes.eraseToEnd}`);
    this.#shown = line;
  }
}

/** Starts a progress line on standard error, if that is a terminal. */
export function startProgressLine(): ProgressLine | undefined {
  if (!Deno.stderr.isTerminal()) return undefined;
  return new ProgressLine({
    hasStyle: !Deno.noColor,
    columns,
    write,
    nowMs: () => performance.now(),
    every(ms, turn) {
      const timer = setInterval(turn, ms);
      return () => clearInterval(timer);
    },
  });
}

function columns(): number {
  try {
    return Deno.consoleSize().columns || columnsUnknown;
  } catch {
    // Some terminals do not tell; they are seldom narrower than this.
    return columnsUnknown;
  }
}

function write(text: string): void {
  try {
    Deno.stderr.writeSync(new TextEncoder().encode(text));
  } catch {
    // A terminal that is gone shows nothing; the run goes on without it, or ends by SIGHUP.
  }
}
