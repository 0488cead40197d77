import { assertEquals } from "@std/assert";
import { Repeats, repeatTicks } from "../../lib/format/repeats.ts";

/** Lets so many ticks go by, and gives what is told at those at which something is. */
function told(repeats: Repeats, ticks: number): readonly number[] {
  return Array.from({ length: ticks }, () => repeats.tick()).filter((count) => count > 0);
}

Deno.test("Repeats tells at once of what happens, then of all together that follows", () => {
  const repeats = new Repeats();
  assertEquals(told(repeats, 3), []);
  repeats.add();
  assertEquals(told(repeats, 1), [1]);
  repeats.add();
  repeats.add();
  assertEquals(told(repeats, repeatTicks - 1), []);
  repeats.add();
  assertEquals(told(repeats, 1), [3]);
});

Deno.test("Repeats tells at once of what happens after a while without", () => {
  const repeats = new Repeats();
  repeats.add();
  assertEquals(told(repeats, 2 * repeatTicks), [1]);
  repeats.add();
  assertEquals(told(repeats, 1), [1]);
});
