import { deliveriesOf, deliverySteps } from "./explain_delivery.ts";
import { decisionSteps } from "./explain_decision.ts";
import {
  durationWords,
  type Explanation,
  knownWords,
  rangesWords,
  type Step,
} from "./explanation.ts";
import type { CommandAttempt, CommandHistory, TraceHistory } from "./trace_history.ts";
import { missingIn } from "./trace_knowledge.ts";
import type { CommandName, ResultMessage } from "./trace_message.ts";

/** Tells why a command was answered as it was, step by step; nothing of one that is not there. */
export function explain(history: TraceHistory, command: CommandName): Explanation | undefined {
  const found = history.commands.get(command);
  if (found === undefined) return undefined;
  const steps = [
    // Steps of one event stay in this order: what an answer rests on stands before it.
    ...decisionSteps(history, found),
    ...attemptSteps(history, found),
    ...waitSteps(history, found),
    ...deliverySteps(history, found),
  ];
  return {
    command,
    asked: `${actWords(found)} at branch ${found.branch}`,
    outcome: outcomeOf(history, found),
    steps: inOrder(history, steps),
    deliveries: deliveriesOf(history, found),
  };
}

function actWords({ asked: { action, amount } }: CommandHistory): string {
  if (action === "query") return "asks for the balance";
  return `${action === "deposit" ? "deposits" : "withdraws"} ${amount}`;
}

/** Says in few words what a command was answered. */
export function outcomeOf(history: TraceHistory, { attempts }: CommandHistory): string {
  const told = attempts.flatMap((attempt) => history.at(attempt.told) ?? []).at(-1);
  if (told?.event !== "received" || told.message !== "result") return "not answered";
  return resultWords(told);
}

function resultWords(answer: ResultMessage): string {
  switch (answer.result) {
    case "written":
      return answer.branches === 1
        ? "done; 1 branch had it"
        : `done; ${answer.branches} branches had it`;
    case "refused":
      return `refused: ${answer.refusal}`;
    case "unavailable":
      return "not decided: the branches that hold the money were out of reach";
    case "balance":
      return `the balance is ${answer.balance}`;
    case "rejected":
      return `not executed: ${answer.reason}`;
  }
}

/** Of many attempts, the first and the last are told one by one. */
const attemptsTold = { first: 2, last: 2 } as const;

function attemptSteps(history: TraceHistory, found: CommandHistory): readonly Step[] {
  const { attempts, customer } = found;
  const { first, last } = attemptsTold;
  if (attempts.length <= first + last) {
    return attempts.flatMap((attempt) => stepsOf(history, found, attempt));
  }
  const middle = attempts.slice(first, -last);
  const event = history.at(middle[0]?.sent);
  const words = `Customer ${customer} asks ${middle.length} more times, and gets no further.`;
  return [
    ...attempts.slice(0, first).flatMap((attempt) => stepsOf(history, found, attempt)),
    ...event === undefined ? [] : [{ event, says: words }],
    ...attempts.slice(-last).flatMap((attempt) => stepsOf(history, found, attempt)),
  ];
}

function stepsOf(
  history: TraceHistory,
  { asked, customer, branch, phase, attempts }: CommandHistory,
  { attempt, sent, heard, answered, told }: CommandAttempt,
): readonly Step[] {
  const steps: Step[] = [];
  const say = (index: number | undefined, says: string) => {
    const event = history.at(index);
    if (event !== undefined) steps.push({ event, says });
  };
  const [start, end] = [history.at(attempts[0]?.sent)?.ms ?? 0, history.at(told)];
  const what = asked.action === "query" ? "for the balance" : `to ${asked.action} ${asked.amount}`;
  say(
    sent,
    attempts[0]?.sent === sent
      ? `Customer ${customer} asks branch ${branch} ${what}, in phase ${phase}. ${
        Object.keys(asked.session).length === 0
          ? "It need not know anything first."
          : `It has to know ${knownWords(asked.session)} first.`
      }`
      : `Customer ${customer} asks again (attempt ${attempt}).`,
  );
  if (heard !== undefined) {
    say(heard, `Branch ${branch} receives it.${standing(history, branch, heard)}`);
  }
  const answer = history.at(answered);
  if (answer?.event === "sent" && answer.message === "result") {
    say(answered, `Branch ${branch} answers: ${resultWords(answer)}.`);
  }
  if (end?.event === "unanswered" && end.message === "command") {
    say(told, `No answer comes: ${end.reason}.`);
  }
  if (end?.event === "received" && end.message === "result") {
    const by = end.result === "rejected" && answered === undefined
      ? ` that it was ${resultWords(end)}`
      : "";
    say(
      told,
      `Customer ${customer} is told${by}, ${durationWords(end.ms - start)} after it asked.`,
    );
  }
  return steps;
}

function standing(history: TraceHistory, branch: number, index: number): string {
  const shown = history.shown(branch, index, "before");
  if (shown === undefined) return "";
  const { balance, allowance } = shown;
  return ` It shows ${balance}, and may pay out ${allowance} of it by itself.`;
}

/** Tells of what a branch had to know before it could execute a command. */
function waitSteps(
  history: TraceHistory,
  { asked, branch, customer, attempts }: CommandHistory,
): readonly Step[] {
  const first = attempts.find(({ heard }) => heard !== undefined);
  const received = history.at(first?.heard);
  if (first?.heard === undefined || received === undefined) return [];
  const missing = missingIn(history.knownBefore(branch, first.heard), asked.session);
  if (missing.length === 0) return [];
  const covered = history.at(history.coveredFrom(branch, asked.session));
  const lacks = `It lacks ${rangesWords(missing)}, which customer ${customer} has to find there`;
  if (covered === undefined) {
    return [{ event: received, says: `${lacks}; they do not come as far as the trace goes.` }];
  }
  const wait = covered.ms - received.ms;
  // It came in the turn in which the command did.
  if (wait <= 0) return [];
  return [
    { event: received, says: `${lacks}: the command waits.` },
    { event: covered, says: `Branch ${branch} has them now, after ${durationWords(wait)}.` },
  ];
}

function inOrder(history: TraceHistory, steps: readonly Step[]): readonly Step[] {
  const places = new Map(
    steps.map(({ event }) => [event, history.placeOf(event)]),
  );
  return steps.toSorted((left, right) => (
    (places.get(left.event) ?? 0) - (places.get(right.event) ?? 0)
  ));
}
