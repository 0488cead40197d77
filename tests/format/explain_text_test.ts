import { assertEquals, assertMatch } from "@std/assert";
import { commandText, runText } from "../../lib/format/explain_text.ts";
import { changed, story, traceOf } from "./false_trace.ts";

Deno.test("runText() gives the run, the verdicts, and each command in a line", () => {
  const text = runText(traceOf(story()));
  assertMatch(text, /^run: session scenario, settled plan: 2 branches, 1 customer/);
  assertMatch(text, /\nconverged {11}holds: all 2 branches ended on 450/);
  assertMatch(text, /\ncommand {2}asked by {4}of {8}for {10}answered\n7\/1 {6}customer 7/);
});

Deno.test("runText() shows what broke a law, and where it is told", () => {
  const told = changed(story(), (event) => event.event === "settled" && event.branch === 2, {
    balance: 449,
  });
  assertMatch(
    runText(traceOf(told)),
    /FAILS: branch 2 ended on 449.*\n {4}run #5: branch 2 ended on 449, and branch 1 on 450\n/,
  );
});

Deno.test("commandText() tells of one command, and of none that is not there", () => {
  const text = commandText(traceOf(story()), "7/1") ?? "";
  assertMatch(text, /^7\/1 deposits 100 at branch 1: done; 2 branches had it\n\n\+0\.0 ms/);
  assertMatch(text, /\n {2}branch 2 {2}\+40 ms {2}propagate 1 from branch 1 to branch 2\n$/);
  assertEquals(commandText(traceOf(story()), "9/9"), undefined);
});
