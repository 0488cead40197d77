import { assertEquals } from "@std/assert";
import type { Law } from "../../lib/format/verdict.ts";
import { judgeSessions } from "../../lib/format/verdict_session.ts";
import { answers, asks, changed, story, type Told, traceOf } from "./false_trace.ts";

function found(law: Law, told: readonly Told[]) {
  const verdict = judgeSessions(traceOf(told)).find((each) => each.law === law);
  return { finding: verdict?.finding, because: verdict?.because };
}

/** Lets branch 1 apply the withdrawal before its own deposit. */
function early(told: readonly Told[]): readonly Told[] {
  const isEarly = ({ by, event }: Told) => by === "branch 1" && event === "applied";
  const place = told.findIndex(({ by, event }) => by === "branch 1" && event === "executed");
  const rest = told.filter((event) => !isEarly(event));
  return rest.toSpliced(place, 0, ...told.filter(isEarly));
}

/** Asks once more at branch 1, and is answered with what `known` says. */
function asked(known: Readonly<Record<string, number>>): readonly Told[] {
  const answer = { command: "7/9", result: "balance", balance: 450, known } as const;
  return [
    ...story(),
    ...asks(7, 1, { command: "7/9", action: "query", session: {} }),
    ...answers(1, 7, answer),
  ];
}

Deno.test("judgeSessions() finds all four guarantees kept", () => {
  const verdicts = judgeSessions(traceOf(story()));
  assertEquals(verdicts.map(({ law, finding }) => [law, finding]), [
    ["read your writes", "holds"],
    ["monotonic reads", "holds"],
    ["monotonic writes", "holds"],
    ["writes follow reads", "holds"],
  ]);
});

Deno.test("judgeSessions() finds a read without a write of its customer", () => {
  const told = changed(
    story({ reader: 7 }),
    (event) => "result" in event && event.result === "balance" && event.command === "7/2",
    { known: {} },
  );
  assertEquals(found("read your writes", told), {
    finding: "fails",
    because:
      "7/2 was answered without entry 1 of branch 1, what its customer had written, at branch 2",
  });
});

Deno.test("judgeSessions() does not believe an answer that names what its branch lacks", () => {
  const told = story().filter(({ by, event }) => !(by === "branch 2" && event === "applied"));
  assertEquals(found("read your writes", told).finding, "fails");
});

Deno.test("judgeSessions() finds a read that shows less than an earlier one", () => {
  assertEquals(found("monotonic reads", asked({ 1: 1, 2: 1 })).finding, "holds");
  assertEquals(found("monotonic reads", asked({ 2: 1 })), {
    finding: "fails",
    because:
      "7/9 was answered without entry 1 of branch 1, what its customer had read before, at branch 1",
  });
});

Deno.test("judgeSessions() finds a write that counts before an earlier one of its customer", () => {
  assertEquals(found("monotonic writes", early(story())), {
    finding: "fails",
    because:
      "7/3 came to count without entry 1 of branch 1, an earlier write of its customer, at branch 1",
  });
});

Deno.test("judgeSessions() finds a write that counts before what its customer had read", () => {
  const told = story({ reader: 8 });
  // Customer 8 has written nothing before, so only its read binds it.
  assertEquals(found("monotonic writes", told).finding, "open");
  assertEquals(found("writes follow reads", told).finding, "holds");
  assertEquals(found("writes follow reads", early(told)), {
    finding: "fails",
    because:
      "8/2 came to count without entry 1 of branch 1, what its customer had read, at branch 1",
  });
});

Deno.test("judgeSessions() cannot tell of guarantees that nothing puts to the test", () => {
  const verdicts = judgeSessions(traceOf([]));
  assertEquals(verdicts.map(({ finding, because }) => [finding, because]), [
    ["open", "nothing in the trace puts it to the test"],
    ["open", "nothing in the trace puts it to the test"],
    ["open", "nothing in the trace puts it to the test"],
    ["open", "nothing in the trace puts it to the test"],
  ]);
});
