import { merged, nothingKnown, type VersionVector } from "../../lib/core/version_vector.ts";
import type { Customer } from "./customer.ts";

/** All customers of a nemesis: they act side by side, or rest. */
export class Load {
  readonly #customers: readonly Customer[];
  #lives: readonly Promise<void>[] = [];
  #rests = true;

  /** Takes customers, who rest at first. */
  constructor(customers: readonly Customer[]) {
    this.#customers = customers;
  }

  /** What all of them together have seen. */
  get session(): VersionVector {
    return this.#customers.map(({ session }) => session).reduce(merged, nothingKnown);
  }

  /** Lets them act. */
  start(): void {
    this.#rests = false;
    this.#lives = this.#customers.map((customer) => customer.live(() => this.#rests));
  }

  /** Lets them rest; resolves when none of their calls is on its way. */
  async rest(): Promise<void> {
    this.#rests = true;
    await Promise.all(this.#lives);
  }

  /** Lets them ask until all that they ever asked has an outcome. */
  async settle(): Promise<void> {
    await Promise.all(this.#customers.map((customer) => customer.settle()));
  }

  /** Lets them ask again for things that have an outcome. */
  async repeat(): Promise<void> {
    await Promise.all(this.#customers.map((customer) => customer.repeat()));
  }
}
