import type { Violation } from "./law.ts";
import { logsOf, type Records } from "./logs.ts";

/**
 * Finds entries that paid out or granted more than their branch had at that moment: its share of
 * the opening balance and of what it took in, and those grants that it had heard of, as the
 * record with the entry says, less all that it paid out and granted before.
 */
export function* judgeAllowances(opening: bigint, records: Records): Generator<Violation> {
  const branches = [...records.keys()].toSorted((left, right) => left - right);
  const logs = logsOf(records);
  for (const branch of branches) {
    const heard = new Map(branches.map((other) => [other, 0]));
    let allowance = opening / BigInt(branches.length);
    if (branch === branches[0]) allowance += opening % BigInt(branches.length);
    for (const { first, after, entries } of records.get(branch) ?? []) {
      for (const [giver, sequence] of after) {
        const news = logs.get(giver)?.slice(heard.get(giver), sequence) ?? [];
        for (const entry of news) {
          if (entry.action === "grant" && entry.to === branch) allowance += entry.amount;
        }
        heard.set(giver, Math.max(sequence, heard.get(giver) ?? 0));
      }
      for (const [index, { action, amount }] of entries.entries()) {
        allowance += action === "deposit" ? amount : -amount;
        if (allowance >= 0n) continue;
        const name = `entry ${first + index} of branch ${branch}`;
        yield { law: "no overdraft", message: `${name} makes its allowance ${allowance}` };
      }
    }
  }
}
