import { assertEquals } from "@std/assert";
import { formOf, layOut, notationOf, objectOf } from "../../lib/format/notation.ts";

Deno.test("formOf() goes by the end of a name", () => {
  const names = ["output.txt", "a.json", "A.JSON", "a.jsonl", "json", "a.json.bak", ""];
  assertEquals(names.map(formOf), ["txt", "json", "json", "jsonl", "txt", "txt", "txt"]);
});

Deno.test("objectOf() keeps the order of fields, and puts in objects as they are written", () => {
  const inner = objectOf(notationOf("jsonl"), [["b", 2n], ["a", "x"]]);
  assertEquals(inner, '{"b":2,"a":"x"}');
  assertEquals(
    objectOf(notationOf("json"), [["list", [inner, inner]], ["none", []]]),
    `{"list":[${inner},${inner}],"none":[]}`,
  );
  assertEquals(objectOf(notationOf("txt"), [["list", ["1", "2"]]]), "{'list': [1, 2]}");
});

Deno.test("layOut() makes an array of JSON, and else a line of each object", () => {
  assertEquals(layOut(["{}", "{}"], "json"), "[{},\n {}]\n");
  assertEquals(layOut(["{}", "{}"], "jsonl"), "{}\n{}\n");
  assertEquals(layOut(["{}"], "txt"), "{}\n");
  assertEquals([layOut([], "json"), layOut([], "txt")], ["[]\n", ""]);
});
