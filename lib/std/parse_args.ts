/**
 * Stands in for `jsr:@std/cli/parse-args` where that registry is out of reach.
 *
 * It has the signature and the behaviour of the part that is used here, so that mapping the
 * name to the registry changes nothing else. It is not built over `node:util`, since
 * importing that costs a process 5 to 8 ms.
 *
 * @module
 */

/** One name or several. */
export type Names<Name extends string> = Name | readonly Name[];

/** What {@linkcode parseArgs} is told about the options of a program. */
export interface ParseOptions<
  Booleans extends string = string,
  Strings extends string = string,
  Collected extends string = string,
  Defaults extends Record<string, unknown> = Record<string, unknown>,
> {
  /** Options that take no value; they are false unless given. */
  boolean?: Names<Booleans>;
  /** Options whose value stays text, even if it looks like a number. */
  string?: Names<Strings>;
  /** Options that may be repeated; their values become an array, empty unless given. */
  collect?: Names<Collected>;
  /** What an option is when it is not given. */
  default?: Defaults;
  /** Other names of an option. */
  alias?: Record<string, string | readonly string[]>;
  /** Takes everything from the first positional argument on as positional. */
  stopEarly?: boolean;
  /** Hears of each argument that nothing above declares; false leaves it out of the result. */
  unknown?: (arg: string, key?: string, value?: unknown) => unknown;
}

/** What the arguments say, by option name; `_` holds the positional ones. */
export type Args<
  Booleans extends string = never,
  Strings extends string = never,
  Collected extends string = never,
  Defaults extends Record<string, unknown> = Record<never, never>,
> =
  & Record<string, unknown>
  & { [Key in Exclude<Strings, Collected | keyof Defaults>]?: string }
  & { [Key in Exclude<Strings, Collected> & keyof Defaults]: string | Defaults[Key] }
  & { [Key in Exclude<Booleans, Collected>]: boolean }
  & { [Key in Collected]: (Key extends Booleans ? boolean : string)[] }
  & { _: (string | number)[] };

/**
 * Parses command-line arguments.
 *
 * `--name value`, `--name=value`, `--flag`, `-n value`, `-abc`; after `--` all is positional.
 * Not taken over from the original: negatable options, dotted names, keeping what stands after
 * `--` apart, and its reading of `-abc=5` as `-a 5`.
 *
 * ```ts
 * import { parseArgs } from "@std/cli/parse-args";
 * import { assertEquals } from "@std/assert";
 *
 * const args = parseArgs(["input.json", "--plan=free", "-q"], {
 *   string: ["plan"],
 *   boolean: ["quiet"],
 *   alias: { quiet: "q" },
 * });
 * assertEquals(args.plan, "free");
 * assertEquals(args.quiet, true);
 * assertEquals(args._, ["input.json"]);
 * ```
 */
export function parseArgs<
  Booleans extends string = never,
  Strings extends string = never,
  Collected extends string = never,
  Defaults extends Record<string, unknown> = Record<never, never>,
>(
  args: string[],
  options: ParseOptions<Booleans, Strings, Collected, Defaults> = {},
): Args<Booleans, Strings, Collected, Defaults> {
  const parser = new ArgumentParser(options);
  const end = args.indexOf("--");
  parser.parse(end === -1 ? args : args.slice(0, end));
  const rest = end === -1 ? [] : args.slice(end + 1);
  return parser.result(rest) as Args<Booleans, Strings, Collected, Defaults>;
}

class ArgumentParser {
  readonly #booleans: ReadonlySet<string>;
  readonly #strings: ReadonlySet<string>;
  readonly #collected: ReadonlySet<string>;
  readonly #namesakes = new Map<string, readonly string[]>();
  readonly #options: ParseOptions;
  readonly #values = new Map<string, unknown>();
  readonly #positional: (string | number)[] = [];

  constructor(options: ParseOptions) {
    for (const [name, alias] of Object.entries(options.alias ?? {})) {
      const all = [name, ...[alias].flat()];
      for (const each of all) this.#namesakes.set(each, all.filter((other) => other !== each));
    }
    this.#options = options;
    this.#booleans = this.#withAliases(options.boolean);
    this.#strings = this.#withAliases(options.string);
    this.#collected = this.#withAliases(options.collect);
  }

  parse(args: readonly string[]): void {
    for (let index = 0; index < args.length; index++) {
      const arg = args[index] ?? "";
      if (/^--./s.test(arg)) index += this.#parseLong(arg, args[index + 1]);
      else if (/^-./s.test(arg)) index += this.#parseShort(arg, args[index + 1]);
      else {
        this.#addPositional(arg);
        if (this.#options.stopEarly !== true) continue;
        this.#positional.push(...args.slice(index + 1));
        return;
      }
    }
  }

  result(rest: readonly string[]): Record<string, unknown> {
    for (const [name, value] of Object.entries(this.#options.default ?? {})) {
      if (!this.#values.has(name)) this.#assign(name, value);
    }
    for (const name of [...this.#booleans, ...this.#strings]) {
      if (this.#values.has(name)) continue;
      if (this.#collected.has(name)) this.#values.set(name, []);
      else if (this.#booleans.has(name)) this.#values.set(name, false);
    }
    return { _: [...this.#positional, ...rest], ...Object.fromEntries(this.#values) };
  }

  /** Returns how many further arguments it took: 1 if the next one is the value. */
  #parseLong(arg: string, next: string | undefined): number {
    const [, name = "", value] = /^--(.+?)(?:=(.+))?$/s.exec(arg) ?? [];
    const isOption = next === undefined || next.startsWith("-");
    if (value === undefined) return this.#parseSpaced(name, { arg, next: isOption ? "" : next });
    this.#give(name, this.#booleans.has(name) ? value !== "false" : value, arg);
    return 0;
  }

  #parseShort(arg: string, next: string | undefined): number {
    for (let index = 1; index < arg.length - 1; index++) {
      const letter = arg.charAt(index);
      const rest = arg.slice(index + 1);
      const attached = /^=(.+)$/s.exec(rest)?.[1] ?? /^(?:\W.*|-?\d+(?:\.\d*)?)$/s.exec(rest)?.[0];
      if (attached !== undefined) {
        this.#give(letter, attached, arg);
        return 0;
      }
      this.#give(letter, this.#strings.has(letter) ? "" : true, arg);
    }
    // Only behind one hyphen is a lone hyphen a value, as in `-o -`.
    const isOption = next === undefined || /^--?[^-]/.test(next);
    return this.#parseSpaced(arg.slice(-1), { arg, next: isOption ? "" : next });
  }

  #parseSpaced(name: string, { arg, next }: { arg: string; next: string }): number {
    const isBoolean = this.#booleans.has(name);
    const isValue = isBoolean ? next === "true" || next === "false" : next !== "";
    if (isValue) this.#give(name, isBoolean ? next === "true" : next, arg);
    else this.#give(name, this.#strings.has(name) ? "" : true, arg);
    return isValue ? 1 : 0;
  }

  #give(name: string, value: string | boolean, arg: string): void {
    const isDeclared = this.#booleans.has(name) || this.#strings.has(name) ||
      this.#namesakes.has(name);
    if (!isDeclared && this.#options.unknown?.(arg, name, value) === false) return;
    const given = typeof value === "string" && !this.#strings.has(name) ? numberOr(value) : value;
    if (!this.#collected.has(name)) return this.#assign(name, given);
    const earlier = this.#values.get(name);
    this.#assign(name, Array.isArray(earlier) ? [...earlier, given] : [given]);
  }

  #assign(name: string, value: unknown): void {
    for (const each of [name, ...this.#namesakes.get(name) ?? []]) this.#values.set(each, value);
  }

  #addPositional(arg: string): void {
    if (this.#options.unknown?.(arg) === false) return;
    this.#positional.push(this.#strings.has("_") ? arg : numberOr(arg));
  }

  #withAliases(names: Names<string> | undefined): ReadonlySet<string> {
    const all = [names ?? []].flat();
    return new Set(all.flatMap((name) => [name, ...this.#namesakes.get(name) ?? []]));
  }
}

function numberOr(text: string): string | number {
  const isNumber = /^0x[0-9a-f]+$/i.test(text) ||
    /^[-+]?(?:\d+(?:\.\d*)?|\.\d+)(?:e[-+]?\d+)?$/.test(text);
  return isNumber ? Number(text) : text;
}
