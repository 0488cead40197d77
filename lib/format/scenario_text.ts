import { limits } from "../core/limits.ts";
import { type JsonNode, JsonSyntaxError, parseJsonTree } from "./json_tree.ts";
import { ScenarioError } from "./scenario_error.ts";
import { excerptAt, placesIn } from "./text_place.ts";

/** What was mended so that a text could be read as JSON, in words for a message. */
export type Repair =
  | "joined numbers that were broken over lines"
  | "read smart quotes as straight ones";

/** The JSON of a scenario file. */
export interface ScenarioText {
  /** The whole of it. */
  readonly root: JsonNode;
  /** The text that `root` was parsed from: repaired, without a byte order mark. */
  readonly text: string;
  /** The text before it was repaired, whose lines the owner of the file sees. */
  readonly original: string;
  /** What was mended to read it. */
  readonly repairs: readonly Repair[];
}

/**
 * Reads the text of a scenario file as JSON, as forgiving as the files that exist need.
 *
 * The text is repaired only if it is not JSON as it is, and by as few repairs as will do, so
 * that a smart quote inside a string of a valid file stays what it is. Repairs keep every
 * offset, so that faults found later still name the place in the file.
 *
 * ```ts
 * import { readScenarioText } from "./scenario_text.ts";
 * import { assertEquals } from "@std/assert";
 *
 * const { text, repairs } = readScenarioText("[“id”, 4\n00]", { file: "input.json" });
 * assertEquals(text, '["id", 400\n]');
 * assertEquals(repairs.length, 2);
 * ```
 *
 * @throws {ScenarioError} with one fault when the text is not JSON, or is too large.
 */
export function readScenarioText(text: string, { file }: { file: string }): ScenarioText {
  refuseTooLarge(text, file);
  const plain = text.startsWith("\ufeff") ? text.slice(1) : text;
  let worst: JsonSyntaxError | undefined;
  for (const repairs of attempts) {
    const repaired = repairs.reduce((mended, repair) => mend[repair](mended), plain);
    if (repairs.length > 0 && repaired === plain) continue;
    try {
      return { root: parseJsonTree(repaired), text: repaired, original: plain, repairs };
    } catch (error) {
      if (!(error instanceof JsonSyntaxError)) throw error;
      // The attempt that came furthest tells what is wrong beyond what could be mended.
      if (worst === undefined || error.at > worst.at) worst = error;
    }
  }
  throw new ScenarioError([syntaxFault(plain, { file, error: worst })]);
}

const mend: Record<Repair, (text: string) => string> = {
  "joined numbers that were broken over lines": (text) =>
    text.replace(brokenNumber, (broken) => broken.replace(/\s+/g, "") + broken.replace(/\d+/g, "")),
  "read smart quotes as straight ones": (text) => text.replace(smartQuote, '"'),
};

// The look-behind keeps a long run of digits from being tried from each of its digits.
const brokenNumber = /(?<!\d)\d+(?:[ \t]*[\r\n][ \t\r\n]*\d+)+/g;
const smartQuote = /[\u201c-\u201f\u2033\u2036\uff02]/g;

const attempts: readonly (readonly Repair[])[] = [
  [],
  ["joined numbers that were broken over lines"],
  ["read smart quotes as straight ones"],
  ["joined numbers that were broken over lines", "read smart quotes as straight ones"],
];

function refuseTooLarge(text: string, file: string): void {
  // A UTF-16 unit is at most three bytes of UTF-8.
  if (text.length * 3 <= limits.scenarioBytesMax) return;
  const bytes = new TextEncoder().encode(text).length;
  if (bytes <= limits.scenarioBytesMax) return;
  throw new ScenarioError([
    `${file}:1:1: the file is ${bytes} bytes; it must be at most ${limits.scenarioBytesMax}`,
  ]);
}

function syntaxFault(
  text: string,
  { file, error }: { file: string; error: JsonSyntaxError | undefined },
): string {
  const content = text.trimEnd();
  if (error === undefined || content === "") return `${file}:1:1: not JSON: the file is empty\n\n^`;
  // What is missing at the end is missing behind the last thing that is there.
  const at = Math.min(error.at, content.length);
  const { line, column } = placesIn(text)(at);
  return `${file}:${line}:${column}: not JSON: ${error.message}\n${excerptAt(text, at)}`;
}
