/** A value of a JSON text, with the offset at which it stands. */
export type JsonNode = JsonScalar | JsonArray | JsonObject;

/** A number, a string, true, false or null. */
export interface JsonScalar {
  /** Tells it from arrays and objects. */
  readonly kind: "scalar";
  /** The offset at which it begins. */
  readonly at: number;
  /** The offset behind it. */
  readonly end: number;
  /** What it says. */
  readonly value: number | string | boolean | null;
}

/** An array. */
export interface JsonArray {
  /** Tells it from scalars and objects. */
  readonly kind: "array";
  /** The offset of its bracket. */
  readonly at: number;
  /** What it lists. */
  readonly items: readonly JsonNode[];
}

/** An object. */
export interface JsonObject {
  /** Tells it from scalars and arrays. */
  readonly kind: "object";
  /** The offset of its brace. */
  readonly at: number;
  /** Its keys and values as they stand there; a key may come twice. */
  readonly fields: readonly JsonField[];
}

/** One key of an object with its value. */
export interface JsonField {
  /** The key, without quotes. */
  readonly key: string;
  /** The offset of the key. */
  readonly at: number;
  /** What the key says. */
  readonly value: JsonNode;
}

/** Thrown for a text that is not JSON. */
export class JsonSyntaxError extends SyntaxError {
  /** What it is called in a stack trace. */
  override readonly name = "JsonSyntaxError";
  /** The offset of the first mistake in the text. */
  readonly at: number;

  /** Says what is wrong at which offset. */
  constructor(what: string, at: number) {
    super(what);
    this.at = at;
  }
}

/**
 * Parses JSON, with trailing commas and without comments, and keeps where everything stood.
 *
 * `JSON.parse` does not tell where a value stands, and a library that does would cost every
 * run 20 ms of its start, a tenth of the whole; strings are still left to `JSON.parse`.
 *
 * ```ts
 * import { parseJsonTree } from "./json_tree.ts";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(parseJsonTree("[ 7, ]"), {
 *   kind: "array",
 *   at: 0,
 *   items: [{ kind: "scalar", at: 2, end: 3, value: 7 }],
 * });
 * ```
 *
 * @throws {JsonSyntaxError} when the text is not JSON, or nested more than 100 deep.
 */
export function parseJsonTree(text: string): JsonNode {
  return new Parser(text).parse();
}

const depthMax = 100;
const symbolCharactersMax = 20;

const tokens = {
  space: /[ \t\r\n]*/y,
  string: /"[^"\\\r\n]*(?:\\.[^"\\\r\n]*)*"/y,
  number: /-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?/y,
  numberGoesOn: /[.eE]/y,
  word: /\w+/y,
  unicodeEscape: /\\u(?![0-9a-fA-F]{4})/,
  control: /\p{Cc}/u,
} as const;

const words: ReadonlyMap<string, boolean | null> = new Map([
  ["true", true],
  ["false", false],
  ["null", null],
]);

/** Reads from left to right; every method leaves `#at` behind what it has read. */
class Parser {
  readonly #text: string;
  #at = 0;
  #depth = 0;

  constructor(text: string) {
    this.#text = text;
  }

  parse(): JsonNode {
    const root = this.#value();
    if (this.#next() !== "") this.#fail("there is more behind the end");
    return root;
  }

  #value(): JsonNode {
    switch (this.#next()) {
      case "[":
        return this.#array();
      case "{":
        return this.#object();
      default:
        return this.#scalar();
    }
  }

  #array(): JsonArray {
    const at = this.#enter();
    const items: JsonNode[] = [];
    this.#list("]", () => items.push(this.#value()));
    return { kind: "array", at, items };
  }

  #object(): JsonObject {
    const at = this.#enter();
    const fields: JsonField[] = [];
    this.#list("}", () => {
      if (this.#next() !== '"') this.#fail("a key in double quotes is missing");
      const at = this.#at;
      const key = this.#string();
      if (this.#next() !== ":") this.#fail("a colon is missing");
      this.#at += 1;
      fields.push({ key, at, value: this.#value() });
    });
    return { kind: "object", at, fields };
  }

  /** Reads what stands between commas, one trailing comma allowed, and the closing bracket. */
  #list(closing: string, element: () => void): void {
    while (this.#next() !== closing) {
      if (this.#next() === "") this.#fail(`a closing ${closing} is missing`);
      element();
      const next = this.#next();
      if (next === ",") this.#at += 1;
      else if (next === "") this.#fail(`a closing ${closing} is missing`);
      else if (next !== closing) this.#fail("a comma is missing");
    }
    this.#at += 1;
    this.#depth -= 1;
  }

  #enter(): number {
    if (this.#depth === depthMax) this.#fail(`nested more than ${depthMax} deep`);
    this.#depth += 1;
    return this.#at++;
  }

  #scalar(): JsonScalar {
    const at = this.#at;
    const value = this.#next() === '"' ? this.#string() : this.#number() ?? this.#word();
    return { kind: "scalar", at, end: this.#at, value };
  }

  #string(): string {
    const at = this.#at;
    const literal = this.#take(tokens.string) ?? this.#fail("a string is not closed");
    try {
      return JSON.parse(literal);
    } catch {
      // JSON.parse says in words of its own which of these it is.
      if (tokens.unicodeEscape.test(literal)) {
        this.#fail("\\u must be followed by four hexadecimal digits", at);
      }
      const control = tokens.control.test(literal);
      this.#fail(
        control ? "a string has a control character in it" : "a string has an unknown escape",
        at,
      );
    }
  }

  #number(): number | undefined {
    const at = this.#at;
    const literal = this.#take(tokens.number);
    if (literal === undefined) return undefined;
    if (this.#take(tokens.numberGoesOn) !== undefined) this.#fail("a number breaks off", at);
    return Number(literal);
  }

  #word(): boolean | null {
    const at = this.#at;
    const next = this.#next();
    const word = this.#take(tokens.word);
    const value = words.get(word ?? "");
    if (value !== undefined) return value;
    if (word !== undefined) this.#fail(`unexpected ${word.slice(0, symbolCharactersMax)}`, at);
    this.#fail(",]}:".includes(next) ? "a value is missing" : `unexpected ${next}`, at);
  }

  /** Skips white space; gives the character behind it, or nothing at the end of the text. */
  #next(): string {
    this.#take(tokens.space);
    return this.#text.charAt(this.#at);
  }

  #take(token: RegExp): string | undefined {
    token.lastIndex = this.#at;
    const found = token.exec(this.#text)?.[0];
    this.#at += found?.length ?? 0;
    return found;
  }

  #fail(what: string, at: number = this.#at): never {
    const comment = this.#text.startsWith("//", at) || this.#text.startsWith("/*", at);
    throw new JsonSyntaxError(comment ? "comments are not allowed" : what, at);
  }
}
