import { assertEquals } from "@std/assert";
import {
  durationWords,
  entryWords,
  knownWords,
  listed,
  rangesWords,
  rangeWords,
} from "../../lib/format/explanation.ts";

Deno.test("rangeWords(), rangesWords(), entryWords() and knownWords() name entries", () => {
  assertEquals(entryWords({ origin: 2, sequence: 7 }), "entry 7 of branch 2");
  assertEquals(rangeWords({ origin: 2, first: 3, last: 5 }), "entries 3 to 5 of branch 2");
  assertEquals(knownWords({}), "nothing yet");
  assertEquals(
    knownWords({ 1: 1, 2: 3, 3: 0 }),
    "entry 1 of branch 1 and entries 1 to 3 of branch 2",
  );
  const many = [1, 2, 3, 4, 5, 6].map((origin) => ({ origin, first: 1, last: 1 }));
  assertEquals(rangesWords(many, 2), "entry 1 of branch 1, entry 1 of branch 2 and 4 more");
});

Deno.test("listed() lists things, and counts those that are too many", () => {
  assertEquals([listed(["a"]), listed(["a", "b"]), listed(["a", "b", "c"])], [
    "a",
    "a and b",
    "a, b and c",
  ]);
  assertEquals(listed(["a", "b", "c"], 2), "a, b and 1 more");
});

Deno.test("durationWords() gives as much as one can use", () => {
  assertEquals([0.44, 12.34, 9_999, 12_345].map(durationWords), [
    "0.4 ms",
    "12 ms",
    "9999 ms",
    "12.3 s",
  ]);
});
