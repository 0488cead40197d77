import type { Result } from "../core/command.ts";
import { invariant } from "../core/invariant.ts";
import { clockFileNames, formatClock, formatClockClassic, type Spelling } from "./clock_result.ts";
import { clockClassicRules, clockedEvents, clockRules } from "./clocks.ts";
import type { Dialect } from "./dialect.ts";
import type { TracedBank } from "./happenings.ts";
import { formOf } from "./notation.ts";
import { formatResults } from "./result.ts";
import type { Scenario } from "./scenario.ts";

/** What is wanted of a run. */
export interface Wanted {
  readonly dialect: Dialect;
  /** Where it is to go; undefined stands for what the dialect is known by. */
  readonly output: string | undefined;
  /** How the dialect clock spells propagation. */
  readonly spelling?: Spelling | undefined;
  /** Whether the answers to customers are no events of clock-classic, and so do not tick. */
  readonly omitsResponse?: boolean;
}

/** What a run brought. */
export interface RunToFormat extends Wanted {
  readonly scenario: Scenario;
  /** The results by customer record and event. */
  readonly results: readonly (readonly Result[] | undefined)[];
  /** What happened, where the dialect asks for clocks. */
  readonly told: TracedBank | undefined;
}

/** What is said of a run: on standard output, and in the files of {@linkcode outputPaths}. */
export interface RunResult {
  readonly printed: string;
  readonly files: readonly string[];
}

/**
 * Names the files that a run writes: one, but for the dialect clock, whose three files go beside
 * each other into the folder that `output` names.
 */
export function outputPaths({ dialect, output }: Wanted): readonly string[] {
  if (dialect !== "clock") return [output ?? defaultOutput(dialect)];
  const folder = output?.replace(/\/*$/, "/") ?? "";
  return clockFileNames.map((name) => folder + name);
}

/** Says what is wrong with what is wanted, a sentence each. */
export function faultsOfWanted(
  { dialect, output, spelling, omitsResponse }: Wanted,
): readonly string[] {
  const faults: string[] = [];
  const isFile = output !== undefined && /\.(txt|json|jsonl)$/i.test(output);
  if (dialect === "clock" && isFile) {
    const needed = "a clock scenario writes three files, into the folder that it names";
    faults.push(`--output is ${JSON.stringify(output)}; ${needed}`);
  }
  if (dialect !== "clock" && output !== undefined && !isFile) {
    faults.push(`--output is ${JSON.stringify(output)}; it must end in .txt, .json or .jsonl`);
  }
  if (dialect !== "clock" && spelling !== undefined) {
    faults.push(`--spelling is for clock scenarios; this one is ${dialect}`);
  }
  if (dialect !== "clock-classic" && omitsResponse === true) {
    faults.push(`--no-response is for clock-classic scenarios; this one is ${dialect}`);
  }
  return faults;
}

/**
 * Writes all that is said of a run. Where its files are of clocks, and so have no place for the
 * answers, those are printed, as records of classic in JSON, one a line.
 */
export function formatRun(
  { scenario, results, dialect, told, ...wanted }: RunToFormat,
): RunResult {
  const form = formOf(wanted.output ?? defaultOutput(dialect));
  if (dialect !== "clock" && dialect !== "clock-classic") {
    const text = formatResults({ scenario, results, dialect, form });
    return { printed: text, files: [text] };
  }
  invariant(told !== undefined, "a run whose clocks are asked for is traced");
  const answers = { scenario, results, dialect: "classic", form: "jsonl" } as const;
  const printed = formatResults(answers);
  if (dialect === "clock") {
    const events = clockedEvents(told, clockRules);
    const { spelling = "propogate" } = wanted;
    return { printed, files: formatClock({ scenario, events, spelling }) };
  }
  const { events, ...rest } = clockClassicRules;
  const rules = wanted.omitsResponse === true
    ? { ...rest, events: events.filter((what) => what !== "response") }
    : clockClassicRules;
  const clocked = clockedEvents(told, rules);
  return { printed, files: [formatClockClassic({ scenario, events: clocked, form })] };
}

function defaultOutput(dialect: Dialect): string {
  return dialect === "classic" ? "output.txt" : "output.json";
}
