import type { BranchId } from "./ids.ts";
import type { EntriesRecord } from "./journal_record.ts";
import type { Books } from "./books.ts";
import type { Ledger } from "./ledger.ts";
import { patience } from "./patience.ts";
import type { PropagateInput } from "./step.ts";

interface Held {
  readonly input: PropagateInput;
  readonly untilTick: number;
}

/**
 * The requests of peers that are not answered yet.
 *
 * A record may arrive before one that it follows, which is then on its way from elsewhere. Its
 * request is held until it can be applied, or for a while: an answer at once would make the
 * sender send it again, and again. So is one that only says how far its sender's log goes.
 */
export class Inbox {
  readonly #held = new Map<BranchId, Held>();

  /** How many requests are held. */
  get size(): number {
    return this.#held.size;
  }

  /** Keeps a peer's newest request, and gives the older one, which is then to be answered. */
  hold(input: PropagateInput, tick: number): PropagateInput | undefined {
    const older = this.#held.get(input.from)?.input;
    this.#held.set(input.from, { input, untilTick: tick + patience.holdTicks });
    return older;
  }

  /** Gives the records that are held of each origin, those that come first in its log first. */
  #byOrigin(origins: ReadonlySet<BranchId>): readonly EntriesRecord[][] {
    const logs = new Map<BranchId, EntriesRecord[]>();
    for (const { input } of this.#held.values()) {
      for (const record of input.records) {
        const { origin } = record;
        if (!origins.has(origin)) continue;
        const log = logs.get(origin);
        if (log === undefined) logs.set(origin, [record]);
        else log.push(record);
      }
    }
    for (const log of logs.values()) log.sort((left, right) => left.first - right.first);
    return [...logs.values()];
  }

  /**
   * Takes over all that has its turn, as often as one record opens the way for another, and
   * gives the requests that are to be answered now.
   *
   * Records of an origin outside `origins` are passed over.
   */
  admit(
    books: Books,
    { origins, tick }: { readonly origins: ReadonlySet<BranchId>; readonly tick: number },
  ): readonly PropagateInput[] {
    const { ledger } = books;
    const early = admitAll(this.#byOrigin(origins), books);
    const answered: PropagateInput[] = [];
    for (const [from, { input, untilTick }] of this.#held) {
      if (untilTick > tick && isLacking(input, { ledger, early })) continue;
      this.#held.delete(from);
      answered.push(input);
    }
    return answered;
  }
}

/** Takes over what has its turn, and gives what has not. */
function admitAll(logs: readonly EntriesRecord[][], books: Books): ReadonlySet<EntriesRecord> {
  const heads = logs.map(() => 0);
  for (let isMoving = true; isMoving;) {
    isMoving = false;
    for (const [log, records] of logs.entries()) {
      let head = heads[log] ?? 0;
      for (let record = records[head]; record !== undefined; record = records[++head]) {
        const admission = books.ledger.admits(record);
        // What comes behind it in its log has to wait for it.
        if (admission === "early") break;
        if (admission === "next") books.take(record);
        isMoving = true;
      }
      heads[log] = head;
    }
  }
  return new Set(logs.flatMap((records, log) => records.slice(heads[log])));
}

/** Tells whether something is still to come of what a request brings, or says there is. */
function isLacking(
  { from, asks, last, records }: PropagateInput,
  { ledger, early }: { readonly ledger: Ledger; readonly early: ReadonlySet<EntriesRecord> },
): boolean {
  if (records.length > 0) return records.some((record) => early.has(record));
  return !asks && last > ledger.knownOf(from);
}
