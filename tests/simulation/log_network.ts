import type { BranchId } from "../../lib/core/ids.ts";
import type { Batch } from "../../lib/host/carrier.ts";
import type { Host } from "../../lib/host/host.ts";
import type { Transport } from "../../lib/host/ports.ts";
import type { LogCarrier } from "./log_carrier.ts";
import { Network, type NetworkParts, type Starting } from "./network.ts";
import { type LogFaults, noLogFaults } from "./options.ts";
import type { Random } from "./random.ts";
import { type Kept, SharedLog } from "./shared_log.ts";

/** What a network around a log is made of. */
export interface LogNetworkParts extends NetworkParts {
  readonly carrier: typeof LogCarrier;
  readonly members: readonly BranchId[];
  readonly log: SharedLog;
  readonly logFaults: LogFaults;
  /** The chances of the log and its readers. */
  readonly logRandom: Random;
  /** Tells whether the log may forget this: it must not be the only one that has it. */
  readonly mayForget: (batches: readonly Batch[]) => boolean;
}

/** A false network around a log that all branches share; what is beside the log goes wrong too. */
export class LogNetwork extends Network {
  readonly #parts: LogNetworkParts;
  #faults: LogFaults;
  readonly #carriers = new Map<BranchId, LogCarrier>();
  #lives = 0;

  /** Begins with an empty log. */
  constructor(parts: LogNetworkParts) {
    super(parts);
    this.#parts = parts;
    this.#faults = parts.logFaults;
    const { forgetEvery } = parts.logFaults;
    if (forgetEvery > 0) parts.agenda.after(forgetEvery, () => this.#forget());
  }

  /** Gives a branch that starts what it sends through. */
  override connect(starting: Starting): Transport {
    const { members, agenda, story, log, logRandom: random } = this.#parts;
    const carrier = new this.#parts.carrier({
      ...starting,
      ...{ life: ++this.#lives, members, log, agenda, story, random },
      faults: () => this.#faults,
      links: {
        carry: (message) => this.carry(message),
        isCut: (from, to) => this.isCut(from, to),
        ask: (request, fetched) => this.ask(request, fetched),
        claim: (request, claimed) => this.claim(request, claimed),
        of: (id) => {
          const carrier = this.#carriers.get(id);
          return carrier?.isUp === true ? carrier : undefined;
        },
      },
    });
    this.#carriers.set(starting.id, carrier);
    return carrier.transport;
  }

  /** Knows the host of a branch that was connected, and lets it read the log. */
  override serve(id: BranchId, host: Host): void {
    this.#carriers.get(id)?.serve(host);
  }

  /** Ends all faults; what the log has forgotten stays so. */
  override heal(): void {
    super.heal();
    this.#faults = noLogFaults;
  }

  /** Has the log forget its end, its beginning, or all, if others have what it then lacks. */
  #forget(): void {
    const { agenda, story, log, logRandom: random, mayForget } = this.#parts;
    const { forgetEvery } = this.#faults;
    if (forgetEvery === 0) return;
    agenda.after(random.between(1, 2 * forgetEvery), () => this.#forget());
    const { kept } = log;
    const count = random.between(0, kept.length);
    const what = random.pick<"end" | "beginning" | "all">(["end", "end", "beginning", "all"]);
    const lost = what === "end" ? kept.slice(count) : kept.slice(0, count);
    const forgotten = what === "all" ? kept : lost;
    if (forgotten.length === 0 || !mayForget(forgotten.map(({ batch }) => batch))) return;
    story.add(agenda.now, `the log forgets ${named(forgotten)}, its ${what}`);
    story.reached[`forgot its ${what}`] += 1;
    if (what === "end") log.cut(count);
    else if (what === "beginning") log.expire(count);
    else log.remake();
  }
}

function named(messages: readonly Kept[]): string {
  return `messages ${messages.map(({ number }) => number).join(", ")}`;
}
