import type { Trace, TraceEvent } from "./trace.ts";
import { type ToldEntry, TraceEntries } from "./trace_entries.ts";
import { type Gain, numberOf, witnessed } from "./trace_knowledge.ts";
import type { CommandName, ResultMessage, TraceCommand } from "./trace_message.ts";
import { counted, type Evidence, evidenceAt, type Verdict, verdictOn } from "./verdict.ts";

type Refused = Extract<TraceEvent, { readonly event: "refused" }>;

/** An answer to a command, and the branch that gave it. */
interface Answer {
  readonly event: TraceEvent;
  readonly branch: number;
  readonly answer: ResultMessage;
}

/** All that a trace tells of what became of one command. */
interface Case {
  asked: TraceCommand | undefined;
  readonly entries: ToldEntry[];
  readonly refusals: Refused[];
  readonly answers: Answer[];
}

/**
 * Judges whether each command had one outcome, at one branch: an entry or a refusal, the one that
 * was answered; and whether each branch applied each log in order, without gaps, once.
 */
export function judgeOnce({ events }: Trace): Verdict {
  const entries = new TraceEntries(events);
  const restarted = new Set(events.flatMap((event) => (
    event.event === "started" && event.life > 1 ? [numberOf(event.by)] : []
  )));
  const cases = casesIn(events, entries);
  const breaches = [
    ...entries.contradictions.map(({ event, origin, sequence }) => (
      evidenceAt(event, `${event.by} has another entry ${sequence} of branch ${origin} than others`)
    )),
    ...[...cases].flatMap(([name, found]) => casesBreaches(name, found, restarted)),
    ...grantBreaches(entries),
    ...orderBreaches(events),
  ];
  const answered = [...cases.values()].filter(({ answers }) => answers.length > 0).length;
  const applied = events.filter(({ event }) => event === "applied" || event === "executed").length;
  return verdictOn({
    law: "exactly once",
    demands: "a command becomes one entry or one refusal, at one branch, and that is what was " +
      "answered; every branch applies every log in order, without gaps, once",
    breaches,
    compared: answered + applied === 0
      ? undefined
      : `${counted(answered, "answered command")}, each with one outcome; entries were applied ` +
        `${counted(applied, "time")}, in order`,
    doubt: undefined,
  });
}

function casesIn(
  events: readonly TraceEvent[],
  entries: TraceEntries,
): ReadonlyMap<CommandName, Case> {
  const cases = new Map<CommandName, Case>();
  const caseOf = (name: CommandName): Case => {
    const found = cases.get(name) ??
      { asked: undefined, entries: [], refusals: [], answers: [] };
    cases.set(name, found);
    return found;
  };
  for (const told of entries.all()) {
    if (told.entry.action !== "grant") caseOf(told.entry.command).entries.push(told);
  }
  for (const event of events) {
    if (event.event === "refused") caseOf(event.command).refusals.push(event);
    if (event.event !== "sent" && event.event !== "received") continue;
    if (event.message === "command") caseOf(event.command).asked ??= event;
    if (event.message !== "result") continue;
    const branch = event.event === "received" ? event.from : numberOf(event.by);
    caseOf(event.command).answers.push({ event, branch, answer: event });
  }
  return cases;
}

function casesBreaches(
  name: CommandName,
  { asked, entries, refusals, answers }: Case,
  restarted: ReadonlySet<number>,
): readonly Evidence[] {
  const outcomes = [
    ...entries.map(({ event, origin, sequence }) => (
      { event, words: `entry ${sequence} of branch ${origin}` }
    )),
    ...refusals.map((event) => ({ event, words: `a refusal at ${event.by}` })),
  ];
  const [, second] = outcomes;
  const doubled = second === undefined ? [] : [
    evidenceAt(second.event, `${name} became ${outcomes.map(({ words }) => words).join(" and ")}`),
  ];
  const altered = [
    ...entries.map(({ event, entry }) => ({ event, write: entry })),
    ...refusals.map(
      (event) => ({ event, write: event }),
    ),
  ].filter(({ write }) => (
    asked !== undefined && (write.action !== asked.action || write.amount !== asked.amount)
  )).map(({ event, write }) => (
    evidenceAt(event, `${name} was decided as ${write.action} ${write.amount}, which nobody asked`)
  ));
  const wrong = answers.flatMap(({ event, branch, answer }) => {
    const isThere = answer.result === "written"
      ? entries.some(({ origin }) => origin === branch)
      : answer.result === "refused"
      // A branch that was killed may have known of a refusal that it could not tell any more.
      ? refusals.some(({ by }) => numberOf(by) === branch) || restarted.has(branch)
      : true;
    if (isThere) return [];
    const says =
      `${name} was answered as ${answer.result}, and branch ${branch} has no such outcome`;
    return [evidenceAt(event, says)];
  });
  const kinds = new Set(answers.map(({ answer }) => answer.result));
  const last = answers.at(-1);
  const torn = last !== undefined && kinds.has("written") && kinds.has("refused")
    ? [evidenceAt(last.event, `${name} was answered as written, and as refused`)]
    : [];
  return [...doubled, ...altered, ...wrong, ...torn];
}

/** A claim is granted once, however often it is sent. */
function grantBreaches(entries: TraceEntries): readonly Evidence[] {
  const claims = new Map<string, ToldEntry>();
  return entries.all().flatMap((told) => {
    if (told.entry.action !== "grant") return [];
    const { claim } = told.entry;
    const key = `${told.origin} ${claim}`;
    const isNew = !claims.has(key);
    claims.set(key, told);
    return isNew ? [] : [evidenceAt(told.event, `branch ${told.origin} granted ${claim} twice`)];
  });
}

function orderBreaches(events: readonly TraceEvent[]): readonly Evidence[] {
  const breaches: Evidence[] = [];
  for (const { event, before, gain } of witnessed(events)) {
    if (gain === undefined || event.event === "found" || gain.first === before + 1) continue;
    const range = `${rangeWords(gain)} where ${before + 1} was next`;
    breaches.push(evidenceAt(event, `${event.by} took ${range}`));
  }
  return breaches;
}

function rangeWords({ origin, first, last }: Gain): string {
  const entries = first === last ? `entry ${first}` : `entries ${first} to ${last}`;
  return `${entries} of branch ${origin}`;
}
