import { assertEquals, assertMatch } from "@std/assert";
import type { Withdrawal } from "../../lib/core/command.ts";
import { deposit, withdrawal } from "../core/samples.ts";
import { permitted } from "../permitted.ts";
import { branchRecord, customerRecord, programs, records, runScenario } from "./bank.ts";
import { freshId, needs } from "./by_hand.ts";
import { ThreeBranches } from "./three_branches.ts";

const bankOf300 = records(3, (id) => branchRecord(id, 300));
const refused = { kind: "refused", refusal: "insufficient funds" } as const;
const unavailable = { kind: "unavailable" } as const;

for (const [how, plan] of [["at once", ["--plan", "free"]], ["in turn", []]] as const) {
  permitted(
    `of withdrawals that compete for the last money, ${how}, one is done`,
    programs,
    async () => {
      const customers = records(3, (id) => customerRecord(id, "withdraw 250"));
      const options = [...plan, "--output", "out.json"];
      const end = await runScenario([...customers, ...bankOf300], ...options);
      assertEquals(end.code, 0, end.stderr);
      assertMatch(end.stderr, /\nall 3 branches agree on 50\n/);
      const said = [...end.stdout.matchAll(/"result": ?"(\w+)"/g)].map(([, result]) => result);
      assertEquals(said.toSorted(), ["fail", "fail", "success"], end.stdout);
    },
  );
}

permitted("a withdrawal larger than the branch's own share is done", programs, async () => {
  const customers = [customerRecord(2, "withdraw 250", "query"), customerRecord(3, "withdraw 50")];
  const end = await runScenario([...customers, ...bankOf300], "--output", "out.json");
  assertEquals(end.code, 0, end.stderr);
  assertMatch(end.stderr, /\nall 3 branches agree on 0\n/);
  assertEquals(end.stdout.includes("fail"), false, end.stdout);
});

/**
 * Asks branch 1 until it is decided, as a customer has to: peers that come back are taken for away
 * until they have answered.
 */
async function decided(bank: ThreeBranches, command: Withdrawal) {
  const deadline = AbortSignal.timeout(20_000);
  for (;;) {
    const result = await bank.carry(1, command);
    if (result.kind !== "unavailable" || deadline.aborted) return result;
  }
}

permitted(
  "a branch that is alone pays out its own share, and decides nothing beyond that",
  needs,
  async () => {
    await using bank = new ThreeBranches(300);
    await bank.found();
    await bank.kill(2, 3);
    const within = withdrawal(`${bank.prefix}within`, 70);
    assertEquals(await bank.carry(1, within), { kind: "written", branches: 1 });
    const beyond = withdrawal(`${bank.prefix}beyond`, 200);
    const tooMuch = withdrawal(`${bank.prefix}too much`.replace(" ", "-"), 231);
    // What nobody can know yet is asked for at the same time, so that the waiting is shared.
    const undecided = [beyond, tooMuch].map((command) => bank.carry(1, command));
    assertEquals(await Promise.all(undecided), [unavailable, unavailable]);
    assertEquals(await bank.carry(1, within), { kind: "written", branches: 1 });
    await bank.start(2, 3);
    assertEquals(await bank.balances(), [230n, 230n, 230n]);
    assertEquals(await decided(bank, beyond), { kind: "written", branches: 3 });
    assertEquals(await bank.carry(1, tooMuch), refused);
    assertEquals(await bank.balances(), [30n, 30n, 30n]);
  },
);

permitted("what the whole bank does not cover is refused for ever", needs, async () => {
  await using bank = new ThreeBranches(300);
  await bank.found();
  const commands: Withdrawal[] = [];
  for (const id of [1, 2, 3]) {
    const command = withdrawal(`${bank.prefix}${id}`, 301);
    assertEquals(await bank.carry(id, command), refused);
    commands.push(command);
  }
  assertEquals((await bank.carry(1, deposit(freshId("d"), 1_000))).kind, "written");
  assertEquals(await bank.balances(), [1_300n, 1_300n, 1_300n]);
  for (const [index, command] of commands.entries()) {
    assertEquals(await bank.carry(index + 1, command), refused);
  }
  await bank.kill(1, 2, 3);
  await bank.start(1, 2, 3);
  for (const [index, command] of commands.entries()) {
    assertEquals(await bank.carry(index + 1, command), refused);
  }
  assertEquals(await bank.carry(3, withdrawal(freshId("all"), 1_300)), {
    kind: "written",
    branches: 3,
  });
  assertEquals(await bank.balances(), [0n, 0n, 0n]);
});

permitted("allowance that was granted survives kill -9 of all branches", needs, async () => {
  await using bank = new ThreeBranches(300);
  await bank.found();
  // Branch 2 now has what it gathered, and the others nothing.
  const { kind } = await bank.carry(2, withdrawal(`${bank.prefix}a`, 299));
  assertEquals(kind, "written");
  await bank.kill(1, 2, 3);
  await bank.start(1, 2, 3);
  assertEquals(await bank.balances(), [1n, 1n, 1n]);
  const ones = [1, 2, 3].map((id) => bank.carry(id, withdrawal(`${bank.prefix}b${id}`, 1)));
  const kinds = (await Promise.all(ones)).map((result) => result.kind);
  assertEquals(kinds.toSorted(), ["refused", "refused", "written"]);
  assertEquals(await bank.balances(), [0n, 0n, 0n]);
});
