import type { Books } from "./books.ts";
import type { Command } from "./command.ts";
import type { CommandId } from "./ids.ts";
import { type Money, money } from "./money.ts";

/**
 * What it would take to execute commands one after another, each as the whole bank could.
 *
 * It executes nothing. A withdrawal counts as done that this branch's allowance covers together
 * with that of the peers within reach; what its own then lacks is what they have to grant. One
 * that needs more takes nothing: the balance does not cover it, or others hold it.
 */
export class Forecast {
  readonly #books: Books;
  readonly #seen = new Set<CommandId>();
  readonly #own: Money;
  #allowance: bigint;
  /** The least that the allowance is at any point. */
  #least: bigint;
  #room: bigint;
  readonly #reach: bigint;
  #isBeyondReach = false;

  /** Begins with what the books say now, and with what peers within reach may grant. */
  constructor(books: Books, reach: bigint) {
    this.#books = books;
    this.#own = books.ledger.allowanceOf(books.self);
    this.#allowance = this.#own;
    this.#least = this.#own;
    this.#room = books.ledger.depositRoom(books.self);
    this.#reach = reach;
  }

  /** The allowance that this branch lacks, and may be granted. */
  get need(): Money {
    return money(this.#least < 0n ? -this.#least : 0n);
  }

  /** What the withdrawals take of this branch's own allowance. */
  get reserved(): Money {
    return this.#least < 0n ? this.#own : money(this.#own - this.#least);
  }

  /** Whether some withdrawal asks for more than this branch can get, as far as it knows. */
  get isBeyondReach(): boolean {
    return this.#isBeyondReach;
  }

  /** Goes on with these commands. */
  add(commands: readonly Command[]): this {
    for (const command of commands) {
      if (command.action === "query" || this.#seen.has(command.id)) continue;
      if (this.#books.outcomes.of(command) !== undefined) continue;
      this.#seen.add(command.id);
      const { action, amount } = command;
      if (action === "deposit") this.#deposit(amount);
      else this.#withdraw(amount);
    }
    return this;
  }

  #deposit(amount: Money): void {
    if (amount > this.#room) return;
    this.#room -= amount;
    this.#allowance += amount;
  }

  #withdraw(amount: Money): void {
    if (amount > this.#allowance + this.#reach) {
      this.#isBeyondReach = true;
      return;
    }
    this.#allowance -= amount;
    if (this.#allowance < this.#least) this.#least = this.#allowance;
  }
}
