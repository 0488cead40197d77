import { assertEquals } from "@std/assert";
import { judgeOnce } from "../../lib/format/verdict_once.ts";
import { answers, changed, deposit, story, type Told, traceOf } from "./false_trace.ts";

function found(told: readonly Told[]) {
  const { finding, because, evidence } = judgeOnce(traceOf(told));
  return { finding, because: evidence[0]?.says ?? because };
}

function fails(because: string) {
  return { finding: "fails", because };
}

const refused: Told = {
  by: "branch 1",
  event: "refused",
  ...{ command: "7/1", action: "deposit", amount: 100, refusal: "balance limit" },
  ...{ balance: 400, allowance: 200, known: {} },
};

Deno.test("judgeOnce() holds where each command has one outcome, and each log its order", () => {
  assertEquals(found(story()), {
    finding: "holds",
    because: "4 answered commands, each with one outcome; entries were applied 4 times, in order",
  });
});

Deno.test("judgeOnce() fails where a command is executed twice", () => {
  const again: Told = { by: "branch 1", event: "executed", sequence: 2, ...deposit };
  const because = "7/1 became entry 1 of branch 1 and entry 2 of branch 1";
  assertEquals(found([...story(), again]), fails(because));
  const elsewhere: Told = { by: "branch 2", event: "executed", sequence: 2, ...deposit };
  assertEquals(
    found([...story(), elsewhere]),
    fails("7/1 became entry 1 of branch 1 and entry 2 of branch 2"),
  );
});

Deno.test("judgeOnce() fails where a command is executed and refused, or refused twice", () => {
  assertEquals(
    found([...story(), refused]),
    fails("7/1 became entry 1 of branch 1 and a refusal at branch 1"),
  );
  const other = { ...refused, command: "7/9" } as const;
  assertEquals(
    found([...story(), other, other]),
    fails("7/9 became a refusal at branch 1 and a refusal at branch 1"),
  );
});

Deno.test("judgeOnce() fails where another write is executed than was asked for", () => {
  const isLogged = ({ event }: Told) => event === "executed";
  const told = changed(story(), (event) => isLogged(event) && event.by === "branch 1", {
    amount: 99,
  });
  assertEquals(found(told).finding, "fails");
  assertEquals(
    judgeOnce(traceOf(told)).evidence.map(({ says }) => says).at(-1),
    "7/1 was decided as deposit 99, which nobody asked",
  );
});

Deno.test("judgeOnce() fails where an answer has no outcome behind it", () => {
  const told = [
    ...story(),
    ...answers(1, 7, {
      command: "7/9",
      ...{ result: "written", branches: 1, known: {} },
    }),
  ];
  const because = "7/9 was answered as written, and branch 1 has no such outcome";
  assertEquals(found(told), fails(because));
});

Deno.test("judgeOnce() fails where a command is answered in two ways", () => {
  const refusal = { command: "7/1", result: "refused", refusal: "insufficient funds" } as const;
  const told = [...story(), ...answers(1, 7, { ...refusal, known: {} })];
  assertEquals(
    judgeOnce(traceOf(told)).evidence.map(({ says }) => says).at(-1),
    "7/1 was answered as written, and as refused",
  );
});

Deno.test("judgeOnce() lets a branch that was killed not tell of a refusal any more", () => {
  const refusal = { command: "7/9", result: "refused", refusal: "insufficient funds" } as const;
  const answer = answers(1, 7, { ...refusal, known: { 1: 1, 2: 1 } });
  assertEquals(found([...story(), ...answer]).finding, "fails");
  const again: Told = {
    by: "branch 1",
    event: "started",
    ...{ life: 2, balance: 450, allowance: 300, known: { 1: 1, 2: 1 } },
  };
  assertEquals(found([...story(), again, ...answer]).finding, "holds");
});

Deno.test("judgeOnce() fails where a log is applied with a gap, or twice", () => {
  const isApplied = ({ by, event }: Told) => by === "branch 2" && event === "applied";
  const gap = changed(story(), isApplied, { first: 2 });
  assertEquals(
    judgeOnce(traceOf(gap)).evidence.map(({ says }) => says).at(-1),
    "branch 2 took entry 2 of branch 1 where 1 was next",
  );
  const place = story().findIndex(isApplied);
  const twice = story().toSpliced(place, 0, ...story().slice(place, place + 1));
  assertEquals(found(twice), fails("branch 2 took entry 1 of branch 1 where 2 was next"));
});

Deno.test("judgeOnce() fails where branches have different entries in one place", () => {
  const other = changed(story(), ({ by, event }) => by === "branch 2" && event === "applied", {
    entries: [{ ...deposit, amount: 101 }],
  });
  assertEquals(found(other), fails("branch 2 has another entry 1 of branch 1 than others"));
});

Deno.test("judgeOnce() fails where a claim is granted twice", () => {
  const grant = (sequence: number): Told => (
    { by: "branch 1", event: "granted", sequence, claim: "c", to: 2, amount: 10 }
  );
  assertEquals(found([...story(), grant(2)]).finding, "holds");
  assertEquals(found([...story(), grant(2), grant(3)]), fails("branch 1 granted c twice"));
});
