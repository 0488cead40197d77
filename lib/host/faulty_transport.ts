import type { FetchRequest } from "../core/catch_up.ts";
import type { Claim } from "../core/escrow.ts";
import type { BranchId } from "../core/ids.ts";
import type { PeerRequest } from "../core/propagation.ts";
import type { ClaimDelivery, Delivery, Fetched, Transport } from "./ports.ts";

/** What goes wrong with messages between branches, as long as it does. */
export interface Faults {
  /** By how much each message is late; not at all, if there is nothing. */
  readonly delayMs?: { readonly least: number; readonly most: number };
  /** The probability that a message is lost. */
  readonly drop: number;
  /** The probability that a message arrives twice. */
  readonly double: number;
  readonly cuts: readonly Cut[];
}

/** No message gets from one group to the other, either way, for a time. */
export interface Cut {
  readonly left: readonly BranchId[];
  readonly right: readonly BranchId[];
  /** When it begins, in milliseconds since the branches know each other. */
  readonly fromMs: number;
  /** When it ends; with the other faults, if it says nothing. */
  readonly untilMs?: number;
}

/** How many messages something went wrong with; each copy of a doubled one may be late. */
export interface Injected {
  readonly delayed: number;
  readonly dropped: number;
  readonly doubled: number;
  readonly cut: number;
}

/** What was done to one message. */
export interface Misfortune extends MessageName {
  readonly fault: "lost" | "late" | "doubled" | "cut";
  /** By how much this copy of it is late, if it is. */
  readonly lateMs?: number;
}

/** Which message it is; an answer bears the attempt of its request. */
interface MessageName extends Link {
  readonly message: "propagate" | "propagated" | "fetch" | "fetched" | "claim" | "claimed";
  readonly attempt: number;
}

/** What a faulty transport draws and measures with. */
export interface FaultParts {
  readonly faults: Faults;
  /** Draws a number from 0 up to, but not including, 1. */
  readonly random: () => number;
  /** Does something once, after so many milliseconds. */
  readonly after: (ms: number, action: () => void) => void;
  /** Tells milliseconds since whenever; it never goes backwards. */
  readonly nowMs: () => number;
  /** Hears of the faults, if anyone wants to know. */
  readonly observer?: FaultObserver | undefined;
}

/** Hears what goes wrong with messages, and when. */
export interface FaultObserver {
  /** From now on messages may go wrong, and the time of cuts runs. */
  begun(): void;
  /** From now on none does. */
  healed(): void;
  /** Hears what was done to a request of the branch `asker`, or to the answer to one. */
  befell(misfortune: Misfortune, asker: BranchId): void;
}

interface Link {
  readonly from: BranchId;
  readonly to: BranchId;
}

/** A message on its way: whose request it is about, and what happens when it arrives. */
interface Carried {
  readonly asker: BranchId;
  readonly arrive: () => void;
}

/** A request to one peer, and what becomes of its answer. */
interface Exchange<Answer> {
  /** What the request is, and its answer. */
  readonly messages: readonly [MessageName["message"], MessageName["message"]];
  readonly request: (answered: (answer: Answer) => void) => void;
  readonly answered: (answer: Answer) => void;
  /** What the wrapped transport says when there is no answer. */
  readonly silence: string;
}

/**
 * Lets messages go wrong on another transport: each request, at each of its destinations, and
 * each answer is a message of its own, and is cut off, lost, late or doubled by itself.
 *
 * Whoever sent what is not carried hears nothing, as from a real network, and has to find out by
 * its own patience. What is on its way is bounded: a branch has one request in flight to each
 * peer, gives it up after a second or a few, and none is late by more than its delay.
 */
export class FaultyTransport implements Transport {
  readonly #inner: Transport;
  readonly #parts: FaultParts;
  readonly #injected = { delayed: 0, dropped: 0, doubled: 0, cut: 0 };
  /** Nothing, once all is healed. */
  #faults: Faults | undefined;
  /** Until it began, cuts stand where they do at the beginning. */
  #beganMs: number | undefined;

  /** Carries by `inner` what it carries. */
  constructor(inner: Transport, parts: FaultParts) {
    this.#inner = inner;
    this.#parts = parts;
    this.#faults = parts.faults;
  }

  /** What went wrong so far. */
  get injected(): Injected {
    return { ...this.#injected };
  }

  /** Says that the branches know each other: the time of cuts runs from here. */
  begin(): void {
    this.#beganMs = this.#parts.nowMs();
    this.#parts.observer?.begun();
  }

  /** Ends all faults; what is late still arrives. */
  heal(): void {
    this.#faults = undefined;
    this.#parts.observer?.healed();
  }

  /** Sends a request to each of its destinations, as a message to each. */
  send(request: PeerRequest, delivered: (delivery: Delivery) => void): void {
    for (const to of request.to) {
      this.#exchange({ ...request, to }, {
        messages: ["propagate", "propagated"],
        request: (answered) => this.#inner.send({ ...request, to: [to] }, answered),
        answered: delivered,
        silence: "silence",
      });
    }
  }

  /** Asks a peer for old records. */
  ask(request: FetchRequest, fetched: (fetched: Fetched) => void): void {
    this.#exchange(request, {
      messages: ["fetch", "fetched"],
      request: (answered) => this.#inner.ask(request, answered),
      answered: fetched,
      silence: "unfetched",
    });
  }

  /** Asks a peer for allowance. */
  claim(request: Claim, claimed: (claimed: ClaimDelivery) => void): void {
    this.#exchange(request, {
      messages: ["claim", "claimed"],
      request: (answered) => this.#inner.claim(request, answered),
      answered: claimed,
      silence: "unclaimed",
    });
  }

  #exchange<Answer extends { readonly kind: string }>(
    { from: asker, to, attempt }: Link & { readonly attempt: number },
    { messages: [asked, said], request, answered, silence }: Exchange<Answer>,
  ): void {
    const hear = (answer: Answer) => {
      // No answer is no message: the wrapped transport found out by itself that none comes.
      if (answer.kind === silence) return answered(answer);
      const arrive = () => answered(answer);
      this.#carry({ message: said, from: to, to: asker, attempt }, { asker, arrive });
    };
    const arrive = () => request(hear);
    this.#carry({ message: asked, from: asker, to, attempt }, { asker, arrive });
  }

  #carry(name: MessageName, { asker, arrive }: Carried): void {
    const faults = this.#faults;
    if (faults === undefined) return arrive();
    const { observer } = this.#parts;
    const befell = (fault: Misfortune["fault"]) => observer?.befell({ ...name, fault }, asker);
    if (this.#isCut(name, faults)) {
      this.#injected.cut += 1;
      befell("cut");
      return;
    }
    if (this.#happens(faults.drop)) {
      this.#injected.dropped += 1;
      befell("lost");
      return;
    }
    const { delayMs } = faults;
    const isDoubled = this.#happens(faults.double);
    if (isDoubled) befell("doubled");
    this.#bring(name, { asker, arrive, delayMs });
    if (!isDoubled) return;
    this.#injected.doubled += 1;
    this.#bring(name, { asker, arrive, delayMs });
  }

  #bring(
    name: MessageName,
    { asker, arrive, delayMs }: Carried & { readonly delayMs: Faults["delayMs"] },
  ): void {
    if (delayMs === undefined) return arrive();
    this.#injected.delayed += 1;
    const { least, most } = delayMs;
    const lateMs = least + this.#parts.random() * (most - least);
    this.#parts.observer?.befell({ ...name, fault: "late", lateMs }, asker);
    this.#parts.after(lateMs, arrive);
  }

  #isCut({ from, to }: Link, { cuts }: Faults): boolean {
    const ms = this.#beganMs === undefined ? 0 : this.#parts.nowMs() - this.#beganMs;
    return cuts.some(({ left, right, fromMs, untilMs }) => (
      fromMs <= ms && (untilMs === undefined || ms < untilMs) &&
      (left.includes(from) && right.includes(to) || left.includes(to) && right.includes(from))
    ));
  }

  #happens(probability: number): boolean {
    return probability > 0 && this.#parts.random() < probability;
  }
}
