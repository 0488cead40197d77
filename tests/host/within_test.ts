import { assertEquals, assertRejects } from "@std/assert";
import { ProcessError } from "../../lib/host/ports.ts";
import { within } from "../../lib/host/within.ts";

Deno.test("within() gives what comes in time, also if it is a failure", async () => {
  const { signal } = new AbortController();
  assertEquals(await within({ ms: 1_000, signal }, Promise.resolve(7), "it is late"), 7);
  const failing = Promise.reject(new Error("it broke"));
  await assertRejects(() => within({ ms: 1_000, signal }, failing, "it is late"), Error, "broke");
});

Deno.test("within() says what is late, and how long it was given", async () => {
  const limit = new AbortController();
  const waiting = within({ ms: 2_500, signal: limit.signal }, new Promise(() => {}), "it is late");
  limit.abort();
  await assertRejects(() => waiting, ProcessError, "it is late; it was given 2.5 s");
});
