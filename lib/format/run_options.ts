import type { AcknowledgePolicy } from "../core/acknowledgements.ts";
import type { BranchId } from "../core/ids.ts";
import type { Money } from "../core/money.ts";
import type { Conducted, Plan, Progress } from "../host/conductor.ts";
import type { Faults } from "../host/faulty_transport.ts";
import type { BankFolder, Spawn } from "../host/ports.ts";
import type { RunTrace } from "./run_trace.ts";
import type { Settlement } from "./settlement.ts";

/** What a run needs to know. */
export interface RunOptions {
  /** All branches of the bank. */
  readonly branches: readonly BranchId[];
  readonly opening: Money;
  readonly acknowledge: AcknowledgePolicy;
  readonly plan: Plan;
  /** Where the bank's journals are, which may be there from an earlier run. */
  readonly folder: BankFolder;
  readonly spawn: Spawn;
  /** Before the first of its commands was made, in milliseconds since 1970. */
  readonly startedMs: number;
  /** How many cores the machine has. */
  readonly cores: number;
  /** What is to go wrong with messages between branches, if anything, until all is done. */
  readonly faults: Faults | undefined;
  /** Hears what happens, and where branches tell it, if anyone wants to know. */
  readonly trace?: RunTrace | undefined;
  /** Rejects when the run is to end before it is done, if it ever is. */
  readonly interrupted?: Promise<never> | undefined;
  /** Hears how far the run has come. */
  readonly progressed?: ((progress: Progress) => void) | undefined;
  /** Tells people something. */
  readonly note: (line: string) => void;
}

/** What a run has brought. */
export interface RunOutcome extends Settlement {
  readonly conducted: Conducted;
}
