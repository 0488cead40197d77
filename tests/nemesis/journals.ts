import { SqliteJournal } from "../../lib/adapter/sqlite_journal.ts";
import type { BranchId } from "../../lib/core/ids.ts";
import type { EntriesRecord } from "../../lib/core/journal_record.ts";
import { money } from "../../lib/core/money.ts";
import { type BankPlan, journalOf, type RealBank } from "./real_bank.ts";

/** How much of a journal is read at once, in bytes. */
const readBytes = 16 * 1024 * 1024;

/** Reads the journals of all branches of a bank, none of which may be up: the records in order. */
export function readJournals(
  bank: RealBank,
  plan: BankPlan,
): ReadonlyMap<BranchId, readonly EntriesRecord[]> {
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
      return [process.id, recordsOf(journal, members)];
    } finally {
      journal.close();
    }
  }));
}

/** Reads all rows, and not what a checkpoint has made of them. */
function recordsOf(journal: SqliteJournal, members: readonly BranchId[]): readonly EntriesRecord[] {
  const all: EntriesRecord[] = [];
  const lengths = new Map(members.map((origin) => [origin, 0]));
  for (;;) {
    const records = journal.after(lengths, readBytes);
    if (records.length === 0) return all;
    for (const record of records) {
      const { origin, first, entries } = record;
      const length = lengths.get(origin);
      if (length !== first - 1) {
        throw new Error(`entry ${first} of branch ${origin} does not follow the one before it`);
      }
      lengths.set(origin, length + entries.length);
      all.push(record);
    }
  }
}
