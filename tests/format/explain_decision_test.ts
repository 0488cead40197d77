import { assertEquals } from "@std/assert";
import { decisionSteps } from "../../lib/format/explain_decision.ts";
import { TraceHistory } from "../../lib/format/trace_history.ts";
import { answers, asks, deposit, story, type Told, traceOf } from "./false_trace.ts";

function saidOf(told: readonly Told[], command: string): readonly string[] {
  const history = new TraceHistory(traceOf(told));
  const found = history.commands.get(command);
  return found === undefined ? [] : decisionSteps(history, found).map(({ says }) => says);
}

const withdrawal = asks(7, 2, { command: "7/9", action: "withdraw", amount: 900, session: {} });
const refused: Told = {
  by: "branch 2",
  event: "refused",
  ...{ command: "7/9", action: "withdraw", amount: 900, refusal: "insufficient funds" },
  ...{ balance: 450, allowance: 150, known: { 1: 1, 2: 1 } },
};

Deno.test("decisionSteps() adds up what a query was answered", () => {
  assertEquals(saidOf(story(), "7/4"), [
    "Branch 1 adds up entry 1 of branch 1 and entry 1 of branch 2: 400 (the opening balance) " +
    "+ 100 (7/1) − 50 (7/3) = 450. Nobody had executed any other.",
  ]);
});

Deno.test("decisionSteps() says what a query did not know yet", () => {
  const told = [
    ...story(),
    ...asks(8, 2, { command: "8/1", action: "query", session: {} }),
    ...answers(2, 8, { command: "8/1", result: "balance", balance: 400, known: {} }),
  ];
  assertEquals(saidOf(told, "8/1"), [
    "Branch 2 knows of no write: the balance is the opening balance, 400. It does not know entry " +
    "1 of branch 1 and entry 1 of branch 2 yet, executed elsewhere by then (+50).",
  ]);
});

Deno.test("decisionSteps() adds up many entries by their kinds", () => {
  const entries = Array.from({ length: 12 }, () => deposit);
  const known = { 1: 12 };
  const told: readonly Told[] = [
    { by: "branch 2", event: "started", life: 1, balance: 400, allowance: 200, known: {} },
    { by: "branch 2", event: "applied", origin: 1, first: 1, entries },
    ...asks(8, 2, { command: "8/1", action: "query", session: {} }),
    ...answers(2, 8, { command: "8/1", result: "balance", balance: 1600, known }),
  ];
  assertEquals(saidOf(told, "8/1"), [
    "Branch 2 adds up entries 1 to 12 of branch 1: 400 (the opening balance) + 1200 (12 deposits) " +
    "− 0 (0 withdrawals) = 1600. Nobody had executed any other.",
  ]);
});

Deno.test("decisionSteps() says why a withdrawal was refused, and what there was elsewhere", () => {
  assertEquals(saidOf([...story(), ...withdrawal, refused], "7/9"), [
    "Branch 2 refuses it for ever (insufficient funds): with all that it knows, entry 1 of branch " +
    "1 and entry 1 of branch 2, the balance is 450, and 900 is more. All that was executed " +
    "anywhere by then comes to 450.",
  ]);
});

Deno.test("decisionSteps() says what was asked of others, and what each granted", () => {
  const claim = (to: number, attempt: number): Told => ({
    ...{ by: "branch 2", event: "sent", to: [to], message: "claim", attempt },
    ...{ claim: `c${to}`, need: 700, wanted: 700 },
  });
  const told: readonly Told[] = [
    ...story(),
    ...withdrawal,
    claim(1, 1),
    claim(3, 2),
    claim(4, 3),
    {
      ...{ by: "branch 1", event: "received", from: 2, message: "claim", attempt: 1, claim: "c1" },
      ...{ need: 700, wanted: 700 },
    },
    { by: "branch 1", event: "granted", sequence: 2, claim: "c1", to: 2, amount: 300 },
    {
      ...{ by: "branch 1", event: "sent", to: [2], message: "claimed", attempt: 1 },
      ...{ isGranted: true, last: 2 },
    },
    {
      ...{ by: "branch 2", event: "received", from: 1, message: "claimed", attempt: 1 },
      ...{ isGranted: true, last: 2 },
    },
    refused,
  ];
  assertEquals(
    saidOf(told, "7/9")[0],
    [
      "While it waits, branch 2 asks others for what they may spend (branch 1: 300 granted; " +
      "branch 3 and branch 4: the request did not arrive).",
    ][0],
  );
});

Deno.test("decisionSteps() says of what was found in a journal that it had been done", () => {
  const told: readonly Told[] = [
    ...asks(7, 1, { ...deposit, session: {} }),
    { by: "branch 1", event: "found", origin: 1, first: 1, entries: [deposit] },
  ];
  assertEquals(saidOf(told, "7/1"), [
    "Branch 1 tells that it had done it, as entry 1 of branch 1.",
  ]);
});
