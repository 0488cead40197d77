import { assertEquals } from "@std/assert";
import { money } from "../../lib/core/money.ts";
import { looking } from "../../lib/host/looking.ts";
import { branch, deposit, madeMs } from "../core/samples.ts";
import { Bench } from "./bench.ts";

Deno.test("looking() looks when time has gone by, and then at what has come of the turn", async () => {
  const balances: bigint[] = [];
  const observer = looking(({ balance }) => void balances.push(balance));
  const bench = new Bench([branch(1)], { observer });
  bench.execute(deposit("a", 5));
  await bench.turns();
  assertEquals(balances, []);
  bench.host.tick(madeMs);
  bench.execute(deposit("b", 7));
  await bench.turns();
  assertEquals(balances, [money(112)]);
});
