import { assertEquals, assertThrows } from "@std/assert";
import { expectLine } from "../../lib/format/control_line.ts";

Deno.test("expectLine() takes a line of the kind that is due", () => {
  assertEquals(expectLine({ kind: "ready" }, "ready"), { kind: "ready" });
});

Deno.test("expectLine() says which line was due and which came instead, in short", () => {
  const cases = [[{ kind: "peers" }, "peers"], [null, "undefined"], [7, "undefined"]] as const;
  for (const [line, found] of cases) {
    const complaint = `expected a line "ready", got "${found}"`;
    assertThrows(() => expectLine(line, "ready"), TypeError, complaint);
  }
  const long = { kind: "x".repeat(10_000) };
  const { message } = assertThrows(() => expectLine(long, "ready"), TypeError);
  assertEquals(message.length < 150, true);
});

Deno.test("expectLine() tells nothing of what is in a line, which may be a secret", () => {
  const line = { secret: "5ec2e7", kind: "customer setup" };
  const { message } = assertThrows(() => expectLine(line, "ready"), TypeError);
  assertEquals(message.includes("5ec2e7"), false);
});
