import { BinaryReader } from "@bufbuild/protobuf/wire";
import type { MethodDefinition } from "@grpc/proto-loader";
import { limits } from "../core/limits.ts";
import descriptor from "../gen/bank.json" with { type: "json" };
import type { BranchServiceDefinition } from "../gen/bank/v1/BranchService.ts";
import type { ReplicationServiceDefinition } from "../gen/bank/v1/ReplicationService.ts";
import { branchService, replicationService } from "./contract.ts";
import { ExcessError, MalformedError } from "./malformed.ts";

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
export const servedToCustomers: BranchServiceDefinition = {
  ...branchService,
  Deposit: careful(branchService.Deposit, isSmall),
  Withdraw: careful(branchService.Withdraw, isSmall),
  Query: careful(branchService.Query, isSmall),
  Execute: careful(branchService.Execute, isSmall),
};

/** See {@linkcode servedToCustomers}. */
export const servedToPeers: ReplicationServiceDefinition = {
  ...replicationService,
  Propagate: careful(replicationService.Propagate, hasFewRecords),
  Fetch: careful(replicationService.Fetch, isSmall),
  Claim: careful(replicationService.Claim, isSmall),
};

/** Gives a request back, unless it could not be read. @throws {MalformedError | ExcessError} */
export function legible<Request>(request: Request): Request {
  if (request instanceof Error) throw request;
  return request;
}

/** What a method reads its requests with; the rest of it stays as it is. */
type Reading = Pick<MethodDefinition<object, object>, "requestDeserialize">;

function careful<Method extends Reading>(method: Method, look: Look): Method {
  const requestDeserialize: Reading["requestDeserialize"] = (bytes) => {
    try {
      look(bytes);
      return method.requestDeserialize(bytes);
    } catch (error) {
      if (error instanceof ExcessError) return error;
      return new MalformedError("the request is not the protobuf message that it should be", {
        cause: error,
      });
    }
  };
  return { ...method, requestDeserialize };
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
  const reader = new BinaryReader(bytes);
  let records = 0;
  let others = 0;
  while (reader.pos < reader.len) {
    const start = reader.pos;
    const [field, type] = reader.tag();
    reader.skip(type, field);
    if (field === recordsField) records += 1;
    else others += reader.pos - start;
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
