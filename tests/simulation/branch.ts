import type { JournalRecord } from "../../lib/core/journal_record.ts";
import type { Replica, ReplicaConfig, ReplicaView } from "../../lib/core/replica.ts";
import { Host } from "../../lib/host/host.ts";
import type { Agenda } from "./agenda.ts";
import type { Auditor } from "./auditor.ts";
import { text } from "./auditor.ts";
import { Breach, demand } from "./breach.ts";
import type { Disk } from "./disk.ts";
import type { Story } from "./happened.ts";
import type { Network } from "./network.ts";
import { tickMoments } from "./options.ts";
import type { Random } from "./random.ts";

/** How a turn may end: well, or in a crash. */
export type Ending =
  | "well"
  | "before commit"
  | "between commit and send"
  | "between send and reply"
  | "between turns";

/** What a false branch is made of. */
export interface BranchParts {
  readonly config: ReplicaConfig;
  readonly disk: Disk;
  readonly restore: (config: ReplicaConfig, records: Iterable<JournalRecord>) => Replica;
  readonly agenda: Agenda;
  readonly auditor: Auditor;
  readonly story: Story;
  readonly network: Network;
  readonly random: Random;
  /** Draws how a turn is to end that commits, or one that has ended well. */
  readonly ends: (when: "commits" | "has ended") => Ending;
  /** Hears that the branch is down. */
  readonly down: () => void;
}

class Crash extends Error {}

/** A branch of the false world: the real host and replica, which may crash and start again. */
export class Branch {
  readonly config: ReplicaConfig;
  readonly disk: Disk;
  readonly #parts: BranchParts;
  #host: Host | undefined;
  /** Grows with each start; what is on its way to an earlier life reaches nobody. */
  #life = 0;
  #ending: Ending = "well";
  /** What so many records restore. */
  #restored: { readonly rows: number; readonly view: string } | undefined;

  /** Is down until it is started. */
  constructor(parts: BranchParts) {
    this.#parts = parts;
    this.config = parts.config;
    this.disk = parts.disk;
  }

  /** Its host, unless it is down. */
  get host(): Host | undefined {
    return this.#host;
  }

  /** Starts from what is on its disk, unless it is up. */
  start(): void {
    if (this.#host !== undefined) return;
    const { agenda, auditor, story, random, config } = this.#parts;
    const life = ++this.#life;
    const replica = this.#restore();
    this.#restored = undefined;
    if (life > 1) {
      story.reached.restarted += 1;
      auditor.restarted(config.id, this.disk.read());
    }
    story.add(agenda.now, `branch ${config.id} starts with ${this.disk.read().length} records`);
    this.#host = new Host({
      replica,
      journal: {
        read: () => this.disk.read(),
        commit: (records) => this.#commit(records),
        close: () => this.disk.close(),
      },
      transport: {
        send: (request, delivered) => {
          this.#crashIf("between commit and send");
          this.#parts.network.send(
            request,
            (delivery) => this.#life === life && delivered(delivery),
          );
          this.#crashIf("between send and reply");
        },
      },
      schedule: (turn) =>
        agenda.after(random.below(2), () => this.#life === life && this.#turn(turn)),
    });
    agenda.after(random.between(1, tickMoments), () => this.#tick(life));
  }

  /** Ends at once; its disk stays. */
  crash(when: Exclude<Ending, "well">): void {
    if (this.#host === undefined) return;
    const { agenda, story, config, down } = this.#parts;
    story.add(agenda.now, `branch ${config.id} crashes ${when}`);
    story.reached[`crashed ${when}`] += 1;
    this.#host = undefined;
    this.#life += 1;
    this.disk.crash();
    down();
  }

  /** What is on the disk restores the replica as it is. */
  compare(): void {
    const live = this.#host?.inspect();
    if (live === undefined) return;
    const rows = this.disk.read().length;
    if (this.#restored?.rows !== rows) {
      this.#parts.story.reached["restored and compared"] += 1;
      this.#restored = { rows, view: shown(this.#restore().inspect()) };
    }
    const { view } = this.#restored;
    demand(
      "durability",
      view === shown(live),
      () => `branch ${live.id} shows ${shown(live)}; its disk restores ${view}`,
    );
  }

  #restore(): Replica {
    const { restore, config } = this.#parts;
    try {
      return restore(config, this.disk.read());
    } catch (error) {
      throw new Breach("durability", `the disk of branch ${config.id} restores nothing: ${error}`);
    }
  }

  #tick(life: number): void {
    if (this.#life !== life) return;
    this.#host?.tick();
    this.#parts.agenda.after(tickMoments, () => this.#tick(life));
  }

  #turn(turn: () => void): void {
    this.#ending = "well";
    try {
      turn();
    } catch (error) {
      if (!(error instanceof Crash) || this.#ending === "well") throw error;
      this.crash(this.#ending);
      return;
    }
    const { agenda, auditor } = this.#parts;
    if (this.#host !== undefined) auditor.showed(this.#host.inspect());
    this.compare();
    if (this.#ending === "well") this.#ending = this.#parts.ends("has ended");
    // Not before its replies are heard: what was said may not be lost by this.
    if (this.#ending !== "well") agenda.after(0, () => this.crash("between turns"));
  }

  #commit(records: readonly JournalRecord[]): void {
    const { agenda, auditor, story, config } = this.#parts;
    this.#ending = this.#parts.ends("commits");
    this.#crashIf("before commit");
    story.add(agenda.now, `branch ${config.id} commits ${records.map(summary).join(", ")}`);
    auditor.committed(config.id, records);
    this.disk.commit(records);
    this.#crashIf("between commit and send");
  }

  #crashIf(ending: Ending): void {
    if (this.#ending === ending) throw new Crash(ending);
  }
}

function shown({ balance, known, outcomes }: ReplicaView): string {
  return `balance ${balance}, known ${text(known)}, ${outcomes} outcomes`;
}

function summary(record: JournalRecord): string {
  if (record.kind === "refusal") return `refusal of ${record.write.id}`;
  const ids = record.entries.map(({ id }) => id);
  return `${record.first} of branch ${record.origin} (${ids.join(" ")}) after ${
    text(record.after)
  }`;
}
