import { assert, assertEquals, assertMatch } from "@std/assert";
import type { Command } from "../../lib/core/command.ts";
import { nothingKnown, type VersionVector } from "../../lib/core/version_vector.ts";
import { deposit, query, withdrawal } from "../core/samples.ts";
import { permitted } from "../permitted.ts";
import { TemporaryFolder } from "../temporary_folder.ts";
import { assertFailed, ended, start } from "./bank.ts";
import {
  attempt,
  ByHand,
  freeAddresses,
  freshId,
  needs,
  openTeller,
  writeBank,
} from "./by_hand.ts";

/** A bank of three branches with journals, started by hand, each in a process of its own. */
class ThreeBranches implements AsyncDisposable {
  readonly folder = new TemporaryFolder();
  readonly addresses = freeAddresses(3);
  /** Begins the ids of commands; it says that they were made once all branches had started. */
  prefix = "";
  readonly #running = new Map<number, ByHand>();
  readonly #call = openTeller();
  #session: VersionVector = nothingKnown;

  constructor() {
    writeBank(this.folder, this.addresses);
  }

  /** Starts branches, and waits until they listen. */
  async start(...ids: readonly number[]): Promise<void> {
    const started = ids.map((id) => {
      const branch = new ByHand(this.folder, [id], "--data", `branch-${id}.journal`);
      this.#running.set(id, branch);
      return branch.line();
    });
    await Promise.all(started);
  }

  /** Starts all branches, and waits until each is sure that the bank is new. */
  async found(): Promise<void> {
    await this.start(1, 2, 3);
    assertEquals(await this.balances(), [400n, 400n, 400n]);
    this.prefix = freshId("");
  }

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

  addressOf(id: number): string {
    return this.addresses[id - 1] ?? "";
  }

  /** Carries a command to a branch; the customer has then seen what the branch has. */
  async carry(id: number, command: Command) {
    const { result, session } = await this.#call(this.addressOf(id), command, this.#session);
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

  async [Symbol.asyncDispose](): Promise<void> {
    for (const branch of this.#running.values()) await branch[Symbol.asyncDispose]();
    this.folder[Symbol.dispose]();
  }
}

/** What each branch executes in the beginning, and what becomes of it. */
function firstCommands(prefix: string) {
  return [
    [1, deposit(`${prefix}a`, 25), { kind: "written" }],
    [2, withdrawal(`${prefix}b`, 20), { kind: "written" }],
    [2, withdrawal(`${prefix}c`, 1_000), { kind: "refused", refusal: "insufficient funds" }],
    [3, deposit(`${prefix}d`, 95), { kind: "written" }],
    [2, deposit(`${prefix}e`, 500), { kind: "written" }],
  ] as const;
}

/** Opens a bank in which each branch has executed something; it has 1000 then. */
async function openBank(): Promise<ThreeBranches> {
  const bank = new ThreeBranches();
  await bank.found();
  for (const [id, command, { kind }] of firstCommands(bank.prefix)) {
    assertEquals((await bank.carry(id, command)).kind, kind);
  }
  return bank;
}

/** Sends all that was executed once more: it gets the outcome that it had. */
async function retryAll(bank: ThreeBranches): Promise<void> {
  for (const [id, command, { kind }] of firstCommands(bank.prefix)) {
    assertEquals((await bank.carry(id, command)).kind, kind, command.id);
  }
}

permitted("a branch that is killed goes on where it was, and catches up", needs, async () => {
  await using bank = await openBank();
  await bank.kill(2);
  assertEquals(await bank.carry(1, deposit(`${bank.prefix}f`, 7)), {
    kind: "written",
    branches: 2,
  });
  await bank.start(2);
  assertEquals(await bank.balances(), [1_007n, 1_007n, 1_007n]);
  await retryAll(bank);
  assertEquals(await bank.balances(), [1_007n, 1_007n, 1_007n]);
  const spent = await bank.carry(2, withdrawal(`${bank.prefix}g`, 1_007));
  assertEquals(spent, { kind: "written", branches: 3 });
  assertEquals(await bank.balances(), [0n, 0n, 0n]);
});

permitted(
  "a branch that was started again executes also while others are away",
  needs,
  async () => {
    await using bank = await openBank();
    await bank.kill(1, 2, 3);
    await bank.start(2);
    const { kind } = await bank.carry(2, deposit(`${bank.prefix}f`, 7));
    assertEquals(kind, "written");
    await bank.start(1, 3);
    assertEquals(await bank.balances(), [1_007n, 1_007n, 1_007n]);
  },
);

permitted("a bank goes on when all its branches were killed at once", needs, async () => {
  await using bank = await openBank();
  await bank.kill(1, 2, 3);
  await bank.start(3, 1, 2);
  assertEquals(await bank.balances(), [1_000n, 1_000n, 1_000n]);
  await retryAll(bank);
  assertEquals(await bank.balances(), [1_000n, 1_000n, 1_000n]);
  const { kind } = await bank.carry(3, withdrawal(`${bank.prefix}f`, 1_000));
  assertEquals(kind, "written");
  assertEquals(await bank.balances(), [0n, 0n, 0n]);
});

permitted("a branch that lost its journal recovers what it wrote from others", needs, async () => {
  await using bank = await openBank();
  await bank.kill(2);
  bank.loseJournal(2);
  await bank.start(2);
  assertEquals(await bank.balances(), [1_000n, 1_000n, 1_000n]);
  // What it wrote it knows again; what it refused nobody knows, so it must not be done now.
  for (const [id, command, { kind }] of firstCommands(bank.prefix)) {
    if (kind === "written") assertEquals((await bank.carry(id, command)).kind, kind);
    else {
      const answer = await attempt(bank.addressOf(id), command);
      assertEquals(
        answer,
        `FAILED_PRECONDITION: command id ${command.id} is too old to tell whether it was executed`,
      );
    }
  }
  assertEquals((await bank.carry(2, deposit(freshId("f"), 7))).kind, "written");
  assertEquals(await bank.balances(), [1_007n, 1_007n, 1_007n]);
  await bank.kill(1, 2, 3);
  await bank.start(1, 2, 3);
  assertEquals(await bank.balances(), [1_007n, 1_007n, 1_007n]);
});

permitted("a branch that lost its journal waits for every other branch", needs, async () => {
  await using bank = await openBank();
  await bank.kill(2, 3);
  bank.loseJournal(2);
  await bank.start(2);
  const answer = await attempt(bank.addressOf(2), query);
  assertMatch(answer, /^UNAVAILABLE: the branch makes sure [^\n]+; it waits for branch 3$/);
  await bank.start(3);
  assertEquals(await bank.balances(), [1_000n, 1_000n, 1_000n]);
});

permitted("a branch that got an older journal back recovers the rest", needs, async () => {
  await using bank = new ThreeBranches();
  await bank.found();
  await bank.carry(2, deposit(`${bank.prefix}a`, 1));
  await bank.kill(2);
  const copies = bank.folder.names().filter((name) => name.startsWith("branch-2.journal"))
    .map((name) => [name, Deno.readFileSync(bank.folder.at(name))] as const);
  await bank.start(2);
  const lost = deposit(`${bank.prefix}b`, 10);
  await bank.carry(2, lost);
  await bank.carry(2, deposit(`${bank.prefix}c`, 100));
  await bank.kill(2);
  bank.loseJournal(2);
  for (const [name, bytes] of copies) Deno.writeFileSync(bank.folder.at(name), bytes);
  await bank.start(2);
  assertEquals(await bank.balances(), [511n, 511n, 511n]);
  assertEquals((await bank.carry(2, lost)).kind, "written");
  assertEquals(await bank.balances(), [511n, 511n, 511n]);
  await bank.kill(1, 2, 3);
  await bank.start(1, 2, 3);
  assertEquals(await bank.balances(), [511n, 511n, 511n]);
});

permitted("a branch does not serve with the journal of another one", needs, async () => {
  await using bank = new ThreeBranches();
  await bank.found();
  await bank.kill(1, 2, 3);
  const args = ["--bank", "bank.json", "--secret", "secret.txt", "--id", "1"];
  const serve = async (...more: readonly string[]) =>
    await ended(start("branch", [...args, ...more], bank));
  assertFailed(
    await serve("--data", "branch-2.journal"),
    1,
    "branch: branch-2.journal cannot serve: it is the journal of branch 2, not of branch 1\n",
  );
  writeBank(bank.folder, bank.addresses, { bank: "gold" });
  assertFailed(
    await serve("--data", "branch-1.journal"),
    1,
    "branch: branch-1.journal cannot serve: it is of the bank unnamed, not of the bank gold\n",
  );
  const absent = await serve("--data", "absent/branch-1.journal");
  assertFailed(absent, 1, /^branch: absent\/branch-1\.journal cannot be opened: [^\n]+\n$/);
});
