import type { Command, Result } from "../core/command.ts";
import type { BranchId } from "../core/ids.ts";
import { limits } from "../core/limits.ts";
import { nothingKnown, type VersionVector } from "../core/version_vector.ts";
import descriptor from "../gen/bank.json" with { type: "json" };
import { MalformedError, readBalance } from "./malformed.ts";
import { readWritten } from "./outcome.ts";
import { WireReader } from "./wire_reader.ts";
import { readSequences, type Sequences, vectorOf, writeVector } from "./wire_vector.ts";
import { WireWriter } from "./wire_writer.ts";

/**
 * What a customer's process carries: the path and the bytes of a call.
 *
 * The run seals the calls of its customers, so that their processes need no codec. Nor does the
 * run use the one for any message, which takes a process 60 ms to load, a tenth of a small run.
 */
export interface SealedCall {
  readonly path: string;
  readonly request: Uint8Array;
}

/** What a sealed call has brought. */
export interface Opened {
  readonly result: Result;
  /** What the customer has seen now. */
  readonly session: VersionVector;
}

const messages = descriptor.nested.bank.nested.v1.nested;
/** Those of a deposit. A test makes sure that a withdrawal has the same. */
const writeFields = messages.DepositRequest.fields;
const queryFields = messages.QueryRequest.fields;
const writtenFields = messages.DepositResponse.fields;
const queriedFields = messages.QueryResponse.fields;
const outcomes = new Map<number, string>(
  Object.entries(messages.Outcome.values).map(([name, number]) => [number, name]),
);
const methods = { deposit: "Deposit", withdraw: "Withdraw", query: "Query" } as const;

/** Seals one command for a branch, as a call of the method that is meant for it. */
export function sealCall(
  command: Command,
  { branch, session }: { readonly branch: BranchId; readonly session: VersionVector },
): SealedCall {
  const path = `/bank.v1.BranchService/${methods[command.action]}`;
  const { recordBytesMax, entryBytesMax, vectorElementBytesMax } = limits;
  const most = recordBytesMax + entryBytesMax + session.size * vectorElementBytesMax;
  const writer = new WireWriter(most);
  if (command.action === "query") {
    if (command.id !== undefined) writer.ascii(queryFields.commandId.id, command.id);
    writeVector(writer, { field: queryFields.session.id, vector: session });
  } else {
    writer.ascii(writeFields.commandId.id, command.id);
    writer.number(writeFields.amount.id, Number(command.amount));
    writeVector(writer, { field: writeFields.session.id, vector: session });
    writer.number(writeFields.branch.id, branch);
  }
  return { path, request: writer.bytes };
}

/** Opens the response to a sealed command. @throws {MalformedError} */
export function openResponse(command: Command, response: Uint8Array): Opened {
  try {
    return command.action === "query" ? openQueried(response) : openWritten(response);
  } catch (error) {
    if (error instanceof MalformedError || !(error instanceof RangeError)) throw error;
    throw new MalformedError("a response is not the protobuf message that it should be", {
      cause: error,
    });
  }
}

function openWritten(response: Uint8Array): Opened {
  const reader = new WireReader(response);
  let outcome = 0;
  let branches = 0;
  let session: Sequences = nothingKnown;
  while (reader.isMore) {
    const field = reader.field();
    if (field === writtenFields.outcome.id) outcome = reader.int32();
    else if (field === writtenFields.branches.id) branches = reader.uint32();
    else if (field === writtenFields.session.id) session = readSequences("session", reader);
    else reader.passOver();
  }
  return {
    result: readWritten(outcomes.get(outcome) ?? `${outcome}`, branches),
    session: vectorOf("session", session),
  };
}

function openQueried(response: Uint8Array): Opened {
  const reader = new WireReader(response);
  let balance = 0;
  let session: Sequences = nothingKnown;
  while (reader.isMore) {
    const field = reader.field();
    if (field === queriedFields.balance.id) balance = reader.int64();
    else if (field === queriedFields.session.id) session = readSequences("session", reader);
    else reader.passOver();
  }
  return {
    result: { kind: "balance", balance: readBalance("balance", balance) },
    session: vectorOf("session", session),
  };
}
