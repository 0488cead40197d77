import { type Delivery, durationWords, type Step } from "./explanation.ts";
import type { ToldEntry } from "./trace_entries.ts";
import type { CommandHistory, TraceHistory } from "./trace_history.ts";
import type { TracedMessage } from "./trace_mail.ts";
import { counted } from "./verdict.ts";

/** Tells how the entry of a write came to the other branches: what is remarkable first. */
export function deliveriesOf(
  history: TraceHistory,
  { entry, branch, decided }: CommandHistory,
): readonly Delivery[] {
  const made = history.at(decided);
  if (entry === undefined || made === undefined) return [];
  const others = history.trace.header.branches.filter((other) => other !== branch);
  const deliveries = others.map((other) => deliveryOf(history, entry, { to: other, ms: made.ms }));
  return deliveries.toSorted((left, right) => rankOf(left) - rankOf(right));
}

/** What never came goes first, then what had trouble, then all else as it is. */
function rankOf({ afterMs, trouble }: Delivery): number {
  if (afterMs === undefined) return 0;
  return trouble === "" ? 2 : 1;
}

function deliveryOf(
  history: TraceHistory,
  entry: ToldEntry,
  { to, ms }: { readonly to: number; readonly ms: number },
): Delivery {
  const arrival = history.arrival(to, entry);
  const carriers = history.carriers(to, entry);
  const before = carriers.filter(({ sent }) => arrival === undefined || sent < arrival);
  const bearer = before.findLast(({ received }) => (
    received.some((index) => arrival !== undefined && index < arrival)
  ));
  const applied = history.at(arrival);
  return {
    branch: to,
    afterMs: applied && applied.ms - ms,
    by: applied?.event === "found" ? "its journal" : bearer?.name ?? "",
    trouble: troubleOf(before, bearer),
  };
}

/** Says what befell messages: those before the one that brought it, and that one itself. */
function troubleOf(carriers: readonly TracedMessage[], bearer: TracedMessage | undefined): string {
  const faults = carriers.filter((carrier) => carrier !== bearer).map((carrier) => (
    carrier.misfortunes.find(({ fault }) => fault === "cut" || fault === "lost")?.fault ??
      (carrier.received.length === 0 ? "without arrival" : undefined)
  ));
  const [cut, lost, gone] = (["cut", "lost", "without arrival"] as const).map((fault) => (
    faults.filter((each) => each === fault).length
  ));
  const own = (bearer?.misfortunes ?? []).flatMap(({ fault, lateMs }) => {
    if (fault === "late") return [`late by ${durationWords(lateMs ?? 0)}`];
    return fault === "doubled" ? ["doubled"] : [];
  });
  const words = [
    cut ? `${counted(cut, "message")} cut off` : "",
    lost ? `${counted(lost, "message")} lost` : "",
    gone ? `${counted(gone, "message")} without arrival` : "",
    ...own,
  ];
  return words.filter((each) => each !== "").join(", ");
}

/** Says when the entry of a write had come to all others, or to how many it had. */
export function deliverySteps(history: TraceHistory, found: CommandHistory): readonly Step[] {
  const { entry, decided } = found;
  const made = history.at(decided);
  if (entry === undefined || made === undefined) return [];
  const others = history.trace.header.branches.filter((other) => other !== found.branch);
  const arrivals = others.flatMap((other) => history.arrival(other, entry) ?? []);
  const events = arrivals.flatMap((index) => history.at(index) ?? []);
  const last = events.reduce((late, event) => event.ms > late.ms ? event : late, made);
  if (events.length === 0) return [];
  const never = counted(others.length - events.length, "never does", "never do");
  const after = durationWords(last.ms - made.ms);
  const says = events.length === others.length
    ? `${othersHave(others.length)} it, ${after} after it was made.`
    : `${counted(events.length, "other branch has", "other branches have")} it, ${after} after ` +
      `it was made; ${never} as far as the trace goes.`;
  return [{ event: last, says }];
}

function othersHave(count: number): string {
  if (count === 1) return "The other branch has";
  return count === 2 ? "Both other branches have" : `All ${count} other branches have`;
}
