import type { Trace, TraceEvent, TraceProcess } from "./trace.ts";

/** What a verdict is about. */
export type Law =
  | "converged"
  | "conserved"
  | "never below zero"
  | "exactly once"
  | "read your writes"
  | "monotonic reads"
  | "monotonic writes"
  | "writes follow reads";

/** Whether a law was kept; `open` means that the trace does not tell. */
export type Finding = "holds" | "fails" | "open";

/** Something that a verdict rests on: where it is told, and what it shows. */
export interface Evidence {
  readonly by: TraceProcess;
  readonly n: number;
  readonly says: string;
}

/** What the trace of a run says about a law. */
export interface Verdict {
  readonly law: Law;
  /** What the law demands. */
  readonly demands: string;
  readonly finding: Finding;
  /** Why it was found so. */
  readonly because: string;
  /** What broke it: the first ones. */
  readonly evidence: readonly Evidence[];
}

/** What a judge has seen of a law. */
export interface Seen {
  readonly law: Law;
  readonly demands: string;
  /** Everything that broke it. */
  readonly breaches: readonly Evidence[];
  /** What was compared, if anything was: a sentence for a law that holds. */
  readonly compared: string | undefined;
  /** Why it cannot be told, if so; a breach is one all the same. */
  readonly doubt: string | undefined;
}

/** How much evidence a verdict gives. */
const evidenceMax = 20;

/** Gives a verdict. A law of which nothing was seen does not hold: it cannot be told. */
export function verdictOn({ law, demands, breaches, compared, doubt }: Seen): Verdict {
  const evidence = breaches.slice(0, evidenceMax);
  const [first, ...others] = breaches;
  if (first !== undefined) {
    const more = others.length === 0 ? "" : `, and ${others.length} more`;
    return { law, demands, finding: "fails", because: `${first.says}${more}`, evidence };
  }
  const reason = doubt ??
    (compared === undefined ? "nothing in the trace puts it to the test" : "");
  if (reason !== "") return { law, demands, finding: "open", because: reason, evidence };
  return { law, demands, finding: "holds", because: compared ?? "", evidence };
}

/** Points at an event. */
export function evidenceAt({ by, n }: TraceEvent, says: string): Evidence {
  return { by, n, says };
}

/** Says why a trace does not tell how the run ended, if it does not. */
export function unendedOf({ events }: Trace): string | undefined {
  const last = events.at(-1);
  if (last?.event === "done") return undefined;
  return last?.event === "failed"
    ? `the run failed: ${last.reason}`
    : "the trace ends before the run does";
}

/** Counts things: `1 entry`, `2 entries`. */
export function counted(count: number, one: string, many = `${one}s`): string {
  return `${count} ${count === 1 ? one : many}`;
}
