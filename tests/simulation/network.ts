import type { FetchAnswer, FetchRequest } from "../../lib/core/catch_up.ts";
import type { Claim } from "../../lib/core/escrow.ts";
import type { BranchId } from "../../lib/core/ids.ts";
import type { PeerAnswer, PeerRequest } from "../../lib/core/propagation.ts";
import type { Claimed, Host } from "../../lib/host/host.ts";
import type { ClaimDelivery, Delivery, Fetched, Transport } from "../../lib/host/ports.ts";
import type { Agenda } from "./agenda.ts";
import type { Story } from "./happened.ts";
import { type Faults, noFaults } from "./options.ts";
import type { Random } from "./random.ts";

/** What a network is made of. */
export interface NetworkParts {
  readonly agenda: Agenda;
  readonly random: Random;
  readonly story: Story;
  readonly faults: Faults;
  /** The host of a branch, unless it is down. */
  readonly hostOf: (id: BranchId) => Host | undefined;
  /** Hears what a branch answers to a claim, before anyone else. */
  readonly answered: (claim: Claim, answer: Claimed) => void;
  /** Runs a callback of a promise, and keeps what it throws. */
  readonly guard: <Value>(callback: (value: Value) => void) => (value: Value) => void;
}

/** Who can be cut off from whom: branches, and the log that they share, where there is one. */
export type Place = BranchId | "log";

/** A branch that starts, and whether that life of it still lasts. */
export interface Starting {
  readonly id: BranchId;
  readonly isUp: () => boolean;
}

/** A false network: it loses, delays, doubles and cuts, as its stream of chance says. */
export class Network implements Transport {
  protected readonly parts: NetworkParts;
  #faults: Faults;
  #cut = new Set<string>();

  /** Connects all with all. */
  constructor(parts: NetworkParts) {
    this.parts = parts;
    this.#faults = parts.faults;
  }

  /** Gives a branch that starts what it sends through. */
  connect(_starting: Starting): Transport {
    return this;
  }

  /** Knows the host of a branch that was connected. */
  serve(_id: BranchId, _host: Host): void {}

  /** Sends a request of a branch to each of its destinations. */
  send(request: PeerRequest, delivered: (delivery: Delivery) => void): void {
    for (const to of request.to) {
      const silent = () => delivered({ kind: "silence", from: to, attempt: request.attempt });
      this.carry({
        link: [request.from, to],
        arrive: () => this.deliver(this.packed(request), { to, delivered, silent }),
        silent,
      });
    }
  }

  /** Asks a peer for old records. */
  ask(request: FetchRequest, fetched: (fetched: Fetched) => void): void {
    const { hostOf, story } = this.parts;
    const { from, to, attempt } = request;
    const silent = () => fetched({ kind: "unfetched", from: to, attempt });
    const give = (answer: FetchAnswer) => {
      story.reached["fetched records"] += answer.records.length;
      fetched({ kind: "fetched", ...answer });
    };
    const arrive = () => {
      const host = hostOf(to);
      if (host === undefined) return this.#unanswered(silent);
      const answer = { from: to, attempt, records: host.recordsAfter(request) };
      this.carry({ link: [to, from], arrive: () => give(answer), silent });
    };
    this.carry({ link: [from, to], arrive, silent });
  }

  /** Asks a peer for allowance. */
  claim(request: Claim, claimed: (claimed: ClaimDelivery) => void): void {
    const { hostOf, guard, answered } = this.parts;
    const { from, to, attempt } = request;
    const silent = () => claimed({ kind: "unclaimed", from: to, attempt });
    const arrive = () => {
      const host = hostOf(to);
      if (host === undefined) return this.#unanswered(silent);
      host.claim(request).then(guard((answer) => {
        if (answer === undefined) return this.#unanswered(silent);
        answered(request, answer);
        const give = () => claimed({ kind: "claimed", from: to, attempt, ...answer });
        this.carry({ link: [to, from], arrive: give, silent });
      }));
    };
    this.carry({ link: [from, to], arrive, silent });
  }

  /** Carries a message, which may get lost or doubled; customers are on links of no name. */
  carry({ link, arrive, silent }: {
    readonly link?: readonly [Place, Place];
    readonly arrive: () => void;
    readonly silent?: () => void;
  }): void {
    const { agenda, random, story } = this.parts;
    const { loss, doubling, silence, delayMax } = this.#faults;
    const copies = random.chance(doubling) ? 2 : 1;
    if (copies === 2) story.reached.doubled += 1;
    for (let copy = 0; copy < copies; copy++) {
      const moments = random.between(1, delayMax);
      const isCut = link !== undefined && this.isCut(...link);
      const isLost = random.chance(loss) || isCut;
      if (isLost) story.reached.lost += 1;
      if (!isLost) agenda.after(moments, arrive);
      else if (silent !== undefined && random.chance(silence)) agenda.after(moments, silent);
    }
  }

  /** Tells whether nothing gets from one place to another. */
  isCut(from: Place, to: Place): boolean {
    return this.#cut.has([from, to].join());
  }

  /** Cuts the links between two groups, or only those from the first to the second. */
  partition(
    left: readonly Place[],
    right: readonly Place[],
    { bothWays = true }: { readonly bothWays?: boolean } = {},
  ): void {
    for (const from of left) {
      for (const to of right) {
        this.#cut.add([from, to].join());
        if (bothWays) this.#cut.add([to, from].join());
      }
    }
  }

  /** Mends all links. */
  mend(): void {
    this.#cut = new Set();
  }

  /** Ends all faults. */
  heal(): void {
    this.mend();
    this.#faults = noFaults;
  }

  /** What arrives of a request. */
  protected packed(request: PeerRequest): PeerRequest {
    return request;
  }

  /** Hands a request over, and carries the answer back. */
  protected deliver(request: PeerRequest, { to, delivered, silent }: {
    readonly to: BranchId;
    readonly delivered: (delivery: Delivery) => void;
    readonly silent: () => void;
  }): void {
    const { hostOf, guard } = this.parts;
    const host = hostOf(to);
    if (host === undefined) return this.#unanswered(silent);
    const { to: _, ...propagation } = request;
    const { from, attempt } = propagation;
    host.propagate(propagation).then(guard(({ kind: _, ticket: __, ...said }) => {
      this.back({ from: to, attempt, ...said }, { to: from, delivered, silent });
    }));
  }

  /** Carries an answer back to whoever asked. */
  protected back(answer: PeerAnswer, { to, delivered, silent }: {
    readonly to: BranchId;
    readonly delivered: (delivery: Delivery) => void;
    readonly silent: () => void;
  }): void {
    this.carry({
      link: [answer.from, to],
      arrive: () => delivered({ kind: "answer", ...answer }),
      silent,
    });
  }

  /** Nobody is there; the sender hears of that, or of nothing. */
  #unanswered(silent: () => void): void {
    if (this.parts.random.chance(this.#faults.silence)) silent();
  }
}

/** Draws who is to be cut off from whom; the log, where there is one, stands on a side too. */
export function drawSides(
  branches: readonly BranchId[],
  { random, hasLog }: { readonly random: Random; readonly hasLog: boolean },
): { readonly left: readonly Place[]; readonly right: readonly Place[] } {
  const left = branches.filter(() => random.chance(0.5));
  const right = branches.filter((id) => !left.includes(id));
  if (!hasLog) return { left, right };
  if (random.chance(0.3)) return { left: ["log"], right };
  return random.chance(0.5)
    ? { left: [...left, "log"], right }
    : { left, right: [...right, "log"] };
}
