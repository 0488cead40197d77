import { durationWords, listed } from "./explanation.ts";
import type { Trace, TraceFaults } from "./trace.ts";
import { counted } from "./verdict.ts";

/** One thing to know about a run. */
export interface Fact {
  readonly what: string;
  readonly is: string;
}

/** Says what was run, and how it ended. */
export function runWords(trace: Trace): readonly Fact[] {
  const { header, events } = trace;
  const commands = new Set(events.flatMap((event) => (
    event.event === "sent" && event.message === "command" ? [event.command] : []
  )));
  const phases = events.filter(({ event }) => event === "phase begun").length;
  return [
    {
      what: "run",
      is: `${header.dialect} scenario, ${
        header.plan === "free" ? "all customers at once" : "settled plan"
      }: ${counted(header.branches.length, "branch", "branches")}, ${
        counted(header.customers.length, "customer")
      }, ${counted(commands.size, "command")} in ${counted(phases, "phase")}`,
    },
    {
      what: "bank",
      is: `${
        header.isOld ? "goes on from earlier runs; founded" : "opens"
      } with ${header.opening}; a write is answered when ${acknowledgeWords[header.acknowledge]}`,
    },
    {
      what: "faults",
      is: header.faults === undefined ? "none asked for" : faultWords(header.faults),
    },
    { what: "ended", is: endWords(trace) },
    {
      what: "begun",
      is: `${moment.format(header.startedMs)}, run ${header.run}, program ${header.program}`,
    },
  ];
}

const moment = new Intl.DateTimeFormat("en-GB", {
  ...{ timeZone: "UTC", dateStyle: "long", timeStyle: "medium" },
});

const acknowledgeWords = {
  all: "all branches that can be reached have it",
  majority: "a majority of the branches has it",
  local: "its own branch has it",
} as const;

/** Says what was to go wrong. */
export function faultWords({ delayMs, drop, double, cuts }: TraceFaults): string {
  const words = [
    delayMs === undefined ? "" : `delays of ${delayMs.least} to ${delayMs.most} ms`,
    drop === 0 ? "" : `${percent(drop)} of messages lost`,
    double === 0 ? "" : `${percent(double)} doubled`,
    ...cuts.map(({ left, right, fromMs, untilMs }) => (
      `branch ${listed(left.map(String))} cut off from ${listed(right.map(String))}, ${
        untilMs === undefined ? `from ${fromMs} ms on` : `from ${fromMs} to ${untilMs} ms`
      }`
    )),
  ];
  return words.filter((each) => each !== "").join("; ");
}

function percent(probability: number): string {
  return `${Math.round(probability * 1_000) / 10} %`;
}

function endWords({ events }: Trace): string {
  const last = events.at(-1);
  if (last?.event === "done") return `done, after ${durationWords(last.ms)}`;
  if (last?.event === "failed") return `failed after ${durationWords(last.ms)}: ${last.reason}`;
  return "the trace was cut off";
}
