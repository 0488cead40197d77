import type { Refusal, Result } from "../core/command.ts";
import type { Outcome__Output } from "../gen/bank/v1/Outcome.ts";
import { MalformedError } from "./malformed.ts";

const refusals = {
  "insufficient funds": "OUTCOME_INSUFFICIENT_FUNDS",
  "balance limit": "OUTCOME_BALANCE_LIMIT",
} as const satisfies Record<Refusal, Outcome__Output>;

/** Gives the outcome that stands for a refusal on the wire. */
export function outcomeOf(refusal: Refusal): typeof refusals[Refusal] {
  return refusals[refusal];
}

/** The outcome of a withdrawal that nothing is decided about. */
export const unavailable = "OUTCOME_ALLOWANCE_UNAVAILABLE" satisfies Outcome__Output;

/** Reads what became of a write that so many branches have. @throws {MalformedError} */
export function readWritten(outcome: string, branches: number): Result {
  switch (outcome) {
    case "OUTCOME_SUCCESS":
      return { kind: "written", branches };
    case "OUTCOME_INSUFFICIENT_FUNDS":
      return { kind: "refused", refusal: "insufficient funds" };
    case "OUTCOME_BALANCE_LIMIT":
      return { kind: "refused", refusal: "balance limit" };
    case unavailable:
      return { kind: "unavailable" };
    default:
      throw new MalformedError(`outcome is ${outcome}; it must say what became of the command`);
  }
}
