import {
  Client,
  type ClientDuplexStream,
  credentials,
  Metadata,
  status,
  type StatusObject,
} from "@grpc/grpc-js";
import type { FetchRequest } from "../core/catch_up.ts";
import type { Claim } from "../core/escrow.ts";
import type { BranchId } from "../core/ids.ts";
import type { EntriesRecord } from "../core/journal_record.ts";
import { limits } from "../core/limits.ts";
import type { PeerRequest } from "../core/propagation.ts";
import { replicationService } from "../format/contract.ts";
import { MalformedError } from "../format/malformed.ts";
import {
  readClaimed,
  readFetched,
  readPropagated,
  writeClaim,
  writeFetch,
  writePropagation,
} from "../format/peer_wire.ts";
import { authorization, authorizationKey, bankKey } from "../format/secret.ts";
import { handOver, silence, unlessBusy } from "../host/hand_over.ts";
import type { Claimed, Host } from "../host/host.ts";
import type { ClaimDelivery, Delivery, Fetched, Transport } from "../host/ports.ts";
import type { ClaimResponse__Output } from "../gen/bank/v1/ClaimResponse.ts";
import type { FetchResponse__Output } from "../gen/bank/v1/FetchResponse.ts";
import type { PropagateRequest } from "../gen/bank/v1/PropagateRequest.ts";
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
  readonly #conversations = new Map<string, Conversation>();
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
      const host = this.#locals.get(to);
      const address = this.#addresses.get(to);
      if (host !== undefined) void handOver(request, { to, host }).then(delivered);
      else if (address === undefined) delivered(silence(request, to));
      else remote.set(address, [...remote.get(address) ?? [], to]);
    }
    for (const [address, to] of remote) {
      this.#conversation(address).send({ request, to, delivered });
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
    else if (address !== undefined) remote(this.#client(address), done);
    else done(undefined);
  }

  /** The propagation to the process at `address`. */
  #conversation(address: string): Conversation {
    const known = this.#conversations.get(address);
    if (known !== undefined) return known;
    const { path, requestSerialize, responseDeserialize } = Propagate;
    const conversation = new Conversation(
      () =>
        this.#client(address).makeBidiStreamRequest(
          path,
          requestSerialize,
          responseDeserialize,
          this.#metadata,
        ),
      (end) => this.#greet(address, end),
    );
    this.#conversations.set(address, conversation);
    return conversation;
  }

  /** Tells of a stranger, once. */
  #greet(address: string, { code, details }: StatusObject): void {
    if (code !== status.FAILED_PRECONDITION || this.#strangers.has(address)) return;
    this.#strangers.add(address);
    this.#met({ address, founding: details });
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

type PropagateStream = ClientDuplexStream<PropagateRequest, PropagateResponse__Output>;

/** A request to branches of one process. */
interface Sent {
  readonly request: PeerRequest;
  readonly to: readonly BranchId[];
  readonly delivered: Delivered;
}

/**
 * Requests to the branches of one process, over one stream as long as that is answered.
 *
 * 1. Each branch has one request in flight to each other one, so a stream needs no other window,
 *    and its answers may come in any order.
 * 2. When the stream ends, or its oldest request is not answered in time, all that is unanswered
 *    counts as silence, and the next request begins another stream.
 */
class Conversation {
  readonly #begin: () => PropagateStream;
  readonly #ended: (end: StatusObject) => void;
  #stream: PropagateStream | undefined;
  #open: (Sent & { readonly untilMs: number })[] = [];
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor(begin: () => PropagateStream, ended: (end: StatusObject) => void) {
    this.#begin = begin;
    this.#ended = ended;
  }

  send(sent: Sent): void {
    const stream = this.#stream ??= this.#listen(this.#begin());
    this.#open.push({ ...sent, untilMs: performance.now() + deadlineMs.propagate });
    this.#watch();
    stream.write(writePropagation(sent.request, sent.to));
  }

  #listen(stream: PropagateStream): PropagateStream {
    stream.on("data", (response: PropagateResponse__Output) => this.#hear(response));
    // The status says the same, and also comes when the peer ends the stream without a fault.
    stream.on("error", () => undefined);
    stream.on("status", (end: StatusObject) => {
      if (stream === this.#stream) this.#giveUp();
      this.#ended(end);
    });
    return stream;
  }

  #hear(response: PropagateResponse__Output): void {
    const answered = opened(response, readPropagated);
    if (answered === undefined) return this.#giveUp();
    const { to, attempt, answers } = answered;
    const at = this.#open.findIndex(({ request }) =>
      request.from === to && request.attempt === attempt
    );
    const [sent] = at === -1 ? [] : this.#open.splice(at, 1);
    for (const branch of sent?.to ?? []) {
      const answer = answers.find(({ from }) => from === branch);
      sent?.delivered(
        answer === undefined ? silence(sent.request, branch) : { kind: "answer", ...answer },
      );
    }
  }

  /** Looks after the oldest request: one timer for all, since there are hundreds a second. */
  #watch(): void {
    const [oldest] = this.#open;
    if (oldest === undefined || this.#timer !== undefined) return;
    this.#timer = setTimeout(() => {
      this.#timer = undefined;
      const [oldest] = this.#open;
      if (oldest !== undefined && oldest.untilMs <= performance.now()) this.#giveUp();
      this.#watch();
    }, Math.max(oldest.untilMs - performance.now(), 0));
  }

  #giveUp(): void {
    const open = this.#open;
    this.#open = [];
    this.#stream?.cancel();
    this.#stream = undefined;
    for (const { request, to, delivered } of open) {
      for (const branch of to) delivered(silence(request, branch));
    }
  }
}

/** Reads an answer; one that means nothing is none, and the peer silent until it mends. */
function opened<Response, Answer>(
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
