import type { BranchId } from "../core/ids.ts";
import { recordsWithin } from "../core/journal_record.ts";
import { limits } from "../core/limits.ts";
import type { PeerAnswer, PeerRequest } from "../core/propagation.ts";
import { nothingKnown } from "../core/version_vector.ts";
import type { Batch, Carrier } from "./carrier.ts";
import { unlessBusy } from "./hand_over.ts";
import type { Host, Propagation } from "./host.ts";

/** What may wait of one origin for a branch before no more is read, and nothing is answered. */
const waitingMax = 64;

/** What a reader has to do with the log. */
type ReaderCarrier = Pick<Carrier, "acknowledge" | "caughtUp" | "reread">;

/** What waits for a branch: a batch from the log, or a request that came directly. */
type Waiting =
  | { readonly kind: "batch"; readonly batch: Batch }
  | { readonly kind: "request"; readonly request: PeerRequest; readonly answered: Answered };

type Answered = (answer: PeerAnswer | undefined) => void;

/**
 * Hands what others append to the log, and what they ask directly, over to the branches of this
 * process.
 *
 * Of each origin a branch gets one thing at a time, in the order in which it came: what comes
 * meanwhile is handed over together.
 */
export class LogReader {
  readonly #locals: ReadonlyMap<BranchId, Host>;
  readonly #carrier: ReaderCarrier;
  readonly #feeds = new Map<string, Feed>();

  /** Serves the branches in `locals`, which may be filled later. */
  constructor(
    locals: ReadonlyMap<BranchId, Host>,
    carrier: ReaderCarrier,
  ) {
    this.#locals = locals;
    this.#carrier = carrier;
  }

  /** Takes a batch from the log, and resolves when there is room for another one. */
  async take(batch: Batch): Promise<void> {
    const { from, records } = batch;
    // Branches of one process hand over directly.
    if (records.length === 0 || this.#locals.has(from)) return;
    for (const [to, host] of this.#locals) {
      const feed = this.#feed(from, { to, host });
      feed.push({ kind: "batch", batch });
      await feed.hasRoom();
    }
  }

  /**
   * Gives what branches of this process answer to a request. Who has too much to do says nothing;
   * nor does, to one that asks what is known, who lacks something that the log has of it: that may
   * be news to the sender itself, if it has lost its disk.
   */
  async asked(request: PeerRequest): Promise<readonly PeerAnswer[]> {
    const end = request.asks ? await this.#carrier.caughtUp(request.from) : 0;
    if (end === undefined) return [];
    const answers = request.to.map((to) => {
      const host = this.#locals.get(to);
      if (host === undefined || to === request.from) return undefined;
      const { promise, resolve: answered } = Promise.withResolvers<PeerAnswer | undefined>();
      this.#feed(request.from, { to, host }).push({ kind: "request", request, answered });
      return promise;
    });
    const given = (await Promise.all(answers)).filter((answer) => answer !== undefined);
    // It was read when it could not be applied, or was passed over.
    if (given.some(({ has }) => has < end)) this.#carrier.reread();
    return given.filter(({ has }) => has >= end);
  }

  #feed(from: BranchId, { to, host }: { readonly to: BranchId; readonly host: Host }): Feed {
    const name = `${from}/${to}`;
    const known = this.#feeds.get(name);
    if (known !== undefined) return known;
    const feed = new Feed(to, host, (has) => (
      this.#carrier.acknowledge({ origin: from, branch: to, has })
    ));
    this.#feeds.set(name, feed);
    return feed;
  }
}

/** What one branch gets of one origin. */
class Feed {
  readonly #to: BranchId;
  readonly #host: Host;
  readonly #acknowledge: (has: number) => void;
  #waiting: Waiting[] = [];
  #isBusy = false;
  #room = Promise.withResolvers<void>();

  constructor(to: BranchId, host: Host, acknowledge: (has: number) => void) {
    this.#to = to;
    this.#host = host;
    this.#acknowledge = acknowledge;
  }

  push(waiting: Waiting): void {
    if (waiting.kind === "request" && this.#waiting.length >= waitingMax) {
      return waiting.answered(undefined);
    }
    this.#waiting.push(waiting);
    if (!this.#isBusy) void this.#run();
  }

  async hasRoom(): Promise<void> {
    while (this.#waiting.length >= waitingMax) await this.#room.promise;
  }

  async #run(): Promise<void> {
    this.#isBusy = true;
    for (let next = this.#next(); next !== undefined; next = this.#next()) await next();
    this.#isBusy = false;
  }

  #next(): (() => Promise<void>) | undefined {
    const [first] = this.#waiting;
    if (first === undefined) return undefined;
    const batches = this.#batches();
    this.#waiting.splice(0, Math.max(batches.length, 1));
    this.#room.resolve();
    this.#room = Promise.withResolvers();
    return first.kind === "request" ? () => this.#ask(first) : () => this.#hand(batches);
  }

  /** The batches that come before any request, as many as bring no more than a peer would. */
  #batches(): readonly Batch[] {
    const batches: Batch[] = [];
    for (const waiting of this.#waiting) {
      if (waiting.kind === "request") break;
      batches.push(waiting.batch);
    }
    const records = batches.flatMap((batch) => batch.records);
    let room = recordsWithin(limits.propagateBytesMax, records).length;
    const end = batches.findIndex((batch) => (room -= batch.records.length) < 0);
    return end === -1 ? batches : batches.slice(0, Math.max(end, 1));
  }

  async #hand(batches: readonly Batch[]): Promise<void> {
    const records = batches.flatMap((batch) => batch.records);
    const newest = batches.at(-1);
    if (newest === undefined) return;
    const answer = await this.#propagate({
      ...newest,
      records,
      has: nothingKnown,
      asks: false,
    });
    if (answer !== undefined) this.#acknowledge(answer.has);
  }

  async #ask({ request, answered }: Extract<Waiting, { readonly kind: "request" }>): Promise<void> {
    const answer = await this.#propagate(request);
    if (answer === undefined) return answered(undefined);
    const { kind: _, ticket: __, ...said } = answer;
    answered({ ...said, from: this.#to, attempt: request.attempt });
  }

  #propagate(propagation: Propagation) {
    return unlessBusy(this.#host.propagate(propagation));
  }
}
