import type { Result } from "../core/command.ts";
import { invariant } from "../core/invariant.ts";
import type { RunnableDialect } from "./dialect.ts";
import type { CustomerRecord, Scenario, ScenarioEvent } from "./scenario.ts";

/** How an output file is laid out: Python-like lines, a JSON array, or a JSON object a line. */
export type ResultForm = "txt" | "json" | "jsonl";

/** What {@linkcode formatResults} lays out. */
export interface ResultsToFormat {
  /** What was run. */
  readonly scenario: Scenario;
  /** The results by customer record and event; a record without events may have none. */
  readonly results: readonly (readonly Result[] | undefined)[];
  /** Which words the records use. */
  readonly dialect: RunnableDialect;
  /** How the records are laid out. */
  readonly form: ResultForm;
}

/** Tells the form of an output file by the end of its name. */
export function formOf(fileName: string): ResultForm {
  const name = fileName.toLowerCase();
  if (name.endsWith(".jsonl")) return "jsonl";
  return name.endsWith(".json") ? "json" : "txt";
}

/** Names the output file that a dialect writes when none is asked for. */
export function defaultOutput(dialect: RunnableDialect): string {
  return dialect === "classic" ? "output.txt" : "output.json";
}

/**
 * Writes the whole text of an output file: a record per customer record, in file order.
 *
 * ```ts
 * import { formatResults } from "./result.ts";
 * import { readScenario } from "./scenario.ts";
 * import { money } from "../core/money.ts";
 * import { assertEquals } from "@std/assert";
 *
 * const { scenario } = readScenario(
 *   `[{"id": 7, "type": "customer", "events": [{"interface": "query", "money": 90}]},
 *     {"id": 7, "type": "branch", "balance": 90}]`,
 *   { file: "input.json" },
 * );
 * const text = formatResults({
 *   scenario,
 *   results: [[{ kind: "balance", balance: money(120) }]],
 *   dialect: "classic",
 *   form: "txt",
 * });
 * assertEquals(
 *   text,
 *   "{'id': 7, 'recv': [{'interface': 'query', 'result': 'success', 'money': 120}]}\n",
 * );
 * ```
 */
export function formatResults({ scenario, results, dialect, form }: ResultsToFormat): string {
  const notation = form === "txt" ? python : json;
  const lines = scenario.customers.map((customer, index) =>
    recordLine(customer, { results: results[index] ?? [], dialect, notation })
  );
  if (form === "json") return `[${lines.join(",\n ")}]\n`;
  return lines.map((line) => `${line}\n`).join("");
}

/** How a notation writes text and sets it apart. */
interface Notation {
  readonly quote: string;
  readonly comma: string;
  readonly colon: string;
}

const python: Notation = { quote: "'", comma: ", ", colon: ": " };
const json: Notation = { quote: '"', comma: ",", colon: ":" };

interface RecordOptions {
  readonly results: readonly Result[];
  readonly dialect: RunnableDialect;
  readonly notation: Notation;
}

function recordLine(customer: CustomerRecord, options: RecordOptions): string {
  const { results, dialect, notation } = options;
  const received = customer.events.map((event, index) => {
    const result = results[index];
    invariant(result !== undefined, "a finished run has a result for every event");
    return objectOf(notation, fieldsOf(event, { result, dialect }));
  });
  const list = `[${received.join(notation.comma)}]`;
  return objectOf(notation, [["id", `${customer.id}`], ["recv", list]], { isWritten: true });
}

type Field = readonly [name: string, value: string | bigint];

function fieldsOf(
  { action }: ScenarioEvent,
  { result, dialect }: { result: Result; dialect: RunnableDialect },
): readonly Field[] {
  invariant((action === "query") === (result.kind === "balance"), "a balance answers a query");
  const name: Field = ["interface", action];
  if (result.kind !== "balance") {
    return [name, ["result", result.kind === "written" ? "success" : "fail"]];
  }
  if (dialect === "sequential") return [name, ["balance", result.balance]];
  return [name, ["result", "success"], ["money", result.balance]];
}

/** Writes an object; texts are quoted, unless they are written out already. */
function objectOf(
  { quote, comma, colon }: Notation,
  fields: readonly Field[],
  { isWritten = false } = {},
): string {
  const written = fields.map(([name, value]) => {
    const isText = typeof value === "string" && !isWritten;
    return `${quote}${name}${quote}${colon}${isText ? `${quote}${value}${quote}` : value}`;
  });
  return `{${written.join(comma)}}`;
}
