import type { AcknowledgePolicy } from "./acknowledgements.ts";
import type { BranchId } from "./ids.ts";
import type { Money } from "./money.ts";

/** What a replica is told when it is made, and what never changes. */
export interface ReplicaConfig {
  readonly id: BranchId;
  /** All branches of the bank, this one included. */
  readonly members: readonly BranchId[];
  readonly opening: Money;
  readonly acknowledge: AcknowledgePolicy;
  /** How long outcomes are kept after their command was made, in milliseconds: at least a day. */
  readonly outcomeMs?: number | undefined;
  /** Other sizes than those of `limits`, for worlds that would not reach those. */
  readonly sizes?: undefined | {
    readonly checkpointEntries?: number;
    readonly logEntriesMax?: number;
    /** Infinite, where commands do not say when they were made. */
    readonly heldOutcomesMax?: number | undefined;
  };
  /** Whether the journal is new while the bank may be old: then it may have been lost. */
  readonly isNew?: boolean;
  /** Until when it may have run before, in milliseconds since 1970; else until the first tick. */
  readonly ranUntilMs?: number | undefined;
  /** A whole number below 2^32 that nobody knows, so that nobody can choose ids that collide. */
  readonly seed?: number | undefined;
}
