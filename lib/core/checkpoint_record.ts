import type { BranchId, CommandId, Sequence } from "./ids.ts";
import type { Money } from "./money.ts";
import type { VersionVector } from "./version_vector.ts";

/**
 * What all records before it add up to, so that a restart need not read them again.
 *
 * It holds sums only. Which commands were executed stands in the entries and refusals
 * themselves, and those that are still remembered are read again.
 */
export interface CheckpointRecord {
  readonly kind: "checkpoint";
  /** Which record of the journal it is, counted from 1. */
  readonly number: number;
  readonly ledger: LedgerState;
  /** What this branch's records so far say they come after. */
  readonly after: VersionVector;
  /** Whether the branch was sure by then to know all that it ever wrote. */
  readonly hasBegun: boolean;
  /** Commands made at this moment or before may have been forgotten. */
  readonly expiredMs: number;
  /** The outcomes that are remembered, by age; oldest first. */
  readonly generations: readonly Generation[];
  /** From which record on they are held in memory; 0, if all are. */
  readonly heldFrom: number;
}

/** What a ledger's entries add up to, as a checkpoint keeps it. */
export interface LedgerState {
  /** Of each member of the bank, ascending. */
  readonly accounts: readonly AccountState[];
}

/** What the entries make of one branch. */
export interface AccountState {
  readonly branch: BranchId;
  /** How much of its log is applied, and the command or claim of the last entry of that. */
  readonly known: Sequence;
  readonly lastId: CommandId | undefined;
  /** What it has taken in. */
  readonly deposited: Money;
  /** What it may pay out. */
  readonly allowance: Money;
}

/** Outcomes that are forgotten together, as a checkpoint counts them. */
export interface Generation {
  /** The record of the journal from which on its outcomes stand, counted from 1. */
  readonly number: number;
  /** How many outcomes it has. */
  readonly size: number;
  /** The sequence of its first entry; 0, if it has none. */
  readonly oldest: Sequence;
  /** When the oldest and the youngest of its commands were made, in milliseconds since 1970. */
  readonly earliestMs: number;
  readonly latestMs: number;
  /** From when to when they were made, but for strays. */
  readonly usualFromMs: number;
  readonly usualUntilMs: number;
  /** The few that were made at another time: a number for each id. */
  readonly strays: readonly number[];
}
