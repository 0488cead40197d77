import { assertEquals, assertThrows } from "@std/assert";
import type { Result } from "../../lib/core/command.ts";
import { InvariantError } from "../../lib/core/invariant.ts";
import { limits } from "../../lib/core/limits.ts";
import { money } from "../../lib/core/money.ts";
import { defaultOutput, formatResults, formOf } from "../../lib/format/result.ts";
import { readScenario } from "../../lib/format/scenario.ts";

const { scenario } = readScenario(
  `[{"id": 7, "type": "customer", "events": [{"interface": "query", "money": 90}]},
    {"id": 8, "type": "customer", "events": [
      {"interface": "deposit", "money": 30}, {"interface": "Query", "money": 90}]},
    {"id": 7, "type": "branch", "balance": 90}, {"id": 8, "type": "branch", "balance": 90}]`,
  { file: "" },
);

const written: Result = { kind: "written", branches: 2 };
const refused: Result = { kind: "refused", refusal: "insufficient funds" };

function balance(minorUnits: number): Result {
  return { kind: "balance", balance: money(minorUnits) };
}

const results = [[balance(120)], [written, balance(120)]];

Deno.test("formatResults() writes classic lines as they have always been written", () => {
  assertEquals(
    formatResults({ scenario, results, dialect: "classic", form: "txt" }),
    `{'id': 7, 'recv': [{'interface': 'query', 'result': 'success', 'money': 120}]}
{'id': 8, 'recv': [{'interface': 'deposit', 'result': 'success'}, {'interface': 'query', 'result': 'success', 'money': 120}]}
`,
  );
});

Deno.test("formatResults() writes classic records as JSON, a record a line", () => {
  assertEquals(
    formatResults({ scenario, results, dialect: "classic", form: "json" }),
    `[{"id":7,"recv":[{"interface":"query","result":"success","money":120}]},
 {"id":8,"recv":[{"interface":"deposit","result":"success"},{"interface":"query","result":"success","money":120}]}]
`,
  );
});

Deno.test("formatResults() writes sequential records with the balance and no result", () => {
  assertEquals(
    formatResults({ scenario, results, dialect: "sequential", form: "json" }),
    `[{"id":7,"recv":[{"interface":"query","balance":120}]},
 {"id":8,"recv":[{"interface":"deposit","result":"success"},{"interface":"query","balance":120}]}]
`,
  );
});

Deno.test("formatResults() writes a JSON object a line", () => {
  assertEquals(
    formatResults({ scenario, results, dialect: "sequential", form: "jsonl" }),
    `{"id":7,"recv":[{"interface":"query","balance":120}]}
{"id":8,"recv":[{"interface":"deposit","result":"success"},{"interface":"query","balance":120}]}
`,
  );
});

Deno.test("formatResults() writes sequential records as lines where asked", () => {
  assertEquals(
    formatResults({ scenario, results, dialect: "sequential", form: "txt" }),
    `{'id': 7, 'recv': [{'interface': 'query', 'balance': 120}]}
{'id': 8, 'recv': [{'interface': 'deposit', 'result': 'success'}, {'interface': 'query', 'balance': 120}]}
`,
  );
});

Deno.test("formatResults() says fail of a refused write, whatever the reason", () => {
  const text = formatResults({
    scenario,
    results: [[balance(0)], [refused, balance(0)]],
    dialect: "classic",
    form: "txt",
  });
  assertEquals(text.includes("{'interface': 'deposit', 'result': 'fail'}"), true, text);
});

Deno.test("formatResults() writes a zero and the largest balance like any other", () => {
  const text = formatResults({
    scenario,
    results: [[balance(0)], [written, balance(limits.balanceMax)]],
    dialect: "sequential",
    form: "jsonl",
  });
  assertEquals(
    text,
    `{"id":7,"recv":[{"interface":"query","balance":0}]}
{"id":8,"recv":[{"interface":"deposit","result":"success"},{"interface":"query","balance":9007199254740991}]}
`,
  );
});

Deno.test("formatResults() writes a customer without events, and a file without customers", () => {
  const [first] = scenario.customers;
  const idle = { ...scenario, customers: first === undefined ? [] : [{ ...first, events: [] }] };
  const none = { ...scenario, customers: [] };
  const format = { results: [], dialect: "classic" } as const;
  assertEquals(
    formatResults({ scenario: idle, ...format, form: "txt" }),
    "{'id': 7, 'recv': []}\n",
  );
  assertEquals(formatResults({ scenario: none, ...format, form: "json" }), "[]\n");
  assertEquals(formatResults({ scenario: none, ...format, form: "txt" }), "");
});

Deno.test("formatResults() never writes a shorter file for results that are missing", () => {
  for (const wrong of [[[balance(1)]], [[balance(1)], [written]], [[written]]]) {
    assertThrows(
      () => formatResults({ scenario, results: wrong, dialect: "classic", form: "txt" }),
      InvariantError,
    );
  }
});

Deno.test("formOf() goes by the end of a name", () => {
  const names = ["output.txt", "a.json", "A.JSON", "a.jsonl", "json", "a.json.bak", ""];
  assertEquals(names.map(formOf), ["txt", "json", "json", "jsonl", "txt", "txt", "txt"]);
});

Deno.test("defaultOutput() names the file that a dialect is known by", () => {
  assertEquals(defaultOutput("classic"), "output.txt");
  assertEquals(defaultOutput("sequential"), "output.json");
});
