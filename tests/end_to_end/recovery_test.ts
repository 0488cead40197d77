import { assertEquals, assertMatch } from "@std/assert";
import { deposit, query, withdrawal } from "../core/samples.ts";
import { permitted } from "../permitted.ts";
import { assertFailed, ended, start } from "./bank.ts";
import { attempt, freshId, needs, writeBank } from "./by_hand.ts";
import { ThreeBranches } from "./three_branches.ts";

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
      const answer = await attempt(bank.placeOf(id), command);
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
  const answer = await attempt(bank.placeOf(2), query);
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
  const job = ["--bank", "bank.json", "--secret", "secret.txt", "--id", "1"];
  const args = [...job, "--log-level", "error"];
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
