import { knownWords, rangesWords } from "./explanation.ts";
import type { TraceEvent } from "./trace.ts";
import { counted } from "./verdict.ts";

/** Says in a few words what an event is. */
export function eventWords(event: TraceEvent): string {
  switch (event.event) {
    case "sent":
    case "received":
      return messageWords(event);
    case "unanswered":
      return `no answer to ${event.message} ${event.attempt} from branch ${event.to}`;
    case "executed":
      return `executes ${event.command}: ${event.action} ${event.amount}, its entry ${event.sequence}`;
    case "granted":
      return `grants branch ${event.to} ${event.amount}, its entry ${event.sequence}`;
    case "applied": {
      const { origin, first, entries } = event;
      return `applies ${rangesWords([{ origin, first, last: first + entries.length - 1 }])}`;
    }
    case "refused":
      return `refuses ${event.command}: ${event.refusal}`;
    case "started":
      return `begins${
        event.life > 1 ? ` its life ${event.life}` : ""
      } with ${event.balance}, knowing ${knownWords(event.known)}`;
    case "halted":
      return `halts: ${event.reason}`;
    case "phase begun":
      return `begins phase ${event.phase}`;
    default:
      return event.event;
  }
}

function messageWords(
  event: Extract<TraceEvent, { readonly event: "sent" | "received" }>,
): string {
  if (event.message === "command") {
    return `${event.event} ${event.command}: ${event.action} ${event.amount ?? ""}`.trimEnd();
  }
  if (event.message === "result") {
    return `${event.event} the answer to ${event.command}: ${event.result}`;
  }
  const carries = "carries" in event && event.carries.length > 0
    ? ` with ${rangesWords(event.carries)}`
    : "";
  const ends = event.event === "sent"
    ? event.to.length === 1
      ? `to branch ${event.to[0]}`
      : `to ${counted(event.to.length, "branch", "branches")}`
    : `from branch ${event.from}`;
  return `${event.event} ${event.message} ${event.attempt} ${ends}${carries}`;
}
