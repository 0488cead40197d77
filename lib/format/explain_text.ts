import { explain, outcomeOf } from "./explain.ts";
import { type Delivery, durationWords, type Explanation, type Step } from "./explanation.ts";
import type { Trace } from "./trace.ts";
import { TraceHistory } from "./trace_history.ts";
import type { CommandName } from "./trace_message.ts";
import { runWords } from "./trace_summary.ts";
import type { Verdict } from "./verdict.ts";
import { judge } from "./verdicts.ts";

/** Explains a run for the terminal: what was run, the verdicts, and each command in a line. */
export function runText(trace: Trace): string {
  const history = new TraceHistory(trace);
  const rows = [...history.commands].map(([name, found]) => [
    name,
    `customer ${found.customer}`,
    `branch ${found.branch}`,
    `${found.asked.action} ${found.asked.amount ?? ""}`.trimEnd(),
    outcomeOf(history, found),
  ]);
  const table = aligned([["command", "asked by", "of", "for", "answered"], ...rows]);
  return [
    ...runWords(trace).map(({ what, is }) => `${what}: ${is}`),
    "",
    ...judge(trace).flatMap(verdictLines),
    "",
    ...rows.length === 0 ? ["No command was sent."] : table,
    "",
  ].join("\n");
}

/** Explains one command for the terminal, or gives nothing if the trace does not have it. */
export function commandText(trace: Trace, command: CommandName): string | undefined {
  const history = new TraceHistory(trace);
  const explanation = explain(history, command);
  return explanation && explanationText(explanation);
}

function explanationText({ command, asked, outcome, steps, deliveries }: Explanation): string {
  const start = steps[0]?.event.ms ?? 0;
  const rows = steps.map(({ event, says }: Step) => [
    `+${durationWords(event.ms - start)}`,
    `${event.by} #${event.n}`,
    says,
  ]);
  const told = deliveries.length === 0 ? [] : [
    "",
    "How the others got it:",
    ...aligned(deliveries.map(deliveryRow)).map((line) => `  ${line}`),
  ];
  return [`${command} ${asked}: ${outcome}`, "", ...aligned(rows), ...told, ""].join("\n");
}

function deliveryRow({ branch, afterMs, by, trouble }: Delivery): readonly string[] {
  const when = afterMs === undefined ? "never" : `+${durationWords(afterMs)}`;
  return [`branch ${branch}`, when, [by, trouble].filter((each) => each !== "").join("; ")];
}

const marks = { holds: "holds", fails: "FAILS", open: "cannot be told" } as const;

function verdictLines({ law, finding, because, evidence }: Verdict): readonly string[] {
  const line = `${law.padEnd(20)}${marks[finding]}: ${because}`;
  return [line, ...evidence.map(({ by, n, says }) => `    ${by} #${n}: ${says}`)];
}

/** Pads all columns but the last, so that they stand below each other. */
function aligned(rows: readonly (readonly string[])[]): readonly string[] {
  const widths = (rows[0] ?? []).map((_, column) => (
    Math.max(...rows.map((row) => row[column]?.length ?? 0))
  ));
  return rows.map((row) => (
    row.map((cell, column) => cell.padEnd(column < row.length - 1 ? widths[column] ?? 0 : 0))
      .join("  ").trimEnd()
  ));
}
