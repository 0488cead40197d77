import type { Write } from "../../lib/core/command.ts";
import type { BranchId, CommandId } from "../../lib/core/ids.ts";
import { merged, nothingKnown, type VersionVector } from "../../lib/core/version_vector.ts";
import type { Law, Violation } from "./law.ts";
import type { RefusedCase } from "./refusals.ts";
import type { Case, Sighting, Told } from "./verdict.ts";

/** A write whose outcome may become known. */
export interface OpenCase extends Case {
  told: Told;
  /** What customers had seen when it was first asked for. */
  readonly since: VersionVector;
}

/** How many answered queries are kept to be judged: the latest. */
const sightingsMax = 100_000;

/** Holds what customers asked and were told, and counts it. */
export class CaseBook {
  readonly #cases = new Map<CommandId, OpenCase>();
  readonly #sightings: Sighting[] = [];
  readonly #violations: Violation[] = [];
  readonly #refusals: RefusedCase[] = [];
  #seen: VersionVector = nothingKnown;
  #lastAcknowledged = performance.now();
  /** How often each thing happened. */
  readonly tally = {
    acknowledged: 0,
    refused: 0,
    /** Withdrawals asked for that no balance of this bank can cover: they must be refused. */
    hopeless: 0,
    /** Times that a branch could not reach those who may have the allowance: ask again. */
    undecided: 0,
    queries: 0,
    /** Calls that brought no outcome. */
    lost: 0,
    /** Times that a write without an outcome was asked for again. */
    retries: 0,
    /** Times that two calls with the same bytes were made at once. */
    doubled: 0,
    /** Times that a write which had its outcome was asked for again. */
    repeated: 0,
    /** Times that a branch which lost its journal could not tell what became of a write. */
    expired: 0,
    /** The longest time without a newly acknowledged write, in milliseconds. */
    longestGapMs: 0,
  };

  /** All writes that were asked for. */
  get cases(): ReadonlyMap<CommandId, Case> {
    return this.#cases;
  }

  /** The answered queries that are to be judged. */
  get sightings(): readonly Sighting[] {
    return this.#sightings;
  }

  /** The withdrawals that were refused. */
  get refusals(): readonly RefusedCase[] {
    return this.#refusals;
  }

  /** What was wrong already when it was heard. */
  get violations(): readonly Violation[] {
    return this.#violations;
  }

  /** A customer asks for a write, for the first time. */
  asked(write: Write, branch: BranchId): OpenCase {
    const opened: OpenCase = { write, branch, told: "unknown", since: this.#seen };
    this.#cases.set(write.id, opened);
    return opened;
  }

  /** A customer has seen this. */
  heard(session: VersionVector): void {
    this.#seen = merged(this.#seen, session);
  }

  /** A customer is told what became of a write: the first time, or the same as ever. */
  told(
    known: OpenCase,
    { told, session }: {
      readonly told: Exclude<Told, "unknown">;
      /** What the branch knew. */
      readonly session: VersionVector;
    },
  ): void {
    if (known.told === told) return;
    if (known.told !== "unknown") {
      const name = `${known.write.id} of branch ${known.branch}`;
      return this.breach("exactly once", `${name} was ${known.told} and is now ${told}`);
    }
    known.told = told;
    this.tally[told] += 1;
    if (told === "refused") {
      const { write, branch, since } = known;
      this.#refusals.push({ write, branch, since, until: session });
      return;
    }
    this.pace();
    this.#lastAcknowledged = performance.now();
  }

  /** A customer is told a balance. */
  saw(sighting: Sighting): void {
    this.#sightings[this.tally.queries % sightingsMax] = sighting;
    this.tally.queries += 1;
  }

  /** Notes how long no write was acknowledged. */
  pace(): void {
    const gapMs = performance.now() - this.#lastAcknowledged;
    this.tally.longestGapMs = Math.max(this.tally.longestGapMs, gapMs);
  }

  /** Something is wrong. */
  breach(law: Law, message: string): void {
    this.#violations.push({ law, message });
  }
}
