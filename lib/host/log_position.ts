import type { BranchId } from "../core/ids.ts";

/** A message of a log, and whether it brings nothing new. */
export interface SeenMessage {
  readonly number: number;
  readonly isKnown: boolean;
}

/** Looks at what a log has of an origin, whose messages are known up to one of them. */
export interface LogLook {
  /** Its last message, if it has any. */
  newest(origin: BranchId): Promise<SeenMessage | undefined>;
  /** Its first message that has this number, or a later one. */
  from(origin: BranchId, number: number): Promise<SeenMessage | undefined>;
}

/**
 * Finds the first of the messages of a log, from `first` to `last`, that brings something new of
 * one of the origins; the one after the last if none does. It looks at few of them.
 */
export async function firstUnknown(
  { first, last }: { readonly first: number; readonly last: number },
  origins: Iterable<BranchId>,
  look: LogLook,
): Promise<number> {
  let start = last + 1;
  for (const origin of origins) {
    const newest = await look.newest(origin);
    if (newest === undefined || newest.isKnown) continue;
    let unknown = newest.number;
    let [low, high] = [first, Math.min(unknown, start)];
    // What is new of it begins with `unknown`, or between these two.
    while (low < high) {
      const middle = Math.floor((low + high) / 2);
      const found = await look.from(origin, middle);
      if (found?.isKnown === true) low = found.number + 1;
      else {
        unknown = found?.number ?? unknown;
        high = middle;
      }
    }
    start = Math.min(start, unknown);
  }
  return start;
}

/** Up to which message a log has been read, for those who wait for that. */
export class ReadUpTo {
  #message = 0;
  readonly #waiting = new Set<{ readonly message: number; readonly reached: () => void }>();

  /** The last message that has been read. */
  get message(): number {
    return this.#message;
  }

  /** Takes note of it; it may go back, where the log is another one. */
  set(message: number): void {
    this.#message = message;
    for (const waiting of this.#waiting) {
      if (waiting.message > message) continue;
      this.#waiting.delete(waiting);
      waiting.reached();
    }
  }

  /** Waits until a message has been read, or until `limit` resolves; tells whether it has been. */
  async reaches(message: number, limit: Promise<void>): Promise<boolean> {
    if (message <= this.#message) return true;
    const { promise, resolve } = Promise.withResolvers<void>();
    const waiting = { message, reached: resolve };
    this.#waiting.add(waiting);
    const isReached = promise.then(() => true);
    const isLate = limit.then(() => false);
    const reached = await Promise.race([isReached, isLate]);
    this.#waiting.delete(waiting);
    return reached;
  }
}
