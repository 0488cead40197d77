import type { Command, Result } from "../core/command.ts";
import type { BranchId } from "../core/ids.ts";
import { limits } from "../core/limits.ts";
import { nothingKnown, type VersionVector } from "../core/version_vector.ts";
import descriptor from "../gen/bank.json" with { type: "json" };
import {
  ExcessError,
  MalformedError,
  readAmount,
  readBranchId,
  readCommandId,
} from "./malformed.ts";
import { outcomeOf, unavailable } from "./outcome.ts";
import { WireReader } from "./wire_reader.ts";
import { readSequences, type Sequences, vectorOf, writeVector } from "./wire_vector.ts";
import { WireWriter } from "./wire_writer.ts";

/** What a customer asks of a branch: commands in order, after all that it has seen. */
export interface CustomerRequest {
  /** The branch that is to execute them; any may answer a query. */
  readonly branch: BranchId | undefined;
  readonly commands: readonly Command[];
  readonly session: VersionVector;
}

/** What a branch answers: a result of each command, and what the customer has then seen. */
export interface CustomerResponse {
  readonly results: readonly Result[];
  readonly session: VersionVector;
}

// A branch under load reads and writes tens of thousands of commands a second. Straight from bytes
// to what the core takes, and back, is a quarter of the time of a codec for any message and of
// reading what that makes; the tests hold it to that codec.
const messages = descriptor.nested.bank.nested.v1.nested;
/** Those of a deposit. A test makes sure that a withdrawal has the same. */
const writeFields = messages.DepositRequest.fields;
const queryFields = messages.QueryRequest.fields;
const executeFields = messages.ExecuteRequest.fields;
const commandFields = messages.Command.fields;
const { ACTION_DEPOSIT, ACTION_WITHDRAW, ACTION_QUERY } = messages.Action.values;
const outcomes = messages.Outcome.values;

/** Reads a deposit. @throws {MalformedError | RangeError} */
export function readDeposit(bytes: Uint8Array): CustomerRequest {
  return readWrite("deposit", bytes);
}

/** Reads a withdrawal. @throws {MalformedError | RangeError} */
export function readWithdrawal(bytes: Uint8Array): CustomerRequest {
  return readWrite("withdraw", bytes);
}

/** Reads a query. @throws {MalformedError | RangeError} */
export function readQuery(bytes: Uint8Array): CustomerRequest {
  const reader = new WireReader(bytes);
  let id = "";
  let session: Sequences = nothingKnown;
  while (reader.isMore) {
    const field = reader.field();
    if (field === queryFields.session.id) session = readSequences("session", reader);
    else if (field === queryFields.commandId.id) id = reader.text();
    else reader.passOver();
  }
  return { branch: undefined, commands: [readNamed(id)], session: vectorOf("session", session) };
}

/** Reads many commands. @throws {MalformedError | ExcessError | RangeError} */
export function readExecute(bytes: Uint8Array): CustomerRequest {
  const reader = new WireReader(bytes);
  const commands: Command[] = [];
  let session: Sequences = nothingKnown;
  let branch = 0;
  while (reader.isMore) {
    const field = reader.field();
    if (field === executeFields.commands.id) commands.push(nextCommand(reader, commands.length));
    else if (field === executeFields.session.id) session = readSequences("session", reader);
    else if (field === executeFields.branch.id) branch = reader.uint32();
    else reader.passOver();
  }
  return {
    branch: readBranchId("branch", branch),
    commands,
    session: vectorOf("session", session),
  };
}

function readWrite(action: "deposit" | "withdraw", bytes: Uint8Array): CustomerRequest {
  const reader = new WireReader(bytes);
  let id = "";
  let amount = 0;
  let session: Sequences = nothingKnown;
  let branch = 0;
  while (reader.isMore) {
    const field = reader.field();
    if (field === writeFields.commandId.id) id = reader.text();
    else if (field === writeFields.amount.id) amount = reader.int64();
    else if (field === writeFields.session.id) session = readSequences("session", reader);
    else if (field === writeFields.branch.id) branch = reader.uint32();
    else reader.passOver();
  }
  const commands = [
    { action, id: readCommandId("command_id", id), amount: readAmount("amount", amount) },
  ];
  return {
    branch: readBranchId("branch", branch),
    commands,
    session: vectorOf("session", session),
  };
}

function nextCommand(reader: WireReader, index: number): Command {
  if (index === limits.requestCommandsMax) {
    throw new ExcessError(`commands has more than ${index} elements`);
  }
  try {
    return readCommand(reader);
  } catch (error) {
    if (!(error instanceof MalformedError)) throw error;
    throw new MalformedError(`commands[${index}].${error.message}`);
  }
}

function readCommand(reader: WireReader): Command {
  const outer = reader.enter();
  let code = 0;
  let id = "";
  let amount = 0;
  while (reader.isMore) {
    const field = reader.field();
    if (field === commandFields.action.id) code = reader.int32();
    else if (field === commandFields.commandId.id) id = reader.text();
    else if (field === commandFields.amount.id) amount = reader.int64();
    else reader.passOver();
  }
  reader.leave(outer);
  switch (code) {
    case ACTION_QUERY:
      return readNamed(id);
    case ACTION_DEPOSIT:
    case ACTION_WITHDRAW:
      return {
        action: code === ACTION_DEPOSIT ? "deposit" : "withdraw",
        id: readCommandId("command_id", id),
        amount: readAmount("amount", amount),
      };
    default:
      throw new MalformedError(
        `action is ${code === 0 ? "ACTION_UNSPECIFIED" : code}; it must say what to do`,
      );
  }
}

/** Reads a query, and its name if it has one. */
function readNamed(id: string): Command {
  return id === "" ? { action: "query" } : { action: "query", id: readCommandId("command_id", id) };
}

/** Writes the answer to a deposit or a withdrawal. */
export function writeWritten({ results, session }: CustomerResponse): Uint8Array {
  const fields = messages.DepositResponse.fields;
  const writer = new WireWriter(answerBytesMax(1, session));
  writeOutcome(writer, { result: results[0], fields });
  writeVector(writer, { field: fields.session.id, vector: session });
  return writer.bytes;
}

/** Writes the answer to a query. */
export function writeQueried({ results: [result], session }: CustomerResponse): Uint8Array {
  const fields = messages.QueryResponse.fields;
  const writer = new WireWriter(answerBytesMax(1, session));
  if (result?.kind === "balance") writer.number(fields.balance.id, Number(result.balance));
  writeVector(writer, { field: fields.session.id, vector: session });
  return writer.bytes;
}

/** Writes the answer to many commands. */
export function writeExecuted({ results, session }: CustomerResponse): Uint8Array {
  const fields = messages.ExecuteResponse.fields;
  const resultFields = messages.CommandResult.fields;
  const writer = new WireWriter(answerBytesMax(results.length, session));
  for (const result of results) {
    writer.message(fields.results.id, () => {
      writeOutcome(writer, { result, fields: resultFields });
      if (result.kind !== "balance") return;
      writer.number(resultFields.balance.id, Number(result.balance));
    });
  }
  writeVector(writer, { field: fields.session.id, vector: session });
  return writer.bytes;
}

interface OutcomeFields {
  readonly outcome: { readonly id: number };
  readonly branches: { readonly id: number };
}

function writeOutcome(
  writer: WireWriter,
  { result, fields }: { readonly result: Result | undefined; readonly fields: OutcomeFields },
): void {
  switch (result?.kind) {
    case "written":
      writer.number(fields.outcome.id, outcomes.OUTCOME_SUCCESS);
      return writer.number(fields.branches.id, result.branches);
    case "refused":
      return writer.number(fields.outcome.id, outcomes[outcomeOf(result.refusal)]);
    case "unavailable":
      return writer.number(fields.outcome.id, outcomes[unavailable]);
    case "balance":
      return writer.number(fields.outcome.id, outcomes.OUTCOME_SUCCESS);
    case undefined:
      return; // OUTCOME_UNSPECIFIED is 0, and what is 0 is not written.
  }
}

/** How many bytes so many results and a session take at most. */
function answerBytesMax(results: number, session: VersionVector): number {
  const { recordBytesMax, vectorElementBytesMax } = limits;
  return recordBytesMax + results * resultBytesMax + session.size * vectorElementBytesMax;
}

/** An outcome and a balance, which takes more than branches do; the tag and the length before. */
const resultBytesMax = 2 + 2 + 9;
