import { assertEquals, assertRejects } from "@std/assert";
import { hear, tell } from "../../lib/format/conversation.ts";
import type { Process } from "../../lib/host/ports.ts";

/** A process that says what it was told. */
function echo(): Process {
  const told: unknown[] = [];
  return {
    name: "echo",
    tell: (message) => void told.push(message),
    next: () => Promise.resolve(told.shift()),
    finish: () => Promise.resolve(),
    kill: () => Promise.resolve(),
  };
}

Deno.test("hear() gives what a process says, when it is what is due", async () => {
  const process = echo();
  tell(process, { kind: "ready" });
  tell(process, { kind: "answer", response: "AA==" });
  assertEquals(await hear(process, "ready"), { kind: "ready" });
  assertEquals((await hear(process, "answer")).response, "AA==");
});

Deno.test("hear() takes nothing else", async () => {
  const process = echo();
  tell(process, { kind: "ready" });
  const claim = 'expected a line "answer", got "ready"';
  await assertRejects(() => hear(process, "answer"), TypeError, claim);
});
