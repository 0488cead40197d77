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
  /** What the records are of, and which words they use. */
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
 * Writes the whole text of an output file, in the order of the scenario.
 *
 * It has a record per customer record, but one per event in *session*. In *session-classic* a
 * record is of the last query alone; a customer record without a query has just its id.
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
  const lines = scenario.customers.flatMap((customer, index) =>
    recordLines(customer, { results: results[index] ?? [], dialect, notation })
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

function recordLines(customer: CustomerRecord, options: RecordOptions): readonly string[] {
  const { results, dialect, notation } = options;
  const answers = customer.events.map((event, index) => answerTo(event, results[index]));
  const id: Field = ["id", customer.id];
  if (dialect === "session-classic") {
    return [objectOf(notation, [id, ...lastBalance(answers)])];
  }
  const received = answers.map((answer) => objectOf(notation, fieldsOf(answer, dialect)));
  const lists = dialect === "session" ? received.map((one) => [one]) : [received];
  return lists.map((list) => objectOf(notation, [id, ["recv", list]]));
}

/** An event and what came of it. */
interface Answer {
  readonly event: ScenarioEvent;
  readonly result: Result;
}

function answerTo(event: ScenarioEvent, result: Result | undefined): Answer {
  invariant(result !== undefined, "a finished run has a result for every event");
  invariant(
    (event.action === "query") === (result.kind === "balance"),
    "a balance answers a query",
  );
  return { event, result };
}

/** A named text, number or list of objects that are written out already. */
type Field = readonly [name: string, value: string | number | bigint | readonly string[]];

function lastBalance(answers: readonly Answer[]): readonly Field[] {
  const balances = answers.map(({ result }) => result).filter((result) =>
    result.kind === "balance"
  );
  return balances.slice(-1).map(({ balance }) => ["balance", balance]);
}

function fieldsOf({ event, result }: Answer, dialect: RunnableDialect): readonly Field[] {
  const asked: Field[] = [["interface", event.action]];
  if (dialect === "session") asked.push(["branch", event.branch]);
  if (result.kind !== "balance") {
    return [...asked, ["result", result.kind === "written" ? "success" : "fail"]];
  }
  if (dialect !== "classic") return [...asked, ["balance", result.balance]];
  return [...asked, ["result", "success"], ["money", result.balance]];
}

function objectOf(notation: Notation, fields: readonly Field[]): string {
  const { quote, comma, colon } = notation;
  const written = fields.map(([name, value]) =>
    `${quote}${name}${quote}${colon}${valueOf(notation, value)}`
  );
  return `{${written.join(comma)}}`;
}

function valueOf({ quote, comma }: Notation, value: Field[1]): string {
  if (typeof value === "string") return `${quote}${value}${quote}`;
  return typeof value === "object" ? `[${value.join(comma)}]` : `${value}`;
}
