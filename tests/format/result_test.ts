import { assertEquals, assertThrows } from "@std/assert";
import type { Result } from "../../lib/core/command.ts";
import { InvariantError } from "../../lib/core/invariant.ts";
import { limits } from "../../lib/core/limits.ts";
import { money } from "../../lib/core/money.ts";
import { asksForClocks, dialects } from "../../lib/format/dialect.ts";
import { formatResults } from "../../lib/format/result.ts";
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

const travel = readScenario(
  `[{"id": 5, "type": "customer", "events": [
      {"interface": "query", "branch": 8}, {"interface": "deposit", "money": 3, "branch": 7},
      {"interface": "query", "branch": 8}, {"interface": "withdraw", "money": 9, "branch": 7}]},
    {"id": 7, "type": "customer", "events": [{"interface": "deposit", "money": 4}]},
    {"id": 8, "type": "customer", "events": []},
    {"id": 7, "type": "customer", "events": [{"interface": "query", "branch": 8}]},
    {"id": 7, "type": "branch", "balance": 90}, {"id": 8, "type": "branch", "balance": 90}]`,
  { file: "" },
).scenario;
const seen = [[balance(90), written, balance(93), refused], [written], [], [balance(0)]];

Deno.test("formatResults() of session writes a record per event, with the branch it was at", () => {
  const format = { scenario: travel, results: seen, dialect: "session" } as const;
  const lines = [
    '{"id":5,"recv":[{"interface":"query","branch":8,"balance":90}]}',
    '{"id":5,"recv":[{"interface":"deposit","branch":7,"result":"success"}]}',
    '{"id":5,"recv":[{"interface":"query","branch":8,"balance":93}]}',
    '{"id":5,"recv":[{"interface":"withdraw","branch":7,"result":"fail"}]}',
    '{"id":7,"recv":[{"interface":"deposit","branch":7,"result":"success"}]}',
    '{"id":7,"recv":[{"interface":"query","branch":8,"balance":0}]}',
  ];
  assertEquals(formatResults({ ...format, form: "json" }), `[${lines.join(",\n ")}]\n`);
  assertEquals(formatResults({ ...format, form: "jsonl" }), `${lines.join("\n")}\n`);
  const python = lines.map((line) =>
    line.replaceAll('"', "'").replaceAll(/[:,]/g, (mark) => `${mark} `)
  );
  assertEquals(formatResults({ ...format, form: "txt" }), `${python.join("\n")}\n`);
});

Deno.test("formatResults() of session-classic writes the last balance a record has seen", () => {
  const format = { scenario: travel, results: seen, dialect: "session-classic" } as const;
  assertEquals(
    formatResults({ ...format, form: "json" }),
    '[{"id":5,"balance":93},\n {"id":7},\n {"id":8},\n {"id":7,"balance":0}]\n',
  );
  assertEquals(
    formatResults({ ...format, form: "jsonl" }),
    '{"id":5,"balance":93}\n{"id":7}\n{"id":8}\n{"id":7,"balance":0}\n',
  );
  assertEquals(
    formatResults({ ...format, form: "txt" }),
    "{'id': 5, 'balance': 93}\n{'id': 7}\n{'id': 8}\n{'id': 7, 'balance': 0}\n",
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
  for (const dialect of dialects) {
    if (asksForClocks(dialect)) continue;
    for (const wrong of [[[balance(1)]], [[balance(1)], [written]], [[written]]]) {
      assertThrows(
        () => formatResults({ scenario, results: wrong, dialect, form: "txt" }),
        InvariantError,
      );
    }
  }
});
