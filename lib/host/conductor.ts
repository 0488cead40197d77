import type { Command, Result } from "../core/command.ts";
import type { BranchId, CustomerId } from "../core/ids.ts";
import { merged, nothingKnown, type VersionVector } from "../core/version_vector.ts";

/** One event of one customer: which command goes to which branch. */
export interface Step {
  readonly customer: CustomerId;
  readonly branch: BranchId;
  readonly command: Command;
  /** Where the scenario says so: the index of the customer record, and of the event in it. */
  readonly record: number;
  readonly event: number;
}

/** Steps that one customer takes one after another. */
export type Lane = readonly Step[];

/** Lanes that run side by side; the next phase waits for all of them. */
export type Phase = readonly Lane[];

/**
 * What a run will do, worked out before anything starts.
 *
 * `settled` steps know all that earlier phases did, so that no answer depends on timing; the
 * others know only what their own customer has seen.
 */
export interface Plan {
  readonly phases: readonly Phase[];
  readonly settled: boolean;
}

/** What a branch answered to one step, and what the customer has then seen. */
export interface Reply {
  readonly result: Result;
  readonly session: VersionVector;
}

/** Carries a step to its branch, as its customer. */
export type Carry = (step: Step, session: VersionVector) => Promise<Reply>;

/** Hears how a run gets on. */
export interface PhaseObserver {
  /** A phase begins: the first, the second … */
  begun(phase: number): void;
  /** All steps of a phase are taken. */
  ended(phase: number, lanes: Phase): void;
}

/** How far a run has come. */
export interface Progress {
  /** Which phase runs: the first, the second … */
  readonly phase: number;
  readonly phases: number;
  /** How many commands have been answered, of how many. */
  readonly done: number;
  readonly commands: number;
}

/** What a run is given besides its plan. */
export interface ConductOptions {
  /** What the branches know of earlier runs. */
  readonly before?: VersionVector;
  readonly observer?: PhaseObserver | undefined;
  /** Hears how far the run has come, whenever a phase begins or a step is taken. */
  readonly progressed?: ((progress: Progress) => void) | undefined;
}

/** What a run has brought. */
export interface Conducted {
  /** The results by customer record and event, as the scenario orders them. */
  readonly results: readonly (readonly Result[])[];
  /** All that any customer has seen. */
  readonly seen: VersionVector;
}

/**
 * Runs a plan: phase after phase, the lanes of a phase side by side, a lane step by step.
 *
 * It waits for answers only, never for a clock. The first step that fails ends the run. Where a
 * bank goes on from an earlier run, `before` is what its branches know of that, and every step
 * of a settled plan follows it.
 */
export async function conduct(
  plan: Plan,
  carry: Carry,
  { before = nothingKnown, observer, progressed }: ConductOptions = {},
): Promise<Conducted> {
  const results: Result[][] = [];
  const sessions = new Map<CustomerId, VersionVector>();
  let seen = before;
  let progress: Progress = {
    phase: 0,
    phases: plan.phases.length,
    done: 0,
    commands: plan.phases.flat(2).length,
  };

  function advance(change: Partial<Progress>): void {
    progress = { ...progress, ...change };
    progressed?.(progress);
  }

  async function follow(lane: Lane, settled: VersionVector): Promise<void> {
    for (const step of lane) {
      const session = merged(settled, sessions.get(step.customer) ?? nothingKnown);
      const reply = await carry(step, session);
      (results[step.record] ??= [])[step.event] = reply.result;
      sessions.set(step.customer, merged(session, reply.session));
      seen = merged(seen, reply.session);
      advance({ done: progress.done + 1 });
    }
  }

  for (const [index, phase] of plan.phases.entries()) {
    advance({ phase: index + 1 });
    const settled = plan.settled ? seen : nothingKnown;
    observer?.begun(index + 1);
    await Promise.all(phase.map((lane) => follow(lane, settled)));
    observer?.ended(index + 1, phase);
  }
  return { results, seen };
}
