import { assert, assertEquals } from "@std/assert";
import type { Command } from "../../lib/core/command.ts";
import { nothingKnown, type VersionVector } from "../../lib/core/version_vector.ts";
import { query } from "../core/samples.ts";
import { TemporaryFolder } from "../temporary_folder.ts";
import { ByHand, freeAddresses, freshId, openTeller, type Place, writeBank } from "./by_hand.ts";

/** A bank of three branches with journals, started by hand, each in a process of its own. */
export class ThreeBranches implements AsyncDisposable {
  readonly folder = new TemporaryFolder();
  readonly addresses = freeAddresses(3);
  /** Begins the ids of commands; it says that they were made once all branches had started. */
  prefix = "";
  readonly #running = new Map<number, ByHand>();
  readonly #call = openTeller();
  readonly #opening: bigint;
  readonly #more: ReadonlyMap<number, readonly string[]>;
  #session: VersionVector = nothingKnown;

  /** Writes the file of the bank, which opens with so much; branches may have more arguments. */
  constructor(balance = 400, more: ReadonlyMap<number, readonly string[]> = new Map()) {
    this.#more = more;
    writeBank(this.folder, this.addresses, { balance });
    this.#opening = BigInt(balance);
  }

  /** Starts branches, and waits until they listen. */
  async start(...ids: readonly number[]): Promise<void> {
    const started = ids.map((id) => {
      const more = this.#more.get(id) ?? [];
      const branch = new ByHand(this.folder, [id], "--data", `branch-${id}.journal`, ...more);
      this.#running.set(id, branch);
      return branch.line();
    });
    await Promise.all(started);
  }

  /** Starts all branches, and waits until each is sure that the bank is new. */
  async found(): Promise<void> {
    await this.start(1, 2, 3);
    assertEquals(await this.balances(), Array(3).fill(this.#opening));
    this.prefix = freshId("");
  }

  /** A branch that was started. */
  branch(id: number): ByHand {
    const branch = this.#running.get(id);
    assert(branch !== undefined, `branch ${id} was not started`);
    return branch;
  }

  /** Kills branches, and waits for their ends. */
  async kill(...ids: readonly number[]): Promise<void> {
    for (const id of ids) await this.#running.get(id)?.kill();
  }

  /** Loses the journal of a branch: its file, and what SQLite has put beside it. */
  loseJournal(id: number): void {
    const name = `branch-${id}.journal`;
    const lost = this.folder.names().filter((each) => each.startsWith(name));
    assert(lost.includes(name));
    for (const each of lost) Deno.removeSync(this.folder.at(each));
  }

  /** Tells where a branch is. */
  placeOf(id: number): Place {
    return { id, address: this.addresses[id - 1] ?? "" };
  }

  /** Carries a command to a branch; the customer has then seen what the branch has. */
  async carry(id: number, command: Command) {
    const { result, session } = await this.#call(this.placeOf(id), command, this.#session);
    this.#session = session;
    return result;
  }

  /** Tells what each branch shows to a customer who has seen all that was answered. */
  async balances(): Promise<readonly bigint[]> {
    const shown: bigint[] = [];
    for (const id of [1, 2, 3]) {
      const result = await this.carry(id, query);
      assert(result.kind === "balance");
      shown.push(BigInt(result.balance));
    }
    return shown;
  }

  /** Ends all of it. */
  async [Symbol.asyncDispose](): Promise<void> {
    for (const branch of this.#running.values()) await branch[Symbol.asyncDispose]();
    this.folder[Symbol.dispose]();
  }
}
