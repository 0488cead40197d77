import type { FetchRequest } from "../../lib/core/catch_up.ts";
import type { Claim } from "../../lib/core/escrow.ts";
import { contentsOf, type JournalRecord } from "../../lib/core/journal_record.ts";
import { money } from "../../lib/core/money.ts";
import type { PeerRequest } from "../../lib/core/propagation.ts";
import { Replica } from "../../lib/core/replica.ts";
import type { ReplicaConfig } from "../../lib/core/replica_config.ts";
import type { Input } from "../../lib/core/step.ts";
import { nothingKnown } from "../../lib/core/version_vector.ts";
import {
  type Claimed,
  type ClaimToAnswer,
  type Executed,
  Host,
  type Propagated,
  type Propagation,
} from "../../lib/host/host.ts";
import type {
  ClaimDelivery,
  Delivery,
  Fetched,
  Journal,
  Observer,
  Transport,
} from "../../lib/host/ports.ts";
import { branch, commandId, propagation as propagationOf } from "../core/samples.ts";

const [one, two] = [branch(1), branch(2)];

/** A journal that keeps nothing. */
export const emptyJournal: Journal = {
  read: () => contentsOf(one, []),
  after: () => [],
  recall: () => [].values(),
  latest: () => [],
  commit: () => {},
  close: () => {},
};

/** A transport that carries nothing anywhere. */
export const deafTransport: Transport = { send: () => {}, ask: () => {}, claim: () => {} };

/** A host whose world writes down what happens to it, in order, and turns when the test says. */
export class Bench {
  readonly happened: string[] = [];
  readonly commits: (readonly JournalRecord[])[] = [];
  readonly sent: { request: PeerRequest; delivered: (delivery: Delivery) => void }[] = [];
  readonly fetches: { request: FetchRequest; fetched: (fetched: Fetched) => void }[] = [];
  readonly claims: { request: Claim; claimed: (claimed: ClaimDelivery) => void }[] = [];
  readonly stepped: Input[] = [];
  readonly host: Host;
  readonly #turns: (() => void)[] = [];
  failure: Error | undefined;

  /** Opens a bank with 100, of these branches; `isNew` says that the branch may have forgotten. */
  constructor(
    members = [one],
    { isNew = false, observer, sizes, recall = emptyJournal.recall }: {
      readonly isNew?: boolean;
      readonly observer?: Observer;
      readonly sizes?: ReplicaConfig["sizes"];
      readonly recall?: Journal["recall"];
    } = {},
  ) {
    const opening = money(100);
    const config = { id: one, members, opening, acknowledge: "local", isNew, sizes } as const;
    const replica = Replica.restore(config);
    const step = replica.step.bind(replica);
    replica.step = (inputs) => {
      this.stepped.push(...inputs);
      return step(inputs);
    };
    this.host = new Host({
      replica,
      journal: { ...emptyJournal, recall, commit: (records) => this.#commit(records) },
      transport: {
        send: (request, delivered) => {
          this.happened.push("send");
          this.sent.push({ request, delivered });
        },
        ask: (request, fetched) => {
          this.happened.push("fetch");
          this.fetches.push({ request, fetched });
        },
        claim: (request, claimed) => {
          this.happened.push("claim");
          this.claims.push({ request, claimed });
        },
      },
      schedule: (turn) => this.#turns.push(turn),
      observer,
    });
  }

  get turnsWaiting(): number {
    return this.#turns.length;
  }

  execute(...commands: Parameters<Host["execute"]>[0]): Promise<Executed> {
    const executed = this.host.execute(commands, nothingKnown);
    executed.then(() => this.happened.push("reply"), () => this.happened.push("failure"));
    return executed;
  }

  propagate(changes: Partial<Propagation> = {}): Promise<Propagated> {
    const { kind: _, ticket: __, ...propagation } = propagationOf(0, { from: two, ...changes });
    const propagated = this.host.propagate(propagation);
    propagated.then(() => this.happened.push("reply"), () => this.happened.push("failure"));
    return propagated;
  }

  /** Lets branch 2 claim. */
  claim(changes: Partial<ClaimToAnswer> = {}): Promise<Claimed | undefined> {
    const amounts = { need: money(5), wanted: money(5) };
    const claim = { from: two, attempt: 1, id: commandId("claim"), ...amounts };
    const claimed = this.host.claim({ ...claim, ...changes });
    claimed.then(() => this.happened.push("reply"), () => this.happened.push("failure"));
    return claimed;
  }

  /** Takes one turn, and lets what it resolved be heard. */
  async turn(): Promise<void> {
    this.#turns.shift()?.();
    for (let count = 0; count < 10; count++) await Promise.resolve();
  }

  /** Takes turns until nothing waits for one. */
  async turns(): Promise<void> {
    while (this.turnsWaiting > 0) await this.turn();
  }

  #commit(records: readonly JournalRecord[]): void {
    if (this.failure !== undefined) throw this.failure;
    this.happened.push("commit");
    this.commits.push(records);
  }
}
