/** After it was told of, what happens again is told together, after so many ticks. */
export const repeatTicks = 200;

/** Counts what may happen any number of times, so that it is told of at once, and then seldom. */
export class Repeats {
  #count = 0;
  /** For how many ticks more nothing is told. */
  #pause = 0;

  /** Takes note that it happened. */
  add(): void {
    this.#count += 1;
  }

  /** Takes note of a tick; gives how often it happened, if that is to be told now, else 0. */
  tick(): number {
    this.#pause = Math.max(0, this.#pause - 1);
    if (this.#count === 0 || this.#pause > 0) return 0;
    const count = this.#count;
    this.#count = 0;
    this.#pause = repeatTicks;
    return count;
  }
}
