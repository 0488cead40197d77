import type { FetchRequest } from "../core/catch_up.ts";
import type { Claim } from "../core/escrow.ts";
import type { PeerRequest } from "../core/propagation.ts";
import type { ClaimDelivery, Delivery, Fetched, Transport } from "./ports.ts";

/** More than a branch makes attempts in one life, and a round number for people. */
const attemptsMax = 1_000_000_000;

/** Numbers an attempt over all lives of a branch: those of its second begin at 10^9 + 1. */
export function attemptOfLife(attempt: number, life: number): number {
  return attempt + (life - 1) * attemptsMax;
}

/**
 * Numbers the attempts of a branch that was started again apart from those of its former lives,
 * which a replica does not remember: so that a trace can tell which of them a peer received.
 */
export class NumberedTransport implements Transport {
  readonly #inner: Transport;
  readonly #life: number;

  /** Carries by `inner` what a branch sends in this life, counted from 1. */
  constructor(inner: Transport, life: number) {
    this.#inner = inner;
    this.#life = life;
  }

  /** Sends a request to each of its destinations. */
  send(request: PeerRequest, delivered: (delivery: Delivery) => void): void {
    const { attempt } = request;
    this.#inner.send(this.#numbered(request), (answer) => delivered({ ...answer, attempt }));
  }

  /** Asks a peer for old records. */
  ask(request: FetchRequest, fetched: (fetched: Fetched) => void): void {
    const { attempt } = request;
    this.#inner.ask(this.#numbered(request), (answer) => fetched({ ...answer, attempt }));
  }

  /** Asks a peer for allowance. */
  claim(request: Claim, claimed: (claimed: ClaimDelivery) => void): void {
    const { attempt } = request;
    this.#inner.claim(this.#numbered(request), (answer) => claimed({ ...answer, attempt }));
  }

  #numbered<Request extends { readonly attempt: number }>(request: Request): Request {
    return { ...request, attempt: attemptOfLife(request.attempt, this.#life) };
  }
}
