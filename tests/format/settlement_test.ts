import { assertEquals } from "@std/assert";
import { money } from "../../lib/core/money.ts";
import { settlementOf } from "../../lib/format/settlement.ts";
import { branch } from "../core/samples.ts";

const [one, two, three] = [branch(1), branch(2), branch(3)];

Deno.test("settlementOf() gathers the balances of all processes", () => {
  const settlement = settlementOf([
    { kind: "settled", balances: [[one, "7"], [three, "9007199254740991"]] },
    { kind: "settled", balances: [[two, "8"]] },
  ]);
  assertEquals([...settlement.balances], [
    [one, money(7)],
    [three, money(Number.MAX_SAFE_INTEGER)],
    [two, money(8)],
  ]);
  assertEquals(settlement.injected, undefined);
});

Deno.test("settlementOf() adds up what went wrong in all processes", () => {
  const { injected } = settlementOf([
    { kind: "settled", balances: [], injected: { delayed: 1, dropped: 2, doubled: 3, cut: 4 } },
    { kind: "settled", balances: [], injected: { delayed: 10, dropped: 20, doubled: 30, cut: 40 } },
  ]);
  assertEquals(injected, { delayed: 11, dropped: 22, doubled: 33, cut: 44 });
});
