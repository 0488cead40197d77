import type { Progress } from "../host/conductor.ts";

/** When and where a progress line is to be read. */
export interface ProgressView {
  /** Since the run was started, in milliseconds. */
  readonly elapsedMs: number;
  /** How wide the terminal is, in characters. */
  readonly columns: number;
}

/**
 * Says in one line how far a run has come: the phase, the commands done, and how many of them
 * in a second so far. Before the first phase there is no progress to tell of.
 *
 * The line leaves the last column free: what is written there makes some terminals begin
 * another line, which would not be the one that is rewritten.
 *
 * ```ts
 * import { progressLine } from "./progress.ts";
 * import { assertEquals } from "@std/assert";
 *
 * const progress = { phase: 2, phases: 3, done: 50, commands: 120 };
 * assertEquals(
 *   progressLine(progress, { elapsedMs: 4_000, columns: 80 }),
 *   "phase 2 of 3: 50 of 120 commands, 13 a second",
 * );
 * ```
 */
export function progressLine(progress: Progress | undefined, view: ProgressView): string {
  return said(progress, view.elapsedMs).slice(0, Math.max(0, view.columns - 1));
}

function said(progress: Progress | undefined, elapsedMs: number): string {
  if (progress === undefined) return "waiting for the branches";
  const { phase, phases, done, commands } = progress;
  const count = `${done} of ${commands} commands`;
  if (done === commands) return `waiting for the branches to agree: ${count}`;
  return `phase ${phase} of ${phases}: ${count}, ${rate(done / (elapsedMs / 1_000))} a second`;
}

/** Writes a rate with as much precision as it has meaning. */
function rate(perSecond: number): string {
  return perSecond < 9.95 ? perSecond.toFixed(1) : perSecond.toFixed(0);
}
