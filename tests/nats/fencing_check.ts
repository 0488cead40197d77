import { assertEquals, assertMatch } from "@std/assert";
import { ByHand, freeAddresses } from "../end_to_end/by_hand.ts";
import { NatsBank } from "./bank.ts";
import { NatsCluster } from "./cluster.ts";

Deno.test("of two processes that write as one branch the first ends, and nothing counts twice", async () => {
  await using cluster = await NatsCluster.start();
  await using bank = new NatsBank(cluster);
  await bank.found();
  for (const id of [1, 2, 3]) await bank.deposit(id, 10);
  const [elsewhere = ""] = freeAddresses(1);
  const more = ["--data", "another.journal", "--listen", elsewhere, ...bank.over];
  await using second = new ByHand(bank.folder, [2], ...more);
  assertMatch(await second.line() ?? "", /^branch 2 listens on /);
  const first = bank.branch(2);
  assertEquals(await first.ended(), 1);
  assertEquals(
    await first.complaint(),
    "branch: another process has begun to write as branch 2 of this bank; there can be one",
  );
  bank.moved(2, elsewhere);
  assertEquals(await bank.balances(), [430n, 430n, 430n]);
  for (const id of [1, 2, 3]) await bank.deposit(id, 1);
  assertEquals(await bank.balances(), [433n, 433n, 433n]);
});
