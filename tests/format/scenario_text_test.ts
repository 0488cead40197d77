import { assertEquals, assertThrows } from "@std/assert";
import { limits } from "../../lib/core/limits.ts";
import { ScenarioError } from "../../lib/format/scenario_error.ts";
import { readScenarioText } from "../../lib/format/scenario_text.ts";

const file = "input1.json";
const joined = "joined numbers that were broken over lines";
const straightened = "read smart quotes as straight ones";

function faultsOf(text: string): readonly string[] {
  return assertThrows(() => readScenarioText(text, { file }), ScenarioError).faults;
}

Deno.test("readScenarioText() takes valid JSON as it is", () => {
  const text = ' [{"id": 1},\r\n\t{"id": 2,},]';
  const read = readScenarioText(text, { file });
  assertEquals([read.text, read.repairs, read.root.at], [text, [], 1]);
});

Deno.test("readScenarioText() reads smart quotes as straight ones", () => {
  const { text, repairs } = readScenarioText("[{“id”: „x‟}]", { file });
  assertEquals([text, repairs], ['[{"id": "x"}]', [straightened]]);
});

Deno.test("readScenarioText() leaves a smart quote in a string of a valid file alone", () => {
  const { text, repairs } = readScenarioText('[{"id": "“x”"}]', { file });
  assertEquals([text, repairs], ['[{"id": "“x”"}]', []]);
});

Deno.test("readScenarioText() leaves it alone even where a number must be joined", () => {
  const { text, repairs } = readScenarioText('[{"id": "“x”", "money": 4\n00}]', { file });
  assertEquals([text, repairs], ['[{"id": "“x”", "money": 400\n}]', [joined]]);
});

Deno.test("readScenarioText() joins a number broken over several lines in its place", () => {
  const { text, repairs, root } = readScenarioText("[1\r\n \t2\n\n3, 4]", { file });
  assertEquals([text, repairs], ["[123\r\n \t\n\n, 4]", [joined]]);
  assertEquals(root.kind === "array" && root.items[1]?.at, 12);
});

Deno.test("readScenarioText() makes both repairs where both are needed", () => {
  const { text, repairs } = readScenarioText("[“a”, 4\n00]", { file });
  assertEquals([text, repairs], ['["a", 400\n]', [joined, straightened]]);
});

Deno.test("readScenarioText() joins no numbers on one line", () => {
  assertEquals(faultsOf("[4 00]"), [
    "input1.json:1:4: not JSON: a comma is missing\n[4 00]\n   ^",
  ]);
});

Deno.test("readScenarioText() does not count a byte order mark as a column", () => {
  assertEquals(readScenarioText("\ufeff[1]", { file }).text, "[1]");
  assertEquals(faultsOf("\ufeff[x]"), ["input1.json:1:2: not JSON: unexpected x\n[x]\n ^"]);
});

Deno.test("readScenarioText() shows the line of a mistake, and a caret under it", () => {
  assertEquals(faultsOf('[\r\n\t{"id": 1 "type": "bank"}\r\n]'), [
    'input1.json:2:11: not JSON: a comma is missing\n\t{"id": 1 "type": "bank"}\n\t         ^',
  ]);
});

Deno.test("readScenarioText() looks for a mistake beyond what it can mend", () => {
  assertEquals(faultsOf("[{“id”: 1},\n {“id” 2}]"), [
    "input1.json:2:8: not JSON: a colon is missing\n {“id” 2}]\n       ^",
  ]);
  assertEquals(faultsOf('[{"id": "“x”"},\n {"id" 2}]'), [
    'input1.json:2:8: not JSON: a colon is missing\n {"id" 2}]\n       ^',
  ]);
});

Deno.test("readScenarioText() says what is missing at the end behind what is there", () => {
  assertEquals(faultsOf("[\n 1\n\n"), [
    "input1.json:2:3: not JSON: a closing ] is missing\n 1\n  ^",
  ]);
});

Deno.test("readScenarioText() says that a file is empty", () => {
  for (const text of ["", "\ufeff", " \r\n\t\n"]) {
    assertEquals(faultsOf(text), ["input1.json:1:1: not JSON: the file is empty\n\n^"]);
  }
});

Deno.test("readScenarioText() takes no comments", () => {
  assertEquals(faultsOf("[1] // one"), [
    "input1.json:1:5: not JSON: comments are not allowed\n[1] // one\n    ^",
  ]);
});

Deno.test("readScenarioText() refuses a file past the limit, counted in bytes", () => {
  const characters = Math.floor(limits.scenarioBytesMax / 3) + 1;
  const bytes = characters * 3 + 2;
  assertEquals(faultsOf(`"${"€".repeat(characters)}"`), [
    `input1.json:1:1: the file is ${bytes} bytes; it must be at most ${limits.scenarioBytesMax}`,
  ]);
});
