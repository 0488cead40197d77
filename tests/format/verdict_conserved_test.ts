import { assertEquals } from "@std/assert";
import { judgeConserved } from "../../lib/format/verdict_conserved.ts";
import { changed, story, type Told, traceOf } from "./false_trace.ts";

function found(told: readonly Told[], isOld = false) {
  const { finding, because } = judgeConserved(traceOf(told, { isOld }));
  return { finding, because };
}

Deno.test("judgeConserved() holds where every balance is what its entries add up to", () => {
  const because = "10 balances shown, each what its entries add up to";
  assertEquals(found(story()), { finding: "holds", because });
});

const wrong: readonly {
  readonly what: string;
  readonly fits: (event: Told) => boolean;
  readonly balance: number;
  readonly because: string;
}[] = [
  {
    what: "a branch opens with another balance",
    fits: ({ by, event }) => by === "branch 2" && event === "started",
    balance: 399,
    because: "branch 2 opened with 399 and not 400",
  },
  {
    what: "a branch shows another balance",
    fits: (event) => event.by === "branch 1" && event.event === "shows" && event.balance === 450,
    balance: 449,
    because: "branch 1 showed 449 where its entries add up to 450",
  },
  {
    what: "a customer is answered another balance",
    fits: (event) => (
      event.by === "customer 7" && "result" in event && event.result === "balance" &&
      event.balance === 500
    ),
    balance: 501,
    because: "branch 2 showed 501 where its entries add up to 500",
  },
  {
    what: "a branch ends on another balance",
    fits: (event) => event.event === "settled" && event.branch === 2,
    balance: 451,
    because: "branch 2 showed 451 where its entries add up to 450",
  },
];

for (const { what, fits, balance, because } of wrong) {
  Deno.test(`judgeConserved() fails where ${what}`, () => {
    assertEquals(found(changed(story(), fits, { balance })), { finding: "fails", because });
  });
}

Deno.test("judgeConserved() fails where a refusal rests on another balance", () => {
  const refused: Told = {
    by: "branch 2",
    event: "refused",
    ...{ command: "7/9", action: "withdraw", amount: 900, refusal: "insufficient funds" },
    ...{ balance: 440, allowance: 150, known: { 1: 1, 2: 1 } },
  };
  assertEquals(found([...story(), refused]), {
    finding: "fails",
    because: "branch 2 showed 440 where its entries add up to 450",
  });
});

Deno.test("judgeConserved() takes what an old bank has left for the beginning", () => {
  const told = changed(story(), ({ event }) => event === "started", { known: { 1: 0 } });
  assertEquals(found(told, true).finding, "holds");
  const other = changed(told, ({ by, event }) => by === "branch 1" && event === "started", {
    balance: 300,
  });
  assertEquals(found(other, true).finding, "fails");
});

Deno.test("judgeConserved() cannot tell where entries are missing", () => {
  const told = changed(
    story(),
    (event) => event.by === "branch 2" && "result" in event && event.result === "balance",
    { known: { 1: 7 }, balance: 500 },
  );
  const because = "the trace lacks entries that 1 balance shown rest on";
  assertEquals(found(told), { finding: "open", because });
});
