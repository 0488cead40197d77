import type { BranchId } from "../core/ids.ts";
import type { PeerAnswer, PeerRequest } from "../core/propagation.ts";
import { silence } from "./hand_over.ts";
import type { Delivery } from "./ports.ts";

/** A request to branches of one process. */
export interface Outgoing {
  readonly request: PeerRequest;
  readonly to: readonly BranchId[];
  readonly delivered: (delivery: Delivery) => void;
}

/** What a process says to a request of a branch. */
export interface Response {
  /** The branch whose request is answered, and which of its requests. */
  readonly to: BranchId;
  readonly attempt: number;
  readonly answers: readonly PeerAnswer[];
}

/** A stream of requests to a process, as long as it lasts. */
export interface Stream {
  write(request: PeerRequest, to: readonly BranchId[]): void;
  /** Ends it, answered or not. */
  cancel(): void;
}

/** Hears what comes back on a stream: responses, of which some may mean nothing, and its end. */
export interface StreamEvents {
  responded(response: Response | undefined): void;
  ended(): void;
}

/** What an exchange is made with. */
export interface ExchangeParts {
  readonly begin: (events: StreamEvents) => Stream;
  /** How long a request may take, in milliseconds. */
  readonly patienceMs: number;
  readonly nowMs: () => number;
  /** Does something once, after so many milliseconds. */
  readonly after: (ms: number, action: () => void) => void;
}

/**
 * Requests to the branches of one process, over one stream as long as that is answered.
 *
 * 1. Each branch has one request in flight to each other one, so a stream needs no other window,
 *    and its answers may come in any order.
 * 2. When the stream ends, or its oldest request is not answered in time, all that is unanswered
 *    counts as silence, and the next request begins another stream.
 */
export class Exchange {
  readonly #parts: ExchangeParts;
  #stream: Stream | undefined;
  #open: (Outgoing & { readonly untilMs: number })[] = [];
  #isWatched = false;
  #retired: (() => void) | undefined;

  /** Begins a stream when there is something to send. */
  constructor(parts: ExchangeParts) {
    this.#parts = parts;
  }

  /** Sends a request; each of its branches is heard of once. */
  send(outgoing: Outgoing): void {
    const stream = this.#stream ??= this.#begin();
    this.#open.push({ ...outgoing, untilMs: this.#parts.nowMs() + this.#parts.patienceMs });
    this.#watch();
    stream.write(outgoing.request, outgoing.to);
  }

  /** Sends nothing more; `done` hears when all that it has sent is answered or given up. */
  retire(done: () => void): void {
    this.#retired = done;
    this.#rest();
  }

  #begin(): Stream {
    const stream = this.#parts.begin({
      responded: (response) => void (stream === this.#stream && this.#hear(response)),
      ended: () => void (stream === this.#stream && this.#giveUp()),
    });
    return stream;
  }

  #hear(response: Response | undefined): void {
    if (response === undefined) return this.#giveUp();
    const { to, attempt, answers } = response;
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
    this.#rest();
  }

  /** Looks after the oldest request: one timer for all, since there are hundreds a second. */
  #watch(): void {
    const [oldest] = this.#open;
    if (oldest === undefined || this.#isWatched) return;
    this.#isWatched = true;
    this.#parts.after(Math.max(oldest.untilMs - this.#parts.nowMs(), 0), () => {
      this.#isWatched = false;
      const [oldest] = this.#open;
      if (oldest !== undefined && oldest.untilMs <= this.#parts.nowMs()) this.#giveUp();
      this.#watch();
    });
  }

  #giveUp(): void {
    const open = this.#open;
    this.#open = [];
    this.#cancel();
    for (const { request, to, delivered } of open) {
      for (const branch of to) delivered(silence(request, branch));
    }
    this.#rest();
  }

  #rest(): void {
    if (this.#retired === undefined || this.#open.length > 0) return;
    const done = this.#retired;
    this.#retired = undefined;
    this.#cancel();
    done();
  }

  /** Lets go of the stream before it ends: its end is heard of, too. */
  #cancel(): void {
    const stream = this.#stream;
    this.#stream = undefined;
    stream?.cancel();
  }
}
