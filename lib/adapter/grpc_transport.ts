import { Client, credentials, Metadata } from "@grpc/grpc-js";
import type { BranchId } from "../core/ids.ts";
import { limits } from "../core/limits.ts";
import type { PeerRequest } from "../core/outbox.ts";
import { replicationService } from "../format/contract.ts";
import { MalformedError } from "../format/malformed.ts";
import { readAcknowledgement, writePropagation } from "../format/peer_wire.ts";
import { authorization, authorizationKey } from "../format/secret.ts";
import { type Host, OverloadError } from "../host/host.ts";
import type { Delivery, Transport } from "../host/ports.ts";
import type { PropagateResponse__Output } from "../gen/bank/v1/PropagateResponse.ts";

/** How long a request to peers may take, in milliseconds. */
const deadlineMs = 1_000;

const { Propagate } = replicationService;

type Delivered = (delivery: Delivery) => void;

/**
 * Carries requests to peers: directly to branches of this process, over gRPC to others.
 *
 * All branches of a process share its channels, one to each other process, and a request for
 * several branches of a process goes there once.
 */
export class GrpcTransport implements Transport {
  readonly #locals: ReadonlyMap<BranchId, Host>;
  readonly #metadata = new Metadata();
  readonly #clients = new Map<string, Client>();
  #addresses: ReadonlyMap<BranchId, string> = new Map();

  /** Serves the branches in `locals`, which may be filled later. */
  constructor(locals: ReadonlyMap<BranchId, Host>, secret: string) {
    this.#locals = locals;
    this.#metadata.set(authorizationKey, authorization(secret));
  }

  /**
   * Says at which `host:port` other branches are; those of one process have the same.
   *
   * It connects at once, so that the first request need not wait for that.
   */
  route(addresses: ReadonlyMap<BranchId, string>): void {
    this.#addresses = addresses;
    for (const [branch, address] of addresses) {
      if (!this.#locals.has(branch)) this.#client(address).getChannel().getConnectivityState(true);
    }
  }

  /** Sends a request to each of its destinations. */
  send(request: PeerRequest, delivered: Delivered): void {
    const remote = new Map<string, BranchId[]>();
    for (const to of request.to) {
      const local = this.#locals.get(to);
      const address = this.#addresses.get(to);
      if (local !== undefined) void handOver(request, { to, local, delivered });
      else if (address === undefined) delivered(silence(request, to));
      else remote.set(address, [...remote.get(address) ?? [], to]);
    }
    for (const [address, to] of remote) this.#call(request, { address, to, delivered });
  }

  #call(
    request: PeerRequest,
    { address, to, delivered }: {
      readonly address: string;
      readonly to: readonly BranchId[];
      readonly delivered: Delivered;
    },
  ): void {
    const options = { deadline: Date.now() + deadlineMs };
    const done = (error: unknown, response: PropagateResponse__Output | undefined) => {
      const answers = error === null ? opened(response, request) : nobody;
      for (const branch of to) delivered(answers.get(branch) ?? silence(request, branch));
    };
    this.#client(address).makeUnaryRequest(
      Propagate.path,
      Propagate.requestSerialize,
      Propagate.responseDeserialize,
      writePropagation(request, to),
      this.#metadata,
      options,
      done,
    );
  }

  #client(address: string): Client {
    const known = this.#clients.get(address);
    if (known !== undefined) return known;
    const client = new Client(address, credentials.createInsecure(), {
      "grpc.enable_channelz": 0,
      "grpc.enable_http_proxy": 0,
      "grpc.initial_reconnect_backoff_ms": 100,
      "grpc.max_reconnect_backoff_ms": 2_000,
      "grpc.max_receive_message_length": limits.messageBytesMax,
      "grpc.max_send_message_length": limits.messageBytesMax,
    });
    this.#clients.set(address, client);
    return client;
  }
}

async function handOver(
  request: PeerRequest,
  { to, local, delivered }: {
    readonly to: BranchId;
    readonly local: Host;
    readonly delivered: Delivered;
  },
): Promise<void> {
  const { attempt } = request;
  try {
    const { has, known } = await local.propagate(request);
    delivered({ kind: "answer", from: to, attempt, has, known });
  } catch (error) {
    if (!(error instanceof OverloadError)) throw error;
    // It has too much to do and says nothing, as over gRPC: it is asked again later.
    delivered(silence(request, to));
  }
}

const nobody: ReadonlyMap<BranchId, Delivery> = new Map();

function opened(
  response: PropagateResponse__Output | undefined,
  { attempt }: PeerRequest,
): ReadonlyMap<BranchId, Delivery> {
  try {
    const answers = (response?.acknowledgements ?? []).map((one) =>
      ({ kind: "answer", ...readAcknowledgement(one, attempt) }) as const
    );
    return new Map(answers.map((answer) => [answer.from, answer]));
  } catch (error) {
    if (!(error instanceof MalformedError)) throw error;
    // An answer that means nothing is no answer; the peer counts as silent until it mends.
    return nobody;
  }
}

function silence({ attempt }: PeerRequest, from: BranchId): Delivery {
  return { kind: "silence", from, attempt };
}
