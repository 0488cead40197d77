import type { Result } from "./command.ts";
import type { Sequence } from "./ids.ts";
import { unreachable } from "./invariant.ts";
import type { Outbox } from "./outbox.ts";
import { patience } from "./patience.ts";
import type { Ticket } from "./step.ts";

/** Which branches must have a write before it is answered. */
export type AcknowledgePolicy = "all" | "majority" | "local";

/** A request whose reply waits for peers to have this branch's entry `sequence`. */
interface Unanswered {
  readonly ticket: Ticket;
  readonly results: readonly Result[];
  readonly sequence: Sequence;
  readonly untilTick: number;
}

/**
 * The writes that are done here and not answered yet.
 *
 * Under each policy a branch that cannot be reached delays the answer by a bounded time and
 * never makes the write fail; the reply says how many branches have it.
 */
export class Acknowledgements {
  readonly #policy: AcknowledgePolicy;
  readonly #members: number;
  #unanswered: Unanswered[] = [];

  /** Waits for peers as `policy` says, in a bank of so many members. */
  constructor(policy: AcknowledgePolicy, members: number) {
    this.#policy = policy;
    this.#members = members;
  }

  /** How many requests wait. */
  get size(): number {
    return this.#unanswered.length;
  }

  /** Makes a request wait for its highest entry; the peers that have it have the lower ones. */
  expect(
    ticket: Ticket,
    executed: { readonly results: readonly Result[]; readonly sequence: Sequence; tick: number },
  ): void {
    const { results, sequence, tick } = executed;
    const untilTick = tick + patience.writeTicks;
    this.#unanswered.push({ ticket, results, sequence, untilTick });
  }

  /** Takes out the requests that can be answered, their results counted. */
  ready(
    outbox: Outbox,
    tick: number,
  ): readonly { readonly ticket: Ticket; readonly results: readonly Result[] }[] {
    const isReady = ({ sequence, untilTick }: Unanswered) =>
      untilTick <= tick || this.#isAcknowledged(sequence, outbox, tick);
    const ready = this.#unanswered.filter(isReady);
    if (ready.length === 0) return [];
    const taken = new Set(ready);
    this.#unanswered = this.#unanswered.filter((unanswered) => !taken.has(unanswered));
    return ready.map(({ ticket, results, sequence }) => {
      const written: Result = { kind: "written", branches: 1 + outbox.having(sequence) };
      const counted = results.map((result) => result.kind === "written" ? written : result);
      return { ticket, results: counted };
    });
  }

  #isAcknowledged(sequence: Sequence, outbox: Outbox, tick: number): boolean {
    const awaited = () => outbox.awaits(sequence, tick);
    switch (this.#policy) {
      case "local":
        return true;
      case "majority":
        return 2 * (1 + outbox.having(sequence)) > this.#members || !awaited();
      case "all":
        return !awaited();
      default:
        return unreachable(this.#policy);
    }
  }
}
