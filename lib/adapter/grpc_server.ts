import {
  type handleBidiStreamingCall,
  type handleUnaryCall,
  logVerbosity,
  Metadata,
  type sendUnaryData,
  Server,
  ServerCredentials,
  type ServerDuplexStream,
  ServerInterceptingCall,
  type ServerInterceptor,
  type ServerUnaryCall,
  setLogVerbosity,
  status,
} from "@grpc/grpc-js";
import { timingSafeEqual } from "node:crypto";
import type { Duplex } from "node:stream";
import type { BranchId } from "../core/ids.ts";
import { limits } from "../core/limits.ts";
import { authorize, authorizeNames, type Caller, type Identify } from "../format/authorization.ts";
import * as wire from "../format/customer_wire.ts";
import { previousAttemptsKey } from "../format/grpc_frame.ts";
import { ExcessError, MalformedError } from "../format/malformed.ts";
import {
  readClaim,
  readFetch,
  readPropagation,
  writeAcknowledgement,
  writeClaimed,
  writeFetched,
  writePropagated,
} from "../format/peer_wire.ts";
import { legible, servedToCustomers, servedToPeers } from "../format/request_reader.ts";
import { authorization, authorizationKey, bankKey } from "../format/secret.ts";
import { rejected, StatusError } from "../format/status_error.ts";
import { EndingError, type Host, OverloadError } from "../host/host.ts";
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
  /** Tells who makes a call. */
  readonly identify: Identify;
  /** Asked of every peer: that it is of the same bank. */
  readonly bank: BankProof;
  /** Where to listen, `host:port`; port 0 lets the system choose. */
  readonly address: string;
  readonly listen: Listen;
  /** Adds what the server is to serve beside the branch. */
  readonly extend?: ((server: Server) => void) | undefined;
  /** Hears of each call, also of those that are then refused. */
  readonly watch?: ServerInterceptor | undefined;
}

/**
 * Listens at an address for connections, and gives the `host:port` where it does.
 *
 * @throws {Error} when it cannot listen there.
 */
export type Listen = (address: string, connected: (socket: Duplex) => void) => Promise<string>;

/**
 * Serves a branch over gRPC, and gives the `host:port` where it does.
 *
 * @throws {Error} when it cannot listen there.
 */
export async function serveBranch(served: Served): Promise<string> {
  const { branch, hosts, identify, bank, address, listen, extend, watch } = served;
  const host = hosts.get(branch);
  if (host === undefined) throw new TypeError(`branch ${branch} has no host in this process`);
  const callers = new WeakMap<Metadata, Caller>();
  const server = new Server({
    "grpc.enable_channelz": 0,
    "grpc.max_concurrent_streams": limits.connectionCallsMax,
    "grpc.max_receive_message_length": limits.messageBytesMax,
    "grpc.max_send_message_length": limits.messageBytesMax,
    interceptors: [...watch === undefined ? [] : [watch], admitting(identify, callers)],
  });
  // What grpc-js would print beside throwing it is said once, by the program.
  if (Deno.env.get("GRPC_VERBOSITY") === undefined) setLogVerbosity(logVerbosity.NONE);
  const toCustomers = <Message, Response>(
    read: (message: Message) => wire.CustomerRequest,
    write: (response: wire.CustomerResponse) => Response,
  ) =>
    answering(async (message: Message, metadata) => {
      const request = read(message);
      const caller = callers.get(metadata);
      if (caller === undefined) throw new TypeError("a call was let in, and nobody made it");
      authorizeNames(caller, request.commands.map(({ id }) => id));
      const attempt = attemptIn(metadata);
      return write(await executed({ branch, host }, { ...request, attempt }));
    });
  server.addService(servedToCustomers, {
    deposit: toCustomers(wire.readDeposit, wire.writeWritten),
    withdraw: toCustomers(wire.readWithdrawal, wire.writeWritten),
    query: toCustomers(wire.readQuery, wire.writeQueried),
    execute: toCustomers(wire.readExecute, wire.writeExecuted),
  });
  server.addService(servedToPeers, {
    propagate: conversing(
      (metadata) => compare(metadata, bank),
      (request: PropagateRequest__Output) => propagate(hosts, request),
    ),
    fetch: answering((request: FetchRequest__Output, metadata) => {
      compare(metadata, bank);
      return Promise.resolve(fetched(hosts, request));
    }),
    claim: answering((request: ClaimRequest__Output, metadata) => {
      compare(metadata, bank);
      return claimed(hosts, request);
    }),
  });
  extend?.(server);
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
    throw new StatusError("FAILED_PRECONDITION", details);
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
  throw new StatusError("UNAVAILABLE", `branch ${to} makes sure of its log`);
}

/** @throws {StatusError} when another process serves the branch. */
function servedHere(hosts: ReadonlyMap<BranchId, Host>, branch: BranchId): Host {
  const host = hosts.get(branch);
  if (host !== undefined) return host;
  throw new StatusError("NOT_FOUND", `branch ${branch} is not served here`);
}

/**
 * Lets only calls in whose caller may make them, and keeps in `callers` by their metadata who that
 * is; the others are refused before any of their message is taken in.
 */
function admitting(identify: Identify, callers: WeakMap<Metadata, Caller>): ServerInterceptor {
  return ({ path }, call) => {
    const { sendStatus } = call;
    call.sendStatus = (given) => sendStatus.call(call, documented(given));
    return new ServerInterceptingCall(call, {
      start: (next) =>
        next({
          onReceiveMetadata(metadata, admit) {
            try {
              const authorization = String(metadata.get(authorizationKey)[0] ?? "");
              const caller = identify({ peer: call.getPeer(), authorization });
              authorize(caller, path);
              callers.set(metadata, caller);
            } catch (error) {
              return call.sendStatus(statusOf(error));
            }
            admit(metadata);
          },
        }),
    });
  };
}

/** What grpc-js itself says as INTERNAL of a request that is malformed. */
const malformedCalls = /^(?:Failed to decompress message|Invalid grpc-timeout value)/;

/** Makes INVALID_ARGUMENT of a status that says INTERNAL and means the caller. */
function documented<Given extends { code: status; details: string }>(given: Given): Given {
  const isMistaken = given.code === status.INTERNAL && malformedCalls.test(given.details);
  return isMistaken ? { ...given, code: status.INVALID_ARGUMENT } : given;
}

/** Answers calls, and turns what is thrown into a status. */
function answering<Request, Response>(
  handle: (request: Request, metadata: Metadata) => Promise<Response>,
): handleUnaryCall<Request, Response> {
  return async (call: ServerUnaryCall<Request, Response>, answer: sendUnaryData<Response>) => {
    try {
      answer(null, await handle(legible(call.request), call.metadata));
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
  admit: (metadata: Metadata) => void,
  handle: (request: Request) => Promise<Response>,
): handleBidiStreamingCall<Request, Response> {
  return (stream: ServerDuplexStream<Request, Response>) => {
    let open = 0;
    let isOver = false;
    let hasEnded = false;
    const endOnceAnswered = () => {
      if (hasEnded && open === 0 && !isOver) stream.end();
    };
    const fail = (error: unknown) => {
      if (!isOver) stream.emit("error", statusOf(error));
      isOver = true;
    };
    const take = async (request: Request) => {
      if (++open === limits.connectionCallsMax) stream.pause();
      try {
        const response = await handle(legible(request));
        if (!isOver) stream.write(response);
      } catch (error) {
        fail(error);
      }
      if (open-- === limits.connectionCallsMax) stream.resume();
      endOnceAnswered();
    };
    stream.on("cancelled", () => void (isOver = true));
    stream.on("data", (request: Request) => void (isOver || take(request)));
    stream.on("end", () => {
      hasEnded = true;
      endOnceAnswered();
    });
    try {
      admit(stream.metadata);
    } catch (error) {
      fail(error);
    }
  };
}

/** Takes those for callers who know the secret. */
export function bearers(secret: string): Identify {
  const expected = new TextEncoder().encode(authorization(secret));
  return ({ authorization }) => {
    const shown = new TextEncoder().encode(authorization);
    if (shown.length === expected.length && timingSafeEqual(shown, expected)) {
      return { kind: "bearer" };
    }
    throw new StatusError("UNAUTHENTICATED", "the call does not bear the secret of this bank");
  };
}

/** @throws {StatusError} when a peer is not of the same bank; it gets the founding of this one. */
function compare(metadata: Metadata, { founding, digest }: BankProof): void {
  if (String(metadata.get(bankKey)[0] ?? "") === digest) return;
  throw new StatusError("FAILED_PRECONDITION", founding);
}

function statusOf(error: unknown): { code: status; details: string } {
  if (error instanceof StatusError) return { code: status[error.code], details: error.message };
  if (error instanceof MalformedError) {
    return { code: status.INVALID_ARGUMENT, details: error.message };
  }
  if (error instanceof OverloadError || error instanceof ExcessError) {
    return { code: status.RESOURCE_EXHAUSTED, details: error.message };
  }
  if (error instanceof EndingError) return { code: status.UNAVAILABLE, details: error.message };
  // Anything else is a bug. It must not pass for an answer, so the process ends of it.
  reportError(error);
  return { code: status.INTERNAL, details: "the branch has a fault" };
}
