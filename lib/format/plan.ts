import type { Command } from "../core/command.ts";
import { ascending, type CommandId, isCommandId } from "../core/ids.ts";
import { invariant } from "../core/invariant.ts";
import type { Lane, Phase, Plan, Step } from "../host/conductor.ts";
import { commandNames } from "./command_names.ts";
import { asksForClocks, type Dialect } from "./dialect.ts";
import type { Scenario, ScenarioEvent } from "./scenario.ts";

/** How a scenario is to be run. */
export interface PlanOptions {
  /** Whose rules of order hold. */
  readonly dialect: Dialect;
  /** Names the run in command ids: visible ASCII. */
  readonly run: string;
  /** All customers at once, with session guarantees only. */
  readonly free: boolean;
  /** Whether queries bear names too, for a trace. */
  readonly namesQueries?: boolean;
}

/**
 * Works out what a run of the scenario will do.
 *
 * - *classic*, *clock* and *clock-classic*: the deposits that any customer stands at, then the withdrawals, and queries
 *   only when all stand at one: so every answer is determined by the file.
 * - *sequential*, *session* and *session-classic*: customer records one after another, in the
 *   order of the file. Every step knows all that earlier phases did, and a customer takes its
 *   session along from branch to branch: it misses nothing that it has done or seen before.
 * - *free*: all customers side by side.
 *
 * A customer with several records is one customer: its records follow each other.
 */
export function planScenario(
  scenario: Scenario,
  { dialect, run, free, namesQueries = false }: PlanOptions,
): Plan {
  const records = stepsOf(scenario, { run, namesQueries });
  const customers = Map.groupBy(records.flat(), (step) => step.customer);
  const lanes = [...customers.values()];
  if (free) return { phases: lanes.length === 0 ? [] : [lanes], settled: false };
  const phases = dialect === "classic" || asksForClocks(dialect)
    ? classicPhases(lanes)
    : records.filter((lane) => lane.length > 0).map((lane) => [lane]);
  return { phases, settled: true };
}

function stepsOf(
  scenario: Scenario,
  { run, namesQueries }: Required<Pick<PlanOptions, "run" | "namesQueries">>,
): readonly Lane[] {
  const names = commandNames(scenario);
  return scenario.customers.map(({ id: customer, events }, record) =>
    events.map((scenarioEvent, event): Step => {
      const id = `${run}/${names[record]?.[event]}`;
      const command = commandOf(scenarioEvent, { id, namesQueries });
      return { customer, branch: scenarioEvent.branch, command, record, event };
    })
  );
}

function commandOf(
  event: ScenarioEvent,
  { id, namesQueries }: { readonly id: string; readonly namesQueries: boolean },
): Command {
  if (event.action !== "query") {
    return { action: event.action, id: commandId(id), amount: event.amount };
  }
  return namesQueries ? { action: "query", id: commandId(id) } : { action: "query" };
}

function commandId(id: string): CommandId {
  invariant(isCommandId(id), "a run's name leaves its command ids short, visible and ASCII");
  return id;
}

/** A customer's steps, and how many of them the phases so far have taken. */
interface Course {
  readonly order: number;
  readonly lane: Lane;
  taken: number;
}

/**
 * Keeps the courses by the action they stand at, so that each phase costs what it takes and
 * not what waits.
 */
function classicPhases(lanes: readonly Lane[]): readonly Phase[] {
  const standing = { deposit: [], withdraw: [], query: [] } as Record<Command["action"], Course[]>;
  function stand(course: Course): void {
    const next = course.lane[course.taken];
    if (next !== undefined) standing[next.command.action].push(course);
  }

  lanes.forEach((lane, order) => stand({ order, lane, taken: 0 }));
  const phases: Phase[] = [];
  while (true) {
    const action = actions.find((each) => standing[each].length > 0);
    if (action === undefined) return phases;
    const courses = standing[action].toSorted((left, right) => ascending(left.order, right.order));
    standing[action] = [];
    phases.push(courses.map((course) => takeAll(course, action)));
    courses.forEach(stand);
  }
}

const actions = ["deposit", "withdraw", "query"] as const;

/** Takes the next steps of a course as long as they are of one action. */
function takeAll(course: Course, action: Command["action"]): Lane {
  const start = course.taken;
  while (course.lane[course.taken]?.command.action === action) course.taken++;
  return course.lane.slice(start, course.taken);
}
