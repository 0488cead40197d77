import { assertEquals } from "@std/assert";
import { explain, outcomeOf } from "../../lib/format/explain.ts";
import { TraceHistory } from "../../lib/format/trace_history.ts";
import { answers, asks, changed, story, type Told, traceOf } from "./false_trace.ts";

function saidOf(told: readonly Told[], command: string): readonly string[] {
  const { steps = [] } = explain(new TraceHistory(traceOf(told)), command) ?? {};
  return steps.map(({ says }) => says);
}

Deno.test("explain() tells the way of a write, in its order", () => {
  const explanation = explain(new TraceHistory(traceOf(story())), "7/3");
  assertEquals([explanation?.asked, explanation?.outcome], [
    "withdraws 50 at branch 2",
    "done; 2 branches had it",
  ]);
  assertEquals(explanation?.steps.map(({ says }) => says), [
    "Customer 7 asks branch 2 to withdraw 50, in phase 1. It has to know entry 1 of branch 1 first.",
    "Branch 2 receives it. It shows 500, and may pay out 200 of it by itself.",
    "Branch 2 does it, as entry 1 of branch 2; it then shows 450, and may pay out 150 of it by " +
    "itself. It answers when all branches that it can reach have the entry.",
    "The other branch has it, 40 ms after it was made.",
    "Branch 2 answers: done; 2 branches had it.",
    "Customer 7 is told, 110 ms after it asked.",
  ]);
  assertEquals(explanation?.steps.map(({ event: { by } }) => by), [
    ...["customer 7", "branch 2", "branch 2", "branch 1", "branch 2", "customer 7"],
  ]);
});

Deno.test("explain() gives nothing of a command that is not there", () => {
  assertEquals(explain(new TraceHistory(traceOf(story())), "9/9"), undefined);
});

Deno.test("explain() tells what a command waited for that its customer had seen", () => {
  const [sent, heard, ...rest] = asks(7, 2, {
    ...{ command: "7/2", action: "query", session: { 1: 1 } },
  });
  const late = story().filter((event) => !("command" in event && event.command === "7/2"));
  const place = late.findIndex(({ by, event }) => by === "branch 2" && event === "received");
  if (sent === undefined || heard === undefined) throw new TypeError("there are two");
  const said = saidOf([...late.slice(0, place), sent, heard, ...rest, ...late.slice(place)], "7/2");
  assertEquals(said.slice(2), [
    "It lacks entry 1 of branch 1, which customer 7 has to find there: the command waits.",
    "Branch 2 has them now, after 20 ms.",
  ]);
  assertEquals(
    saidOf([...late.slice(0, place), sent, heard], "7/2").at(-1),
    "It lacks entry 1 of branch 1, which customer 7 has to find there; they do not come as far " +
      "as the trace goes.",
  );
});

Deno.test("explain() tells of attempts that were not answered, and not of each of many", () => {
  const attempt = (number: number): readonly Told[] => [
    ...changed(
      asks(7, 1, { command: "7/9", action: "query", session: {} }).slice(0, 1),
      () => true,
      { attempt: number },
    ),
    {
      ...{ by: "customer 7", event: "unanswered", message: "command", to: 1, command: "7/9" },
      ...{ attempt: number, reason: "it is gone" },
    },
  ];
  assertEquals(saidOf([...attempt(1), ...attempt(2)], "7/9"), [
    "Customer 7 asks branch 1 for the balance, in phase 1. It need not know anything first.",
    "No answer comes: it is gone.",
    "Customer 7 asks again (attempt 2).",
    "No answer comes: it is gone.",
  ]);
  const many = Array.from({ length: 30 }, (_, index) => attempt(index + 1)).flat();
  const said = saidOf(many, "7/9");
  assertEquals([said.length, said[4]], [
    9,
    "Customer 7 asks 26 more times, and gets no further.",
  ]);
});

Deno.test("outcomeOf() says what a command was answered", () => {
  const outcome = (answer: readonly Told[]) => {
    const asked = asks(7, 1, { command: "7/9", action: "withdraw", amount: 5, session: {} });
    const history = new TraceHistory(traceOf([...asked, ...answer]));
    const found = history.commands.get("7/9");
    return found && outcomeOf(history, found);
  };
  const shared = { command: "7/9", known: {} } as const;
  const refusal = { result: "refused", refusal: "insufficient funds" } as const;
  assertEquals(
    [
      [],
      answers(1, 7, { ...shared, result: "written", branches: 1 }),
      answers(1, 7, { ...shared, ...refusal }),
      answers(1, 7, { ...shared, result: "unavailable" }),
      answers(1, 7, { ...shared, result: "balance", balance: 3 }),
    ].map(outcome),
    [
      "not answered",
      "done; 1 branch had it",
      "refused: insufficient funds",
      "not decided: the branches that hold the money were out of reach",
      "the balance is 3",
    ],
  );
});
