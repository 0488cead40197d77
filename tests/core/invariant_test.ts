import { assertThrows } from "@std/assert";
import { invariant, InvariantError, unreachable } from "../../lib/core/invariant.ts";

Deno.test("invariant() lets pass what holds, and throws its claim when it does not", () => {
  invariant(true, "one is one");
  assertThrows(() => invariant(false, "one is two"), InvariantError, "one is two");
});

Deno.test("unreachable() throws and shows the value that nobody thought of", () => {
  const forgotten = { kind: "new" } as never;
  assertThrows(() => unreachable(forgotten), InvariantError, '{"kind":"new"}');
});
