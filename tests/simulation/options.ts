import type { AcknowledgePolicy } from "../../lib/core/acknowledgements.ts";
import { Random } from "./random.ts";

/** Moments in a tick of a branch. */
export const tickMoments = 5;

/** How the network fails; each a probability, but for the longest delay, in moments. */
export interface Faults {
  readonly loss: number;
  readonly doubling: number;
  /** How many of the lost messages the sender hears of. */
  readonly silence: number;
  readonly delayMax: number;
}

/** A world in which nothing fails. */
export const noFaults: Faults = { loss: 0, doubling: 0, silence: 1, delayMax: 2 };

/** How a log that all branches share fails, where they send through one. */
export interface LogFaults {
  /** How many appends it refuses. */
  readonly refusals: number;
  /** How often a reader that is to get a message stalls instead, and for how many moments. */
  readonly stalls: number;
  readonly stallMax: number;
  /** Moments from one message to the next, at most. */
  readonly pauseMax: number;
  /** Moments until it forgets what it had said that it has; 0 means that it never does. */
  readonly forgetEvery: number;
}

/** A log in which nothing fails. */
export const noLogFaults: LogFaults = {
  ...{ refusals: 0, stalls: 0, stallMax: 0 },
  ...{ pauseMax: 1, forgetEvery: 0 },
};

/** What can carry messages between branches. */
export const carriages = ["mesh", "log"] as const;

/** What carries messages between branches. */
export type Carriage = typeof carriages[number];

/** When worlds begin, in milliseconds since 1970. */
export const begunMs = Date.UTC(2025, 10, 22);

/** What kind of world a seed makes. */
export interface Options {
  readonly branches: number;
  readonly opening: number;
  readonly acknowledge: AcknowledgePolicy;
  readonly customers: number;
  /** Requests that each customer makes, at most. */
  readonly requests: number;
  /** Commands in one request, at most. */
  readonly commandsMax: number;
  readonly amountMax: number;
  /** How many of all requests go to the first branch. */
  readonly skew: number;
  /** How many of the others leave the customer's own branch. */
  readonly roaming: number;
  /** How many requests say again what was said before, or contradict it. */
  readonly retries: number;
  /** How many writes are withdrawals. */
  readonly withdrawals: number;
  /** How many requests withdraw only, all at the last branch. */
  readonly drain: number;
  /** How many withdrawals ask for about all that their customer knows there is. */
  readonly greed: number;
  /** Moments after which a customer asks again, or gives up. */
  readonly timeout: number;
  readonly thinkMax: number;
  readonly network: Faults;
  /** How the log fails that branches send through; they send to each other, if there is none. */
  readonly log?: LogFaults;
  /** How many turns that end well are followed by a crash. */
  readonly crashes: number;
  /** How many turns that commit crash, before, in the middle or after. */
  readonly commitCrashes: number;
  readonly downMax: number;
  /** Moments from one partition to the next; 0 means none. */
  readonly partitionEvery: number;
  readonly partitionMax: number;
  /** Moments from one lost disk to the next; 0 means that none is lost. */
  readonly diskLossEvery: number;
  /** Whether branches are told until when they ran before their disk was lost. */
  readonly tellsRanUntil: boolean;
  /** Whether a branch of the bank, when it is founded, may have been there before. */
  readonly mayBeOld: boolean;
  /**
   * Entries and refusals from one checkpoint to the next, entries that are held for peers, and
   * outcomes that are held in memory.
   */
  readonly sizes: {
    readonly checkpointEntries: number;
    readonly logEntriesMax: number;
    readonly heldOutcomesMax: number;
  };
  /** Bytes of old records that a branch gives at once. */
  readonly fetchBytesMax: number;
  /** Outcomes that a branch reads again at once. */
  readonly recallOutcomesMax: number;
  /** What the clocks of all go on by in a moment. */
  readonly momentMs: number;
  /** What the clock of a customer is ahead or behind by, at most, in milliseconds. */
  readonly skewMs: number;
  /** Moments for which faults are on. */
  readonly safety: number;
}

/**
 * Draws a world: each fault is left out of some worlds and frequent in others, since faults hide
 * each other when all are always on (Groce et al., "Swarm Testing", 2012).
 */
export function optionsOf(seed: number, carriage?: Carriage): Options {
  const options = { ...drawn(seed), ...logOf(seed, carriage) };
  // What a disk is lost with is taken for forgotten up to its branch's clock, and no further.
  return options.diskLossEvery > 0 ? { ...options, skewMs: 0 } : options;
}

/** Draws whether branches send through a log, unless that is said, and how it fails. */
function logOf(seed: number, carriage: Carriage | undefined): Pick<Options, "log"> {
  const random = new Random(seed, "log options");
  const some = (...values: readonly number[]) => random.pick(values);
  const isDrawn = random.chance(1 / 3);
  if (!(carriage === undefined ? isDrawn : carriage === "log")) return {};
  return {
    log: {
      refusals: some(0, 0, 0.1, 0.5),
      stalls: some(0, 0, 0.02, 0.1),
      stallMax: some(50, 400),
      pauseMax: some(1, 3, 20),
      forgetEvery: some(0, 0, 50, 300),
    },
  };
}

function drawn(seed: number): Options {
  const random = new Random(seed, "options");
  const some = (...values: readonly number[]) => random.pick(values);
  const wants = new Random(seed, "wants");
  const memory = new Random(seed, "memory");
  return {
    branches: some(1, 2, 2, 3, 3, 3, 4, 5),
    opening: some(0, 0, 20, 100, 10_000),
    acknowledge: random.pick<AcknowledgePolicy>(["all", "majority", "local"]),
    customers: random.between(1, 5),
    requests: random.between(3, 25),
    commandsMax: some(1, 1, 3, 6),
    amountMax: some(1, 30, 200),
    skew: some(0, 0, 0.5, 0.9),
    roaming: some(0, 0.2, 0.6, 1),
    retries: some(0, 0.1, 0.3),
    withdrawals: some(0.2, 0.5, 0.8),
    drain: wants.pick([0, 0, 0, 0.3, 0.7]),
    greed: wants.pick([0, 0, 0.1, 0.5]),
    timeout: tickMoments * some(4, 15, 60, 130),
    thinkMax: some(1, 20, 100),
    network: {
      loss: some(0, 0, 0.05, 0.3),
      doubling: some(0, 0, 0.1, 0.4),
      silence: some(0, 0.5, 1),
      delayMax: some(1, 4, 25, 120),
    },
    crashes: some(0, 0, 0.001, 0.01),
    commitCrashes: some(0, 0, 0.05, 0.2),
    downMax: some(1, 30, 300),
    partitionEvery: some(0, 0, 60, 250),
    partitionMax: some(30, 150, 500),
    diskLossEvery: some(0, 0, 0, 100, 400),
    tellsRanUntil: random.chance(0.3),
    mayBeOld: random.chance(0.3),
    fetchBytesMax: some(1, 200, 100_000),
    // In the faster worlds a day, for which outcomes are kept, goes by in less than sixty ticks.
    momentMs: some(10, 10, 300_000),
    recallOutcomesMax: memory.pick([1, 3, 500]),
    skewMs: memory.pick([0, 0, 1_800_000]),
    safety: tickMoments * random.between(100, 500),
    sizes: {
      checkpointEntries: some(1, 5, 20, 50_000),
      logEntriesMax: some(1, 5, 50_000),
      heldOutcomesMax: memory.pick([1, 4, 15, 200_000]),
    },
  };
}
