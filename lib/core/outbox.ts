import type { BranchId, Sequence } from "./ids.ts";
import { type EntriesRecord, lastOf } from "./journal_record.ts";
import { limits } from "./limits.ts";
import { Log, type Logged } from "./log.ts";
import { patience } from "./patience.ts";
import { knownOf, merged, nothingKnown, type VersionVector } from "./version_vector.ts";

/** Records for peers that lack the same; each of them answers for itself. */
export interface PeerRequest {
  readonly from: BranchId;
  readonly to: readonly BranchId[];
  /** Tells one request to a peer from the next; an answer cites it. */
  readonly attempt: number;
  /** Up to here the sender's own entries are known to be at every member. */
  readonly everywhere: Sequence;
  /** Whether the answer shall say what the peer knows of all origins. */
  readonly asks: boolean;
  /** Maybe none, where there is only something to ask or to tell. */
  readonly records: readonly EntriesRecord[];
}

/** What a peer said to a request. */
export interface PeerAnswer {
  readonly from: BranchId;
  readonly attempt: number;
  /** How much of the sender's log it has. */
  readonly has: Sequence;
  /** All that it knows, if it was asked. */
  readonly known: VersionVector | undefined;
}

/** Entries of this branch that a peer has, and this branch knows nothing of. */
export interface Forgotten {
  readonly peer: BranchId;
  /** The last of them. */
  readonly has: Sequence;
}

/** What the outbox believes of one peer. */
export interface PeerView {
  readonly id: BranchId;
  /** How much of this branch's log it is known to have. */
  readonly has: Sequence;
  readonly reachable: boolean;
}

interface Peer {
  readonly id: BranchId;
  has: Sequence;
  /** Whether `has` is known at all: a branch that was away asks before it sends. */
  isHeard: boolean;
  /** What it knew when it was last asked; it may know more by now, never less. */
  known: VersionVector;
  knownTick: number;
  /** What it was told of this branch's entries that are at every member. */
  told: Sequence;
  /** The request that it has not answered yet. */
  flight: { readonly attempt: number; readonly tick: number } | undefined;
  /** Since when it owes an answer, over all attempts. */
  silentTick: number | undefined;
  failures: number;
  retryTick: number;
}

/** What is to be sent to a peer, and a name that is the same for peers that get the same. */
interface Due {
  readonly alike: string;
  readonly asks: boolean;
  readonly records: () => readonly EntriesRecord[];
}

/**
 * Brings every record to every peer.
 *
 * 1. One request is in flight per peer, with all that it is not known to have, up to a limit:
 *    the busier the branch, the larger its requests.
 * 2. A branch sends its own records at once, and tells with its next request, or after a
 *    while, which of them every member has. Those of others it passes on only where that was
 *    not told in time, and to a peer that lacks them by its own word: then their origin may be
 *    dead or cut off.
 * 3. What a peer says it has only grows; lost, late and doubled answers do no harm.
 */
export class Outbox {
  readonly #self: BranchId;
  readonly #peers: ReadonlyMap<BranchId, Peer>;
  readonly #log = new Log();
  #attempts = 0;
  #reviewTick: number = patience.reviewTicks;
  /** This branch's last entry, and up to where its entries are at every member. */
  #last: Sequence = 0;
  #everywhere: Sequence = 0;
  /** The last of its entries that any peer can have from it. */
  #sent: Sequence = 0;
  #forgotten: Forgotten | undefined;

  /** Knows nothing of its peers yet, and takes them for reachable. */
  constructor(self: BranchId, members: readonly BranchId[]) {
    this.#self = self;
    const peers = members.filter((id) => id !== self).map((id) => [id, unknownPeer(id)] as const);
    this.#peers = new Map(peers);
  }

  /** Keeps a record for the peers that lack it. */
  append(record: EntriesRecord, tick: number): void {
    if (record.origin === this.#self) this.#last = lastOf(record);
    if (this.#peers.size > 0) this.#log.append(record, tick);
    else this.#everywhere = this.#last;
  }

  /**
   * Takes note that the branch was away, or may have been: before it sends anything to a peer,
   * it asks what that has.
   */
  restart(): void {
    this.#sent = this.#last;
    for (const peer of this.#peers.values()) peer.isHeard = false;
  }

  /**
   * Takes note of an answer: the peer can be reached, and has what it says.
   *
   * It cannot have more than this branch has sent; if it says so, this branch has forgotten what
   * it wrote, and must not go on to give other entries the same names.
   */
  answered({ from, attempt, has, known }: PeerAnswer, tick: number): void {
    const peer = this.#peers.get(from);
    if (peer === undefined) return;
    if (known !== undefined) {
      peer.known = merged(peer.known, known);
      peer.knownTick = tick;
    }
    if (peer.flight?.attempt === attempt) peer.flight = undefined;
    peer.silentTick = peer.flight?.tick;
    peer.failures = 0;
    peer.retryTick = 0;
    peer.isHeard = true;
    if (has > this.#sent) this.#forgotten ??= { peer: from, has };
    const had = peer.has;
    peer.has = Math.max(had, Math.min(has, this.#last));
    if (had === this.#everywhere && peer.has > had) this.#countEverywhere();
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
    this.#log.prune(origin, sequence);
  }

  /** What this branch was found to have forgotten, if it has. */
  get forgotten(): Forgotten | undefined {
    return this.#forgotten;
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
  requests(tick: number): readonly PeerRequest[] {
    const reviews = tick >= this.#reviewTick;
    if (reviews) this.#reviewTick = tick + patience.reviewTicks;
    else if (this.#last === this.#everywhere) return [];
    const groups = new Map<string, { readonly due: Due; readonly to: BranchId[] }>();
    for (const peer of this.#peers.values()) {
      if (peer.flight !== undefined || peer.retryTick > tick) continue;
      const due = (reviews ? this.#reviewed(peer, tick) : undefined) ?? this.#lacked(peer);
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

  /** Shows what is believed of the peers, by ascending id. */
  inspect(tick: number): readonly PeerView[] {
    return this.#peers.values()
      .map((peer) => ({ id: peer.id, has: peer.has, reachable: isReachable(peer, tick) }))
      .toArray();
  }

  #countEverywhere(): void {
    let everywhere = this.#last;
    for (const peer of this.#peers.values()) everywhere = Math.min(everywhere, peer.has);
    if (everywhere > this.#everywhere) this.#log.prune(this.#self, everywhere);
    this.#everywhere = everywhere;
  }

  /** What the peer is not known to have of this branch's own records, or what that is. */
  #lacked(peer: Peer): Due | undefined {
    if (!peer.isHeard) return { alike: "hello", asks: true, records: () => [] };
    if (peer.has === this.#last) return undefined;
    return {
      alike: `after ${peer.has}`,
      asks: false,
      records: () => limited(this.#own(peer)),
    };
  }

  /** What it is time for once in a while: others' records, a question, or an announcement. */
  #reviewed(peer: Peer, tick: number): Due | undefined {
    if (!peer.isHeard) return undefined;
    const overdue = this.#overdue(peer, tick);
    const lacking = overdue.filter((logged) => isOverdue(logged, peer.knownTick));
    if (lacking.length > 0) {
      const records = () => limited([...lacking.map(({ record }) => record), ...this.#own(peer)]);
      return { alike: `only ${peer.id}`, asks: true, records };
    }
    if (overdue.length > 0) {
      return {
        alike: `asks, after ${peer.has}`,
        asks: true,
        records: () => limited(this.#own(peer)),
      };
    }
    const hears = peer.told === this.#everywhere && peer.silentTick === undefined;
    if (peer.has < this.#last || hears) return undefined;
    return { alike: "told", asks: false, records: () => [] };
  }

  #own(peer: Peer): readonly EntriesRecord[] {
    return this.#log.after(this.#self, peer.has).map(({ record }) => record);
  }

  /** The records of others that the peer was not heard to have, a while after they came. */
  #overdue(peer: Peer, tick: number): readonly Logged[] {
    return this.#log.origins().filter((origin) => origin !== this.#self && origin !== peer.id)
      .flatMap((origin) => this.#log.after(origin, knownOf(peer.known, origin)))
      .filter((logged) => isOverdue(logged, tick));
  }

  #dispatch({ asks, records }: Due, to: readonly BranchId[], tick: number): PeerRequest {
    const attempt = ++this.#attempts;
    const everywhere = this.#everywhere;
    for (const id of to) {
      const peer = this.#peers.get(id);
      if (peer === undefined) continue;
      peer.flight = { attempt, tick };
      peer.told = everywhere;
      peer.silentTick ??= tick;
    }
    const request = { from: this.#self, to, attempt, everywhere, asks, records: records() };
    for (const record of request.records) {
      if (record.origin === this.#self) this.#sent = Math.max(this.#sent, lastOf(record));
    }
    return request;
  }
}

function unknownPeer(id: BranchId): Peer {
  return {
    id,
    has: 0,
    isHeard: true,
    known: nothingKnown,
    knownTick: 0,
    told: 0,
    flight: undefined,
    silentTick: undefined,
    failures: 0,
    retryTick: 0,
  };
}

function isReachable(peer: Peer, tick: number): boolean {
  return peer.silentTick === undefined || tick - peer.silentTick < patience.unreachableTicks;
}

function isOverdue(logged: Logged, tick: number): boolean {
  return logged.tick + patience.forwardTicks <= tick;
}

/** Takes as many of the records as surely fit into one message, in order. */
function limited(records: readonly EntriesRecord[]): readonly EntriesRecord[] {
  const { recordBytesMax, entryBytesMax, vectorElementBytesMax, propagateBytesMax } = limits;
  let bytes = 0;
  const end = records.findIndex(({ entries, after }) => {
    bytes += recordBytesMax + entries.length * entryBytesMax + after.size * vectorElementBytesMax;
    return bytes > propagateBytesMax;
  });
  return end === -1 ? records : records.slice(0, end);
}
