import type { Claim } from "../../lib/core/escrow.ts";
import type { JournalContents, JournalRecord } from "../../lib/core/journal_record.ts";
import type { Replica, ReplicaView } from "../../lib/core/replica.ts";
import type { ReplicaConfig } from "../../lib/core/replica_config.ts";
import { Host } from "../../lib/host/host.ts";
import type { Agenda } from "./agenda.ts";
import type { Auditor } from "./auditor.ts";
import { text } from "./logs.ts";
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
  readonly restore: (config: ReplicaConfig, contents: JournalContents) => Replica;
  readonly agenda: Agenda;
  readonly auditor: Auditor;
  readonly story: Story;
  readonly network: Network;
  readonly random: Random;
  /** Draws how a turn is to end that commits, or one that has ended well. */
  readonly ends: (when: "commits" | "has ended") => Ending;
  /** Hears that the branch is down. */
  readonly down: () => void;
  /** What its clock shows, in milliseconds since 1970. */
  readonly clock: () => number;
  /** Bytes of old records that it gives at once. */
  readonly fetchBytesMax: number;
  /** Outcomes that it reads again at once. */
  readonly recallOutcomesMax: number;
}

class Crash extends Error {}

/** A branch of the false world: the real host and replica, which may crash and start again. */
export class Branch {
  readonly disk: Disk;
  readonly #parts: BranchParts;
  /** What it will be told when it starts. */
  #config: ReplicaConfig;
  #host: Host | undefined;
  /** Grows with each start; what is on its way to an earlier life reaches nobody. */
  #life = 0;
  #ending: Ending = "well";
  /** Whether the turn has committed a grant. */
  #isGranting = false;
  /** What so many records restore. */
  #restored: { readonly rows: number; readonly view: string } | undefined;

  /** Is down until it is started. */
  constructor(parts: BranchParts) {
    this.#parts = parts;
    this.#config = parts.config;
    this.disk = parts.disk;
  }

  /** What it was told when it started, or will be. */
  get config(): ReplicaConfig {
    return this.#config;
  }

  /** Its host, unless it is down. */
  get host(): Host | undefined {
    return this.#host;
  }

  /** Starts from what is on its disk, unless it is up. */
  start(): void {
    if (this.#host !== undefined) return;
    const { agenda, auditor, story, random, config: { id } } = this.#parts;
    const life = ++this.#life;
    const replica = this.#restore();
    this.#restored = undefined;
    if (life > 1) {
      story.reached.restarted += 1;
      auditor.restarted(id, this.disk.records);
      const { checkpoint } = this.disk.read();
      if (checkpoint !== undefined) story.reached["restored from a checkpoint"] += 1;
    }
    story.add(agenda.now, `branch ${id} starts with ${this.disk.records.length} records`);
    const { network } = this.#parts;
    const transport = network.connect({ id, isUp: () => this.#life === life });
    this.#host = new Host({
      replica,
      journal: {
        read: () => this.disk.read(),
        latest: (count) => this.disk.latest(count),
        after: (sequences, bytesMax) =>
          this.disk.after(sequences, Math.min(bytesMax, this.#parts.fetchBytesMax)),
        recall: (recall) => {
          story.add(agenda.now, `branch ${id} recalls ${recall.size} of ${recall.number}`);
          story.reached.recalled += 1;
          return this.disk.recall(recall);
        },
        commit: (records) => this.#commit(records),
        close: () => this.disk.close(),
      },
      transport: {
        send: (request, delivered) => {
          this.#crashIf("between commit and send");
          transport.send(request, (delivery) => this.#life === life && delivered(delivery));
          this.#crashIf("between send and reply");
        },
        ask: (request, fetched) =>
          transport.ask(request, (given) => this.#life === life && fetched(given)),
        claim: (request, answered) => {
          auditor.claims.made(request);
          story.add(agenda.now, claimed(request));
          transport.claim(request, (given) => this.#life === life && answered(given));
        },
      },
      recallOutcomesMax: this.#parts.recallOutcomesMax,
      schedule: (turn) =>
        agenda.after(random.below(2), () => this.#life === life && this.#turn(turn)),
    });
    network.serve(id, this.#host);
    agenda.after(random.between(1, tickMoments), () => this.#tick(life));
  }

  /** Ends at once; its disk stays. */
  crash(when: Exclude<Ending, "well">): void {
    if (this.#host === undefined) return;
    const { agenda, story, config, down } = this.#parts;
    story.add(agenda.now, `branch ${config.id} crashes ${when}`);
    story.reached[`crashed ${when}`] += 1;
    const isUnsaid = when === "between commit and send" || when === "between send and reply";
    if (this.#isGranting && isUnsaid) story.reached["crashed after a grant"] += 1;
    this.#host = undefined;
    this.#life += 1;
    this.disk.crash();
    down();
  }

  /** Has its disk replaced while it is down, by an older copy with so many records, or a new one. */
  replaceDisk(count: number, { ranUntilMs }: { readonly ranUntilMs: number | undefined }): void {
    const { agenda, auditor, story, config } = this.#parts;
    story.add(agenda.now, `branch ${config.id} has a disk with ${count} records only`);
    story.reached[count === 0 ? "lost disks" : "older disks"] += 1;
    this.disk.replace(count);
    auditor.lost(config.id, this.disk.records);
    this.#config = { ...config, isNew: true, ranUntilMs };
  }

  /** What is on the disk restores the replica as it is. */
  compare(): void {
    const live = this.#host?.inspect();
    if (live === undefined) return;
    const rows = this.disk.records.length;
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
    try {
      return this.#parts.restore(this.#config, this.disk.read());
    } catch (error) {
      const { id } = this.#config;
      throw new Breach("durability", `the disk of branch ${id} restores nothing: ${error}`);
    }
  }

  #tick(life: number): void {
    if (this.#life !== life) return;
    this.#host?.tick(this.#parts.clock());
    this.#parts.agenda.after(tickMoments, () => this.#tick(life));
  }

  #turn(turn: () => void): void {
    this.#ending = "well";
    this.#isGranting = false;
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
    const { granted } = auditor.claims;
    auditor.committed(config.id, records);
    this.#isGranting = auditor.claims.granted > granted;
    this.disk.commit(records);
    const last = records.at(-1);
    const hasStrays = last?.kind === "checkpoint" &&
      last.generations.some(({ strays }) => strays.length > 0);
    if (hasStrays) story.reached["kept strays apart"] += 1;
    this.#crashIf("between commit and send");
  }

  #crashIf(ending: Ending): void {
    if (this.#ending === ending) throw new Crash(ending);
  }
}

function shown({ balance, allowance, known, outcomes }: ReplicaView): string {
  return `balance ${balance}, allowance ${allowance}, known ${text(known)}, ${outcomes} outcomes`;
}

function claimed({ from, to, id, need, wanted }: Claim): string {
  return `branch ${from} claims ${need} of branch ${to}, at best ${wanted} (${id})`;
}

function summary(record: JournalRecord): string {
  if (record.kind === "refusal") return `refusal of ${record.write.id}`;
  if (record.kind === "checkpoint") return `checkpoint ${record.number}`;
  const ids = record.entries.map(({ id }) => id);
  return `${record.first} of branch ${record.origin} (${ids.join(" ")}) after ${
    text(record.after)
  }`;
}
