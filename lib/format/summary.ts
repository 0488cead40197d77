import type { Result } from "../core/command.ts";
import type { Money } from "../core/money.ts";
import type { Injected } from "../host/faulty_transport.ts";
import type { Dialect } from "./dialect.ts";
import type { Scenario } from "./scenario.ts";
import type { Settlement } from "./settlement.ts";

/** What was run. */
export interface Summarized {
  readonly dialect: Dialect;
  readonly scenario: Scenario;
  /** Whether all customers went at once. */
  readonly free: boolean;
}

/** Says in a line what was run, and how long it took. */
export function summary({ dialect, scenario, free }: Summarized, seconds: number): string {
  const { branches, customers } = scenario;
  const ids = new Set(customers.map(({ id }) => id)).size;
  const commands = customers.reduce((sum, { events }) => sum + events.length, 0);
  const counts = [
    counted(branches.length, "branch", "branches"),
    counted(ids, "customer", "customers"),
    counted(commands, "command", "commands"),
  ];
  const plan = free ? ", free plan" : "";
  return `${dialect} scenario${plan}: ${counts.join(", ")} in ${seconds.toFixed(2)} s`;
}

/** Says in a line what the branches ended on, and whether that is the same for all. */
export function agreement(
  { balances, isMoving }: Pick<Settlement, "balances" | "isMoving">,
): { readonly agrees: boolean; readonly words: string } {
  const branches = [...balances.keys()];
  const [first, ...others] = new Set<Money>(balances.values());
  if (others.length > 0) {
    const each = [...balances].map(([branch, balance]) => `branch ${branch} on ${balance}`);
    if (isMoving) return { agrees: true, words: `others use the bank, too: ${each.join(", ")}` };
    return { agrees: false, words: `the branches do not agree: ${each.join(", ")}` };
  }
  const words = branches.length === 1
    ? `the only branch ends on ${first}`
    : `all ${branches.length} branches agree on ${first}`;
  return { agrees: true, words };
}

/** Says in a line what went wrong with messages. */
export function incidents({ delayed, dropped, doubled, cut }: Injected): string {
  const late = `${counted(delayed, "message", "messages")} delayed`;
  return `faults injected: ${late}, ${dropped} dropped, ${doubled} doubled, ${cut} cut off`;
}

/** Says in a line how many withdrawals were not done for want of others, if any were not. */
export function outOfReach(results: readonly (readonly Result[])[]): string | undefined {
  const unreached = results.flat().filter(({ kind }) => kind === "unavailable").length;
  if (unreached === 0) return undefined;
  const withdrawals = counted(unreached, "withdrawal", "withdrawals");
  return `${withdrawals} not done: the branches that hold the money could not be reached`;
}

function counted(count: number, one: string, many: string): string {
  return `${count} ${count === 1 ? one : many}`;
}
