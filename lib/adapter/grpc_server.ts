import {
  type handleBidiStreamingCall,
  type handleUnaryCall,
  logVerbosity,
  Metadata,
  type sendUnaryData,
  Server,
  ServerCredentials,
  type ServerDuplexStream,
  type ServerInterceptor,
  type ServerUnaryCall,
  type ServiceDefinition,
  setLogVerbosity,
  status,
} from "@grpc/grpc-js";
import { Buffer } from "node:buffer";
import { timingSafeEqual } from "node:crypto";
import type { Socket } from "node:net";
import type { BranchId } from "../core/ids.ts";
import { limits } from "../core/limits.ts";
import { authorizeNames, type Caller, type Identify } from "../format/authorization.ts";
import { executed } from "../format/customer_service.ts";
import type { CustomerRequest, CustomerResponse } from "../format/customer_wire.ts";
import { previousAttemptsKey } from "../format/grpc_frame.ts";
import { ExcessError, MalformedError } from "../format/malformed.ts";
import type { OpenCall } from "../format/open_calls.ts";
import { claimed, fetched, propagated } from "../format/peer_service.ts";
import {
  type DirectMethod,
  legible,
  servedToCustomers,
  servedToPeers,
} from "../format/request_reader.ts";
import { authorization, bankKey } from "../format/secret.ts";
import { StatusError } from "../format/status_error.ts";
import { EndingError, type Host, OverloadError } from "../host/host.ts";
import type { ClaimRequest__Output } from "../gen/bank/v1/ClaimRequest.ts";
import type { FetchRequest__Output } from "../gen/bank/v1/FetchRequest.ts";
import type { PropagateRequest__Output } from "../gen/bank/v1/PropagateRequest.ts";

/** By what branches of a bank know each other. */
export interface BankProof {
  /** The bank's founding, as text. */
  readonly founding: string;
  /** A digest of it, which peers show with every call. */
  readonly digest: string;
}

/** Stands between a server and its callers. */
export interface Gate {
  readonly interceptor: ServerInterceptor;
  /** Tells who makes a call that was let in, and what it has open. */
  admitted(metadata: Metadata): { readonly caller: Caller; readonly open: OpenCall };
  /** Hears of a connection before anything comes on it. */
  watch(socket: Socket): void;
}

/** What a server serves: one branch to customers, all branches of its process to their peers. */
export interface Served {
  readonly branch: BranchId;
  readonly hosts: ReadonlyMap<BranchId, Host>;
  readonly gate: Gate;
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
export type Listen = (address: string, connected: (socket: Socket) => void) => Promise<string>;

/**
 * Serves a branch over gRPC, and gives the `host:port` where it does.
 *
 * @throws {Error} when it cannot listen there.
 */
export async function serveBranch(served: Served): Promise<string> {
  const { branch, hosts, gate, bank, address, listen, extend, watch } = served;
  const host = hosts.get(branch);
  if (host === undefined) throw new TypeError(`branch ${branch} has no host in this process`);
  const server = new Server({
    "grpc.enable_channelz": 0,
    "grpc.max_concurrent_streams": limits.connectionCallsMax,
    "grpc.max_receive_message_length": limits.messageBytesMax,
    "grpc.max_send_message_length": limits.messageBytesMax,
    interceptors: [...watch === undefined ? [] : [watch], gate.interceptor],
  });
  // What grpc-js would print beside throwing it is said once, by the program.
  if (Deno.env.get("GRPC_VERBOSITY") === undefined) setLogVerbosity(logVerbosity.NONE);
  const execute = answering(async (request: CustomerRequest, metadata) => {
    const { caller, open } = gate.admitted(metadata);
    authorizeNames(caller, request.commands);
    open.command(request.commands.length);
    return await executed({ branch, host }, { ...request, attempt: attemptIn(metadata) });
  });
  const { Deposit, Withdraw, Query, Execute } = servedToCustomers;
  server.addService({
    Deposit: buffered(Deposit),
    Withdraw: buffered(Withdraw),
    Query: buffered(Query),
    Execute: buffered(Execute),
  }, { deposit: execute, withdraw: execute, query: execute, execute });
  server.addService(servedToPeers, {
    propagate: conversing(
      (metadata) => {
        compare(metadata, bank);
        return gate.admitted(metadata).open;
      },
      (request: PropagateRequest__Output) => propagated(hosts, request),
    ),
    fetch: answeringAtOnce((request: FetchRequest__Output, metadata) => {
      compare(metadata, bank);
      gate.admitted(metadata).open.answerable(limits.unreadBytesMax);
      return fetched(hosts, request);
    }),
    claim: answering((request: ClaimRequest__Output, metadata) => {
      compare(metadata, bank);
      return claimed(hosts, request);
    }),
  });
  extend?.(server);
  const { injectConnection } = server.createConnectionInjector(ServerCredentials.createInsecure());
  return await listen(address, (socket) => {
    gate.watch(socket);
    injectConnection(socket);
  });
}

/** Makes a method answer with bytes as grpc-js wants them: they are the same, seen otherwise. */
function buffered(method: DirectMethod): ServiceDefinition[string] {
  const responseSerialize = (response: CustomerResponse) => {
    const { buffer, byteOffset, length } = method.responseSerialize(response);
    return Buffer.from(buffer, byteOffset, length);
  };
  return { ...method, responseSerialize };
}

/** Tells how often a customer has sent a request, this time included, as its client says. */
function attemptIn(metadata: Metadata): number {
  const previous = String(metadata.get(previousAttemptsKey)[0] ?? "");
  return 1 + (/^\d{1,9}$/.test(previous) ? Number(previous) : 0);
}

/**
 * Answers calls before any other one is looked at: what one is answered counts when the next one asks
 * whether there is room for more.
 */
function answeringAtOnce<Request, Response>(
  handle: (request: Request, metadata: Metadata) => Response,
): handleUnaryCall<Request, Response> {
  return (call: ServerUnaryCall<Request, Response>, answer: sendUnaryData<Response>) => {
    try {
      answer(null, handle(legible(call.request), call.metadata));
    } catch (error) {
      answer(statusOf(error));
    }
  };
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
 * stream with a status. It takes so many at once, and lets others wait on their way. A request is
 * done when its answer is on its way, however fast others come.
 */
function conversing<Request, Response>(
  admit: (metadata: Metadata) => OpenCall,
  handle: (request: Request) => Promise<Response>,
): handleBidiStreamingCall<Request, Response> {
  return (stream: ServerDuplexStream<Request, Response>) => {
    let call: OpenCall | undefined;
    let open = 0;
    let isOver = false;
    let hasEnded = false;
    const fail = (error: unknown) => {
      if (!isOver) stream.emit("error", statusOf(error));
      isOver = true;
    };
    const endOnceAnswered = () => {
      if (hasEnded && open === 0 && !isOver) stream.end();
    };
    const done = () => {
      if (open-- === limits.connectionCallsMax) stream.resume();
      endOnceAnswered();
    };
    const take = async (request: Request) => {
      if (++open === limits.connectionCallsMax) stream.pause();
      try {
        call?.answerable(limits.unreadStreamBytesMax);
        const response = await handle(legible(request));
        if (!isOver) stream.write(response, done);
      } catch (error) {
        fail(error);
      }
    };
    stream.on("cancelled", () => void (isOver = true));
    stream.on("data", (request: Request) => void (isOver || take(request)));
    stream.on("end", () => {
      hasEnded = true;
      endOnceAnswered();
    });
    try {
      call = admit(stream.metadata);
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
