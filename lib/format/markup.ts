/** Text that is markup already, and goes into markup as it is. */
export class Markup {
  /** The markup. */
  readonly text: string;

  /** Takes markup. */
  constructor(text: string) {
    this.text = text;
  }
}

/** What can stand in markup: text is escaped, lists are joined, and nothing is left out. */
export type Content = string | number | Markup | undefined | readonly Content[];

/**
 * Makes markup of a template: what is put into it is text, unless it is markup itself.
 *
 * So nothing that a trace says can become markup.
 *
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { markup } from "./markup.ts";
 *
 * const name = "<b>";
 * assertEquals(markup`<p title="${name}">${markup`<i>${1}</i>`}</p>`.text,
 *   '<p title="&lt;b&gt;"><i>1</i></p>');
 * ```
 */
export function markup(parts: TemplateStringsArray, ...contents: readonly Content[]): Markup {
  let text = parts[0] ?? "";
  for (const [index, content] of contents.entries()) {
    text += textOf(content) + (parts[index + 1] ?? "");
  }
  return new Markup(text);
}

function textOf(content: Content): string {
  if (content === undefined) return "";
  if (content instanceof Markup) return content.text;
  if (typeof content === "object") return content.map(textOf).join("");
  return `${content}`.replace(/[&<>"']/g, (character) => escapes.get(character) ?? character);
}

const escapes: ReadonlyMap<string, string> = new Map([
  ["&", "&amp;"],
  ["<", "&lt;"],
  [">", "&gt;"],
  ['"', "&quot;"],
  ["'", "&#39;"],
]);
