import { assertEquals, assertThrows } from "@std/assert";
import { JsonSyntaxError, parseJsonTree } from "../../lib/format/json_tree.ts";

Deno.test("parseJsonTree() keeps order, repeated keys and offsets", () => {
  assertEquals(parseJsonTree('{"a": [1, {}], "a": null}'), {
    kind: "object",
    at: 0,
    fields: [
      {
        key: "a",
        at: 1,
        value: {
          kind: "array",
          at: 6,
          items: [
            { kind: "scalar", at: 7, end: 8, value: 1 },
            { kind: "object", at: 10, fields: [] },
          ],
        },
      },
      { key: "a", at: 15, value: { kind: "scalar", at: 20, end: 24, value: null } },
    ],
  });
});

const broken: readonly [text: string, what: string, at: number][] = [
  ["", "a value is missing", 0],
  ["[1 2]", "a comma is missing", 3],
  ['{"a" 1}', "a colon is missing", 5],
  ['{"a":}', "a value is missing", 5],
  ["[1,,2]", "a value is missing", 3],
  ["[,]", "a value is missing", 1],
  ["{1:2}", "a key in double quotes is missing", 1],
  ["[1", "a closing ] is missing", 2],
  ['{"a":1', "a closing } is missing", 6],
  ["[1]]", "there is more behind the end", 3],
  ["[//c\n1]", "comments are not allowed", 1],
  ["[/*c*/1]", "comments are not allowed", 1],
  ['["a', "a string is not closed", 1],
  ["[1.]", "a number breaks off", 1],
  ["[01]", "a comma is missing", 2],
  ['["\\u12"]', "\\u must be followed by four hexadecimal digits", 1],
  ['["\\x"]', "a string has an unknown escape", 1],
  ['["a\tb"]', "a string has a control character in it", 1],
  ["[NaN]", "unexpected NaN", 1],
  [`[${"y".repeat(50)}]`, `unexpected ${"y".repeat(20)}`, 1],
  ["[".repeat(100_000), "nested more than 100 deep", 100],
];

for (const [text, what, at] of broken) {
  Deno.test(`parseJsonTree() says "${what}" of ${JSON.stringify(text.slice(0, 20))}`, () => {
    const error = assertThrows(() => parseJsonTree(text), JsonSyntaxError);
    assertEquals([error.message, error.at], [what, at]);
  });
}

Deno.test("parseJsonTree() takes one trailing comma and 100 levels", () => {
  parseJsonTree('[{"a": 1,},]');
  parseJsonTree("[".repeat(100) + "]".repeat(100));
});
