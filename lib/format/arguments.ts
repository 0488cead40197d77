import { parseArgs } from "@std/cli/parse-args";

/** Which options a program has, all of them with `--help` and `--version` besides. */
export interface OptionTable {
  /** Options with a value; where only some values are allowed, these. */
  readonly values: Readonly<Record<string, readonly string[] | "any">>;
  /** Options with values that may be given more than once. */
  readonly repeated?: readonly string[];
  /** Options without a value. */
  readonly flags: readonly string[];
  /** What the positional arguments are, by name. */
  readonly positional: readonly string[];
}

/** A command line that was read. */
export interface Arguments {
  readonly flags: ReadonlySet<string>;
  readonly values: ReadonlyMap<string, string>;
  readonly repeated: ReadonlyMap<string, readonly string[]>;
  readonly positional: readonly string[];
  /** All that is wrong with it, a sentence each. */
  readonly faults: readonly string[];
}

/** Reads a command line, and finds all that is wrong with it. */
export function readArguments(args: readonly string[], table: OptionTable): Arguments {
  const faults: string[] = [];
  const named = Object.keys(table.values);
  const repeated = table.repeated ?? [];
  const flags = [...table.flags, "help", "version"];
  const parsed = parseArgs([...args], {
    boolean: flags,
    string: ["_", ...named, ...repeated],
    collect: [...named, ...repeated],
    alias: { help: "h", ...flags.includes("quiet") ? { quiet: "q" } : {} },
    unknown: (argument, key) => {
      if (key === undefined) return true;
      const empty = named.find((name) => argument === `--${name}=`);
      faults.push(empty === undefined ? `${argument} is not an option` : `--${empty} has no value`);
      return false;
    },
  });
  const values = new Map<string, string>();
  for (const name of named) {
    const given = listOf(parsed[name]);
    const [value] = given;
    if (given.length > 1) faults.push(`--${name} is given ${given.length} times`);
    if (value === undefined) continue;
    faults.push(...judged(name, { value, allowed: table.values[name] ?? "any" }));
    values.set(name, value);
  }
  const positional = parsed._.map(String);
  const surplus = positional.slice(table.positional.length);
  for (const argument of surplus) {
    faults.push(`${JSON.stringify(argument)} is one argument too many`);
  }
  return {
    flags: new Set(flags.filter((flag) => Boolean(parsed[flag]))),
    values,
    repeated: new Map(repeated.map((name) => [name, listOf(parsed[name])])),
    positional,
    faults,
  };
}

function judged(
  name: string,
  { value, allowed }: { value: string; allowed: readonly string[] | "any" },
): readonly string[] {
  if (value === "") return [`--${name} has no value`];
  if (allowed === "any" || allowed.includes(value)) return [];
  return [`--${name} is ${JSON.stringify(value)}; it must be ${listed(allowed)}`];
}

function listed(words: readonly string[]): string {
  return words.join(", ").replace(/, (?=[^,]*$)/, " or ");
}

function listOf(value: unknown): readonly string[] {
  return Array.isArray(value) ? value.map(String) : [];
}
