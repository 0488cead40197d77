/** Where something stands in a text. */
export interface Place {
  /** Counts from 1. */
  readonly line: number;
  /** Counts from 1, in UTF-16 units. */
  readonly column: number;
}

/**
 * Finds places in `text` by offset. Lines end with LF, CRLF or CR.
 *
 * The lines are counted once, so that a file with thousands of faults is not read again for
 * each of them.
 *
 * ```ts
 * import { placesIn } from "./text_place.ts";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(placesIn("one\r\ntwo")(6), { line: 2, column: 2 });
 * ```
 */
export function placesIn(text: string): (at: number) => Place {
  const starts = [0];
  for (const end of text.matchAll(/\r\n|\r|\n/g)) starts.push(end.index + end[0].length);

  return (at) => {
    let [low, high] = [0, starts.length];
    while (high - low > 1) {
      const middle = (low + high) >> 1;
      if ((starts[middle] ?? 0) <= at) low = middle;
      else high = middle;
    }
    return { line: low + 1, column: at - (starts[low] ?? 0) + 1 };
  };
}

/**
 * Shows the line at an offset and, below it, a caret under the place.
 *
 * A long line is cut to a window around the caret, and control characters are masked: the
 * text may be any file, and this goes to a terminal.
 */
export function excerptAt(text: string, at: number): string {
  const start = Math.max(text.lastIndexOf("\n", at - 1), text.lastIndexOf("\r", at - 1)) + 1;
  const length = text.slice(at).search(/[\r\n]/);
  const end = length === -1 ? text.length : at + length;

  const from = Math.max(start, at - windowCharactersBefore);
  const to = Math.min(end, from + windowCharacters);
  const shown = `${from > start ? "…" : ""}${text.slice(from, to)}${to < end ? "…" : ""}`;
  const before = `${from > start ? "…" : ""}${text.slice(from, at)}`;
  return `${masked(shown)}\n${before.replace(/[^\t]/g, " ")}^`;
}

/** Replaces control characters, tabs aside, by the character for the unreadable. */
export function masked(text: string): string {
  // deno-lint-ignore no-control-regex -- these are the characters to be found
  return text.replace(/[\x00-\x08\x0a-\x1f\x7f-\x9f]/g, "\ufffd");
}

const windowCharacters = 100;
const windowCharactersBefore = 60;
