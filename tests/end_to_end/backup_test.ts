import { assertEquals, assertMatch } from "@std/assert";
import { deposit } from "../core/samples.ts";
import { permitted } from "../permitted.ts";
import { freshId, needs, openTeller } from "./by_hand.ts";
import { ThreeBranches } from "./three_branches.ts";

/** Customers who pay in 1 at every branch, one command after another, until they are told to stop. */
class Load {
  readonly #bank: ThreeBranches;
  readonly #customers: readonly Promise<void>[];
  /** What was answered as done, and where. */
  readonly done: { readonly at: number; readonly name: string }[] = [];
  #isOver = false;
  #awaited: { readonly count: number; readonly resolve: () => void } | undefined;

  constructor(bank: ThreeBranches, name: string, branches: readonly number[]) {
    this.#bank = bank;
    this.#customers = branches.flatMap((at) => (
      [1, 2, 3, 4].map((customer) => this.#pay(at, `${name}${at}-${customer}`))
    ));
  }

  /** Resolves when so many more were answered. */
  more(count: number): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#awaited = { count: this.done.length + count, resolve };
    return promise;
  }

  /** Lets customers finish what they have asked for. */
  async end(): Promise<void> {
    this.#isOver = true;
    await Promise.all(this.#customers);
  }

  async #pay(at: number, customer: string): Promise<void> {
    const call = openTeller();
    for (let count = 0; !this.#isOver; count++) {
      const name = `${this.#bank.prefix}${customer}-${count}`;
      const { result } = await call(this.#bank.placeOf(at), deposit(name, 1));
      assertEquals(result.kind, "written", name);
      this.done.push({ at, name });
      if (this.done.length >= (this.#awaited?.count ?? Infinity)) this.#awaited?.resolve();
    }
  }
}

permitted(
  "a bank goes on from a copy that a branch made of its journal under load, and loses nothing",
  needs,
  async () => {
    const more = ["--backup", "copy.db", "--log-level", "info"];
    await using bank = new ThreeBranches(400, new Map([[2, more]]));
    await bank.found();
    const load = new Load(bank, "a", [1, 2, 3]);
    await load.more(100);
    const copied = bank.branch(2).backUp();
    await load.more(50);
    const said = / INFO {2}backup_made: branch 2 copied its journal to copy\.db: \d+ bytes in /;
    assertMatch(await copied, said);
    await load.more(100);
    await load.end();
    // What comes after the copy is nowhere in it, and answered all the same.
    await bank.kill(2);
    bank.loseJournal(2);
    Deno.renameSync(bank.folder.at("copy.db"), bank.folder.at("branch-2.journal"));
    await bank.start(2);
    const balance = 400n + BigInt(load.done.length);
    assertEquals(await bank.balances(), [balance, balance, balance]);
    for (const { at, name } of load.done.filter(({ at }) => at === 2)) {
      assertEquals((await bank.carry(at, deposit(name, 1))).kind, "written", name);
    }
    await bank.carry(2, deposit(freshId("last"), 5));
    const later = balance + 5n;
    assertEquals(await bank.balances(), [later, later, later], "nothing is done twice");
    await bank.kill(1, 2, 3);
    await bank.start(1, 2, 3);
    assertEquals(await bank.balances(), [later, later, later]);
  },
);

permitted("a branch that cannot copy its journal says so, and goes on", needs, async () => {
  const more = ["--backup", "absent/copy.db", "--log-level", "info"];
  await using bank = new ThreeBranches(400, new Map([[2, more]]));
  await bank.found();
  const sentence =
    / ERROR backup_failed: the journal of branch 2 is not copied: absent\/copy\.db\./;
  assertMatch(await bank.branch(2).backUp(), sentence);
  assertEquals((await bank.carry(2, deposit(`${bank.prefix}a`, 5))).kind, "written");
});
