import { entryWords, knownWords, listed, rangesWords, type Step } from "./explanation.ts";
import type { TraceEvent } from "./trace.ts";
import { changeOf, type ToldEntry } from "./trace_entries.ts";
import type { CommandHistory, TraceHistory } from "./trace_history.ts";
import type { TracedMessage } from "./trace_mail.ts";
import { messageName } from "./trace_cause.ts";
import { counted } from "./verdict.ts";

/** Tells what decided a command: what its branch had, and what it asked of others before. */
export function decisionSteps(history: TraceHistory, found: CommandHistory): readonly Step[] {
  if (found.asked.action === "query") return querySteps(history, found);
  const event = history.at(found.decided);
  const claims = claimSteps(history, found);
  if (event === undefined || found.decided === undefined) return claims;
  if (event.event === "refused") return [...claims, refusalStep(history, event, found.decided)];
  if (found.entry === undefined) return claims;
  const shown = history.shown(found.branch, found.decided, "after");
  const after = shown === undefined
    ? ""
    : `; it then shows ${shown.balance}, and may pay out ${shown.allowance} of it by itself`;
  const how = event.event === "executed"
    ? `${capital(event.by)} does it, as ${entryWords(found.entry)}${after}. ${
      policyWords[history.trace.header.acknowledge]
    }`
    : `${capital(event.by)} tells that it had done it, as ${entryWords(found.entry)}.`;
  return [...claims, { event, says: how }];
}

const policyWords = {
  all: "It answers when all branches that it can reach have the entry.",
  majority: "It answers when a majority of the branches has the entry.",
  local: "It answers at once, and tells the others.",
} as const;

function refusalStep(
  history: TraceHistory,
  event: Extract<TraceEvent, { readonly event: "refused" }>,
  index: number,
): Step {
  const { by, refusal, amount, balance, known } = event;
  const why = refusal === "insufficient funds"
    ? `the balance is ${balance}, and ${amount} is more`
    : `with ${amount} more than ${balance}, the balance would be beyond its limit`;
  const elsewhere = history.trace.header.isOld
    ? ""
    : ` All that was executed anywhere by then comes to ${total(history, index)}.`;
  return {
    event,
    says: `${capital(by)} refuses it for ever (${refusal}): with all that it knows, ${
      knownWords(known)
    }, ${why}.${elsewhere}`,
  };
}

function total(history: TraceHistory, index: number): number {
  const { opening } = history.trace.header;
  return history.madeBefore(index).reduce((sum, { entry }) => sum + changeOf(entry), opening);
}

/** Tells what a branch asked of its peers while a withdrawal waited for more than it may spend. */
function claimSteps(history: TraceHistory, found: CommandHistory): readonly Step[] {
  const { asked, branch, attempts, decided } = found;
  const heard = attempts.find((attempt) => attempt.heard !== undefined)?.heard;
  const end = decided ?? attempts.at(-1)?.answered ?? attempts.at(-1)?.told;
  if (asked.action !== "withdraw" || heard === undefined) return [];
  const claims = history.claims(branch, [heard, end ?? Infinity]);
  const [first] = claims;
  const event = history.at(first?.sent);
  if (first === undefined || event === undefined) return [];
  const answers = claims.map((claim) => answerWords(history, claim));
  const peers = Map.groupBy(answers, ({ words }) => words);
  const parts = [...peers].map(([words, each]) => (
    `${listed([...new Set(each.map(({ peer }) => peer))])}: ${words}`
  ));
  const says = `While it waits, branch ${branch} asks others for what they may spend (${
    parts.join("; ")
  }).`;
  return [{ event, says }];
}

function answerWords(
  history: TraceHistory,
  claim: TracedMessage,
): { readonly peer: string; readonly words: string } {
  const peer = claim.to;
  const request = history.at(claim.sent);
  if (request?.event !== "sent" || request.message !== "claim") return { peer, words: "asked" };
  const name = messageName({ ...request, message: "claimed" }, { from: peer, to: claim.from });
  const reply = history.mail.named(name);
  const told = history.at(reply?.sent);
  const granted = history.granted(peer, request.claim);
  const amount = granted === undefined ? "nothing granted" : `${granted.entry.amount} granted`;
  if (told?.event === "sent" && told.message === "claimed") {
    const isLost = reply?.received.length === 0;
    return { peer, words: isLost ? `${amount}, the answer did not come` : amount };
  }
  return { peer, words: claim.received.length === 0 ? "the request did not arrive" : "no answer" };
}

/** How many entries are added up one by one. */
const summandsMax = 8;

function querySteps(history: TraceHistory, { attempts }: CommandHistory): readonly Step[] {
  const index = attempts.map(({ answered }) => answered).findLast((each) => each !== undefined);
  const event = history.at(index);
  if (index === undefined || event?.event !== "sent" || event.message !== "result") return [];
  if (event.result !== "balance" || event.known === undefined) return [];
  const { header } = history.trace;
  const base = history.baseOf(Number(event.by.split(" ")[1]));
  const known = history.entries.within(base.known, event.known);
  const writes = known.filter(({ entry }) => entry.action !== "grant");
  const from = header.isOld ? "what it began with" : "the opening balance";
  const sum = writes.length === 0
    ? `${capital(event.by)} knows of no write: the balance is ${from}, ${base.balance}.`
    : `${capital(event.by)} adds up ${knownWords(event.known)}: ${base.balance} (${from})${
      summands(writes)
    } = ${event.balance}.`;
  const unknown = history.madeBefore(index).filter(({ origin, sequence, entry }) => (
    entry.action !== "grant" && sequence > (event.known?.[origin] ?? 0)
  ));
  const lacks = unknown.length === 0
    ? " Nobody had executed any other."
    : ` It does not know ${
      rangesWords(unknown.map(({ origin, sequence }) => (
        { origin, first: sequence, last: sequence }
      )))
    } yet, executed elsewhere by then${summed(unknown)}.`;
  return [{ event, says: `${sum}${lacks}` }];
}

function summands(writes: readonly ToldEntry[]): string {
  if (writes.length <= summandsMax) {
    return writes.map(({ entry }) => {
      const change = changeOf(entry);
      const command = entry.action === "grant" ? "" : ` (${entry.command})`;
      return ` ${change < 0 ? "−" : "+"} ${Math.abs(change)}${command}`;
    }).join("");
  }
  const [deposits, withdrawals] = ["deposit", "withdraw"].map((action) => {
    const each = writes.filter(({ entry }) => entry.action === action);
    return { count: each.length, sum: each.reduce((sum, { entry }) => sum + entry.amount, 0) };
  });
  return ` + ${deposits?.sum ?? 0} (${counted(deposits?.count ?? 0, "deposit")}) − ${
    withdrawals?.sum ?? 0
  } (${counted(withdrawals?.count ?? 0, "withdrawal")})`;
}

function summed(writes: readonly ToldEntry[]): string {
  const sum = writes.reduce((all, { entry }) => all + changeOf(entry), 0);
  return ` (${sum < 0 ? "−" : "+"}${Math.abs(sum)})`;
}

function capital(words: string): string {
  return words.charAt(0).toUpperCase() + words.slice(1);
}
