import { assertEquals } from "@std/assert";
import { money } from "../../lib/core/money.ts";
import { readScenario } from "../../lib/format/scenario.ts";
import { agreement, incidents, outOfReach, summary } from "../../lib/format/summary.ts";
import { branch as branchId } from "../core/samples.ts";

function scenarioOf(...records: readonly unknown[]) {
  return readScenario(JSON.stringify(records), { file: "" }).scenario;
}

const branch = { id: 1, type: "branch", balance: 0 };
const customer = { id: 1, type: "customer", events: [{ interface: "query" }] };

Deno.test("summary() counts branches, customers and commands, one and many", () => {
  const one = {
    scenario: scenarioOf(customer, branch),
    dialect: "sequential",
    free: false,
  } as const;
  assertEquals(
    summary(one, 0.5),
    "sequential scenario: 1 branch, 1 customer, 1 command in 0.50 s",
  );
  const scenario = scenarioOf(customer, customer, { ...customer, id: 2 }, branch, {
    ...branch,
    id: 2,
  });
  assertEquals(
    summary({ scenario, dialect: "classic", free: true }, 1.234),
    "classic scenario, free plan: 2 branches, 2 customers, 3 commands in 1.23 s",
  );
});

Deno.test("agreement() says what the branches ended on, and whether that is the same", () => {
  const ended = (...balances: readonly number[]) => (
    agreement({
      balances: new Map(balances.map((each, index) => [branchId(index + 1), money(each)])),
      isMoving: false,
    })
  );
  assertEquals(ended(5), { agrees: true, words: "the only branch ends on 5" });
  assertEquals(ended(5, 5), { agrees: true, words: "all 2 branches agree on 5" });
  const words = "the branches do not agree: branch 1 on 5, branch 2 on 6";
  assertEquals(ended(5, 6), { agrees: false, words });
  const balances = new Map([[branchId(1), money(5)], [branchId(2), money(6)]]);
  const moving = "others use the bank, too: branch 1 on 5, branch 2 on 6";
  assertEquals(agreement({ balances, isMoving: true }), { agrees: true, words: moving });
});

Deno.test("incidents() says what went wrong with messages", () => {
  assertEquals(
    incidents({ delayed: 1, dropped: 2, doubled: 0, cut: 3 }),
    "faults injected: 1 message delayed, 2 dropped, 0 doubled, 3 cut off",
  );
});

Deno.test("outOfReach() counts withdrawals that were not done for want of others, if there are any", () => {
  const unavailable = { kind: "unavailable" } as const;
  assertEquals(outOfReach([[{ kind: "written", branches: 1 }], []]), undefined);
  assertEquals(
    outOfReach([[unavailable], [unavailable]]),
    "2 withdrawals not done: the branches that hold the money could not be reached",
  );
});
