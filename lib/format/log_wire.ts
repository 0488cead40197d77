import type { FetchRequest } from "../core/catch_up.ts";
import type { Claim } from "../core/escrow.ts";
import type { BranchId } from "../core/ids.ts";
import { type EntriesRecord, recordsWithin } from "../core/journal_record.ts";
import { limits } from "../core/limits.ts";
import type { PeerAnswer, PeerRequest } from "../core/propagation.ts";
import { nothingKnown } from "../core/version_vector.ts";
import type { Batch } from "../host/carrier.ts";
import type { Claimed } from "../host/host.ts";
import { replicationService } from "./contract.ts";
import { ExcessError, MalformedError } from "./malformed.ts";
import {
  readClaim,
  readClaimed,
  readFetch,
  readFetched,
  readPropagated,
  readPropagation,
  writeAcknowledgement,
  writeClaim,
  writeClaimed,
  writeFetch,
  writeFetched,
  writePropagated,
  writePropagation,
} from "./peer_wire.ts";
import { legible, servedToPeers } from "./request_reader.ts";

/**
 * Messages between branches as bytes, for a carrier that knows nothing of gRPC: those of the
 * replication service, each by itself. What is read is held to whom the carrier says that it is
 * from; each reader throws a MalformedError where it means nothing.
 */

/** Bytes as the codecs take them: a view of Node. */
type Bytes = Parameters<typeof replicationService.Propagate.requestDeserialize>[0];

const { Propagate, Fetch, Claim: ClaimMethod } = replicationService;

/** Writes what a branch appends to the log. */
export function encodeBatch(batch: Batch): Uint8Array {
  const { to = [], has = nothingKnown, asks = false } = batch.apart ?? {};
  return encodeRequest({ ...batch, to, has, asks });
}

/** Reads what a branch has appended. */
export function decodeBatch(bytes: Bytes, sender: number): Batch {
  const { to, has, asks, ...batch } = decodeRequest(bytes, sender);
  return to.length === 0 ? batch : { ...batch, apart: { to, has, asks } };
}

/** Writes a request to branches. */
export function encodeRequest(request: PeerRequest): Uint8Array {
  return Propagate.requestSerialize(writePropagation(request, request.to));
}

/** Reads a request to branches. */
export function decodeRequest(bytes: Bytes, sender: number): PeerRequest {
  const message = asked(servedToPeers.Propagate.requestDeserialize(bytes));
  return sentBy(sender, readPropagation(message));
}

/** Writes the answer of one branch. */
export function encodeAnswer(to: BranchId, answer: PeerAnswer): Uint8Array {
  const { from, attempt } = answer;
  const acknowledgements = [writeAcknowledgement(from, answer)];
  return Propagate.responseSerialize(writePropagated({ from: to, attempt }, acknowledgements));
}

/** Reads the answer of one branch, and which one it is for. */
export function decodeAnswer(
  bytes: Bytes,
  sender: number,
): { readonly to: BranchId; readonly answer: PeerAnswer } {
  const { to, answers } = readPropagated(read(Propagate.responseDeserialize, bytes));
  const [answer] = answers;
  if (answer === undefined) throw new MalformedError("acknowledgements has none");
  return { to, answer: sentBy(sender, answer) };
}

/** Writes a request for old records. */
export function encodeFetch(request: FetchRequest): Uint8Array {
  return Fetch.requestSerialize(writeFetch(request));
}

/** Reads a request for old records. */
export function decodeFetch(bytes: Bytes, sender: number): FetchRequest {
  const message = asked(servedToPeers.Fetch.requestDeserialize(bytes));
  return sentBy(sender, readFetch(message));
}

/** Writes old records, as many as surely fit into a message; the others are asked for again. */
export function encodeFetched(records: readonly EntriesRecord[]): Uint8Array {
  return Fetch.responseSerialize(writeFetched(recordsWithin(limits.natsRecordsBytesMax, records)));
}

/** Reads old records. */
export function decodeFetched(bytes: Bytes): readonly EntriesRecord[] {
  return readFetched(read(Fetch.responseDeserialize, bytes));
}

/** Writes a claim. */
export function encodeClaim(claim: Claim): Uint8Array {
  return ClaimMethod.requestSerialize(writeClaim(claim));
}

/** Reads a claim. */
export function decodeClaim(bytes: Bytes, sender: number): Claim {
  const message = asked(servedToPeers.Claim.requestDeserialize(bytes));
  return sentBy(sender, readClaim(message));
}

/** Writes the answer to a claim. */
export function encodeClaimed(claimed: Claimed): Uint8Array {
  return ClaimMethod.responseSerialize(writeClaimed(claimed));
}

/** Reads the answer to a claim. */
export function decodeClaimed(bytes: Bytes): Claimed {
  return readClaimed(read(ClaimMethod.responseDeserialize, bytes));
}

/** Holds a message to whom its carrier says that it is from. */
function sentBy<Message extends { readonly from: BranchId }>(
  sender: number,
  message: Message,
): Message {
  if (message.from === sender) return message;
  throw new MalformedError(`from is ${message.from}; the message was sent by branch ${sender}`);
}

/** Gives a request back, unless it could not be read, or is larger than any may be. */
function asked<Request>(request: Request): Request {
  try {
    return legible(request);
  } catch (error) {
    // A caller would be told so; a log is passed over it.
    if (error instanceof ExcessError) throw new MalformedError(error.message);
    throw error;
  }
}

function read<Message>(deserialize: (bytes: Bytes) => Message, bytes: Bytes): Message {
  try {
    return deserialize(bytes);
  } catch (cause) {
    throw new MalformedError("the answer is not the protobuf message that it should be", { cause });
  }
}
