import type { BranchId } from "../core/ids.ts";
import { limits } from "../core/limits.ts";
import type { PeerAnswer, PeerRequest } from "../core/outbox.ts";
import type { Acknowledgement, Acknowledgement__Output } from "../gen/bank/v1/Acknowledgement.ts";
import type {
  PropagateRequest,
  PropagateRequest__Output,
} from "../gen/bank/v1/PropagateRequest.ts";
import type { Propagated, Propagation } from "../host/host.ts";
import { MalformedError, readBranchId, readSequence, readVector } from "./malformed.ts";
import { decodeRecord, encodeRecord, writeVector } from "./record.ts";

/** Writes a request for the destinations `to`, which share a process. */
export function writePropagation(request: PeerRequest, to: readonly BranchId[]): PropagateRequest {
  const { from, everywhere, asks, records } = request;
  return { from, to: [...to], everywhere, asks, records: records.map(encodeRecord) };
}

/** Reads a request of a peer, and for whom it is. @throws {MalformedError} */
export function readPropagation(
  message: PropagateRequest__Output,
): Propagation & { readonly to: readonly BranchId[] } {
  if (message.to.length > limits.branchesMax) {
    throw new MalformedError(
      `to names ${message.to.length} branches; a bank has at most ${limits.branchesMax}`,
    );
  }
  return {
    from: readBranchId("from", message.from),
    to: message.to.map((id) => readBranchId("to", id)),
    everywhere: readSequence("everywhere", message.everywhere),
    asks: message.asks,
    records: message.records.map(decodeRecord),
  };
}

/** Writes the answer of one branch. */
export function writeAcknowledgement(branch: BranchId, answer: Propagated): Acknowledgement {
  const { has, known } = answer;
  return known === undefined ? { branch, has } : { branch, has, known: writeVector(known) };
}

/** Reads the answer of one branch to the request `attempt`. @throws {MalformedError} */
export function readAcknowledgement(
  { branch, has, known }: Acknowledgement__Output,
  attempt: number,
): PeerAnswer {
  return {
    from: readBranchId("branch", branch),
    attempt,
    has: readSequence("has", has),
    known: known === null ? undefined : readVector("known", known),
  };
}
