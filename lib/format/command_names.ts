import type { CustomerId } from "../core/ids.ts";
import type { Scenario } from "./scenario.ts";
import type { CommandName } from "./trace_message.ts";

/**
 * Names the commands of a scenario, by customer record and event: `customer/position`, where a
 * customer's position counts from 1 over all its records.
 *
 * ```ts
 * import { commandNames } from "./command_names.ts";
 * import { readScenario } from "./scenario.ts";
 * import { assertEquals } from "@std/assert";
 *
 * const { scenario } = readScenario(
 *   `[{"id": 7, "type": "customer", "events": [{"interface": "query"}, {"interface": "query"}]},
 *     {"id": 7, "type": "customer", "events": [{"interface": "query"}]},
 *     {"id": 7, "type": "branch", "balance": 90}]`,
 *   { file: "input.json" },
 * );
 * assertEquals(commandNames(scenario), [["7/1", "7/2"], ["7/3"]]);
 * ```
 */
export function commandNames({ customers }: Scenario): readonly (readonly CommandName[])[] {
  const taken = new Map<CustomerId, number>();
  return customers.map(({ id, events }) => {
    const before = taken.get(id) ?? 0;
    taken.set(id, before + events.length);
    return events.map((_, index) => `${id}/${before + index + 1}`);
  });
}
