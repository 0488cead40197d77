import type { BranchId } from "./ids.ts";
import type { EntriesRecord } from "./journal_record.ts";
import { patience } from "./patience.ts";
import {
  beyond,
  knownOf,
  merged,
  nothingKnown,
  type VersionVector,
  within,
} from "./version_vector.ts";

/** Asks a peer for records out of its journal. */
export interface FetchRequest {
  readonly from: BranchId;
  readonly to: BranchId;
  /** Tells one request from the next; an answer cites it. */
  readonly attempt: number;
  /** Of which logs, and after which entry of each. */
  readonly after: VersionVector;
}

/** What a peer gave: records of the logs asked for, in an order in which they can be applied. */
export interface FetchAnswer {
  readonly from: BranchId;
  readonly attempt: number;
  readonly records: readonly EntriesRecord[];
}

/** A peer that said that it has more than this branch. */
interface Source {
  readonly id: BranchId;
  has: VersionVector;
  failures: number;
  retryTick: number;
}

/**
 * Fetches what this branch lacks and a peer has said to have: what was written while it was away,
 * what it has forgotten, what the log in an origin's memory does not reach back to.
 *
 * 1. One request is in flight, to the peer that has most of what is lacking. Each request says
 *    from where on, so nobody has to remember how far another has come.
 * 2. A peer that does not answer, or gives nothing that helps, is passed over for a while.
 */
export class CatchUp {
  readonly #self: BranchId;
  readonly #members: ReadonlySet<BranchId>;
  readonly #sources = new Map<BranchId, Source>();
  #attempts = 0;
  #flight: { readonly request: FetchRequest; readonly tick: number } | undefined;

  /** Fetches for the branch `self` of a bank. */
  constructor(self: BranchId, members: ReadonlySet<BranchId>) {
    this.#self = self;
    this.#members = members;
  }

  /** Takes note of what a peer says it has of the logs that there are. */
  hear(from: BranchId, said: VersionVector): void {
    const has = within(said, this.#members);
    const source = this.#sources.get(from);
    if (source !== undefined) source.has = merged(source.has, has);
    else this.#sources.set(from, { id: from, has, failures: 0, retryTick: 0 });
  }

  /** Takes note of an answer, after its records were applied. */
  answered(answer: FetchAnswer, known: VersionVector, tick: number): void {
    const request = this.#landed(answer);
    if (request === undefined) return;
    const source = this.#sources.get(answer.from);
    const helped = beyond(known, request.after).keys().some((origin) => request.after.has(origin));
    if (!helped) this.#passOver(answer.from, tick);
    else if (source !== undefined) source.failures = 0;
  }

  /** Takes note that a request got no answer. */
  failed(request: { readonly from: BranchId; readonly attempt: number }, tick: number): void {
    if (this.#landed(request) !== undefined) this.#passOver(request.from, tick);
  }

  /** Gives up a request that was never answered. */
  tick(tick: number): void {
    if (this.#flight === undefined || tick - this.#flight.tick < patience.fetchTicks) return;
    const { to: from, attempt } = this.#flight.request;
    this.failed({ from, attempt }, tick);
  }

  /** Makes the request that is due, if any: for the logs of `origins`, beyond what is known. */
  request(
    known: VersionVector,
    { origins, tick }: { readonly origins: ReadonlySet<BranchId>; readonly tick: number },
  ): FetchRequest | undefined {
    if (this.#sources.size === 0 || this.#flight !== undefined) return undefined;
    let best: { to: BranchId; after: VersionVector; entries: number } | undefined;
    for (const { id: to, has, retryTick } of this.#sources.values()) {
      const lacking = beyond(has, known).entries().filter(([origin]) => origins.has(origin))
        .toArray();
      if (lacking.length === 0) this.#sources.delete(to);
      if (lacking.length === 0 || retryTick > tick) continue;
      const after = new Map(lacking.map(([origin]) => [origin, knownOf(known, origin)]));
      const entries = lacking.reduce((sum, [origin, end]) => sum + end - knownOf(known, origin), 0);
      if (best === undefined || entries > best.entries) best = { to, after, entries };
    }
    if (best === undefined) return undefined;
    const { to, after } = best;
    const request = { from: this.#self, to, attempt: ++this.#attempts, after };
    this.#flight = { request, tick };
    return request;
  }

  /** Tells what peers have said to have beyond what is known. */
  lacking(known: VersionVector): VersionVector {
    const said = this.#sources.values().map(({ has }) => has).reduce(merged, nothingKnown);
    return beyond(said, known);
  }

  /** Takes the request out of the air that an answer, or the lack of one, is about. */
  #landed(
    { from, attempt }: { readonly from: BranchId; readonly attempt: number },
  ): FetchRequest | undefined {
    const request = this.#flight?.request;
    if (request?.to !== from || request.attempt !== attempt) return undefined;
    this.#flight = undefined;
    return request;
  }

  #passOver(id: BranchId, tick: number): void {
    const source = this.#sources.get(id);
    if (source === undefined) return;
    source.retryTick = tick + Math.min(2 ** source.failures, patience.backoffTicksMax);
    source.failures += 1;
  }
}
