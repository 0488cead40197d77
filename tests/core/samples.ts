import type { Deposit, Query, Withdrawal } from "../../lib/core/command.ts";
import type { Entry, Grant } from "../../lib/core/entry.ts";
import type { BranchId, CommandId, CustomerId, Sequence } from "../../lib/core/ids.ts";
import { commandIdPrefix, isBranchId, isCommandId, isCustomerId } from "../../lib/core/ids.ts";
import type { CheckpointRecord, Generation } from "../../lib/core/checkpoint_record.ts";
import { type EntriesRecord, lastOf, type RefusalRecord } from "../../lib/core/journal_record.ts";
import { money } from "../../lib/core/money.ts";
import type { PropagateInput, Ticket, TickInput } from "../../lib/core/step.ts";
import { nothingKnown, type VersionVector } from "../../lib/core/version_vector.ts";

/** Names a branch. */
export function branch(id: number): BranchId {
  if (!isBranchId(id)) throw new RangeError(`${id} names no branch`);
  return id;
}

/** Names a customer. */
export function customer(id: number): CustomerId {
  if (!isCustomerId(id)) throw new RangeError(`${id} names no customer`);
  return id;
}

/** When the commands of tests were made, and what the clock shows, unless they say otherwise. */
export const madeMs = Date.UTC(2025, 10, 22, 12);

/** Names a command, which was made at `madeMs` unless the text begins with another time. */
export function commandId(text: string): CommandId {
  if (isCommandId(text)) return text;
  const id = commandIdPrefix(madeMs) + text;
  if (!isCommandId(id)) throw new RangeError(`${id} names no command`);
  return id;
}

/** Lets a tick of time go by. */
export function tickAt(nowMs: number = madeMs): TickInput {
  return { kind: "tick", nowMs };
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

/** Makes a grant, to the branch `to`. */
export function grant(id: string, to: number, amount: number): Grant {
  return { action: "grant", id: commandId(id), to: branch(to), amount: money(amount) };
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
    readonly entries?: readonly Entry[];
  },
): EntriesRecord {
  const written = entries ?? [deposit(`${origin}/${first}`, 1)];
  return { kind: "entries", origin, first, after, entries: written };
}

/**
 * Makes a request of a peer; unless it says more, no entry of the peer is at every member, and
 * its log ends with what it sends of it.
 */
export function propagation(
  ticket: Ticket,
  { from, attempt = 1, records = [], last, everywhere = 0, has = nothingKnown, asks = false }: {
    readonly from: BranchId;
    readonly attempt?: number;
    readonly last?: Sequence;
    readonly everywhere?: Sequence;
    readonly has?: VersionVector;
    readonly asks?: boolean;
    readonly records?: readonly EntriesRecord[];
  },
): PropagateInput {
  const end = records.filter(({ origin }) => origin === from).map(lastOf);
  const rest = { from, attempt, last: last ?? Math.max(0, ...end), everywhere, has, asks, records };
  return { kind: "propagate", ticket, ...rest };
}

/** Makes a record of a withdrawal that was refused. */
export function refusal(id: string, amount = 1_000_000): RefusalRecord {
  return { kind: "refusal", write: withdrawal(id, amount), refusal: "insufficient funds" };
}

/** Tells of how many writes a record is the outcome. */
export function outcomesOf(row: EntriesRecord | RefusalRecord): number {
  return row.kind === "entries" ? row.entries.length : 1;
}

/** Makes a checkpoint of a bank in which nothing has happened, but for what it says. */
export function checkpoint(changes: Partial<CheckpointRecord> = {}): CheckpointRecord {
  return {
    kind: "checkpoint",
    number: 1,
    ledger: { accounts: [] },
    after: nothingKnown,
    hasBegun: true,
    expiredMs: 0,
    generations: [],
    heldFrom: 0,
    ...changes,
  };
}

/** Makes a generation; its commands were made at `latestMs`, unless it says otherwise. */
export function generation(
  changes: Pick<Generation, "number" | "size"> & Partial<Generation>,
): Generation {
  const { number, size, oldest = 0, latestMs = madeMs, earliestMs = latestMs } = changes;
  const { usualFromMs = earliestMs, usualUntilMs = latestMs, strays = [] } = changes;
  return { number, size, oldest, earliestMs, latestMs, usualFromMs, usualUntilMs, strays };
}
