import { assertEquals } from "@std/assert";
import { excerptAt, masked, placesIn } from "../../lib/format/text_place.ts";

Deno.test("placesIn() counts lines and columns from 1, whatever ends a line", () => {
  const placeOf = placesIn("a\nbc\r\nd\re\n");
  const places = [0, 1, 2, 3, 6, 8, 10].map((at) => Object.values(placeOf(at)));
  assertEquals(places, [[1, 1], [1, 2], [2, 1], [2, 2], [3, 1], [4, 1], [5, 1]]);
});

Deno.test("excerptAt() puts a caret under the place, tabs and all", () => {
  assertEquals(excerptAt("one\n\ttwo x\r\nthree", 9), "\ttwo x\n\t    ^");
  assertEquals(excerptAt("\n[", 0), "\n^");
  assertEquals(excerptAt("ab", 2), "ab\n  ^");
});

Deno.test("excerptAt() cuts a long line to a window around the caret", () => {
  const text = `${"a".repeat(200)}!${"b".repeat(200)}`;
  const [line = "", caret = ""] = excerptAt(text, 200).split("\n");
  assertEquals(line, `…${"a".repeat(60)}!${"b".repeat(39)}…`);
  assertEquals(line.charAt(caret.length - 1), "!");
});

Deno.test("masked() leaves nothing that a terminal would obey", () => {
  assertEquals(masked("a\x1b[2J\tb\x07\x9b"), "a\ufffd[2J\tb\ufffd\ufffd");
});
