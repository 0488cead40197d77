import { assertEquals, assertThrows } from "@std/assert";
import { expectLine } from "../../lib/format/control_line.ts";

Deno.test("expectLine() takes a line of the kind that is due", () => {
  assertEquals(expectLine({ kind: "ready" }, "ready"), { kind: "ready" });
});

Deno.test("expectLine() says what was due and what came instead, in short", () => {
  const cases = [[{ kind: "peers" }, '{"kind":"peers"}'], [null, "null"], [7, "7"]] as const;
  for (const [line, found] of cases) {
    const complaint = `expected a line "ready", got ${found}`;
    assertThrows(() => expectLine(line, "ready"), TypeError, complaint);
  }
  assertThrows(() => expectLine(undefined, "ready"), TypeError, "expected");
  const long = { kind: "x".repeat(10_000) };
  const { message } = assertThrows(() => expectLine(long, "ready"), TypeError);
  assertEquals(message.length < 150, true);
});
