/** How a text is laid out: Python-like lines, a JSON array, or a JSON object a line. */
export type TextForm = "txt" | "json" | "jsonl";

/** How objects are written. */
export interface Notation {
  readonly quote: string;
  readonly comma: string;
  readonly colon: string;
}

/** A named word, number or list of objects that are written out already. */
export type Field = readonly [name: string, value: string | number | bigint | readonly string[]];

const python: Notation = { quote: "'", comma: ", ", colon: ": " };
const json: Notation = { quote: '"', comma: ",", colon: ":" };

/** Tells the form of a file by the end of its name. */
export function formOf(fileName: string): TextForm {
  const name = fileName.toLowerCase();
  if (name.endsWith(".jsonl")) return "jsonl";
  return name.endsWith(".json") ? "json" : "txt";
}

/** Gives the notation of a form. */
export function notationOf(form: TextForm): Notation {
  return form === "txt" ? python : json;
}

/**
 * Writes an object, with its fields in this order.
 *
 * ```ts
 * import { notationOf, objectOf } from "./notation.ts";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(objectOf(notationOf("txt"), [["id", 7], ["recv", []]]), "{'id': 7, 'recv': []}");
 * assertEquals(objectOf(notationOf("json"), [["id", 7], ["recv", []]]), '{"id":7,"recv":[]}');
 * ```
 */
export function objectOf(notation: Notation, fields: readonly Field[]): string {
  const { quote, comma, colon } = notation;
  const written = fields.map(([name, value]) =>
    `${quote}${name}${quote}${colon}${valueOf(notation, value)}`
  );
  return `{${written.join(comma)}}`;
}

/** Puts objects that are written out into a whole text, one a line. */
export function layOut(objects: readonly string[], form: TextForm): string {
  if (form === "json") return `[${objects.join(",\n ")}]\n`;
  return objects.map((object) => `${object}\n`).join("");
}

function valueOf({ quote, comma }: Notation, value: Field[1]): string {
  if (typeof value === "string") return `${quote}${value}${quote}`;
  return typeof value === "object" ? `[${value.join(comma)}]` : `${value}`;
}
