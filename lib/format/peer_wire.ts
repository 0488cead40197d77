import type { FetchRequest } from "../core/catch_up.ts";
import type { BranchId } from "../core/ids.ts";
import type { Claim } from "../core/escrow.ts";
import type { EntriesRecord } from "../core/journal_record.ts";
import { limits } from "../core/limits.ts";
import type { PeerAnswer, PeerRequest } from "../core/propagation.ts";
import type { Acknowledgement, Acknowledgement__Output } from "../gen/bank/v1/Acknowledgement.ts";
import type {
  PropagateRequest,
  PropagateRequest__Output,
} from "../gen/bank/v1/PropagateRequest.ts";
import type {
  PropagateResponse,
  PropagateResponse__Output,
} from "../gen/bank/v1/PropagateResponse.ts";
import type {
  FetchRequest as WireFetch,
  FetchRequest__Output,
} from "../gen/bank/v1/FetchRequest.ts";
import type { ClaimRequest, ClaimRequest__Output } from "../gen/bank/v1/ClaimRequest.ts";
import type { ClaimResponse, ClaimResponse__Output } from "../gen/bank/v1/ClaimResponse.ts";
import type { FetchResponse, FetchResponse__Output } from "../gen/bank/v1/FetchResponse.ts";
import type { Claimed, Propagated, Propagation } from "../host/host.ts";
import {
  MalformedError,
  readBalance,
  readBranchId,
  readCommandId,
  readSequence,
  readVector,
} from "./malformed.ts";
import { decodeRecord, encodeRecord, writeVector } from "./record.ts";

/** Writes a request for the destinations `to`, which share a process. */
export function writePropagation(request: PeerRequest, to: readonly BranchId[]): PropagateRequest {
  const { from, attempt, last, everywhere, has, asks } = request;
  const records = request.records.map(encodeRecord);
  const message = { from, to: [...to], attempt, last, everywhere, asks, records };
  return has.size === 0 ? message : { ...message, has: writeVector(has) };
}

/** Reads a request of a peer, for whom it is, and which it is. @throws {MalformedError} */
export function readPropagation(
  message: PropagateRequest__Output,
): Propagation & Pick<PeerRequest, "to" | "attempt"> {
  if (message.to.length > limits.branchesMax) {
    throw new MalformedError(
      `to names ${message.to.length} branches; a bank has at most ${limits.branchesMax}`,
    );
  }
  const from = readBranchId("from", message.from);
  const to = message.to.map((id) => readBranchId("to", id));
  if (new Set(to).size < to.length) throw new MalformedError("to names a branch twice");
  return {
    from,
    to,
    attempt: readSequence("attempt", message.attempt),
    last: readSequence("last", message.last),
    everywhere: readSequence("everywhere", message.everywhere),
    has: readVector("has", message.has),
    asks: message.asks,
    records: message.records.map((bytes) => readOwn(from, bytes)),
  };
}

/** Reads a record that its sender wrote itself: those of others are fetched. */
function readOwn(from: BranchId, bytes: Uint8Array): EntriesRecord {
  const record = decodeRecord(bytes);
  if (record.origin === from) return record;
  throw new MalformedError(
    `record.origin is ${record.origin}; a request brings only what its sender wrote, branch ${from}`,
  );
}

/** Writes the answer of one branch. */
export function writeAcknowledgement(
  branch: BranchId,
  answer: Pick<Propagated, "has" | "known" | "lastId">,
): Acknowledgement {
  const { has, known, lastId } = answer;
  const acknowledgement = { branch, has, lastCommandId: lastId ?? "" };
  return known === undefined ? acknowledgement : { ...acknowledgement, known: writeVector(known) };
}

/** Writes a request for old records. */
export function writeFetch({ from, to, attempt, after }: FetchRequest): WireFetch {
  return { from, to, attempt, after: writeVector(after) };
}

/** Reads whom a request for old records is for, and what it asks. @throws {MalformedError} */
export function readFetch({ from, to, attempt, after }: FetchRequest__Output): FetchRequest {
  return {
    from: readBranchId("from", from),
    to: readBranchId("to", to),
    attempt: readSequence("attempt", attempt),
    after: readVector("after", after),
  };
}

/** Writes the old records that were asked for. */
export function writeFetched(records: readonly EntriesRecord[]): FetchResponse {
  return { records: records.map(encodeRecord) };
}

/** Reads old records. @throws {MalformedError} */
export function readFetched({ records }: FetchResponse__Output): readonly EntriesRecord[] {
  return records.map(decodeRecord);
}

/** Writes a claim. */
export function writeClaim({ from, to, attempt, id, need, wanted }: Claim): ClaimRequest {
  return { from, to, attempt, claimId: id, need: Number(need), wanted: Number(wanted) };
}

/** Reads a claim. @throws {MalformedError} */
export function readClaim(
  { from, to, attempt, claimId, need, wanted }: ClaimRequest__Output,
): Claim {
  return {
    from: readBranchId("from", from),
    to: readBranchId("to", to),
    attempt: readSequence("attempt", attempt),
    id: readCommandId("claim_id", claimId),
    need: readBalance("need", need),
    wanted: readBalance("wanted", wanted),
  };
}

/** Writes the answer to a claim. */
export function writeClaimed({ isGranted, last, expiredMs }: Claimed): ClaimResponse {
  return { granted: isGranted, last, expiredMs };
}

/** Reads the answer to a claim. @throws {MalformedError} */
export function readClaimed({ granted, last, expiredMs }: ClaimResponse__Output): Claimed {
  return {
    isGranted: granted,
    last: readSequence("last", last),
    expiredMs: readSequence("expired_ms", expiredMs),
  };
}

/** Writes the answers to a request of a peer. */
export function writePropagated(
  { from, attempt }: Pick<PeerRequest, "from" | "attempt">,
  acknowledgements: Acknowledgement[],
): PropagateResponse {
  return { to: from, attempt, acknowledgements };
}

/** Reads whose request is answered, which it was, and what was said to it. @throws {MalformedError} */
export function readPropagated(
  message: PropagateResponse__Output,
): Pick<PeerRequest, "attempt"> & { readonly to: BranchId; readonly answers: PeerAnswer[] } {
  const to = readBranchId("to", message.to);
  const attempt = readSequence("attempt", message.attempt);
  const answers = message.acknowledgements.map((one) => readAcknowledgement(one, attempt));
  return { to, attempt, answers };
}

function readAcknowledgement(
  { branch, has, known, lastCommandId }: Acknowledgement__Output,
  attempt: number,
): PeerAnswer {
  const answer = {
    from: readBranchId("branch", branch),
    attempt,
    has: readSequence("has", has),
    known: known === null ? undefined : readVector("known", known),
  };
  if (lastCommandId === "") return answer;
  return { ...answer, lastId: readCommandId("last_command_id", lastCommandId) };
}
