import type { Result } from "../core/command.ts";
import { invariant } from "../core/invariant.ts";
import type { AnswerDialect } from "./dialect.ts";
import {
  type Field,
  layOut,
  type Notation,
  notationOf,
  objectOf,
  type TextForm,
} from "./notation.ts";
import type { CustomerRecord, Scenario, ScenarioEvent } from "./scenario.ts";

/** What {@linkcode formatResults} lays out. */
export interface ResultsToFormat {
  /** What was run. */
  readonly scenario: Scenario;
  /** The results by customer record and event; a record without events may have none. */
  readonly results: readonly (readonly Result[] | undefined)[];
  /** What the records are of, and which words they use. */
  readonly dialect: AnswerDialect;
  /** How the records are laid out. */
  readonly form: TextForm;
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
  const notation = notationOf(form);
  const lines = scenario.customers.flatMap((customer, index) =>
    recordLines(customer, { results: results[index] ?? [], dialect, notation })
  );
  return layOut(lines, form);
}

interface RecordOptions {
  readonly results: readonly Result[];
  readonly dialect: AnswerDialect;
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

function lastBalance(answers: readonly Answer[]): readonly Field[] {
  const balances = answers.map(({ result }) => result).filter((result) =>
    result.kind === "balance"
  );
  return balances.slice(-1).map(({ balance }) => ["balance", balance]);
}

function fieldsOf({ event, result }: Answer, dialect: AnswerDialect): readonly Field[] {
  const asked: Field[] = [["interface", event.action]];
  if (dialect === "session") asked.push(["branch", event.branch]);
  if (result.kind !== "balance") {
    return [...asked, ["result", result.kind === "written" ? "success" : "fail"]];
  }
  if (dialect !== "classic") return [...asked, ["balance", result.balance]];
  return [...asked, ["result", "success"], ["money", result.balance]];
}
