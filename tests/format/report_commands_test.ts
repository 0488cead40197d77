import { assertEquals, assertMatch } from "@std/assert";
import { commandList, commandsMax, idOf } from "../../lib/format/report_commands.ts";
import { SpaceTime } from "../../lib/format/space_time.ts";
import { TraceHistory } from "../../lib/format/trace_history.ts";
import { asks, story, type Told, traceOf } from "./false_trace.ts";

function listOf(told: readonly Told[]): string {
  const history = new TraceHistory(traceOf(told));
  return commandList(history, new SpaceTime(history)).text;
}

Deno.test("commandList() opens a line for each command to why it was answered so", () => {
  const text = listOf(story());
  assertEquals(text.match(/<details class="command /g)?.length, 4);
  assertMatch(text, /<b>7\/1<\/b><span>customer 7 deposits 100 at branch 1<\/span>/);
  assertMatch(text, /id="command-7-1" class="why"><ol class="steps"><li>/);
  assertMatch(text, /<th scope="row">branch 2<\/th><td class="number">\+40 ms/);
});

Deno.test("commandList() marks commands by what one may look for", () => {
  const asked = asks(7, 1, { command: "7/9", action: "withdraw", amount: 5, session: { 2: 9 } });
  assertMatch(listOf(asked), /class="command withdraw undone"/);
});

Deno.test("commandList() is bounded, and says what it leaves out", () => {
  const told = Array.from({ length: commandsMax.explained + 3 }, (_, index) => (
    asks(7, 1, { command: `7/${index + 1}`, action: "query", session: {} })
  )).flat();
  const text = listOf(told);
  assertEquals(text.match(/<details class="command /g)?.length, commandsMax.explained);
  assertEquals(text.match(/class="space-time"/g)?.length, commandsMax.drawn);
  assertMatch(text, /3 more commands are not on this page/);
});

Deno.test("idOf() makes of any name one that markup can bear", () => {
  assertEquals(idOf('7/1" onclick='), "command-7-1--onclick-");
});
