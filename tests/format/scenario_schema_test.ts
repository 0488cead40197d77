import { assertEquals, assertStringIncludes } from "@std/assert";
import { Ajv2020 } from "ajv/2020";
import fc from "fast-check";
import schema from "../../docs/scenario.schema.json" with { type: "json" };
import { limits } from "../../lib/core/limits.ts";
import type { JsonNode } from "../../lib/format/json_tree.ts";
import { readScenario } from "../../lib/format/scenario.ts";
import { ScenarioError } from "../../lib/format/scenario_error.ts";
import { readScenarioText } from "../../lib/format/scenario_text.ts";
import { permitted } from "../permitted.ts";
import { readStory } from "../scripts/story.ts";
import { readTree } from "../source_tree.ts";
import { changedScenarios, scenarios } from "./scenario_arbitraries.ts";

// Strict about keywords; that each says its type again would only make the schema longer.
const ajv = new Ajv2020({ strict: true, strictTypes: false, strictRequired: false });
const fits = ajv.addSchema(schema, "scenario").compile({ $ref: "scenario" });

/** What is wrong with the text of a scenario, by the validator. */
function faultsOf(text: string): readonly string[] {
  try {
    readScenario(text, { file: "a.json" });
    return [];
  } catch (error) {
    if (error instanceof ScenarioError) return error.faults;
    throw error;
  }
}

/** What the validator finds and no schema can: how records are related, and more than a value. */
const beyondSchemas = [
  / there must be a branch with this id$/,
  / it must not be the id of branches\[\d+\] too$/,
  / it must be \d+, as branches\[\d+\] opens with$/,
  / it must be \d+, as branch says$/,
  / its key is there already$/,
  / customers have \d+ ids; there must be at most \d+$/,
];

function isForSchemas(fault: string): boolean {
  return !beyondSchemas.some((pattern) => pattern.test(fault));
}

/** Asserts that validator and schema judge alike, and tells how. */
function judged(value: unknown): boolean {
  const faults = faultsOf(JSON.stringify(value));
  const isTaken = !faults.some(isForSchemas);
  assertEquals(fits(value), isTaken, `${JSON.stringify(value)}\n${faults.join("\n")}`);
  return isTaken;
}

Deno.test("the schema takes scenarios that readScenario() takes", () => {
  fc.assert(fc.property(scenarios, (scenario) => {
    assertEquals(faultsOf(JSON.stringify(scenario)), []);
    assertEquals([fits(scenario), fits.errors], [true, null]);
  }));
});

Deno.test("the schema and readScenario() judge alike what was changed in one place", () => {
  const verdicts = new Set<boolean>();
  const alike = fc.property(changedScenarios, (value) => void verdicts.add(judged(value)));
  fc.assert(alike, { numRuns: 1_000 });
  assertEquals(verdicts.size, 2);
});

const branch = { id: 1, type: "branch", balance: 400 };
const query = { interface: "query" };
const deposit = { interface: "deposit", money: 5 };

function customer(...events: readonly unknown[]): object {
  return { id: 1, type: "customer", events };
}

function branches(count: number): readonly object[] {
  return Array.from({ length: count }, (_, id) => ({ ...branch, id }));
}

/** Scenarios with more before or behind a word than belongs there. */
function around(
  what: string,
  words: readonly string[],
  make: (word: string) => readonly object[],
): Readonly<Record<string, readonly object[]>> {
  const near = words.flatMap((word) => [`a${word}`, `${word}s`, `${word}\n`]);
  return Object.fromEntries(
    near.map((word) => [`the ${what} ${JSON.stringify(word)}`, make(word)]),
  );
}

const broken: Readonly<Record<string, unknown>> = {
  "no array": {},
  "no record": [],
  "no branch": [customer()],
  "more branches than a bank may have": branches(limits.branchesMax + 1),
  "a record that is no object": [branch, 7],
  "a record without a type": [branch, { id: 1 }],
  "an unknown type": [branch, { id: 1, type: "bnak" }],
  ...around("type", ["customer", "client", "branch", "bank"], (type) => [
    ...[branch, { ...branch, ...customer(), type }],
  ]),
  "a type that is no word": [branch, { id: 1, type: ["branch"] }],
  "a branch without an id": [branch, { ...branch, id: undefined }],
  "an id that is a text": [{ ...branch, id: "1" }],
  "an id that is a fraction": [{ ...branch, id: 1.5 }],
  "an id below zero": [{ ...branch, id: -1 }],
  "an id too large": [{ ...branch, id: limits.idMax + 1 }],
  "no balance": [{ ...branch, balance: undefined }],
  "a balance below zero": [{ ...branch, balance: -1 }],
  "a balance too large": [{ ...branch, balance: limits.openingBalanceMax + 1 }],
  "a customer without an id": [branch, { ...customer(), id: undefined }],
  "a customer without events": [branch, { id: 1, type: "client" }],
  "two lists of events": [branch, { ...customer(query), "customer-requests": [query] }],
  "events that are no array": [branch, { ...customer(), events: {} }],
  "requests that are no array": [branch, { id: 1, type: "client", "customer-requests": 1 }],
  "an event that is no object": [branch, customer("query")],
  "an event without an interface": [branch, customer({ money: 1 })],
  "an unknown interface": [branch, customer({ ...deposit, interface: "steal" })],
  ...around("interface", ["query", "deposit", "withdraw"], (word) => [
    ...[branch, customer({ ...deposit, interface: word })],
  ]),
  "a deposit without money": [branch, customer({ interface: "deposit" })],
  "a withdrawal without money": [branch, customer({ interface: "Withdraw" })],
  "a fraction of money": [branch, customer({ ...deposit, money: 1.5 })],
  "an amount below zero": [branch, customer({ ...deposit, money: -1 })],
  "an amount too large": [branch, customer({ ...deposit, money: limits.amountMax + 1 })],
  "a dest that is no id": [branch, customer({ ...query, dest: "1" })],
  "a branch that is no id": [branch, customer({ ...query, branch: null })],
};

for (const [name, records] of Object.entries(broken)) {
  Deno.test(`the schema and readScenario() refuse ${name}`, () => {
    assertEquals(judged(JSON.parse(JSON.stringify(records))), false);
  });
}

Deno.test("the schema takes what is at its limits", () => {
  const largest = { ...branch, id: limits.idMax, balance: limits.openingBalanceMax };
  const amount = { ...deposit, money: limits.amountMax, dest: limits.idMax };
  for (const scenario of [[largest, customer(amount)], branches(limits.branchesMax)]) {
    assertEquals(judged(scenario), true);
  }
});

Deno.test("the schema has the limits of limits.ts", () => {
  const { maxContains, $defs } = schema;
  assertEquals({
    idMax: $defs.id.maximum,
    amountMax: $defs.event.then.properties.money.maximum,
    openingBalanceMax: $defs.branch.properties.balance.maximum,
    branchesMax: maxContains,
  }, {
    idMax: limits.idMax,
    amountMax: limits.amountMax,
    openingBalanceMax: limits.openingBalanceMax,
    branchesMax: limits.branchesMax,
  });
});

const strangers = Array.from({ length: limits.customersMax + 1 }, (_, id) => (
  { ...customer({ ...query, dest: 1 }), id }
));

/** By the words with which the description of the schema says it. */
const unsaid: Readonly<Record<string, readonly object[]>> = {
  "two branches with one id": [branch, branch],
  "branches that open with different balances": [branch, { ...branch, id: 2, balance: 1 }],
  "a customer without its branch": [branch, { ...customer(query), id: 2 }],
  "an event to a branch that is not there": [branch, customer({ ...query, dest: 2 })],
  'an event whose "dest" and "branch" differ': [
    ...[branch, { ...branch, id: 2 }, customer({ ...query, dest: 1, branch: 2 })],
  ],
  [`more than ${limits.customersMax.toLocaleString("en")} ids of customers`]: [
    branch,
    ...strangers,
  ],
};

for (const [words, records] of Object.entries(unsaid)) {
  Deno.test(`the schema cannot say, and describes, that there must not be ${words}`, () => {
    assertEquals([faultsOf(JSON.stringify(records)).length, fits(records)], [1, true]);
    assertStringIncludes(schema.description, words);
  });
}

Deno.test("the schema cannot say, and describes, that a key must not stand in an object twice", () => {
  const text = '[{"id": 1, "type": "bank", "balance": 1, "balance": 2}]';
  assertEquals(faultsOf(text).map(isForSchemas), [false]);
  assertStringIncludes(schema.description, "a key that stands in one object twice");
});

/** Every example in a schema, and the JSON pointer of what it is an example of. */
function examplesIn(part: object, pointer = ""): readonly (readonly [string, unknown])[] {
  return Object.entries(part).flatMap(([key, value]) => {
    if (key === "examples") return value.map((example: unknown) => [pointer, example] as const);
    return typeof value === "object" ? examplesIn(value, `${pointer}/${key}`) : [];
  });
}

Deno.test("the examples in the schema are what it takes where they stand", () => {
  const examples = examplesIn(schema);
  assertEquals(new Set(examples.map(([pointer]) => pointer)).size, 9);
  for (const [pointer, example] of examples) {
    const judge = ajv.getSchema(`scenario#${pointer}`);
    assertEquals(judge?.(example), true, `${pointer}: ${JSON.stringify(example)}`);
  }
  for (const example of schema.examples) assertEquals(judged(example), true);
});

/** The value of a JSON text. */
function valueOf(node: JsonNode): unknown {
  if (node.kind === "scalar") return node.value;
  if (node.kind === "array") return node.items.map(valueOf);
  return Object.fromEntries(node.fields.map(({ key, value }) => [key, valueOf(value)]));
}

const root = new URL("../../", import.meta.url);

/** The scenarios that stand in a file: the whole, examples in docs, what stories write. */
function* textsIn(path: string, text: string): Generator<string> {
  if (path.endsWith(".json") && text.startsWith("[")) yield text;
  const examples = path.endsWith(".md") ? text.matchAll(/```json\n(\[[^`]*)```/g) : [];
  for (const [, example = ""] of examples) yield example;
  if (!path.startsWith("tests/scripts/")) return;
  for (const { words: [verb, name = ""], given } of readStory(text).scenes) {
    if (verb === "write" && name.endsWith(".json")) yield given.join("\n");
  }
}

permitted(
  "the schema and readScenario() judge alike every scenario of the repository",
  [{ name: "read", path: root }],
  () => {
    const judgedIn = new Set<string>();
    for (const [path, text] of readTree(root)) {
      for (const scenario of textsIn(path, text)) {
        const faults = faultsOf(scenario);
        // What is no JSON has no value that a schema could judge.
        if (faults.some((fault) => fault.includes(": not JSON: "))) continue;
        const value = valueOf(readScenarioText(scenario, { file: path }).root);
        assertEquals(fits(value), !faults.some(isForSchemas), path);
        judgedIn.add(path);
      }
    }
    for (const path of ["input1.json", "README.md", "tests/scripts/refused_files.txt"]) {
      assertEquals(judgedIn.has(path), true, path);
    }
  },
);
