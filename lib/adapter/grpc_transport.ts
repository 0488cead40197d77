import { Client, credentials, Metadata, type ServiceError, status } from "@grpc/grpc-js";
import type { FetchRequest } from "../core/catch_up.ts";
import type { Claim } from "../core/escrow.ts";
import type { BranchId } from "../core/ids.ts";
import type { EntriesRecord } from "../core/journal_record.ts";
import { limits } from "../core/limits.ts";
import type { PeerRequest } from "../core/propagation.ts";
import { replicationService } from "../format/contract.ts";
import { MalformedError } from "../format/malformed.ts";
import {
  readAcknowledgement,
  readClaimed,
  readFetched,
  writeClaim,
  writeFetch,
  writePropagation,
} from "../format/peer_wire.ts";
import { authorization, authorizationKey, bankKey } from "../format/secret.ts";
import { type Claimed, type Host, OverloadError } from "../host/host.ts";
import type { ClaimDelivery, Delivery, Fetched, Transport } from "../host/ports.ts";
import type { ClaimResponse__Output } from "../gen/bank/v1/ClaimResponse.ts";
import type { FetchResponse__Output } from "../gen/bank/v1/FetchResponse.ts";
import type { PropagateResponse__Output } from "../gen/bank/v1/PropagateResponse.ts";

/** How long a request to peers may take, in milliseconds: old records are many. */
const deadlineMs = { propagate: 1_000, fetch: 5_000, claim: 1_000 } as const;

const { Propagate, Fetch, Claim: ClaimMethod } = replicationService;

/** What a branch of another bank says. */
export interface Refusal {
  readonly address: string;
  /** The founding of its bank, as text. */
  readonly founding: string;
}

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
  readonly #met: (refusal: Refusal) => void;
  readonly #strangers = new Set<string>();
  #addresses: ReadonlyMap<BranchId, string> = new Map();

  /** Serves the branches in `locals`, which may be filled later. */
  constructor(
    locals: ReadonlyMap<BranchId, Host>,
    { secret, digest, met }: {
      readonly secret: string;
      /** Of the bank's founding. */
      readonly digest: string;
      /** Is told once of each address at which there is a branch of another bank. */
      readonly met: (refusal: Refusal) => void;
    },
  ) {
    this.#locals = locals;
    this.#met = met;
    this.#metadata.set(authorizationKey, authorization(secret));
    this.#metadata.set(bankKey, digest);
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

  /** Asks a peer for old records. */
  ask(request: FetchRequest, fetched: (fetched: Fetched) => void): void {
    const { to: from, attempt } = request;
    const done = (records: readonly EntriesRecord[] | undefined) =>
      fetched(
        records === undefined
          ? { kind: "unfetched", from, attempt }
          : { kind: "fetched", from, attempt, records },
      );
    this.#one(request, {
      local: (host) => Promise.resolve(host.recordsAfter(request)),
      remote: (client, heard) =>
        client.makeUnaryRequest(
          Fetch.path,
          Fetch.requestSerialize,
          Fetch.responseDeserialize,
          writeFetch(request),
          this.#metadata,
          { deadline: Date.now() + deadlineMs.fetch },
          (error: unknown, response: FetchResponse__Output | undefined) =>
            heard(error === null ? openedOne(response, readFetched) : undefined),
        ),
      done,
    });
  }

  /** Asks a peer for allowance. */
  claim(request: Claim, claimed: (claimed: ClaimDelivery) => void): void {
    const { to: from, attempt } = request;
    const done = (answer: Claimed | undefined) =>
      claimed(
        answer === undefined
          ? { kind: "unclaimed", from, attempt }
          : { kind: "claimed", from, attempt, ...answer },
      );
    this.#one(request, {
      local: (host) => host.claim(request),
      remote: (client, heard) =>
        client.makeUnaryRequest(
          ClaimMethod.path,
          ClaimMethod.requestSerialize,
          ClaimMethod.responseDeserialize,
          writeClaim(request),
          this.#metadata,
          { deadline: Date.now() + deadlineMs.claim },
          (error: unknown, response: ClaimResponse__Output | undefined) =>
            heard(error === null ? openedOne(response, readClaimed) : undefined),
        ),
      done,
    });
  }

  /** Asks one peer, wherever it is; `done` hears its answer, or nothing if there is none. */
  #one<Answer>({ to }: { readonly to: BranchId }, { local, remote, done }: {
    readonly local: (host: Host) => Promise<Answer | undefined>;
    readonly remote: (client: Client, heard: (answer: Answer | undefined) => void) => void;
    readonly done: (answer: Answer | undefined) => void;
  }): void {
    const host = this.#locals.get(to);
    const address = this.#addresses.get(to);
    if (host !== undefined) void unlessBusy(local(host)).then(done);
    else if (address !== undefined) remote(this.#client(address), done);
    else done(undefined);
  }

  #call(
    request: PeerRequest,
    { address, to, delivered }: {
      readonly address: string;
      readonly to: readonly BranchId[];
      readonly delivered: Delivered;
    },
  ): void {
    const options = { deadline: Date.now() + deadlineMs.propagate };
    const done = (error: unknown, response: PropagateResponse__Output | undefined) => {
      this.#greet(address, error);
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

  /** Tells of a stranger, once. */
  #greet(address: string, error: unknown): void {
    const { code, details } = (error ?? {}) as Partial<ServiceError>;
    if (code !== status.FAILED_PRECONDITION || this.#strangers.has(address)) return;
    this.#strangers.add(address);
    this.#met({ address, founding: details ?? "" });
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
  const answer = await unlessBusy(local.propagate(request));
  if (answer === undefined) return delivered(silence(request, to));
  const { kind: _, ticket: __, ...said } = answer;
  delivered({ ...said, kind: "answer", from: to, attempt });
}

/** A branch of this process that has too much to do says nothing, as over gRPC. */
async function unlessBusy<Answer>(answer: Promise<Answer>): Promise<Answer | undefined> {
  try {
    return await answer;
  } catch (error) {
    if (!(error instanceof OverloadError)) throw error;
    return undefined;
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

/** Reads an answer of one branch; one that means nothing is none, as above. */
function openedOne<Response, Answer>(
  response: Response | undefined,
  read: (response: Response) => Answer,
): Answer | undefined {
  try {
    return response === undefined ? undefined : read(response);
  } catch (error) {
    if (!(error instanceof MalformedError)) throw error;
    return undefined;
  }
}

function silence({ attempt }: PeerRequest, from: BranchId): Delivery {
  return { kind: "silence", from, attempt };
}
