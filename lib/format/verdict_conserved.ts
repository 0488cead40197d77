import type { Trace, TraceEvent } from "./trace.ts";
import { TraceEntries } from "./trace_entries.ts";
import { numberOf, witnessed } from "./trace_knowledge.ts";
import type { KnownEntries } from "./trace_message.ts";
import { counted, type Evidence, evidenceAt, type Verdict, verdictOn } from "./verdict.ts";

/** A balance that was shown to somebody. */
interface Shown {
  readonly event: TraceEvent;
  readonly branch: number;
  readonly balance: number;
  /** What counted there. */
  readonly known: KnownEntries;
}

/** What a branch began with. */
interface Base {
  readonly balance: number;
  readonly known: KnownEntries;
}

/**
 * Judges whether each balance that was shown is what the branch began with, plus the deposits and
 * less the withdrawals that counted there by then.
 */
export function judgeConserved({ header, events }: Trace): Verdict {
  const entries = new TraceEntries(events);
  const bases = new Map<number, Base>();
  const breaches: Evidence[] = [];
  let [compared, untold] = [0, 0];
  for (const { event, branch, balance, known } of shownIn(events)) {
    const base = bases.get(branch);
    if (base === undefined) {
      const isNew = !header.isOld && Object.keys(known).length === 0;
      bases.set(branch, { balance: isNew ? header.opening : balance, known });
      if (!isNew || balance === header.opening) continue;
      const says = `branch ${branch} opened with ${balance} and not ${header.opening}`;
      breaches.push(evidenceAt(event, says));
      continue;
    }
    const change = entries.change(base.known, known);
    if (change === undefined) untold += 1;
    else compared += 1;
    if (change === undefined || base.balance + change === balance) continue;
    const says = `branch ${branch} showed ${balance} where its entries add up to ${
      base.balance + change
    }`;
    breaches.push(evidenceAt(event, says));
  }
  return verdictOn({
    law: "conserved",
    demands: "every balance shown is the opening balance, plus deposits, less withdrawals, " +
      "over the entries that counted there by then",
    breaches,
    compared: compared === 0
      ? undefined
      : `${counted(compared, "balance")} shown, each what its entries add up to`,
    doubt: untold === 0
      ? undefined
      : `the trace lacks entries that ${counted(untold, "balance")} shown rest on`,
  });
}

/** Gives the balances that were shown, each with what counted; the last are those of the end. */
function* shownIn(events: readonly TraceEvent[]): Generator<Shown> {
  const ends = new Map<number, KnownEntries>();
  for (const { event, known } of witnessed(events)) {
    const branch = numberOf(event.by);
    if (event.by.startsWith("branch")) ends.set(branch, known);
    if (event.event === "started" || event.event === "shows") {
      yield { event, branch, balance: event.balance, known: { ...known } };
    } else if (event.event === "refused") {
      yield { event, branch, balance: event.balance, known: event.known };
    } else if ("result" in event && event.result === "balance" && event.known !== undefined) {
      const asked = event.event === "received" ? event.from : branch;
      yield { event, branch: asked, balance: event.balance, known: event.known };
    }
  }
  for (const event of events) {
    if (event.event !== "settled") continue;
    const { branch, balance } = event;
    yield { event, branch, balance, known: ends.get(branch) ?? {} };
  }
}
