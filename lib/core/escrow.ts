import { ascending, type BranchId, type CommandId, commandIdPrefix, type Sequence } from "./ids.ts";
import { isCommandId } from "./ids.ts";
import { invariant } from "./invariant.ts";
import type { Ledger } from "./ledger.ts";
import { limits } from "./limits.ts";
import { type Money, money } from "./money.ts";
import { patience } from "./patience.ts";

/** Asks a peer for allowance, or, if nothing is needed, only how far its log goes. */
export interface Claim {
  readonly from: BranchId;
  readonly to: BranchId;
  /** Tells one request from the next; an answer cites it. */
  readonly attempt: number;
  /** Names the claim for ever: it is granted once, however often it is sent. */
  readonly id: CommandId;
  readonly need: Money;
  /** What it would like, at least `need`. */
  readonly wanted: Money;
}

/** What a peer answered; a grant itself is an entry, and comes like all others. */
export interface ClaimAnswer {
  readonly from: BranchId;
  readonly attempt: number;
  /** The last entry of its log, the grant included. */
  readonly last: Sequence;
  readonly isGranted: boolean;
  /** It grants no claim that was named at this moment or before; milliseconds since 1970. */
  readonly expiredMs: number;
}

/** What is lacking here. */
export interface Lack {
  /** What the withdrawals that wait need beyond this branch's allowance. */
  readonly need: Money;
  /** What they will take of this branch's own. */
  readonly reserved: Money;
  /** Every peer has to be asked after this moment how far its log goes; if any has to. */
  readonly since: number | undefined;
}

/** What is known of the peers otherwise. */
export interface Surroundings {
  readonly ledger: Ledger;
  readonly tick: number;
  /** What the clock shows, in milliseconds since 1970; nothing before it was heard. */
  readonly nowMs: number | undefined;
  /** Whether a peer answers what it is sent. */
  readonly answers: (peer: BranchId) => boolean;
}

interface Flight {
  readonly attempt: number;
  readonly tick: number;
  readonly untilTick: number;
  readonly need: Money;
  /** What was answered; it lands when this branch knows as much of the peer's log. */
  answer: ClaimAnswer | undefined;
}

/** A claim that may have been granted, and whose grant has not come. */
interface Open {
  readonly id: CommandId;
  readonly firstAttempt: number;
  /** How far the peer's log goes with the grant, once it is known to be granted. */
  last: Sequence | undefined;
}

interface Peer {
  readonly id: BranchId;
  flight: Flight | undefined;
  open: Open | undefined;
  /** The newest request that it answered, and how far its log went. */
  heard: { readonly attempt: number; readonly last: Sequence };
  /** The newest request that it did not answer. */
  tried: number;
  /** Since when it owes an answer, over all requests. */
  silentTick: number | undefined;
  /** How often in a row it has granted nothing. */
  refusals: number;
  retryTick: number;
  expiredMs: number;
}

/**
 * Gathers allowance from peers, for withdrawals that this branch's own does not cover.
 *
 * 1. The richest peers are asked first, as far as their wealth is known here, and only as many as
 *    it takes; others too, when those take long. One request is in flight to each.
 * 2. The more often a branch has been granted some, the more it asks for: twice what it needs,
 *    four times, and so on, while it keeps asking. So `n` withdrawals in a row take about log n
 *    claims.
 * 3. A claim that may have been granted is sent again under its name, until its grant has come.
 * 4. To say that the bank has too little money, a branch has to know what each peer had written
 *    after the withdrawal was asked for: `sureMoment`. It asks those too that have nothing to
 *    give, and those that have long been silent.
 */
export class Escrow {
  readonly #self: BranchId;
  readonly #peers: ReadonlyMap<BranchId, Peer>;
  #attempts = 0;
  #claims = 0;
  #eagerness = 0;
  #grantedTick = -Infinity;

  /** Has asked nobody yet. */
  constructor(self: BranchId, members: readonly BranchId[]) {
    this.#self = self;
    const peers = members.filter((id) => id !== self).map((id) => [id, unasked(id)] as const);
    this.#peers = new Map(peers);
  }

  /** A moment between requests; a peer that answers a later request was asked after it. */
  get moment(): number {
    return this.#attempts;
  }

  /** Takes note of an answer, however late it is. */
  answered(answer: ClaimAnswer, tick: number): void {
    const peer = this.#peers.get(answer.from);
    if (peer === undefined) return;
    const { attempt, last, isGranted } = answer;
    const { open } = peer;
    if (attempt > peer.heard.attempt) peer.heard = { attempt, last };
    peer.expiredMs = Math.max(peer.expiredMs, answer.expiredMs);
    peer.silentTick = undefined;
    if (isGranted && open !== undefined && attempt >= open.firstAttempt) {
      if (open.last === undefined) this.#grow(tick);
      open.last ??= last;
      peer.refusals = 0;
    }
    if (peer.flight?.attempt !== attempt) return;
    peer.flight.answer = answer;
    if (isGranted || peer.flight.need === 0n) return;
    peer.open = undefined;
    if (tick > peer.retryTick + patience.claimPauseTicksMax) peer.refusals = 0;
    peer.retryTick = tick + Math.min(2 ** peer.refusals, patience.claimPauseTicksMax);
    peer.refusals += 1;
  }

  /** Takes note that a request got no answer. */
  failed({ from, attempt }: Pick<ClaimAnswer, "from" | "attempt">, tick: number): void {
    const peer = this.#peers.get(from);
    if (peer?.flight?.attempt !== attempt) return;
    peer.flight = undefined;
    peer.tried = attempt;
    peer.retryTick = tick + 1;
  }

  /** Gives up requests that were never answered. */
  tick(tick: number): void {
    for (const { id, flight } of this.#peers.values()) {
      if (flight === undefined || flight.untilTick > tick) continue;
      this.failed({ from: id, attempt: flight.attempt }, tick);
    }
  }

  /** Tells up to before which moment all is applied that any peer had written at it. */
  sureMoment(ledger: Ledger): number {
    return least(this.#peers.values().map((peer) => heardUntil(peer, ledger)));
  }

  /**
   * Tells the same of those peers that can be reached; one that has long been silent was asked
   * after that moment, and gave no answer to that either.
   */
  sureMomentOfReachable(surroundings: Surroundings): number {
    return least(
      this.#peers.values().map((peer) => {
        const heard = heardUntil(peer, surroundings.ledger);
        return reaches(peer, surroundings) ? heard : Math.max(heard, peer.tried);
      }),
    );
  }

  /** Tells how much the peers that can be reached may grant, as far as is known here. */
  withinReach(surroundings: Surroundings): bigint {
    return this.#peers.values().filter((peer) => reaches(peer, surroundings))
      .reduce((sum, { id }) => sum + surroundings.ledger.allowanceOf(id), 0n);
  }

  /** Makes the requests that are due, and holds them to be in flight from now on. */
  claims({ need: lacking, since }: Lack, surroundings: Surroundings): readonly Claim[] {
    const { ledger, tick, nowMs } = surroundings;
    if ((lacking === 0n && since === undefined) || nowMs === undefined) return [];
    this.#land(ledger);
    const idle = this.#peers.values()
      .filter(({ flight, retryTick }) => flight === undefined && retryTick <= tick)
      .map((peer) => ({ peer, isReached: reaches(peer, surroundings) })).toArray();
    const reached = idle.filter(({ isReached }) => isReached).map(({ peer }) => peer);
    const needs = this.#dealt(lacking, { reached, surroundings });
    return idle.flatMap(({ peer, isReached }) => {
      const need = needs.get(peer.id) ?? money(0);
      const isAsked = since !== undefined && heardUntil(peer, ledger) <= since;
      if (need === 0n && !isAsked) return [];
      const untilTick = tick + (isReached ? patience.claimTicks : patience.claimSilentTicks);
      return [this.#claim(peer, { need, tick, untilTick, nowMs })];
    });
  }

  /** Lets go of what is done, since all has come that the peer had written by then. */
  #land(ledger: Ledger): void {
    for (const peer of this.#peers.values()) {
      const { flight, open } = peer;
      const known = ledger.knownOf(peer.id);
      if (flight?.answer !== undefined && known >= flight.answer.last) peer.flight = undefined;
      if (open?.last !== undefined && known >= open.last) peer.open = undefined;
    }
  }

  /** Says how much each is to be asked for, the richest first. */
  #dealt(
    need: Money,
    { reached, surroundings: { ledger, tick } }: {
      readonly reached: readonly Peer[];
      readonly surroundings: Surroundings;
    },
  ): ReadonlyMap<BranchId, Money> {
    const coming = this.#peers.values().filter(({ flight }) => isHopeful(flight, tick))
      .reduce((sum, { flight }) => sum + (flight?.need ?? 0n), 0n);
    const dealt = new Map<BranchId, Money>();
    let missing = need - coming;
    if (missing <= 0n) return dealt;
    const rich = reached.map(({ id }) => ({ id, allowance: ledger.allowanceOf(id) }))
      .sort((left, right) =>
        Number(right.allowance - left.allowance) || ascending(left.id, right.id)
      );
    for (const { id, allowance } of rich) {
      if (missing <= 0n || allowance === 0n) break;
      dealt.set(id, allowance < missing ? allowance : money(missing));
      missing -= allowance;
    }
    return dealt;
  }

  /** Takes note of a grant: the next claim asks for more, if it comes soon. */
  #grow(tick: number): void {
    if (tick === this.#grantedTick) return;
    this.#eagerness = this.#isHungry(tick) ? Math.min(this.#eagerness + 1, eagernessMax) : 1;
    this.#grantedTick = tick;
  }

  #isHungry(tick: number): boolean {
    return tick - this.#grantedTick <= patience.hungerTicks;
  }

  #claim(
    peer: Peer,
    { need, tick, untilTick, nowMs }: {
      readonly need: Money;
      readonly tick: number;
      readonly untilTick: number;
      readonly nowMs: number;
    },
  ): Claim {
    const attempt = ++this.#attempts;
    const id = peer.open?.id ?? this.#named(Math.max(nowMs, peer.expiredMs + 1));
    const wish = need << BigInt(this.#isHungry(tick) ? this.#eagerness + 1 : 1);
    const wanted = money(wish < limits.balanceMax ? wish : limits.balanceMax);
    peer.flight = { attempt, tick, untilTick, need, answer: undefined };
    if (need > 0n) peer.open ??= { id, firstAttempt: attempt, last: undefined };
    peer.silentTick ??= tick;
    return { from: this.#self, to: peer.id, attempt, id, need, wanted };
  }

  #named(ms: number): CommandId {
    const madeMs = Math.min(Math.max(ms, 0), limits.issuedMsMax);
    const id = `${commandIdPrefix(madeMs)}claim/${this.#self}/${++this.#claims}`;
    invariant(isCommandId(id), "a claim is named as commands are");
    return id;
  }
}

/** Then a branch asks for 2^20 times as much as it needs, and so for half of what there is. */
const eagernessMax = 19;

function unasked(id: BranchId): Peer {
  return {
    id,
    flight: undefined,
    open: undefined,
    heard: { attempt: 0, last: 0 },
    tried: 0,
    silentTick: undefined,
    refusals: 0,
    retryTick: 0,
    expiredMs: 0,
  };
}

/** Before which moment it was that all is applied which the peer had written at it. */
function heardUntil({ id, heard }: Peer, ledger: Ledger): number {
  return ledger.knownOf(id) >= heard.last ? heard.attempt : 0;
}

/** Tells whether a peer answers, claims too: one that makes sure of its log answers none. */
function reaches({ id, silentTick }: Peer, { tick, answers }: Surroundings): boolean {
  const isSilent = silentTick !== undefined && tick - silentTick >= patience.unreachableTicks;
  return !isSilent && answers(id);
}

/** Tells whether a claim is young enough that it is taken for one that will be granted. */
function isHopeful(flight: Flight | undefined, tick: number): boolean {
  return flight !== undefined && tick - flight.tick < patience.claimHopeTicks &&
    flight.answer?.isGranted !== false;
}

function least(moments: Iterable<number>): number {
  let least = Infinity;
  for (const moment of moments) least = Math.min(least, moment);
  return least;
}
