import {
  type handleBidiStreamingCall,
  type handleUnaryCall,
  logVerbosity,
  Metadata,
  type sendUnaryData,
  Server,
  ServerCredentials,
  type ServerDuplexStream,
  type ServerUnaryCall,
  setLogVerbosity,
  status,
} from "@grpc/grpc-js";
import { timingSafeEqual } from "node:crypto";
import type { Duplex } from "node:stream";
import type { BranchId } from "../core/ids.ts";
import { unreachable } from "../core/invariant.ts";
import { limits } from "../core/limits.ts";
import type { Rejection } from "../core/step.ts";
import { branchService, replicationService } from "../format/contract.ts";
import * as wire from "../format/customer_wire.ts";
import { previousAttemptsKey } from "../format/grpc_frame.ts";
import { MalformedError } from "../format/malformed.ts";
import {
  readClaim,
  readFetch,
  readPropagation,
  writeAcknowledgement,
  writeClaimed,
  writeFetched,
  writePropagated,
} from "../format/peer_wire.ts";
import { authorization, authorizationKey, bankKey } from "../format/secret.ts";
import { type Host, OverloadError } from "../host/host.ts";
import type { ClaimRequest__Output } from "../gen/bank/v1/ClaimRequest.ts";
import type { ClaimResponse } from "../gen/bank/v1/ClaimResponse.ts";
import type { FetchRequest__Output } from "../gen/bank/v1/FetchRequest.ts";
import type { FetchResponse } from "../gen/bank/v1/FetchResponse.ts";
import type { PropagateRequest__Output } from "../gen/bank/v1/PropagateRequest.ts";
import type { PropagateResponse } from "../gen/bank/v1/PropagateResponse.ts";

/** By what branches of a bank know each other. */
export interface BankProof {
  /** The bank's founding, as text. */
  readonly founding: string;
  /** A digest of it, which peers show with every call. */
  readonly digest: string;
}

/** What a server serves: one branch to customers, all branches of its process to their peers. */
export interface Served {
  readonly branch: BranchId;
  readonly hosts: ReadonlyMap<BranchId, Host>;
  /** Asked of every caller. */
  readonly secret: string;
  /** Asked of every peer: that it is of the same bank. */
  readonly bank: BankProof;
  /** Where to listen, `host:port`; port 0 lets the system choose. */
  readonly address: string;
  readonly listen: Listen;
}

/**
 * Listens at an address for connections, and gives the `host:port` where it does.
 *
 * @throws {Error} when it cannot listen there.
 */
export type Listen = (address: string, connected: (socket: Duplex) => void) => Promise<string>;

/** An answer that is a gRPC status. */
class StatusError extends Error {
  readonly code: status;

  constructor(code: status, details: string) {
    super(details);
    this.code = code;
  }
}

/**
 * Serves a branch over gRPC, and gives the `host:port` where it does.
 *
 * @throws {Error} when it cannot listen there.
 */
export async function serveBranch(served: Served): Promise<string> {
  const { branch, hosts, secret, bank, address, listen } = served;
  const host = hosts.get(branch);
  if (host === undefined) throw new TypeError(`branch ${branch} has no host in this process`);
  const server = new Server({
    "grpc.enable_channelz": 0,
    "grpc.max_concurrent_streams": limits.connectionCallsMax,
    "grpc.max_receive_message_length": limits.messageBytesMax,
    "grpc.max_send_message_length": limits.messageBytesMax,
  });
  // What grpc-js would print beside throwing it is said once, by the program.
  if (Deno.env.get("GRPC_VERBOSITY") === undefined) setLogVerbosity(logVerbosity.NONE);
  const isKnown = knowing(secret);
  const guard = answering(isKnown);
  const toCustomers = <Message, Response>(
    read: (message: Message) => wire.CustomerRequest,
    write: (response: wire.CustomerResponse) => Response,
  ) =>
    guard(async (message: Message, metadata) => {
      const attempt = attemptIn(metadata);
      return write(await executed({ branch, host }, { ...read(message), attempt }));
    });
  server.addService(branchService, {
    deposit: toCustomers(wire.readDeposit, wire.writeWritten),
    withdraw: toCustomers(wire.readWithdrawal, wire.writeWritten),
    query: toCustomers(wire.readQuery, wire.writeQueried),
    execute: toCustomers(wire.readExecute, wire.writeExecuted),
  });
  server.addService(replicationService, {
    propagate: conversing((metadata) => {
      isKnown(metadata);
      compare(metadata, bank);
    }, (request: PropagateRequest__Output) => propagate(hosts, request)),
    fetch: guard((request: FetchRequest__Output, metadata) => {
      compare(metadata, bank);
      return Promise.resolve(fetched(hosts, request));
    }),
    claim: guard((request: ClaimRequest__Output, metadata) => {
      compare(metadata, bank);
      return claimed(hosts, request);
    }),
  });
  const { injectConnection } = server.createConnectionInjector(ServerCredentials.createInsecure());
  return await listen(address, injectConnection);
}

/** @throws {StatusError} */
async function executed(
  { branch, host }: { readonly branch: BranchId; readonly host: Host },
  { branch: meant, commands, session, attempt }: wire.CustomerRequest & {
    readonly attempt: number;
  },
): Promise<wire.CustomerResponse> {
  // Two branches would each execute it once, and nobody could tell.
  if (meant !== undefined && meant !== branch) {
    const details = `the command is for branch ${meant}, and this is branch ${branch}`;
    throw new StatusError(status.FAILED_PRECONDITION, details);
  }
  const executed = await host.execute(commands, session, { attempt });
  if (executed.kind === "rejected") throw rejected(executed.rejection);
  return { results: executed.results, session: executed.known };
}

/** Tells how often a customer has sent a request, this time included, as its client says. */
function attemptIn(metadata: Metadata): number {
  const previous = String(metadata.get(previousAttemptsKey)[0] ?? "");
  return 1 + (/^\d{1,9}$/.test(previous) ? Number(previous) : 0);
}

async function propagate(
  hosts: ReadonlyMap<BranchId, Host>,
  message: PropagateRequest__Output,
): Promise<PropagateResponse> {
  const request = readPropagation(message);
  const acknowledgements = request.to.map(async (branch) =>
    writeAcknowledgement(branch, await servedHere(hosts, branch).propagate(request))
  );
  return writePropagated(request, await Promise.all(acknowledgements));
}

function fetched(hosts: ReadonlyMap<BranchId, Host>, message: FetchRequest__Output): FetchResponse {
  const { to, ...request } = readFetch(message);
  return writeFetched(servedHere(hosts, to).recordsAfter(request));
}

async function claimed(
  hosts: ReadonlyMap<BranchId, Host>,
  message: ClaimRequest__Output,
): Promise<ClaimResponse> {
  const { to, ...claim } = readClaim(message);
  const answer = await servedHere(hosts, to).claim(claim);
  if (answer !== undefined) return writeClaimed(answer);
  throw new StatusError(status.UNAVAILABLE, `branch ${to} makes sure of its log`);
}

/** @throws {StatusError} when another process serves the branch. */
function servedHere(hosts: ReadonlyMap<BranchId, Host>, branch: BranchId): Host {
  const host = hosts.get(branch);
  if (host !== undefined) return host;
  throw new StatusError(status.NOT_FOUND, `branch ${branch} is not served here`);
}

/** Lets a call in or, by throwing, keeps it out. */
type Admit = (metadata: Metadata) => void;

/** Answers calls that are let in, and turns what is thrown into a status. */
function answering(admit: Admit) {
  return <Request, Response>(
    handle: (request: Request, metadata: Metadata) => Promise<Response>,
  ): handleUnaryCall<Request, Response> =>
  async (call: ServerUnaryCall<Request, Response>, answer: sendUnaryData<Response>) => {
    try {
      admit(call.metadata);
      answer(null, await handle(call.request, call.metadata));
    } catch (error) {
      answer(statusOf(error));
    }
  };
}

/**
 * Answers the requests of a stream that is let in, each as soon as it can; what is thrown ends the
 * stream with a status. It takes so many at once, and lets others wait on their way.
 */
function conversing<Request, Response>(
  admit: Admit,
  handle: (request: Request) => Promise<Response>,
): handleBidiStreamingCall<Request, Response> {
  return (stream: ServerDuplexStream<Request, Response>) => {
    let open = 0;
    let isOver = false;
    const fail = (error: unknown) => {
      if (!isOver) stream.emit("error", statusOf(error));
      isOver = true;
    };
    const take = async (request: Request) => {
      if (++open === limits.connectionCallsMax) stream.pause();
      try {
        const response = await handle(request);
        if (!isOver) stream.write(response);
      } catch (error) {
        fail(error);
      }
      if (open-- === limits.connectionCallsMax) stream.resume();
    };
    stream.on("cancelled", () => void (isOver = true));
    stream.on("data", (request: Request) => void (isOver || take(request)));
    stream.on("end", () => stream.end());
    try {
      admit(stream.metadata);
    } catch (error) {
      fail(error);
    }
  };
}

/** Lets only callers in that know the secret. */
function knowing(secret: string): Admit {
  const expected = new TextEncoder().encode(authorization(secret));
  return (metadata) => {
    const shown = new TextEncoder().encode(String(metadata.get(authorizationKey)[0] ?? ""));
    if (shown.length === expected.length && timingSafeEqual(shown, expected)) return;
    throw new StatusError(
      status.UNAUTHENTICATED,
      "the call does not bear the secret of this bank",
    );
  };
}

/** @throws {StatusError} when a peer is not of the same bank; it gets the founding of this one. */
function compare(metadata: Metadata, { founding, digest }: BankProof): void {
  if (String(metadata.get(bankKey)[0] ?? "") === digest) return;
  throw new StatusError(status.FAILED_PRECONDITION, founding);
}

function statusOf(error: unknown): { code: status; details: string } {
  if (error instanceof StatusError) return { code: error.code, details: error.message };
  if (error instanceof MalformedError) {
    return { code: status.INVALID_ARGUMENT, details: error.message };
  }
  if (error instanceof OverloadError) {
    return { code: status.RESOURCE_EXHAUSTED, details: error.message };
  }
  // Anything else is a bug. It must not pass for an answer, so the process ends of it.
  reportError(error);
  return { code: status.INTERNAL, details: "the branch has a fault" };
}

function rejected(rejection: Rejection): StatusError {
  switch (rejection.kind) {
    case "contradiction":
      return new StatusError(
        status.ALREADY_EXISTS,
        `command id ${rejection.id} was used for another write`,
      );
    case "stranger":
      return new StatusError(
        status.INVALID_ARGUMENT,
        `session names branch ${rejection.origin}, which this bank does not have`,
      );
    case "unissued":
      return new StatusError(
        status.INVALID_ARGUMENT,
        `session names entry ${rejection.sequence} of branch ${rejection.origin}, which it has not written`,
      );
    case "behind": {
      const lacking = [...rejection.lacking]
        .map(([origin, sequence]) => `entry ${sequence} of branch ${origin}`);
      return new StatusError(
        status.UNAVAILABLE,
        `the branch has not yet heard of ${lacking.join(", ")}, which the session has seen`,
      );
    }
    case "recovering": {
      const unheard = rejection.unheard.map((peer) => `branch ${peer}`).join(", ");
      return new StatusError(
        status.UNAVAILABLE,
        "the branch makes sure that it has forgotten nothing" +
          (unheard === "" ? "; it fetches what others have" : `; it waits for ${unheard}`),
      );
    }
    case "expired":
      return new StatusError(
        status.FAILED_PRECONDITION,
        `command id ${rejection.id} is too old to tell whether it was executed`,
      );
    case "ahead":
      return new StatusError(
        status.INVALID_ARGUMENT,
        `command id ${rejection.id} says that it was made in the future`,
      );
    default:
      return unreachable(rejection);
  }
}
