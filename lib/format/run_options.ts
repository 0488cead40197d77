import type { BranchId, CustomerId } from "../core/ids.ts";
import type { VersionVector } from "../core/version_vector.ts";
import type { Conducted, Plan, Progress } from "../host/conductor.ts";
import type { Spawn } from "../host/ports.ts";
import type { CustomerTrust } from "./control_line.ts";
import type { RunTrace } from "./run_trace.ts";
import type { Settlement } from "./settlement.ts";

/** The bank that customers of a run turn to. */
export interface RunBank {
  /** What its branches know of what was before. */
  readonly known: Promise<VersionVector>;
  /** Tells the `host:port` of a branch as soon as it can be asked. */
  address(branch: BranchId): Promise<string>;
  /** Rejects when a branch ends before it has told its balance, and never resolves. */
  readonly failed: Promise<never>;
  /** Waits until all branches know what customers have seen, and tells what they have come to. */
  settle(seen: VersionVector): Promise<Settlement>;
}

/** Opens the bank of a run, whose own processes, if it has any, are started by `spawn`. */
export type OpenBank = (spawn: Spawn) => RunBank;

/** What a run needs to know. */
export interface RunOptions {
  readonly plan: Plan;
  readonly openBank: OpenBank;
  /** Tells what a customer shows of who it is. */
  readonly trustOf: (customer: CustomerId) => CustomerTrust;
  readonly spawn: Spawn;
  /** How many cores the machine has. */
  readonly cores: number;
  /** Hears what happens, if anyone wants to know. */
  readonly trace?: RunTrace | undefined;
  /** Rejects when the run is to end before it is done, if it ever is. */
  readonly interrupted?: Promise<never> | undefined;
  /** Hears how far the run has come. */
  readonly progressed?: ((progress: Progress) => void) | undefined;
}

/** What a run has brought. */
export interface RunOutcome extends Settlement {
  readonly conducted: Conducted;
}
