/** Lets one at a time do what others must not disturb, in the order in which they asked. */
export class Turn {
  #last: Promise<void> = Promise.resolve();

  /** Waits for the turn, does it, and gives the turn on, also if that failed. */
  async take<Result>(action: () => Promise<Result>): Promise<Result> {
    const before = this.#last;
    const done = Promise.withResolvers<void>();
    this.#last = done.promise;
    await before;
    try {
      return await action();
    } finally {
      done.resolve();
    }
  }
}
