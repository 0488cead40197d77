import type { CommandHistory, TraceHistory } from "./trace_history.ts";
import type { Delivery } from "./explanation.ts";
import { messageName } from "./trace_cause.ts";
import type { TracedMessage } from "./trace_mail.ts";

/** What the diagram of one command shows. */
export interface CommandWindow {
  /** Its events, by where they stand in the trace. */
  readonly picked: readonly number[];
  /** How many branches got its entry that are not shown. */
  readonly folded: number;
}

/** How many branches the diagram of a command shows beside its own, and how many events. */
const most = { branches: 8, claims: 8, attempts: 4, events: 160 } as const;

/** Picks the events of one command: its messages, what decided it, and how it spread. */
export function commandWindow(
  history: TraceHistory,
  found: CommandHistory,
  deliveries: readonly Delivery[],
): CommandWindow {
  const { attempts, decided, branch } = found;
  const shown = deliveries.slice(0, most.branches);
  const told = [
    ...attempts.slice(0, most.attempts - 1),
    ...attempts.slice(most.attempts - 1).slice(-1),
  ];
  const heard = attempts.find((attempt) => attempt.heard !== undefined)?.heard;
  const claims = heard === undefined || found.asked.action !== "withdraw"
    ? []
    : history.claims(branch, [heard, decided ?? attempts.at(-1)?.answered ?? Infinity]);
  const picked = [
    ...told.flatMap(({ sent, heard, answered, told }) => [sent, heard, answered, told]),
    decided,
    ...claims.slice(0, most.claims).flatMap((claim) => exchangeOf(history, claim, "claimed")),
    ...shown.flatMap((delivery) => deliveryEvents(history, found, delivery)),
  ];
  const places = new Set(picked.filter((index) => index !== undefined));
  return {
    picked: [...places].sort((left, right) => left - right).slice(0, most.events),
    folded: deliveries.length - shown.length,
  };
}

/** A request between branches and its answer, with the grant that the answer tells of. */
function exchangeOf(
  history: TraceHistory,
  request: TracedMessage,
  answer: "claimed" | "propagated" | "fetched",
): readonly number[] {
  const event = history.at(request.sent);
  if (event?.event !== "sent" || event.message === "result") return [];
  const name = messageName({ message: answer, attempt: event.attempt }, {
    from: request.to,
    to: request.from,
  });
  const reply = history.mail.named(name);
  const granted = event.message === "claim" ? history.granted(request.to, event.claim) : undefined;
  return [
    request.sent,
    ...request.received,
    ...granted === undefined ? [] : [history.placeOf(granted.event)],
    ...reply === undefined ? [] : [reply.sent, ...reply.received],
  ];
}

function deliveryEvents(
  history: TraceHistory,
  { entry }: CommandHistory,
  { branch, by }: Delivery,
): readonly number[] {
  if (entry === undefined) return [];
  const arrival = history.arrival(branch, entry);
  const carriers = history.carriers(branch, entry);
  const bearer = history.mail.named(by);
  const lost = carriers.filter((carrier) => carrier !== bearer && carrier.received.length === 0);
  return [
    ...lost.slice(0, 2).map(({ sent }) => sent),
    ...bearer === undefined
      ? []
      : exchangeOf(history, bearer, bearer.kind === "propagate" ? "propagated" : "fetched"),
    ...arrival === undefined ? [] : [arrival],
  ];
}
