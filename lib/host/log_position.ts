/**
 * Finds the first of the messages of a log, from `first` to `last`, that brings something new; the
 * one after the last if none does. Those before it are taken to be known: it looks at few of them.
 */
export async function firstUnknown(
  { first, last }: { readonly first: number; readonly last: number },
  isKnown: (message: number) => Promise<boolean>,
): Promise<number> {
  let [low, high] = [first, last + 1];
  while (low < high) {
    const middle = Math.floor((low + high) / 2);
    if (await isKnown(middle)) low = middle + 1;
    else high = middle;
  }
  return low;
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
