import { assertEquals } from "@std/assert";
import { eventWords } from "../../lib/format/event_words.ts";
import { story, traceOf } from "./false_trace.ts";

Deno.test("eventWords() says what an event is", () => {
  const words = traceOf(story()).events.slice(0, 12).map(eventWords);
  assertEquals(words, [
    "begins phase 1",
    "begins with 400, knowing nothing yet",
    "begins with 400, knowing nothing yet",
    "sent 7/1: deposit 100",
    "received 7/1: deposit 100",
    "executes 7/1: deposit 100, its entry 1",
    "shows",
    "sent propagate 1 to branch 2 with entry 1 of branch 1",
    "received propagate 1 from branch 1 with entry 1 of branch 1",
    "applies entry 1 of branch 1",
    "shows",
    "sent propagated 1 to branch 1",
  ]);
});

Deno.test("eventWords() says what did not go well", () => {
  const words = traceOf([
    { by: "branch 1", event: "unanswered", message: "claim", to: 2, attempt: 3 },
    { by: "branch 1", event: "halted", reason: "its journal is of another bank" },
    {
      ...{ by: "branch 1", event: "started", life: 2, balance: 5, allowance: 5 },
      known: { 1: 2 },
    },
  ]).events.map(eventWords);
  assertEquals(words, [
    "no answer to claim 3 from branch 2",
    "halts: its journal is of another bank",
    "begins its life 2 with 5, knowing entries 1 to 2 of branch 1",
  ]);
});
