import type { Deposit, Query, Withdrawal, Write } from "../../lib/core/command.ts";
import type { BranchId, CommandId, Sequence } from "../../lib/core/ids.ts";
import { isBranchId, isCommandId } from "../../lib/core/ids.ts";
import type { EntriesRecord } from "../../lib/core/journal_record.ts";
import { money } from "../../lib/core/money.ts";
import type { PropagateInput, Ticket } from "../../lib/core/step.ts";
import { nothingKnown, type VersionVector } from "../../lib/core/version_vector.ts";

/** Names a branch. */
export function branch(id: number): BranchId {
  if (!isBranchId(id)) throw new RangeError(`${id} names no branch`);
  return id;
}

/** Names a command. */
export function commandId(text: string): CommandId {
  if (!isCommandId(text)) throw new RangeError(`${text} names no command`);
  return text;
}

/** Makes a vector of sequences by branch. */
export function vector(sequences: Readonly<Record<number, number>>): VersionVector {
  return new Map(
    Object.entries(sequences).map(([id, sequence]) => [branch(Number(id)), sequence]),
  );
}

/** Makes a deposit. */
export function deposit(id: string, amount: number): Deposit {
  return { action: "deposit", id: commandId(id), amount: money(amount) };
}

/** Makes a withdrawal. */
export function withdrawal(id: string, amount: number): Withdrawal {
  return { action: "withdraw", id: commandId(id), amount: money(amount) };
}

/** A query. */
export const query: Query = { action: "query" };

/** Makes as many deposits of 1, their ids beginning with `prefix`. */
export function deposits(prefix: string, count: number): readonly Deposit[] {
  return Array.from({ length: count }, (_, index) => deposit(`${prefix}/${index}`, 1));
}

/** Makes a record; it holds one deposit of 1 unless `entries` says more. */
export function record(
  { origin, first, after = nothingKnown, entries }: {
    readonly origin: BranchId;
    readonly first: number;
    readonly after?: VersionVector;
    readonly entries?: readonly Write[];
  },
): EntriesRecord {
  const written = entries ?? [deposit(`${origin}/${first}`, 1)];
  return { kind: "entries", origin, first, after, entries: written };
}

/** Makes a request of a peer; unless it says more, no entry of the peer is at every member. */
export function propagation(
  ticket: Ticket,
  { from, everywhere = 0, asks = false, records = [] }: {
    readonly from: BranchId;
    readonly everywhere?: Sequence;
    readonly asks?: boolean;
    readonly records?: readonly EntriesRecord[];
  },
): PropagateInput {
  return { kind: "propagate", ticket, from, everywhere, asks, records };
}
