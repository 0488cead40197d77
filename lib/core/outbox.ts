import type { BranchId, Sequence } from "./ids.ts";
import { type EntriesRecord, recordsWithin } from "./journal_record.ts";
import { limits } from "./limits.ts";
import { Log } from "./log.ts";
import { patience } from "./patience.ts";
import { isReachable, type Peer, type PeerView, unknownPeer, viewOf } from "./peer.ts";
import type { PeerAnswer, PeerRequest } from "./propagation.ts";
import { knownOf, merged, nothingKnown, type VersionVector, within } from "./version_vector.ts";

/** What is to be sent to a peer, and a name that is the same for peers that get the same. */
interface Due {
  readonly alike: string;
  readonly asks: boolean;
  readonly has: VersionVector;
  readonly records: () => readonly EntriesRecord[];
}

/**
 * Brings this branch's records to every peer, and sees to it that those of others get there.
 *
 * 1. One request is in flight per peer, with all that it is not known to have, up to a limit:
 *    the busier the branch, the larger its requests.
 * 2. A branch sends its own records at once, and tells with its next request, or after a
 *    while, which of them every member has. What others wrote, and did not tell that of in
 *    time, it says it has: then their origin may be dead or cut off, and whoever lacks it
 *    fetches it. So it does with its own that are too old to be held here.
 * 3. A peer to which there is nothing to send is asked once in a while all the same, so that one
 *    that is gone is missed, and one that is back is heard.
 * 4. What a peer says it has only grows; lost, late and doubled answers do no harm.
 */
export class Outbox {
  readonly #self: BranchId;
  readonly #members: ReadonlySet<BranchId>;
  readonly #peers: ReadonlyMap<BranchId, Peer>;
  readonly #log: Log;
  #attempts = 0;
  #reviewTick: number = patience.reviewTicks;
  /** What was known at the latest reviews, oldest first. */
  #reviews: readonly VersionVector[] = [];
  /** By origin, up to where its entries are at every member. */
  readonly #settled = new Map<BranchId, Sequence>();
  /** Up to where this branch's entries are at every member. */
  #everywhere: Sequence = 0;
  /** Whether every peer has said what it has, since this branch was away. */
  #isHeard = true;

  /**
   * Knows nothing of its peers yet, and takes them for reachable; this branch's log, as far as
   * it goes, is in its journal.
   */
  constructor(
    self: BranchId,
    members: readonly BranchId[],
    { last = 0, logEntriesMax = limits.logEntriesMax }: {
      readonly last?: Sequence;
      readonly logEntriesMax?: number;
    } = {},
  ) {
    this.#self = self;
    this.#members = new Set(members);
    this.#log = new Log(last, logEntriesMax);
    const peers = members.filter((id) => id !== self).map((id) => [id, unknownPeer(id)] as const);
    this.#peers = new Map(peers);
    if (peers.length === 0) this.#everywhere = last;
  }

  /** Keeps a record of this branch for the peers that lack it. */
  append(record: EntriesRecord): void {
    this.#log.append(record);
    if (this.#peers.size === 0) this.#everywhere = this.#log.last;
  }

  /**
   * Takes note that the branch was away, or may have been: before it sends anything to a peer,
   * it asks what that has.
   */
  restart(): void {
    for (const peer of this.#peers.values()) peer.isHeard = false;
    this.#isHeard = this.#peers.size === 0;
  }

  /** Tells the peers that have not said what they have since this branch was away. */
  unheard(tick: number): readonly PeerView[] {
    if (this.#isHeard) return [];
    return this.#peers.values().filter(({ isHeard }) => !isHeard)
      .map((peer) => viewOf(peer, tick)).toArray();
  }

  /**
   * Takes note of an answer: the peer can be reached, and has what it says. Tells whether it is
   * the first since this branch was away.
   */
  answered({ from, attempt, has, known }: PeerAnswer): boolean {
    const peer = this.#peers.get(from);
    if (peer === undefined) return false;
    if (known !== undefined) peer.known = merged(peer.known, within(known, this.#members));
    if (peer.flight?.attempt === attempt) peer.flight = undefined;
    peer.silentTick = peer.flight?.tick;
    peer.failures = 0;
    peer.retryTick = 0;
    const isFirst = !peer.isHeard;
    peer.isHeard = true;
    if (isFirst) this.#isHeard = this.#peers.values().every(({ isHeard }) => isHeard);
    const had = peer.has;
    peer.has = Math.max(had, Math.min(has, this.#log.last));
    if (had === this.#everywhere && peer.has > had) this.#countEverywhere();
    return isFirst;
  }

  /** Takes note that a request got no answer; the next one waits a while. */
  failed(from: BranchId, attempt: number, tick: number): void {
    const peer = this.#peers.get(from);
    if (peer?.flight?.attempt !== attempt) return;
    peer.flight = undefined;
    peer.retryTick = tick + Math.min(2 ** peer.failures, patience.backoffTicksMax);
    peer.failures += 1;
  }

  /** Takes note that every member has the entries of `origin` up to `sequence`. */
  settle(origin: BranchId, sequence: Sequence): void {
    if (sequence > knownOf(this.#settled, origin)) this.#settled.set(origin, sequence);
  }

  /** Gives up requests that were never answered. */
  tick(tick: number): void {
    for (const { id, flight } of this.#peers.values()) {
      if (flight !== undefined && tick - flight.tick >= patience.resendTicks) {
        this.failed(id, flight.attempt, tick);
      }
    }
  }

  /** Makes the requests that are due, and holds them to be in flight from now on. */
  requests(tick: number, known: VersionVector): readonly PeerRequest[] {
    const reviews = tick >= this.#reviewTick;
    if (!reviews && this.#isHeard && this.#log.last === this.#everywhere) return [];
    const overdue = reviews ? this.#review(tick, known) : nothingKnown;
    const groups = new Map<string, { readonly due: Due; readonly to: BranchId[] }>();
    for (const peer of this.#peers.values()) {
      if (peer.flight !== undefined || peer.retryTick > tick) continue;
      const due = (reviews ? this.#reviewed(peer, { overdue, tick }) : undefined) ??
        this.#lacked(peer);
      if (due === undefined) continue;
      const group = groups.get(due.alike) ?? { due, to: [] };
      group.to.push(peer.id);
      groups.set(due.alike, group);
    }
    return [...groups.values()].map(({ due, to }) => this.#dispatch(due, to, tick));
  }

  /** Tells how many peers are known to have this branch's entry with that sequence. */
  having(sequence: Sequence): number {
    if (sequence <= this.#everywhere) return this.#peers.size;
    return this.#peers.values().filter((peer) => peer.has >= sequence).toArray().length;
  }

  /** Tells whether a peer that can be reached is not known to have the entry. */
  awaits(sequence: Sequence, tick: number): boolean {
    if (sequence <= this.#everywhere) return false;
    return this.#peers.values().some((peer) => peer.has < sequence && isReachable(peer, tick));
  }

  /** Tells whether a peer counts as one that can be reached. */
  reaches(id: BranchId, tick: number): boolean {
    const peer = this.#peers.get(id);
    return peer !== undefined && isReachable(peer, tick);
  }

  /** Takes note that a peer has answered something else. */
  heard(id: BranchId): void {
    const peer = this.#peers.get(id);
    if (peer !== undefined) peer.silentTick = peer.flight?.tick;
  }

  /** Shows what is believed of the peers, by ascending id. */
  inspect(tick: number): readonly PeerView[] {
    return this.#peers.values().map((peer) => viewOf(peer, tick)).toArray();
  }

  #countEverywhere(): void {
    let everywhere = this.#log.last;
    for (const peer of this.#peers.values()) everywhere = Math.min(everywhere, peer.has);
    if (everywhere > this.#everywhere) this.#log.prune(everywhere);
    this.#everywhere = everywhere;
  }

  /** What the peer is not known to have of this branch's own records, or what that is. */
  #lacked(peer: Peer): Due | undefined {
    if (!peer.isHeard) return hello;
    if (peer.has === this.#log.last) return undefined;
    return {
      alike: `after ${peer.has}`,
      asks: false,
      has: nothingKnown,
      records: () => this.#own(peer),
    };
  }

  /** Remembers what is known now, and tells what was known a while ago. */
  #review(tick: number, known: VersionVector): VersionVector {
    this.#reviewTick = tick + patience.reviewTicks;
    this.#reviews = [...this.#reviews, known].slice(-reviewsKept);
    return this.#reviews.length < reviewsKept ? nothingKnown : this.#reviews[0] ?? nothingKnown;
  }

  /** What it is time for once in a while: others' records, an announcement, or a sign of life. */
  #reviewed(
    peer: Peer,
    { overdue, tick }: { readonly overdue: VersionVector; readonly tick: number },
  ): Due | undefined {
    if (!peer.isHeard) return undefined;
    const lacks = overdue.entries().some(([origin, sequence]) =>
      origin !== this.#self && origin !== peer.id &&
      sequence > knownOf(this.#settled, origin) && sequence > knownOf(peer.known, origin)
    );
    if (lacks) {
      return {
        alike: `has, after ${peer.has}`,
        asks: true,
        has: overdue,
        records: () => this.#own(peer),
      };
    }
    const hears = peer.told === this.#everywhere && peer.silentTick === undefined;
    const isIdle = tick - peer.askedTick >= patience.idleTicks;
    if (peer.has < this.#log.last || (hears && !isIdle)) return undefined;
    return { alike: "told", asks: false, has: nothingKnown, records: () => [] };
  }

  /** None where the peer lacks more than is held: it fetches all that it lacks. */
  #own(peer: Peer): readonly EntriesRecord[] {
    return peer.has < this.#log.floor
      ? []
      : recordsWithin(limits.propagateBytesMax, this.#log.after(peer.has));
  }

  #dispatch(due: Due, to: readonly BranchId[], tick: number): PeerRequest {
    const { asks, has, records } = due;
    const attempt = ++this.#attempts;
    const everywhere = this.#everywhere;
    for (const id of to) {
      const peer = this.#peers.get(id);
      if (peer === undefined) continue;
      peer.flight = { attempt, tick };
      peer.askedTick = tick;
      peer.told = everywhere;
      peer.silentTick ??= tick;
    }
    // A peer that has not been heard is told of nothing that it could fetch: it may know better.
    const last = due === hello ? 0 : this.#log.last;
    return { from: this.#self, to, attempt, last, everywhere, has, asks, records: records() };
  }
}

const hello: Due = { alike: "hello", asks: true, has: nothingKnown, records: () => [] };

/** What was known that many reviews ago has been known for `forwardTicks`. */
const reviewsKept = Math.ceil(patience.forwardTicks / patience.reviewTicks) + 1;
