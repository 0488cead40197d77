import type { FetchRequest } from "../core/catch_up.ts";
import type { Claim } from "../core/escrow.ts";
import type { BranchId, Sequence } from "../core/ids.ts";
import { lastOf, recordsWithin } from "../core/journal_record.ts";
import { limits } from "../core/limits.ts";
import type { PeerAnswer, PeerRequest } from "../core/propagation.ts";
import type { Batch, Carrier, Having } from "./carrier.ts";
import { handOver, silence, unlessBusy } from "./hand_over.ts";
import type { Host } from "./host.ts";
import type { ClaimDelivery, Delivery, Fetched, Transport } from "./ports.ts";

/** What a transport over a log is made with. */
export interface LogTransportParts {
  /** The branches of this process, which may be filled later. */
  readonly locals: ReadonlyMap<BranchId, Host>;
  readonly carrier: Carrier;
  /** Whether each request goes by itself, and reaches nobody else: so faults and traces want it. */
  readonly goesApart?: boolean;
  /** How long a request may take, in milliseconds. */
  readonly patienceMs: number;
  readonly nowMs: () => number;
  /** Does something once, after so many milliseconds. */
  readonly after: (ms: number, action: () => void) => void;
}

/** A request to one peer that is not answered. */
interface Awaited {
  readonly request: PeerRequest;
  /** What the peer must have of the sender's log: then that is its answer. */
  readonly has: Sequence;
  readonly delivered: (delivery: Delivery) => void;
  readonly sentMs: number;
  /** Whether the peer was told that it has not answered for half the time. */
  isAnnounced: boolean;
}

/** What is appended of the log of a branch of this process. */
interface Part {
  /** Up to which of the branch's entries the log is known to go. */
  end: Sequence;
  /** The newest request whose records are to be appended. */
  wanted: PeerRequest | undefined;
  isAppending: boolean;
  /** Resolves when the last of the requests that go by themselves has been appended, or not. */
  apart: Promise<void>;
}

/** How often it is looked, while a request waits, whether it has waited too long. */
const looksInPatience = 8;

/**
 * Carries requests to peers over a log that all of them read: records are appended to it once,
 * however many peers lack them, and each peer says how much it has.
 *
 * 1. The log is never trusted. Whoever has not said in half the time that it has what a request
 *    brings is asked directly, and told how far its sender's log goes: it fetches what it lacks.
 * 2. One append for each branch is on its way: what has come together meanwhile is the next one.
 * 3. A request that brings no records goes to its peers directly, and so does what one asks, or
 *    says of others, besides. In half the time it does so again: it may have been lost.
 * 4. Where requests go apart, each is appended as it is, and is for its destinations alone: what a
 *    link loses does not arrive by another one, and each answer is to one request.
 */
export class LogTransport implements Transport {
  readonly #parts: LogTransportParts;
  readonly #logs = new Map<BranchId, Part>();
  /** By sender and peer, of which each pair has one request in flight. */
  readonly #awaited = new Map<BranchId, Map<BranchId, Awaited>>();
  readonly #has = new Map<BranchId, Map<BranchId, Sequence>>();
  #isWatched = false;

  /** Sends nothing before it is asked to. */
  constructor(parts: LogTransportParts) {
    this.#parts = parts;
  }

  /** Sends a request to each of its destinations. */
  send(request: PeerRequest, delivered: (delivery: Delivery) => void): void {
    const { locals, nowMs, goesApart } = this.#parts;
    const { from, records, asks } = request;
    const last = records.at(-1);
    const isDirect = last === undefined || (asks || request.has.size > 0) && !goesApart;
    const has = isDirect || goesApart ? Infinity : lastOf(last);
    const awaited = mapIn(this.#awaited, from);
    const remote: BranchId[] = [];
    for (const to of request.to) {
      const host = locals.get(to);
      if (host !== undefined) void handOver(request, { to, host }).then(delivered);
      else {
        remote.push(to);
        awaited.set(to, { request, has, delivered, sentMs: nowMs(), isAnnounced: false });
      }
    }
    if (remote.length === 0) return;
    this.#watch();
    // What it brings comes by the log: nobody is to fetch that.
    if (isDirect) {
      this.#announce({ ...request, to: remote, last: last === undefined ? request.last : 0 });
    }
    if (last === undefined) return;
    if (goesApart) return this.#appendApart({ ...request, to: remote });
    this.#append(request);
    for (const to of remote) {
      const known = this.#has.get(from)?.get(to) ?? 0;
      // Not at once: who sends is in the middle of its turn.
      if (known < has) continue;
      void Promise.resolve().then(() => this.acknowledged({ origin: from, branch: to, has }));
    }
  }

  /** Asks a peer for old records. */
  ask(request: FetchRequest, fetched: (fetched: Fetched) => void): void {
    const { to: from, attempt } = request;
    const host = this.#parts.locals.get(from);
    const asked = host === undefined
      ? this.#parts.carrier.ask(request)
      : Promise.resolve(host.recordsAfter(request));
    void asked.then((records) =>
      fetched(
        records === undefined
          ? { kind: "unfetched", from, attempt }
          : { kind: "fetched", from, attempt, records },
      )
    );
  }

  /** Asks a peer for allowance. */
  claim(request: Claim, claimed: (claimed: ClaimDelivery) => void): void {
    const { to: from, attempt } = request;
    const host = this.#parts.locals.get(from);
    const asked = host === undefined
      ? this.#parts.carrier.claim(request)
      : unlessBusy(host.claim(request));
    void asked.then((answer) =>
      claimed(
        answer === undefined
          ? { kind: "unclaimed", from, attempt }
          : { kind: "claimed", from, attempt, ...answer },
      )
    );
  }

  /** Hears what a peer has of the log of a branch of this process. */
  acknowledged({ origin, branch, has }: Having): void {
    const known = mapIn(this.#has, origin);
    if (has > (known.get(branch) ?? 0)) known.set(branch, has);
    const awaited = this.#awaited.get(origin)?.get(branch);
    if (awaited === undefined || has < awaited.has) return;
    const { attempt } = awaited.request;
    this.#deliver(awaited, { kind: "answer", from: branch, attempt, has, known: undefined });
  }

  /** Hears what a peer answers to a branch of this process that has asked it directly. */
  answered(to: BranchId, answer: PeerAnswer): void {
    const awaited = this.#awaited.get(to)?.get(answer.from);
    if (awaited?.request.attempt !== answer.attempt) return;
    this.#deliver(awaited, { kind: "answer", ...answer });
  }

  #append(request: PeerRequest): void {
    const { from } = request;
    const part = this.#part(from);
    if (endOf(request) >= endOf(part.wanted)) part.wanted = withEarlier(request, part.wanted);
    if (!part.isAppending) void this.#appendTo(part);
  }

  /** Appends what is wanted, and what comes to be wanted meanwhile. */
  async #appendTo(part: Part): Promise<void> {
    part.isAppending = true;
    while (part.wanted !== undefined) {
      const { wanted } = part;
      const { from, attempt, everywhere } = wanted;
      const unknown = wanted.records.filter((record) => lastOf(record) > part.end);
      const records = recordsWithin(limits.natsRecordsBytesMax, unknown);
      const hasGrown = records.length > 0 &&
        await this.#grows(part, { from, attempt, everywhere, records });
      if (!hasGrown && part.wanted === wanted) part.wanted = undefined;
    }
    part.isAppending = false;
  }

  /** Tells whether the log is known to go further after an append than before. */
  async #grows(part: Part, batch: Omit<Batch, "last">): Promise<boolean> {
    const known = part.end;
    try {
      part.end = Math.max(known, await this.#parts.carrier.append(batch));
    } catch {
      // Nobody knows whether it is there: the peers are told so, and it is tried again.
    }
    return part.end > known;
  }

  /** Appends a request as it is, once those before it are there or will not be. */
  #appendApart({ from, attempt, everywhere, to, has, asks, records: all }: PeerRequest): void {
    const part = this.#part(from);
    const records = recordsWithin(limits.natsRecordsBytesMax, all);
    const batch = { from, attempt, everywhere, records, apart: { to, has, asks } };
    part.apart = part.apart.then(() => this.#parts.carrier.append(batch)).then(
      () => undefined,
      // Nobody knows whether it is there: the peers are told so directly.
      () => undefined,
    );
  }

  #part(from: BranchId): Part {
    const apart = Promise.resolve();
    const part = this.#logs.get(from) ?? { end: 0, wanted: undefined, isAppending: false, apart };
    this.#logs.set(from, part);
    return part;
  }

  #announce(request: PeerRequest): void {
    this.#parts.carrier.announce({ ...request, records: [] });
  }

  #deliver(awaited: Awaited, delivery: Delivery): void {
    this.#awaited.get(awaited.request.from)?.delete(delivery.from);
    awaited.delivered(delivery);
  }

  /** Looks after all that waits, with one timer. */
  #watch(): void {
    if (this.#isWatched) return;
    this.#isWatched = true;
    const { after, patienceMs } = this.#parts;
    after(patienceMs / looksInPatience, () => {
      this.#isWatched = false;
      for (const [from, awaited] of this.#awaited) this.#look(from, awaited);
      if (this.#awaited.values().some(({ size }) => size > 0)) this.#watch();
    });
  }

  #look(from: BranchId, all: Map<BranchId, Awaited>): void {
    const { nowMs, patienceMs } = this.#parts;
    const now = nowMs();
    const late = new Map<PeerRequest, BranchId[]>();
    for (const [to, awaited] of all) {
      const waitedMs = now - awaited.sentMs;
      if (waitedMs >= patienceMs) this.#deliver(awaited, silence(awaited.request, to));
      else if (waitedMs >= patienceMs / 2 && !awaited.isAnnounced) {
        awaited.isAnnounced = true;
        late.set(awaited.request, [...late.get(awaited.request) ?? [], to]);
      }
    }
    for (const [request, to] of late) this.#announce({ ...request, from, to });
  }
}

/** Up to which entry of its sender's log a request brings records. */
function endOf(request: PeerRequest | undefined): Sequence {
  const last = request?.records.at(-1);
  return last === undefined ? 0 : lastOf(last);
}

/** Lets a request bring what is wanted already and comes before it in the log. */
function withEarlier(request: PeerRequest, wanted: PeerRequest | undefined): PeerRequest {
  const { first = 0 } = request.records[0] ?? {};
  const earlier = wanted?.records.filter((record) => record.first < first) ?? [];
  return { ...request, records: [...earlier, ...request.records] };
}

function mapIn<Key, Inner, Value>(
  maps: Map<Key, Map<Inner, Value>>,
  key: Key,
): Map<Inner, Value> {
  const known = maps.get(key);
  if (known !== undefined) return known;
  const made = new Map<Inner, Value>();
  maps.set(key, made);
  return made;
}
