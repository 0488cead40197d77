import type { Entry } from "../../lib/core/entry.ts";
import type { BranchId } from "../../lib/core/ids.ts";
import type { EntriesRecord } from "../../lib/core/journal_record.ts";

/** The entries of each origin's log, from the first on, as a journal holds them. */
export type Logs = ReadonlyMap<BranchId, readonly Entry[]>;

/** The records of each origin's log, from the first on. */
export type Records = ReadonlyMap<BranchId, readonly EntriesRecord[]>;

/** Sorts the records of a journal by their origin. */
export function byOrigin(
  records: readonly EntriesRecord[],
  members: readonly BranchId[],
): Records {
  const logs = Map.groupBy(records, ({ origin }) => origin);
  return new Map(members.map((origin) => [origin, logs.get(origin) ?? []]));
}

/** Gives the entries of these records. */
export function logsOf(records: Records): Logs {
  return new Map([...records].map(([origin, log]) => [origin, log.flatMap(entriesOf)]));
}

function entriesOf({ entries }: EntriesRecord) {
  return entries;
}
