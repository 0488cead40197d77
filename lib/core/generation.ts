import type { Generation } from "./checkpoint_record.ts";
import type { CommandId } from "./ids.ts";
import { limits } from "./limits.ts";

/** When the commands of a generation were made, and which of them at an unusual time. */
export type Span = Pick<
  Generation,
  "earliestMs" | "latestMs" | "usualFromMs" | "usualUntilMs" | "strays"
>;

/**
 * Sums up when commands were made, and keeps apart the few that were made at another time than
 * nearly all of them: the strays.
 *
 * A customer whose clock is ten minutes ahead makes one command a second, of thousands. Without
 * this, whatever anybody asks ten minutes later could be among these commands, by its time.
 */
export function spanOf(times: Float64Array, printAt: (number: number) => number): Span {
  if (times.length === 0) return nothing;
  const sorted = times.toSorted();
  const [earliestMs, latestMs] = [sorted[0] ?? 0, sorted.at(-1) ?? 0];
  const straysMax = Math.min(limits.straysMax, sorted.length >> 3);
  let [usualFromMs, usualUntilMs] = [earliestMs, latestMs];
  for (let from = 0; from <= straysMax; from++) {
    const [first = 0, last = 0] = [sorted[from], sorted[from + sorted.length - 1 - straysMax]];
    if (last - first < usualUntilMs - usualFromMs) [usualFromMs, usualUntilMs] = [first, last];
  }
  // What is a little shorter is not worth its strays.
  const isUsual = 2 * (usualUntilMs - usualFromMs) > latestMs - earliestMs;
  if (isUsual) return { earliestMs, latestMs, ...wholeOf({ earliestMs, latestMs }) };
  const strays: number[] = [];
  times.forEach((ms, number) => {
    if (ms < usualFromMs || ms > usualUntilMs) strays.push(printAt(number));
  });
  return { earliestMs, latestMs, usualFromMs, usualUntilMs, strays };
}

/** Makes one of two neighbours. */
export function joined(older: Generation, younger: Generation): Generation {
  const strays = [...older.strays, ...younger.strays];
  const both: Generation = {
    number: older.number,
    size: older.size + younger.size,
    oldest: older.oldest === 0 ? younger.oldest : older.oldest,
    earliestMs: Math.min(older.earliestMs, younger.earliestMs),
    latestMs: Math.max(older.latestMs, younger.latestMs),
    usualFromMs: Math.min(older.usualFromMs, younger.usualFromMs),
    usualUntilMs: Math.max(older.usualUntilMs, younger.usualUntilMs),
    strays,
  };
  return strays.length > limits.straysMax ? withoutStrays(both) : both;
}

/** Holds all of its commands for usual ones. */
export function withoutStrays(generation: Generation): Generation {
  return { ...generation, ...wholeOf(generation) };
}

/** Finds the two neighbours that are smallest together; tells where the first of them is. */
export function smallestPair(generations: readonly { readonly size: number }[]): number {
  let [best, least] = [0, Infinity];
  for (let at = 0; at + 1 < generations.length; at++) {
    const size = (generations[at]?.size ?? 0) + (generations[at + 1]?.size ?? 0);
    if (size < least) [best, least] = [at, size];
  }
  return best;
}

/**
 * Makes a number of 52 bits of an id. Two ids with one number cost a look into the journal, no
 * more, so it needs no secret, and is the same in every life of a branch.
 */
export function printOf(id: CommandId): number {
  let [high, low] = [0x811c9dc5, 0x9747b28c];
  for (let at = 0; at < id.length; at++) {
    const code = id.charCodeAt(at);
    high = Math.imul(high ^ code, 0x01000193);
    low = Math.imul(low ^ code, 0x5bd1e995);
    low ^= low >>> 15;
  }
  return (high >>> 12) * 2 ** 32 + (low >>> 0);
}

const nothing: Span = { earliestMs: 0, latestMs: 0, usualFromMs: 0, usualUntilMs: 0, strays: [] };

function wholeOf({ earliestMs, latestMs }: Pick<Span, "earliestMs" | "latestMs">) {
  return { usualFromMs: earliestMs, usualUntilMs: latestMs, strays: [] };
}
