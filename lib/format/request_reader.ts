import type { MethodDefinition } from "@grpc/proto-loader";
import { limits } from "../core/limits.ts";
import descriptor from "../gen/bank.json" with { type: "json" };
import type { ReplicationServiceDefinition } from "../gen/bank/v1/ReplicationService.ts";
import { branchService, replicationService } from "./contract.ts";
import {
  type CustomerRequest,
  type CustomerResponse,
  readDeposit,
  readExecute,
  readQuery,
  readWithdrawal,
  writeExecuted,
  writeQueried,
  writeWritten,
} from "./customer_wire.ts";
import { ExcessError, MalformedError } from "./malformed.ts";
import { WireReader } from "./wire_reader.ts";

/** Looks at the bytes of a request before they are read. @throws {ExcessError | Error} */
type Look = (bytes: Uint8Array) => void;

/**
 * The services as branches serve them: their readers of requests never throw, and read nothing
 * that is larger than any request may be. What cannot be read becomes an error in place of the
 * message, which {@linkcode legible} throws where it can be answered: what a reader throws, grpc-js
 * answers as INTERNAL, as if the branch were at fault.
 *
 * The size is looked at first, since reading is what costs: of two million empty commands, which
 * are 4 MiB, it would make 260 MiB of objects in a second, and of as many empty records 490.
 */
export const servedToCustomers = {
  Deposit: direct(branchService.Deposit, readDeposit, writeWritten),
  Withdraw: direct(branchService.Withdraw, readWithdrawal, writeWritten),
  Query: direct(branchService.Query, readQuery, writeQueried),
  Execute: direct(branchService.Execute, readExecute, writeExecuted),
} as const;

/** See {@linkcode servedToCustomers}. */
export const servedToPeers: ReplicationServiceDefinition = {
  ...replicationService,
  Propagate: careful(replicationService.Propagate, hasFewRecords),
  Fetch: careful(replicationService.Fetch, isSmall),
  Claim: careful(replicationService.Claim, isSmall),
};

/** Gives a request back, unless it could not be read. @throws {MalformedError | ExcessError} */
export function legible<Request>(request: Request): Exclude<Request, Error> {
  if (request instanceof Error) throw request;
  return request as Exclude<Request, Error>;
}

/** A method of customers, which reads and writes what branches work with. */
export interface DirectMethod
  extends Omit<MethodDefinition<object, object>, "requestDeserialize" | "responseSerialize"> {
  readonly requestDeserialize: (bytes: Uint8Array) => CustomerRequest | Error;
  readonly responseSerialize: (response: CustomerResponse) => Uint8Array;
}

function direct(
  method: MethodDefinition<object, object>,
  read: (bytes: Uint8Array) => CustomerRequest,
  write: (response: CustomerResponse) => Uint8Array,
): DirectMethod {
  return { ...method, requestDeserialize: reading(read, isSmall), responseSerialize: write };
}

/** What a method reads its requests with; the rest of it stays as it is. */
type Reading = Pick<MethodDefinition<object, object>, "requestDeserialize">;

function careful<Method extends Reading>(method: Method, look: Look): Method {
  return { ...method, requestDeserialize: reading(method.requestDeserialize, look) };
}

function reading<Bytes extends Uint8Array, Request>(
  read: (bytes: Bytes) => Request,
  look: Look,
): (bytes: Bytes) => Request | Error {
  return (bytes) => {
    try {
      look(bytes);
      return read(bytes);
    } catch (error) {
      if (error instanceof ExcessError || error instanceof MalformedError) return error;
      return new MalformedError("the request is not the protobuf message that it should be", {
        cause: error,
      });
    }
  };
}

function isSmall(bytes: Uint8Array): void {
  const { requestBytesMax } = limits;
  if (bytes.length <= requestBytesMax) return;
  throw new ExcessError(
    `the request has ${bytes.length} bytes; it must have at most ${requestBytesMax}`,
  );
}

const recordsField = descriptor.nested.bank.nested.v1.nested.PropagateRequest.fields.records.id;

/** The records may be large together; there may not be many, and not much beside them. */
function hasFewRecords(bytes: Uint8Array): void {
  const { propagateRecordsMax, requestBytesMax } = limits;
  const reader = new WireReader(bytes);
  let records = 0;
  let others = 0;
  while (reader.isMore) {
    const start = reader.at;
    const field = reader.field();
    reader.passOver();
    if (field === recordsField) records += 1;
    else others += reader.at - start;
    if (records > propagateRecordsMax) {
      throw new ExcessError(`the request has more than ${propagateRecordsMax} records`);
    }
    if (others > requestBytesMax) {
      throw new ExcessError(
        `the request has more than ${requestBytesMax} bytes beside its records`,
      );
    }
  }
}
