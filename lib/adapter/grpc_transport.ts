import {
  type ChannelCredentials,
  type ChannelOptions,
  Client,
  credentials,
  Metadata,
  status,
  type StatusObject,
} from "@grpc/grpc-js";
import { Buffer } from "node:buffer";
import type { FetchRequest } from "../core/catch_up.ts";
import type { Claim } from "../core/escrow.ts";
import type { BranchId } from "../core/ids.ts";
import type { EntriesRecord } from "../core/journal_record.ts";
import { limits } from "../core/limits.ts";
import type { PeerRequest } from "../core/propagation.ts";
import { replicationService } from "../format/contract.ts";
import { meaning } from "../format/malformed.ts";
import {
  readClaimed,
  readFetched,
  readPropagated,
  writeClaim,
  writeFetch,
  writePropagation,
} from "../format/peer_wire.ts";
import { branchHostName, type Credentials } from "../format/identity.ts";
import { authorization, authorizationKey, bankKey } from "../format/secret.ts";
import { Exchange, type Stream, type StreamEvents } from "../host/exchange.ts";
import { handOver, silence, unlessBusy } from "../host/hand_over.ts";
import type { Claimed, Host } from "../host/host.ts";
import type { ClaimDelivery, Delivery, Fetched, Transport } from "../host/ports.ts";
import type { ClaimResponse__Output } from "../gen/bank/v1/ClaimResponse.ts";
import type { FetchResponse__Output } from "../gen/bank/v1/FetchResponse.ts";
import type { PropagateResponse__Output } from "../gen/bank/v1/PropagateResponse.ts";

/** How long a request to peers may take, in milliseconds: old records are many. */
const deadlineMs = { propagate: 1_000, fetch: 5_000, claim: 1_000 } as const;

/** So often it is tried whether a connection has another end; one that says nothing is let go of. */
const connectionTryMs = 10_000;

const { Propagate, Fetch, Claim: ClaimMethod } = replicationService;

/** What a branch of another bank says. */
export interface Refusal {
  readonly address: string;
  /** The founding of its bank, as text. */
  readonly founding: string;
}

/** By what peers know this process, and it knows them: a secret in plain, or certificates. */
export type Trust =
  | { readonly secret: string }
  | { readonly bank: string; readonly credentials: Credentials };

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
  readonly #exchanges = new Map<string, Exchange>();
  readonly #met: (refusal: Refusal) => void;
  readonly #strangers = new Set<string>();
  readonly #tryMs: number;
  #trust: Trust;
  #addresses: ReadonlyMap<BranchId, string> = new Map();

  /** Serves the branches in `locals`, which may be filled later. */
  constructor(
    locals: ReadonlyMap<BranchId, Host>,
    { trust, digest, met, tryMs = connectionTryMs }: {
      readonly trust: Trust;
      /** Of the bank's founding. */
      readonly digest: string;
      /** Is told once of each address at which there is a branch of another bank. */
      readonly met: (refusal: Refusal) => void;
      /** How often connections are tried, and how long they have, if not as usual. */
      readonly tryMs?: number;
    },
  ) {
    this.#locals = locals;
    this.#met = met;
    this.#tryMs = tryMs;
    this.#trust = trust;
    if ("secret" in trust) this.#metadata.set(authorizationKey, authorization(trust.secret));
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
      if (this.#locals.has(branch)) continue;
      this.#client(address, branch).getChannel().getConnectivityState(true);
    }
  }

  /**
   * Shows other credentials from the next connection on, and trusts whom they say. What is on its
   * way is still answered on the old ones.
   */
  renew(credentials: Credentials): void {
    if (!("secret" in this.#trust)) this.#trust = { ...this.#trust, credentials };
    const old = new Map(this.#clients);
    this.#clients.clear();
    for (const [address, client] of old) {
      const exchange = this.#exchanges.get(address);
      this.#exchanges.delete(address);
      if (exchange === undefined) client.close();
      else exchange.retire(() => client.close());
    }
  }

  /** Sends a request to each of its destinations. */
  send(request: PeerRequest, delivered: Delivered): void {
    const remote = new Map<string, BranchId[]>();
    for (const to of request.to) {
      const host = this.#locals.get(to);
      const address = this.#addresses.get(to);
      if (host !== undefined) void handOver(request, { to, host }).then(delivered);
      else if (address === undefined) delivered(silence(request, to));
      else remote.set(address, [...remote.get(address) ?? [], to]);
    }
    for (const [address, to] of remote) {
      this.#exchange(address, to).send({ request, to, delivered });
    }
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
            heard(error === null ? opened(response, readFetched) : undefined),
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
            heard(error === null ? opened(response, readClaimed) : undefined),
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
    else if (address !== undefined) remote(this.#client(address, to), done);
    else done(undefined);
  }

  /** The propagation to the process at `address`, which serves these branches. */
  #exchange(address: string, [branch]: readonly BranchId[]): Exchange {
    const known = this.#exchanges.get(address);
    if (known !== undefined) return known;
    const exchange = new Exchange({
      begin: (events) => this.#begin(this.#client(address, branch), address, events),
      patienceMs: deadlineMs.propagate,
      nowMs: () => performance.now(),
      after: (ms, action) => void setTimeout(action, ms),
    });
    this.#exchanges.set(address, exchange);
    return exchange;
  }

  #begin(client: Client, address: string, { responded, ended }: StreamEvents): Stream {
    const { path, requestSerialize, responseDeserialize } = Propagate;
    const shown = this.#metadata;
    const stream = client.makeBidiStreamRequest(path, requestSerialize, responseDeserialize, shown);
    stream.on("data", (message: PropagateResponse__Output) => (
      responded(opened(message, readPropagated))
    ));
    // The status says the same, and also comes when the peer ends the stream without a fault.
    stream.on("error", () => undefined);
    stream.on("status", (end: StatusObject) => {
      ended();
      this.#greet(address, end);
    });
    return {
      write: (request, to) => void stream.write(writePropagation(request, to)),
      cancel: () => stream.cancel(),
    };
  }

  /** Tells of a stranger, once. */
  #greet(address: string, { code, details }: StatusObject): void {
    if (code !== status.FAILED_PRECONDITION || this.#strangers.has(address)) return;
    this.#strangers.add(address);
    this.#met({ address, founding: details });
  }

  #client(address: string, branch: BranchId | undefined): Client {
    const known = this.#clients.get(address);
    if (known !== undefined) return known;
    const client = new Client(address, this.#credentials(), {
      ...this.#expecting(branch),
      "grpc.enable_channelz": 0,
      "grpc.enable_http_proxy": 0,
      "grpc.initial_reconnect_backoff_ms": 100,
      // Its machine may be gone without a word, and come back knowing nothing of the connection.
      "grpc.keepalive_time_ms": this.#tryMs,
      "grpc.keepalive_timeout_ms": this.#tryMs,
      "grpc.keepalive_permit_without_calls": 1,
      "grpc.max_reconnect_backoff_ms": 2_000,
      "grpc.max_receive_message_length": limits.messageBytesMax,
      "grpc.max_send_message_length": limits.messageBytesMax,
    });
    this.#clients.set(address, client);
    return client;
  }

  #credentials(): ChannelCredentials {
    if ("secret" in this.#trust) return credentials.createInsecure();
    const { authority, key, certificate } = this.#trust.credentials;
    return credentials.createSsl(...[authority, key, certificate].map(bytesOf));
  }

  /** Wants the certificate of just this branch, wherever it is. */
  #expecting(branch: BranchId | undefined): ChannelOptions {
    if ("secret" in this.#trust || branch === undefined) return {};
    return { "grpc.ssl_target_name_override": branchHostName(this.#trust.bank, branch) };
  }
}

function bytesOf(text: string): Buffer {
  return Buffer.from(text);
}

/** Reads an answer; one that means nothing is none, and the peer silent until it mends. */
function opened<Response, Answer>(
  response: Response | undefined,
  read: (response: Response) => Answer,
): Answer | undefined {
  return response === undefined ? undefined : meaning(() => read(response));
}
