import { assert } from "@std/assert";
import type { BranchId, Sequence } from "../../lib/core/ids.ts";
import { Outbox } from "../../lib/core/outbox.ts";
import type { PeerRequest } from "../../lib/core/propagation.ts";
import type { VersionVector } from "../../lib/core/version_vector.ts";
import { branch, deposits, record } from "./samples.ts";

const [one, two, three] = [branch(1), branch(2), branch(3)];

/** What a peer answers: by default that it has all. */
interface Answer {
  readonly has?: Sequence;
  readonly known?: VersionVector | undefined;
}

/** An outbox of branch 1 in a bank of 1, 2 and 3, with its clock and what its branch knows. */
export class OutboxBench {
  readonly outbox = new Outbox(one, [one, two, three]);
  readonly #known = new Map<BranchId, Sequence>();
  /** What each peer was last told of what every member has. */
  readonly #told = new Map<BranchId, Sequence>();
  /** The requests that say or ask something else than before. */
  readonly #news = new WeakSet<PeerRequest>();
  tick = 0;

  /** What branch 1 knows. */
  get known(): VersionVector {
    return new Map(this.#known);
  }

  /** Writes a record of so many entries of `origin`, or takes it over from there. */
  write(origin = one, count = 1): void {
    const first = (this.#known.get(origin) ?? 0) + 1;
    const entries = deposits(`${origin}/${first}`, count);
    if (origin === one) this.outbox.append(record({ origin, first, entries }));
    this.#known.set(origin, first + count - 1);
  }

  /** Makes the requests that are due now. */
  send(): readonly PeerRequest[] {
    const requests = this.outbox.requests(this.tick, this.known);
    for (const request of requests) {
      const { to, everywhere, asks, has, records } = request;
      const isNews = asks || has.size + records.length > 0 ||
        to.some((peer) => everywhere !== (this.#told.get(peer) ?? 0));
      for (const peer of to) this.#told.set(peer, everywhere);
      if (isNews) this.#news.add(request);
    }
    return requests;
  }

  /** Lets time go by, a step for every `stride` ticks, and gives the requests of all of them. */
  pass(ticks = 1, stride = 1): readonly PeerRequest[] {
    const sent: PeerRequest[] = [];
    for (let count = 0; count < ticks; count += stride) {
      for (let step = 0; step < stride; step++) this.outbox.tick(++this.tick);
      sent.push(...this.send());
    }
    return sent;
  }

  /**
   * Lets a long time go by, in which peers answer where they are only asked whether they are there,
   * and gives the requests that say or ask anything else.
   */
  passLong(ticks = 300): readonly PeerRequest[] {
    const sent: PeerRequest[] = [];
    for (let count = 0; count < ticks; count++) {
      const requests = Map.groupBy(this.pass(), (request) => this.#news.has(request));
      this.answerAll(requests.get(false) ?? []);
      sent.push(...requests.get(true) ?? []);
    }
    return sent;
  }

  /** Lets a peer answer a request, with what it knows if it was asked. */
  answer(from: BranchId, request: PeerRequest, answer: Answer = {}): void {
    const { has = this.#known.get(one) ?? 0 } = answer;
    const known = request.asks ? answer.known ?? this.known : undefined;
    this.outbox.answered({ from, attempt: request.attempt, has, known });
  }

  /** Lets each peer answer the requests that went to it. */
  answerAll(requests: readonly PeerRequest[]): void {
    for (const request of requests) for (const to of request.to) this.answer(to, request);
  }

  /** Lets a peer say what it has, in answer to a request that is long forgotten or to `attempt`. */
  tell(from: BranchId, { has = 0, known, attempt = 0 }: Answer & { attempt?: number }): void {
    this.outbox.answered({ from, attempt, has, known });
  }

  /** Whether a peer counts as reachable. */
  reachable(id: BranchId): boolean | undefined {
    return this.outbox.inspect(this.tick).find((peer) => peer.id === id)?.reachable;
  }
}

/** Gives the one request of a list that has no more. */
export function sole(requests: readonly PeerRequest[]): PeerRequest {
  const [request, ...rest] = requests;
  assert(request !== undefined && rest.length === 0, `${requests.length} requests, not one`);
  return request;
}

/** Says to whom requests go, and with records from which sequences on. */
export function brief(requests: readonly PeerRequest[]) {
  return requests.map(({ to, records }) => [[...to], records.map(({ first }) => first)]);
}

/** Says to whom requests go, and what they say that the sender has had for a while. */
export function offers(requests: readonly PeerRequest[]) {
  return requests.map(({ to, has }) => [[...to], [...has]]);
}
