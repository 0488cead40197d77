import { ascending } from "../core/ids.ts";
import { invariant } from "../core/invariant.ts";
import { type ClockedEvent, placeOf } from "./clocks.ts";
import { commandNames } from "./command_names.ts";
import { type Field, layOut, notationOf, objectOf, type TextForm } from "./notation.ts";
import type { Scenario } from "./scenario.ts";

/** How propagation is spelled in the file of all events: as in the published one, or rightly. */
export type Spelling = "propogate" | "propagate";

/** What clocks are laid out of. */
export interface ClocksToFormat {
  /** What was run; its labels name the requests, and where it has none, places in the file. */
  readonly scenario: Scenario;
  readonly events: readonly ClockedEvent[];
}

/** The names of the files of the dialect clock, in the order of {@linkcode formatClock}. */
export const clockFileNames = [
  "customer_events.json",
  "branch_events.json",
  "all_events.json",
] as const;

/**
 * Writes the texts of the three files of the dialect clock: what each customer record sent, what
 * each branch received and sent, in the order of their clocks, and all of it, by request and
 * clock.
 *
 * Records are in the order of the scenario. A customer with several records counts on from one
 * to the next. Events at one clock, which do not know of each other, are in the order of their
 * processes, customers first.
 */
export function formatClock(
  { scenario, events, spelling }: ClocksToFormat & { readonly spelling: Spelling },
): readonly [customers: string, branches: string, all: string] {
  const labelled = inOrder(scenario, events);
  const byBranch = groupByBranch(labelled.filter(({ what }) => what !== "send"));
  const sent = new Map(
    labelled.filter(({ what }) => what === "send").map((event) => [event.command, event]),
  );
  const names = commandNames(scenario);
  const customers = scenario.customers.map(({ id }, record) => {
    const own = names[record]?.flatMap((name) => sent.get(name) ?? []) ?? [];
    return processRecord({ type: "customer", id }, own);
  });
  const branches = scenario.branches.map((id) => (
    processRecord({ type: "branch", id }, byBranch.get(id) ?? [])
  ));
  const byRequest = labelled.toSorted((left, right) => ascending(left.label, right.label));
  const all = byRequest.map((event) => {
    const { type, id } = placeOf(event);
    const [request, ...rest] = clockFields(event, spelling);
    return objectOf(json, [["id", id], request, ["type", type], ...rest]);
  });
  return [layOut(customers, "json"), layOut(branches, "json"), layOut(all, "json")];
}

/**
 * Writes the text of the file of the dialect clock-classic: what each branch did, in the order of
 * its clock, and then what was done for each write.
 */
export function formatClockClassic(
  { scenario, events, form }: ClocksToFormat & { readonly form: TextForm },
): string {
  const notation = notationOf(form);
  const labelled = inOrder(scenario, events);
  const byBranch = groupByBranch(labelled);
  const branches = scenario.branches.map((pid) => {
    const data = (byBranch.get(pid) ?? []).map((event) => {
      const { label: id, clock } = event;
      return objectOf(notation, [["id", id], ["name", nameOf(event)], ["clock", clock]]);
    });
    return objectOf(notation, [["pid", pid], ["data", data]]);
  });
  const byCommand = Map.groupBy(labelled, ({ command }) => command);
  const writes = commandNames(scenario).flat().flatMap((command) => {
    const done = byCommand.get(command) ?? [];
    const data = done.map((event) => (
      objectOf(notation, [["clock", event.clock], ["name", nameOf(event)]])
    ));
    return done.slice(0, 1).map(({ label }) => (
      objectOf(notation, [["eventid", label], ["data", data]])
    ));
  });
  return layOut([...branches, ...writes], form);
}

const json = notationOf("json");

/** An event with what the scenario calls its command. */
type Labelled = ClockedEvent & { readonly label: number };

/** Orders events by their clocks, and events at one clock by their processes. */
function inOrder(scenario: Scenario, events: readonly ClockedEvent[]): readonly Labelled[] {
  const said = scenario.customers.flatMap((customer) => customer.events);
  const names = commandNames(scenario).flat();
  const labels = new Map(names.map((name, index) => [name, said[index]?.label ?? index + 1]));
  const labelled = events.map((event) => {
    const label = labels.get(event.command);
    invariant(label !== undefined, "a clocked command stands in the scenario");
    return { ...event, label };
  });
  return labelled.toSorted((left, right) => {
    const [before, after] = [placeOf(left), placeOf(right)];
    return ascending(left.clock, right.clock) ||
      ascending(rank[before.type], rank[after.type]) || ascending(before.id, after.id);
  });
}

const rank = { customer: 0, branch: 1 } as const;

function groupByBranch(events: readonly Labelled[]): ReadonlyMap<number, readonly Labelled[]> {
  return Map.groupBy(events, (event) => placeOf(event).id);
}

function processRecord(
  { id, type }: ReturnType<typeof placeOf>,
  events: readonly Labelled[],
): string {
  const list = events.map((event) => objectOf(json, clockFields(event, "propagate")));
  return objectOf(json, [["id", id], ["type", type], ["events", list]]);
}

function clockFields(event: Labelled, spelling: Spelling): readonly [Field, ...Field[]] {
  const { label, clock, action } = event;
  const { comment, isPropagation } = words(event);
  return [
    ["customer-request-id", label],
    ["logical_clock", clock],
    ["interface", isPropagation ? `${spelling}_${action}` : action],
    ["comment", comment],
  ];
}

function words({ what, customer, origin, peer }: ClockedEvent) {
  switch (what) {
    case "send":
      return { comment: `event_sent from customer ${customer}`, isPropagation: false };
    case "propagate":
      return { comment: `event_sent to branch ${peer}`, isPropagation: true };
    case "propagate_request":
      return { comment: `event_recv from branch ${origin}`, isPropagation: true };
    default:
      return { comment: `event_recv from customer ${customer}`, isPropagation: false };
  }
}

function nameOf({ what, action }: ClockedEvent): string {
  return `${action}_${what}`;
}
