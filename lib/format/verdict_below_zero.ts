import type { Trace, TraceEvent } from "./trace.ts";
import { entriesOf } from "./trace_entries.ts";
import { numberOf } from "./trace_knowledge.ts";
import { counted, type Evidence, evidenceAt, type Verdict, verdictOn } from "./verdict.ts";

/**
 * Judges whether nothing was ever below zero: no balance and no allowance that was shown, and no
 * allowance as it follows from what the branch had, was given, gave away and paid out.
 */
export function judgeBelowZero({ events }: Trace): Verdict {
  const allowances = new Map<number, number>();
  const breaches: Evidence[] = [];
  let compared = 0;
  for (const event of events) {
    for (const { what, amount } of shownBy(event)) {
      compared += 1;
      if (amount < 0) breaches.push(evidenceAt(event, `${event.by} showed ${what} of ${amount}`));
    }
    if (event.event === "started") allowances.set(numberOf(event.by), event.allowance);
    // What a branch found in its journal is in what it shows when it starts.
    if (event.event === "found") continue;
    const spent = spentBy(event, allowances);
    if (spent === undefined) continue;
    compared += 1;
    if (spent < 0) {
      const says = `${event.by} spent ${-spent} more than was its to spend`;
      breaches.push(evidenceAt(event, says));
    }
  }
  return verdictOn({
    law: "never below zero",
    demands: "no branch shows a balance below zero, or spends more than is its to spend",
    breaches,
    compared: compared === 0
      ? undefined
      : `${counted(compared, "balance and allowance", "balances and allowances")}, none below zero`,
    doubt: undefined,
  });
}

function shownBy(event: TraceEvent): readonly { readonly what: string; readonly amount: number }[] {
  switch (event.event) {
    case "started":
    case "shows":
    case "refused":
      return [
        { what: "a balance", amount: event.balance },
        { what: "an allowance", amount: event.allowance },
      ];
    case "settled":
      return [{ what: `a balance at branch ${event.branch}`, amount: event.balance }];
    case "sent":
    case "received":
      if (event.message !== "result" || event.result !== "balance") return [];
      return [{ what: "a balance", amount: event.balance }];
    default:
      return [];
  }
}

/** Takes an event into account, and gives what its branch may then spend, if that has changed. */
function spentBy(event: TraceEvent, allowances: Map<number, number>): number | undefined {
  const branch = numberOf(event.by);
  const changes = entriesOf(event).flatMap(({ origin, entry }) => {
    if (entry.action === "grant") {
      const given = origin === branch ? -entry.amount : 0;
      return [given + (entry.to === branch ? entry.amount : 0)];
    }
    if (origin !== branch) return [];
    return [entry.action === "deposit" ? entry.amount : -entry.amount];
  });
  const before = allowances.get(branch);
  if (changes.length === 0 || before === undefined) return undefined;
  const after = changes.reduce((sum, change) => sum + change, before);
  allowances.set(branch, after);
  return after;
}
