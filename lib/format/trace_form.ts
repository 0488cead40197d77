import type { Command, Result } from "../core/command.ts";
import type { Entry } from "../core/entry.ts";
import type { CommandId } from "../core/ids.ts";
import { unreachable } from "../core/invariant.ts";
import { type EntriesRecord, lastOf } from "../core/journal_record.ts";
import type { Money } from "../core/money.ts";
import type { VersionVector } from "../core/version_vector.ts";
import type { Propagation } from "../host/host.ts";
import type {
  CommandName,
  EntryRange,
  GrantEntry,
  KnownEntries,
  PropagateMessage,
  TraceCommand,
  TraceResult,
  WriteEntry,
} from "./trace_message.ts";

/** Names a command of `run` by its customer and position, and another one by its whole id. */
export function nameIn(run: string, id: CommandId): CommandName {
  return id.startsWith(`${run}/`) ? id.slice(run.length + 1) : id;
}

/** Gives a command as traces have it, or nothing if it has no name. */
export function commandIn(run: string, command: Command): TraceCommand | undefined {
  const { id, action } = command;
  if (id === undefined) return undefined;
  const named = { command: nameIn(run, id), action };
  return command.action === "query" ? named : { ...named, amount: Number(command.amount) };
}

/** Gives an entry as traces have it. */
export function entryIn(run: string, entry: Entry): WriteEntry | GrantEntry {
  const { action, id } = entry;
  const amount = Number(entry.amount);
  if (action === "grant") return { action, claim: id, to: entry.to, amount };
  return { action, command: nameIn(run, id), amount };
}

/** Gives a version vector as traces have it. */
export function knownIn(vector: VersionVector): KnownEntries {
  return Object.fromEntries(vector);
}

/** Gives what a branch shows as traces have it. */
export function standingIn(
  { balance, allowance }: { readonly balance: Money; readonly allowance: Money },
): { readonly balance: number; readonly allowance: number } {
  return { balance: Number(balance), allowance: Number(allowance) };
}

/** Tells which entries records bring; those of one log that follow each other as one range. */
export function rangesIn(records: readonly EntriesRecord[]): readonly EntryRange[] {
  const ranges: EntryRange[] = [];
  for (const record of records) {
    const { origin, first } = record;
    const before = ranges.at(-1);
    const goesOn = before?.origin === origin && before.last + 1 === first;
    const range = { origin, first: goesOn ? before.first : first, last: lastOf(record) };
    ranges.splice(goesOn ? -1 : ranges.length, 1, range);
  }
  return ranges;
}

/** Gives what a request brings to peers as traces have it. */
export function propagateIn(
  { attempt, records, last, everywhere, has, asks }: Omit<Propagation, "from">,
): PropagateMessage {
  const message = { message: "propagate", attempt, carries: rangesIn(records) } as const;
  const offered = has.size === 0 ? {} : { has: knownIn(has) };
  return { ...message, last, everywhere, ...offered, asks };
}

/** Gives what became of a command as traces have it. */
export function resultIn(result: Result): TraceResult {
  switch (result.kind) {
    case "written":
      return { result: "written", branches: result.branches };
    case "refused":
      return { result: "refused", refusal: result.refusal };
    case "unavailable":
      return { result: "unavailable" };
    case "balance":
      return { result: "balance", balance: Number(result.balance) };
    default:
      return unreachable(result);
  }
}
