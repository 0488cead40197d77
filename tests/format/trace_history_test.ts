import { assertEquals } from "@std/assert";
import { TraceHistory } from "../../lib/format/trace_history.ts";
import { asks, changed, story, type Told, traceOf } from "./false_trace.ts";

const history = new TraceHistory(traceOf(story()));
const withdrawal = history.commands.get("7/3");
const at = (index: number | undefined) => history.at(index)?.event;

Deno.test("TraceHistory gathers what became of a command", () => {
  assertEquals([...history.commands.keys()], ["7/1", "7/2", "7/3", "7/4"]);
  const [attempt] = withdrawal?.attempts ?? [];
  assertEquals(
    [attempt?.sent, attempt?.heard, withdrawal?.decided, attempt?.answered, attempt?.told].map(at),
    ["sent", "received", "executed", "sent", "received"],
  );
  assertEquals([withdrawal?.customer, withdrawal?.branch], [7, 2]);
  assertEquals([withdrawal?.entry?.origin, withdrawal?.entry?.sequence], [2, 1]);
});

Deno.test("TraceHistory tells one attempt of a command from the next", () => {
  const again = changed(asks(7, 1, { command: "7/9", action: "query", session: {} }), () => true, {
    attempt: 2,
  });
  const told = [
    ...story(),
    ...asks(7, 1, { command: "7/9", action: "query", session: {} }).slice(0, 1),
    ...again,
  ];
  const { attempts = [] } = new TraceHistory(traceOf(told)).commands.get("7/9") ?? {};
  assertEquals(attempts.map(({ attempt, heard }) => [attempt, heard !== undefined]), [
    [1, false],
    [2, true],
  ]);
});

Deno.test("TraceHistory tells what a branch knew and showed before an event, and since when", () => {
  const index = withdrawal?.decided ?? 0;
  assertEquals(history.knownBefore(2, index), { 1: 1 });
  assertEquals(history.knownBefore(2, index + 1), { 1: 1, 2: 1 });
  assertEquals(history.shown(2, index, "before")?.balance, 500);
  assertEquals(history.shown(2, index, "after")?.balance, 450);
  assertEquals(
    history.coveredFrom(2, { 1: 1 }),
    story().findIndex(({ by, event }) => (
      by === "branch 2" && event === "applied"
    )),
  );
  assertEquals(history.coveredFrom(2, { 1: 9 }), undefined);
});

Deno.test("TraceHistory finds how an entry came to a branch", () => {
  const entry = history.entries.at(1, 1);
  if (entry === undefined) throw new TypeError("it is there");
  assertEquals(at(history.arrival(2, entry)), "applied");
  assertEquals(history.carriers(2, entry).map(({ name }) => name), [
    "propagate 1 from branch 1 to branch 2",
  ]);
  assertEquals(history.arrival(3, entry), undefined);
});

Deno.test("TraceHistory finds claims, what was granted for them, and what was made by then", () => {
  const claim = { message: "claim", attempt: 3, claim: "c", need: 5, wanted: 9 } as const;
  const told: readonly Told[] = [
    ...story(),
    { by: "branch 2", event: "sent", to: [1], ...claim },
    { by: "branch 1", event: "granted", sequence: 2, claim: "c", to: 2, amount: 9 },
  ];
  const other = new TraceHistory(traceOf(told));
  const end = told.length;
  assertEquals(other.claims(2, [0, end]).map(({ name }) => name), [
    "claim 3 from branch 2 to branch 1",
  ]);
  assertEquals(other.claims(2, [0, end - 2]), []);
  assertEquals(other.granted("branch 1", "c")?.entry.amount, 9);
  assertEquals([other.granted("branch 2", "c"), other.granted("branch 1", "d")], [
    undefined,
    undefined,
  ]);
  assertEquals(other.madeBefore(end).length, 3);
  assertEquals(other.madeBefore(end - 1).length, 2);
});

Deno.test("TraceHistory gives what a branch began with", () => {
  assertEquals(history.baseOf(1).balance, 400);
  assertEquals(history.baseOf(9), { balance: 400, known: {} });
});
