import type { Command, Result } from "../core/command.ts";
import type { BranchId } from "../core/ids.ts";
import { limits } from "../core/limits.ts";
import type { VersionVector } from "../core/version_vector.ts";
import type { Command__Output } from "../gen/bank/v1/Command.ts";
import type { CommandResult, CommandResult__Output } from "../gen/bank/v1/CommandResult.ts";
import type { DepositRequest__Output } from "../gen/bank/v1/DepositRequest.ts";
import type { ExecuteRequest, ExecuteRequest__Output } from "../gen/bank/v1/ExecuteRequest.ts";
import type { ExecuteResponse, ExecuteResponse__Output } from "../gen/bank/v1/ExecuteResponse.ts";
import type { QueryRequest__Output } from "../gen/bank/v1/QueryRequest.ts";
import type { QueryResponse } from "../gen/bank/v1/QueryResponse.ts";
import type { DepositResponse } from "../gen/bank/v1/DepositResponse.ts";
import type { WithdrawRequest__Output } from "../gen/bank/v1/WithdrawRequest.ts";
import {
  ExcessError,
  MalformedError,
  readAmount,
  readBalance,
  readBranchId,
  readCommandId,
  readVector,
} from "./malformed.ts";
import { outcomeOf, readWritten, unavailable } from "./outcome.ts";
import { writeVector } from "./record.ts";

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

/** Reads a deposit. @throws {MalformedError} */
export function readDeposit(message: DepositRequest__Output): CustomerRequest {
  return readWrite("deposit", message);
}

/** Reads a withdrawal. @throws {MalformedError} */
export function readWithdrawal(message: WithdrawRequest__Output): CustomerRequest {
  return readWrite("withdraw", message);
}

/** Reads a query. @throws {MalformedError} */
export function readQuery(message: QueryRequest__Output): CustomerRequest {
  const session = readVector("session", message.session);
  return { branch: undefined, commands: [readNamed("command_id", message.commandId)], session };
}

/** Reads many commands. @throws {MalformedError | ExcessError} */
export function readExecute(message: ExecuteRequest__Output): CustomerRequest {
  const { commands } = message;
  if (commands.length > limits.requestCommandsMax) {
    throw new ExcessError(
      `commands has ${commands.length} elements; it must have at most ${limits.requestCommandsMax}`,
    );
  }
  return {
    branch: readBranchId("branch", message.branch),
    commands: commands.map((command, index) => readCommand(`commands[${index}]`, command)),
    session: readVector("session", message.session),
  };
}

/** Writes the answer to a deposit or a withdrawal. */
export function writeWritten({ results, session }: CustomerResponse): DepositResponse {
  const { outcome, branches } = writeResult(results[0]);
  return { outcome, branches, session: writeVector(session) };
}

/** Writes the answer to a query. */
export function writeQueried({ results, session }: CustomerResponse): QueryResponse {
  const { balance } = writeResult(results[0]);
  return { balance, session: writeVector(session) };
}

/** Writes the answer to many commands. */
export function writeExecuted({ results, session }: CustomerResponse): ExecuteResponse {
  return { results: results.map(writeResult), session: writeVector(session) };
}

/** Writes many commands. */
export function writeExecute(
  { branch, commands, session }: CustomerRequest & { readonly branch: BranchId },
): ExecuteRequest {
  return { branch, commands: commands.map(writeCommand), session: writeVector(session) };
}

/** Reads the answer to many commands. @throws {MalformedError} */
export function readExecuted(message: ExecuteResponse__Output): CustomerResponse {
  return {
    results: message.results.map(readResult),
    session: readVector("session", message.session),
  };
}

function readWrite(
  action: "deposit" | "withdraw",
  message: DepositRequest__Output,
): CustomerRequest {
  const id = readCommandId("command_id", message.commandId);
  const amount = readAmount("amount", message.amount);
  const branch = readBranchId("branch", message.branch);
  const session = readVector("session", message.session);
  return { branch, commands: [{ action, id, amount }], session };
}

function readCommand(path: string, message: Command__Output): Command {
  const write = () => ({
    id: readCommandId(`${path}.command_id`, message.commandId),
    amount: readAmount(`${path}.amount`, message.amount),
  });
  switch (message.action) {
    case "ACTION_DEPOSIT":
      return { action: "deposit", ...write() };
    case "ACTION_WITHDRAW":
      return { action: "withdraw", ...write() };
    case "ACTION_QUERY":
      return readNamed(`${path}.command_id`, message.commandId);
    default:
      throw new MalformedError(`${path}.action is ${message.action}; it must say what to do`);
  }
}

/** Reads a query, and its name if it has one. */
function readNamed(path: string, id: string): Command {
  return id === "" ? { action: "query" } : { action: "query", id: readCommandId(path, id) };
}

const actions = {
  deposit: "ACTION_DEPOSIT",
  withdraw: "ACTION_WITHDRAW",
  query: "ACTION_QUERY",
} as const;

function writeCommand(command: Command) {
  const action = actions[command.action];
  if (command.action === "query") return { action, commandId: command.id ?? "" };
  return { action, commandId: command.id, amount: Number(command.amount) };
}

function writeResult(result: Result | undefined): Required<CommandResult> {
  const nothing = { outcome: "OUTCOME_SUCCESS", branches: 0, balance: 0 } as const;
  switch (result?.kind) {
    case "written":
      return { ...nothing, branches: result.branches };
    case "refused":
      return { ...nothing, outcome: outcomeOf(result.refusal) };
    case "unavailable":
      return { ...nothing, outcome: unavailable };
    case "balance":
      return { ...nothing, balance: Number(result.balance) };
    case undefined:
      return { ...nothing, outcome: "OUTCOME_UNSPECIFIED" };
  }
}

function readResult({ outcome, branches, balance }: CommandResult__Output): Result {
  if (outcome === "OUTCOME_SUCCESS" && branches === 0) {
    return { kind: "balance", balance: readBalance("balance", balance) };
  }
  return readWritten(outcome, branches);
}
