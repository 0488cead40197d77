import { SqliteJournal } from "../../lib/adapter/sqlite_journal.ts";
import type { Write } from "../../lib/core/command.ts";
import type { BranchId } from "../../lib/core/ids.ts";
import { money } from "../../lib/core/money.ts";
import { type BankPlan, journalOf, type RealBank } from "./real_bank.ts";
import type { Logs } from "./verdict.ts";

/** How much of a journal is read at once, in bytes. */
const readBytes = 16 * 1024 * 1024;

/** Reads the journals of all branches of a bank, none of which may be up. */
export function readJournals(bank: RealBank, plan: BankPlan): ReadonlyMap<BranchId, Logs> {
  const members = bank.branches.map(({ id }) => id);
  return new Map(bank.branches.map((process) => {
    const founding = {
      bank: plan.run,
      branch: process.id,
      members,
      opening: money(plan.opening),
    };
    const journal = new SqliteJournal(journalOf(process), founding);
    try {
      return [process.id, logsOf(journal, members)];
    } finally {
      journal.close();
    }
  }));
}

/** Reads all rows, and not what a checkpoint has made of them. */
function logsOf(journal: SqliteJournal, members: readonly BranchId[]): Logs {
  const logs = new Map<BranchId, Write[]>(members.map((origin) => [origin, []]));
  for (;;) {
    const lengths = new Map([...logs].map(([origin, log]) => [origin, log.length]));
    const records = journal.after(lengths, readBytes);
    if (records.length === 0) return logs;
    for (const { origin, first, entries } of records) {
      const log = logs.get(origin);
      if (log?.length !== first - 1) {
        throw new Error(`entry ${first} of branch ${origin} does not follow the one before it`);
      }
      for (const entry of entries) log.push(entry);
    }
  }
}
