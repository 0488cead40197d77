import type { Money } from "../core/money.ts";
import type { VersionVector } from "../core/version_vector.ts";
import type { Host } from "./host.ts";

/** Each try is as long as a session waits for what it has seen, five seconds. */
const settleTriesMax = 6;

/**
 * Waits until a branch knows as much as `known`, and gives its balance then.
 *
 * @throws {Error} when it does not come to know it.
 */
export async function settledBalance(
  host: Pick<Host, "execute" | "inspect">,
  known: VersionVector,
): Promise<Money> {
  for (let tries = 0; tries < settleTriesMax; tries++) {
    const executed = await host.execute([{ action: "query" }], known);
    const result = executed.kind === "executed" ? executed.results[0] : undefined;
    if (result?.kind === "balance") return result.balance;
  }
  const { id } = host.inspect();
  throw new Error(`branch ${id} has not heard of every write after half a minute`);
}
