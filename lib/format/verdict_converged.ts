import type { Trace, TraceEvent } from "./trace.ts";
import { TraceEntries } from "./trace_entries.ts";
import { missingIn, numberOf, witnessed } from "./trace_knowledge.ts";
import type { KnownEntries } from "./trace_message.ts";
import { type Evidence, evidenceAt, unendedOf, type Verdict, verdictOn } from "./verdict.ts";

type Settled = Extract<TraceEvent, { readonly event: "settled" }>;

/**
 * Judges whether branches that know the same showed the same, and whether all of them ended on
 * one balance, with all deposits and withdrawals that any of them has.
 *
 * Allowance that is still on its way at the end changes no balance, and does not count.
 */
export function judgeConverged(trace: Trace): Verdict {
  const { header, events } = trace;
  const settled = events.filter((event): event is Settled => event.event === "settled");
  const missing = header.branches.filter((id) => !settled.some(({ branch }) => branch === id));
  const unended = unendedOf(trace);
  const [first] = settled;
  return verdictOn({
    law: "converged",
    demands: "branches that know the same entries show the same balance, and in the end all " +
      "know all deposits and withdrawals",
    breaches: [...unlike(events), ...apart(settled), ...lacking(trace, settled)],
    compared: first &&
      `${
        header.branches.length === 1
          ? "the only branch ended"
          : `all ${header.branches.length} branches ended`
      } on ${first.balance}, and know the same writes`,
    doubt: missing.length === 0
      ? undefined
      : unended ?? `branch ${missing.join(", ")} did not tell what it ended on`,
  });
}

/** Finds branches that showed different balances while they had the same entries. */
function unlike(events: readonly TraceEvent[]): readonly Evidence[] {
  const shown = new Map<string, { readonly by: string; readonly balance: number }>();
  const breaches: Evidence[] = [];
  for (const { event, known } of witnessed(events)) {
    if (event.event !== "shows" && event.event !== "started") continue;
    const { by, balance } = event;
    const key = JSON.stringify(Object.entries(known).filter(([, last]) => last > 0).sort());
    const other = shown.get(key);
    if (other === undefined) shown.set(key, { by, balance });
    if (other === undefined || other.balance === balance) continue;
    const says = `${by} showed ${balance}, and ${other.by} ${other.balance} with the same entries`;
    breaches.push(evidenceAt(event, says));
  }
  return breaches;
}

function apart(settled: readonly Settled[]): readonly Evidence[] {
  const [first, ...others] = settled;
  return others.filter(({ balance }) => balance !== first?.balance).map((event) => (
    evidenceAt(
      event,
      `branch ${event.branch} ended on ${event.balance}, and branch ${first?.branch} on ${first?.balance}`,
    )
  ));
}

/** Finds branches that ended without a deposit or a withdrawal that another branch has. */
function lacking({ events }: Trace, settled: readonly Settled[]): readonly Evidence[] {
  const entries = new TraceEntries(events);
  const ends = new Map<number, KnownEntries>();
  for (const { event, known } of witnessed(events)) {
    if (event.by.startsWith("branch")) ends.set(numberOf(event.by), known);
  }
  const writes: Record<string, number> = {};
  for (const { origin, sequence, entry } of entries.all()) {
    if (entry.action !== "grant") writes[origin] = sequence;
  }
  return settled.flatMap((event) => (
    missingIn(ends.get(event.branch) ?? {}, writes).map(({ origin, first }) => (
      evidenceAt(event, `branch ${event.branch} ended without entry ${first} of branch ${origin}`)
    ))
  ));
}
