import { assert, assertEquals } from "@std/assert";
import type { Command } from "../../lib/core/command.ts";
import { nothingKnown, type VersionVector } from "../../lib/core/version_vector.ts";
import { deposit, query } from "../core/samples.ts";
import {
  ByHand,
  freeAddresses,
  freshId,
  openTeller,
  type Place,
  writeBank,
} from "../end_to_end/by_hand.ts";
import { TemporaryFolder } from "../temporary_folder.ts";

/** The name of these banks, which stands in their subjects. */
export const bankName = "nats-bank";

/** The stream that keeps what their branches wrote. */
export const stream = `bank-${bankName}`;

/** The subjects of that. */
export const subjects = [`bank.${bankName}.log.*`] as const;

const ids = [1, 2, 3] as const;

/** A bank of three branches with journals over NATS, each a process of its own. */
export class NatsBank implements AsyncDisposable {
  readonly folder = new TemporaryFolder();
  /** The arguments that say what carries messages. */
  readonly over: readonly string[];
  readonly #addresses = new Map(freeAddresses(3).map((address, index) => [index + 1, address]));
  readonly #running = new Map<number, ByHand>();
  readonly #call = openTeller();
  #session: VersionVector = nothingKnown;
  #commands = 0;

  /** Writes the file of a bank that opens with 400; branches may have more arguments. */
  constructor({ url }: { readonly url: string }, ...more: readonly string[]) {
    this.over = ["--propagation", url, ...more];
    writeBank(this.folder, [...this.#addresses.values()], { bank: bankName });
  }

  /** Starts branches, and waits until they listen. */
  async start(...started: readonly number[]): Promise<void> {
    await Promise.all(started.map(async (id) => {
      const branch = new ByHand(this.folder, [id], "--data", `${id}.journal`, ...this.over);
      this.#running.set(id, branch);
      if (await branch.line() === undefined) throw new Error(await branch.complaint());
    }));
  }

  /** Starts all branches, and waits until each is sure that the bank is new. */
  async found(): Promise<void> {
    await this.start(...ids);
    assertEquals(await this.balances(), [400n, 400n, 400n]);
  }

  /** A branch that was started. */
  branch(id: number): ByHand {
    const branch = this.#running.get(id);
    assert(branch !== undefined);
    return branch;
  }

  /** Takes note that a branch listens elsewhere now. */
  moved(id: number, address: string): void {
    this.#addresses.set(id, address);
  }

  /** Tells where a branch is. */
  placeOf(id: number): Place {
    return { id, address: this.#addresses.get(id) ?? "" };
  }

  /** Carries a command to a branch; the customer has then seen what the branch has. */
  async carry(id: number, command: Command) {
    const { result, session } = await this.#call(this.placeOf(id), command, this.#session);
    this.#session = session;
    return result;
  }

  /** Deposits so much at a branch; tells how many branches had it when that was answered. */
  async deposit(id: number, amount: number): Promise<number> {
    const result = await this.carry(id, deposit(freshId(`${++this.#commands}`), amount));
    assert(result.kind === "written", result.kind);
    return result.branches;
  }

  /** Tells what each branch shows to a customer who has seen all that was answered. */
  async balances(): Promise<readonly bigint[]> {
    const shown: bigint[] = [];
    for (const id of ids) shown.push(await this.balance(id));
    return shown;
  }

  /** Tells what a branch shows to a customer who has seen all that was answered. */
  async balance(id: number): Promise<bigint> {
    const result = await this.carry(id, query);
    assert(result.kind === "balance");
    return BigInt(result.balance);
  }

  /** Waits until a branch logs an event, and gives that line. */
  async said(id: number, event: string): Promise<string> {
    for (;;) {
      const line = await this.branch(id).complaint();
      if (line === undefined) throw new Error(`branch ${id} ends before ${event}`);
      if (line.includes(` ${event}: `)) return line;
    }
  }

  /** Ends all of it. */
  async [Symbol.asyncDispose](): Promise<void> {
    for (const branch of this.#running.values()) await branch[Symbol.asyncDispose]();
    this.folder[Symbol.dispose]();
  }
}
