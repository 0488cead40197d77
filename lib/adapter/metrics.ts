import { type Attributes, type Meter, metrics } from "@opentelemetry/api";
import type { BranchId } from "../core/ids.ts";
import type { EntriesRecord } from "../core/journal_record.ts";
import type { ReplicaView } from "../core/replica_view.ts";
import type { Effects, Input } from "../core/step.ts";
import { CommandTally } from "../format/command_tally.ts";
import type { ConnectionRefusal } from "../format/connection_refusal.ts";
import { healthOf, lagOf, missingOf } from "../format/health.ts";
import type { HostParts } from "../host/host.ts";
import { withObserver } from "../host/observers.ts";
import type { Observer } from "../host/ports.ts";
import { timedJournal } from "../host/timed_journal.ts";

/** How a branch looks when it is asked. */
type Glance = () => { readonly view: ReplicaView; readonly isEnding: boolean };

/**
 * Measures the branches of a process, through Deno's own OpenTelemetry.
 *
 * What happens is counted as it does, over all that a turn takes together; what is, is looked at
 * when it is exported. No attribute has a command's id, a customer or an amount.
 */
export class BranchMetrics {
  readonly #meter: Meter;
  readonly #instruments: Instruments;
  readonly #glances = new Map<BranchId, Glance>();

  /** Measures with the instruments of `meter`; with those of Deno, if it is not said. */
  constructor(meter: Meter = metrics.getMeter("bank")) {
    this.#meter = meter;
    this.#instruments = instrumentsOf(meter);
    for (const gauge of gauges) this.#watch(gauge);
  }

  /** Begins to measure a branch, and gives the parts of its host with what that takes. */
  observed(parts: HostParts, isEnding: () => boolean): HostParts {
    const { replica } = parts;
    const { id } = replica.inspect();
    this.#glances.set(id, () => ({ view: replica.inspect(), isEnding: isEnding() }));
    const { commitDuration } = this.#instruments;
    const attributes = attributesOf(id);
    const journal = timedJournal(parts.journal, {
      nowMs: () => performance.now(),
      took: (ms) => commitDuration.record(ms / 1_000, attributes),
    });
    return withObserver({ ...parts, journal }, new Meters(id, this.#instruments));
  }

  /** Counts a connection that a branch turned away. */
  turnedAway(id: BranchId, refusal: ConnectionRefusal): void {
    this.#instruments.refusedConnections.add(1, { ...attributesOf(id), "error.type": refusal });
  }

  /** Counts an attempt to copy a branch's journal. */
  backedUp(id: BranchId, isMade: boolean): void {
    this.#instruments.backups.add(1, { ...attributesOf(id), "bank.backup.made": isMade });
  }

  #watch({ name, unit, description, observe }: Gauge): void {
    this.#meter.createObservableGauge(name, { unit, description }).addCallback((result) => {
      for (const [id, glance] of this.#glances) {
        for (const { value, ...more } of observe(glance())) {
          result.observe(value, { ...attributesOf(id), ...more });
        }
      }
    });
  }
}

/** Counts what one branch does. */
class Meters implements Observer {
  readonly #self: BranchId;
  readonly #instruments: Instruments;
  readonly #tally = new CommandTally();
  readonly #attributes: Attributes;

  constructor(self: BranchId, instruments: Instruments) {
    this.#self = self;
    this.#instruments = instruments;
    this.#attributes = attributesOf(self);
  }

  turned(inputs: readonly Input[], { records, replies }: Effects): void {
    const { commands, stepCommands, entries } = this.#instruments;
    for (const { action, outcome, reason, count } of this.#tally.turned(inputs, replies)) {
      const named = { ...this.#attributes, "bank.action": action, "bank.outcome": outcome };
      commands.add(count, reason === undefined ? named : { ...named, "error.type": reason });
    }
    let together = 0;
    for (const input of inputs) {
      if (input.kind === "execute") together += input.commands.length;
      else this.#heard(input);
    }
    if (together > 0) stepCommands.record(together, this.#attributes);
    for (const record of records) {
      if (record.kind !== "entries") continue;
      const origin = record.origin === this.#self ? "own" : "peer";
      entries.add(record.entries.length, { ...this.#attributes, "bank.entry.origin": origin });
    }
  }

  gave({ from }: { readonly from: BranchId }, records: readonly EntriesRecord[]): void {
    const count = records.reduce((sum, { entries }) => sum + entries.length, 0);
    if (count > 0) this.#instruments.given.add(count, this.#with(from));
  }

  overloaded(): void {
    this.#instruments.overloads.add(1, this.#attributes);
  }

  /** Counts what became of what this branch asked of a peer. */
  #heard(input: Exclude<Input, { readonly kind: "execute" }>): void {
    const { claims, unanswered } = this.#instruments;
    switch (input.kind) {
      case "claimed":
        claims.add(1, { ...this.#with(input.from), "bank.claim.granted": input.isGranted });
        break;
      case "silence":
      case "unfetched":
      case "unclaimed":
        unanswered.add(1, this.#with(input.from));
        break;
      default:
        // What peers ask of it, they count; and time is not counted.
    }
  }

  #with(peer: BranchId): Attributes {
    return { ...this.#attributes, "bank.peer.id": String(peer) };
  }
}

function attributesOf(id: BranchId): Attributes {
  return { "bank.branch.id": String(id) };
}

type Instruments = ReturnType<typeof instrumentsOf>;

function instrumentsOf(meter: Meter) {
  return {
    commands: meter.createCounter("bank.commands", {
      unit: "{command}",
      description: "Commands of customers that were answered, retries included",
    }),
    overloads: meter.createCounter("bank.overloads", {
      unit: "{request}",
      description: "Requests that were turned away since the branch had no room",
    }),
    refusedConnections: meter.createCounter("bank.connections.refused", {
      unit: "{connection}",
      description: "Connections that were turned away",
    }),
    backups: meter.createCounter("bank.backups", {
      unit: "{backup}",
      description: "Attempts to copy the journal",
    }),
    stepCommands: meter.createHistogram("bank.step.commands", {
      unit: "{command}",
      description: "Commands that a step took together, of steps that took any",
      advice: { explicitBucketBoundaries: [1, 2, 5, 10, 20, 50, 100, 200, 500, 1_000] },
    }),
    commitDuration: meter.createHistogram("bank.commit.duration", {
      unit: "s",
      description: "How long it took to make the records of a step durable",
      advice: {
        explicitBucketBoundaries: [
          ...[0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01],
          ...[0.025, 0.05, 0.1, 0.25, 0.5, 1],
        ],
      },
    }),
    entries: meter.createCounter("bank.entries", {
      unit: "{entry}",
      description: "Entries that were applied",
    }),
    given: meter.createCounter("bank.entries.given", {
      unit: "{entry}",
      description: "Old entries that a peer was given out of the journal, since it lacked them",
    }),
    claims: meter.createCounter("bank.claims", {
      unit: "{claim}",
      description: "Claims for allowance that a peer has answered",
    }),
    unanswered: meter.createCounter("bank.peer.unanswered", {
      unit: "{request}",
      description: "Requests to a peer that got no answer",
    }),
  };
}

interface Reading extends Attributes {
  readonly value: number;
}

interface Gauge {
  readonly name: string;
  readonly unit: string;
  readonly description: string;
  observe(look: ReturnType<Glance>): readonly Reading[];
}

/** What is looked at, and how it is called. */
const gauges: readonly Gauge[] = [
  {
    name: "bank.serving",
    unit: "1",
    description: "1 if the branch executes commands and is not far behind, else 0",
    observe: ({ view, isEnding }) => [{ value: Number(healthOf(view, { isEnding }).isServing) }],
  },
  {
    name: "bank.balance",
    unit: "{minor_unit}",
    description: "The balance of the account, as far as the branch knows",
    observe: ({ view }) => [{ value: Number(view.balance) }],
  },
  {
    name: "bank.allowance",
    unit: "{minor_unit}",
    description: "What the branch may pay out without asking anyone",
    observe: ({ view }) => [{ value: Number(view.allowance) }],
  },
  {
    name: "bank.requests.waiting",
    unit: "{request}",
    description: "Requests that wait: for what their session has seen, for peers, for allowance",
    observe: ({ view }) => [{ value: view.open }],
  },
  {
    name: "bank.outcomes",
    unit: "{outcome}",
    description: "Outcomes of commands that the branch remembers",
    observe: ({ view }) => [{ value: view.outcomes }],
  },
  {
    name: "bank.entries.missing",
    unit: "{entry}",
    description: "Entries that others have said to have and the branch lacks",
    observe: ({ view }) => {
      const origins = [...view.lacking.keys()];
      return [{ value: origins.reduce((sum, origin) => sum + missingOf(view, origin), 0) }];
    },
  },
  {
    name: "bank.peer.lag",
    unit: "{entry}",
    description: "Entries of the branch's own log that a peer is not known to have",
    observe: ({ view }) =>
      view.peers.flatMap((peer) => {
        const value = lagOf(view, peer);
        return value === undefined ? [] : [{ value, "bank.peer.id": String(peer.id) }];
      }),
  },
  {
    name: "bank.peer.reachable",
    unit: "1",
    description: "0 if a peer has owed an answer for two seconds, else 1",
    observe: ({ view }) =>
      view.peers.map(({ id, reachable }) => (
        { value: Number(reachable), "bank.peer.id": String(id) }
      )),
  },
];
