import { unreachable } from "../core/invariant.ts";
import type { Rejection } from "../core/step.ts";
import type { StatusName } from "./grpc_frame.ts";

/** An answer that is a gRPC status. */
export class StatusError extends Error {
  override readonly name = "StatusError";
  /** The status, never OK. */
  readonly code: StatusName;

  /** Says which status, and why. */
  constructor(code: StatusName, details: string) {
    super(details);
    this.code = code;
  }
}

/** Says why a branch did not take a request, and by the status whether to try again. */
export function rejected(rejection: Rejection): StatusError {
  switch (rejection.kind) {
    case "contradiction":
      return new StatusError(
        "ALREADY_EXISTS",
        `command id ${rejection.id} was used for another write`,
      );
    case "stranger":
      return new StatusError(
        "INVALID_ARGUMENT",
        `session names branch ${rejection.origin}, which this bank does not have`,
      );
    case "unissued":
      return new StatusError(
        "INVALID_ARGUMENT",
        `session names entry ${rejection.sequence} of branch ${rejection.origin}, which it has not written`,
      );
    case "behind": {
      const lacking = [...rejection.lacking]
        .map(([origin, sequence]) => `entry ${sequence} of branch ${origin}`);
      return new StatusError(
        "UNAVAILABLE",
        `the branch has not yet heard of ${listed(lacking)}, which the session has seen`,
      );
    }
    case "recalling":
      return new StatusError(
        "UNAVAILABLE",
        `the branch still reads in its journal what became of command id ${rejection.id}`,
      );
    case "recovering": {
      const unheard = listed(rejection.unheard.map((peer) => `branch ${peer}`));
      return new StatusError(
        "UNAVAILABLE",
        "the branch makes sure that it has forgotten nothing" +
          (unheard === "" ? "; it fetches what others have" : `; it waits for ${unheard}`),
      );
    }
    case "expired":
      return new StatusError(
        "FAILED_PRECONDITION",
        `command id ${rejection.id} is too old to tell whether it was executed`,
      );
    case "ahead":
      return new StatusError(
        "INVALID_ARGUMENT",
        `command id ${rejection.id} says that it was made in the future`,
      );
    default:
      return unreachable(rejection);
  }
}

/**
 * Tells whether grpc-js says by these details that a call is malformed: it says so as INTERNAL, as if
 * the branch were at fault.
 */
export function isCallersFault(details: string): boolean {
  return /^(?:Failed to decompress message$|Invalid grpc-timeout value ")/.test(details);
}

/** Names so many: a status travels in a header, and headers have to be short. */
const namedMax = 20;

function listed(names: readonly string[]): string {
  const more = names.length - namedMax;
  const first = names.slice(0, namedMax).join(", ");
  return more > 0 ? `${first} and ${more} more` : first;
}
