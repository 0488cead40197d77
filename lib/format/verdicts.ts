import type { Trace } from "./trace.ts";
import { unendedOf, type Verdict } from "./verdict.ts";
import { judgeBelowZero } from "./verdict_below_zero.ts";
import { judgeConserved } from "./verdict_conserved.ts";
import { judgeConverged } from "./verdict_converged.ts";
import { judgeOnce } from "./verdict_once.ts";
import { judgeSessions } from "./verdict_session.ts";

/**
 * Judges a run by its trace.
 *
 * Nothing here is shared with what runs in a branch: it adds up by itself, and follows what
 * branches say that they did. So a branch that is wrong about itself is found out.
 */
export function judge(trace: Trace): readonly Verdict[] {
  const verdicts = [
    judgeConverged(trace),
    judgeConserved(trace),
    judgeBelowZero(trace),
    judgeOnce(trace),
    ...judgeSessions(trace),
  ];
  if (unendedOf(trace) === undefined) return verdicts;
  return verdicts.map((verdict) => (
    verdict.finding === "holds"
      ? { ...verdict, because: `${verdict.because}; as far as the trace goes` }
      : verdict
  ));
}
