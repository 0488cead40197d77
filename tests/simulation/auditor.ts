import type { Command, Write } from "../../lib/core/command.ts";
import { type BranchId, type CommandId, issuedMs } from "../../lib/core/ids.ts";
import type { CheckpointRecord } from "../../lib/core/checkpoint_record.ts";
import type { EntriesRecord, JournalRecord, RefusalRecord } from "../../lib/core/journal_record.ts";
import { limits } from "../../lib/core/limits.ts";
import type { ReplicaView } from "../../lib/core/replica.ts";
import type { VersionVector } from "../../lib/core/version_vector.ts";
import { Breach, demand } from "./breach.ts";

/** What a customer was told of one of its writes. */
export type Told = "written" | `refused: ${string}`;

/** All that the auditor knows of a write. */
export interface Case {
  readonly write: Write;
  readonly branch: BranchId;
  /** The customer's last write that it knew to be done when it asked for this one. */
  readonly follows: CommandId | undefined;
  told: Told | undefined;
  /** Whether it was refused on a disk that was lost since: nobody else has written that down. */
  isForgotten: boolean;
}

/** A line of an origin's log, as the origin first committed it. */
interface Line {
  readonly id: CommandId;
  /** What all lines up to this one add up to. */
  readonly sum: bigint;
  /** What the origin knew of others when it wrote this. */
  readonly after: ReadonlyMap<BranchId, number>;
}

/** What a branch has on its disk. */
interface Holding {
  readonly entries: Map<CommandId, number>;
  readonly refusals: Map<CommandId, string>;
  /** Commands made until then may be taken for expired. */
  expiredMs: number;
}

const noLine: Line = { id: "" as CommandId, sum: 0n, after: new Map() };

/**
 * Holds the truth, and judges what branches commit, show and say against it.
 *
 * It shares no code with the replica. It believes nothing but what was asked, what was
 * committed by the origin of an entry, and what is on the disks now.
 */
export class Auditor {
  readonly #opening: bigint;
  readonly #logs = new Map<BranchId, Line[]>();
  readonly #holdings = new Map<BranchId, Holding>();
  readonly #cases = new Map<CommandId, Case>();
  /** Where each write stands that was ever committed by its branch. */
  readonly #written = new Map<CommandId, number>();
  /** Which branches have ever had a write. */
  readonly #everHeld = new Map<CommandId, Set<BranchId>>();
  /** The branches that have lost a disk, or may have: they may take commands for expired. */
  readonly #losers = new Set<BranchId>();
  /** Those of them whose disks do not have all again that they wrote. */
  readonly #forgetful = new Set<BranchId>();
  readonly #clock: () => number;
  /** How many entries branches got back that had lost them. */
  recovered = 0;

  /** Opens a case book. */
  constructor(opening: number, branches: readonly BranchId[], { clock, mayBeOld }: {
    readonly clock: () => number;
    readonly mayBeOld: boolean;
  }) {
    this.#opening = BigInt(opening);
    this.#clock = clock;
    if (mayBeOld) { for (const id of branches) this.#losers.add(id); }
    for (const id of branches) {
      this.#logs.set(id, []);
      this.#holdings.set(id, emptyHolding());
    }
  }

  /** All writes that were ever asked for. */
  get cases(): Iterable<Case> {
    return this.#cases.values();
  }

  /** What is known of a write. */
  caseOf(id: CommandId): Case {
    const found = this.#cases.get(id);
    if (found === undefined) throw new Breach("no bug", `nobody asked for ${id}`);
    return found;
  }

  /** A customer asks for a write, for the first time. */
  asked(write: Write, branch: BranchId, follows: CommandId | undefined): void {
    this.#cases.set(write.id, { write, branch, follows, told: undefined, isForgotten: false });
  }

  /** A branch commits. */
  committed(branch: BranchId, records: readonly JournalRecord[]): void {
    for (const record of records) {
      if (record.kind === "entries" && record.origin === branch) this.#wrote(record);
      if (record.kind === "checkpoint") this.#checked(branch, record);
      else this.#keep(branch, record);
    }
    if (this.#isWhole(branch)) this.#forgetful.delete(branch);
  }

  /**
   * Tells whether these records of a branch's disk may get lost: their entries are on other disks
   * too, and no other branch is getting back its own. That one may have asked everybody but this
   * branch, before they heard of the entries that were here.
   */
  canLose(branch: BranchId, records: readonly JournalRecord[]): boolean {
    if ([...this.#forgetful].some((id) => id !== branch)) return false;
    const others = [...this.#holdings].filter(([id]) => id !== branch);
    const ids = records.flatMap((record) => record.kind === "entries" ? record.entries : []);
    return ids.every(({ id }) => others.some(([, { entries }]) => entries.has(id)));
  }

  /** A branch has lost its disk but for these records. */
  lost(branch: BranchId, records: readonly JournalRecord[]): void {
    this.#read(branch, records);
    this.#losers.add(branch);
    if (!this.#isWhole(branch)) this.#forgetful.add(branch);
    const { refusals } = this.#holding(branch);
    for (const known of this.#cases.values()) {
      const isRefused = known.told !== undefined && known.told !== "written";
      if (known.branch !== branch || !isRefused) continue;
      if (!refusals.has(known.write.id)) known.isForgotten = true;
    }
  }

  /** A branch says that it may have executed a command, and may have forgotten that. */
  expired(id: CommandId, branch: BranchId): void {
    const { entries, refusals, expiredMs } = this.#holding(branch);
    const isKept = entries.has(id) || refusals.has(id);
    const isOld = this.#clock() - issuedMs(id) >= limits.outcomeMsMin;
    const isSound = issuedMs(id) <= expiredMs && (isOld || !isKept);
    demand("durability", isSound, () => `${id} is said to be forgotten at branch ${branch}`);
  }

  /** A branch starts again from what is on its disk: what it has said must be there. */
  restarted(branch: BranchId, records: readonly JournalRecord[]): void {
    this.#read(branch, records);
    for (const known of this.#cases.values()) {
      if (known.branch === branch) this.#stands(known, "after a restart");
    }
  }

  /** A branch has done a step: what it shows must follow from the logs that it knows. */
  showed({ id, balance, known }: ReplicaView): void {
    const expected = this.balanceAt(known);
    const show = () => `branch ${id} shows ${balance} and not ${expected} at ${text(known)}`;
    demand("conservation", balance === expected, show);
    for (const [origin, sequence] of known) {
      const { after } = this.#line(origin, sequence);
      const covered = [...after].every(([other, needed]) => (known.get(other) ?? 0) >= needed);
      demand(
        "session",
        covered,
        () =>
          `branch ${id} knows entry ${sequence} of branch ${origin}, which follows ${
            text(after)
          }, ` +
          `and only ${text(known)}`,
      );
    }
  }

  /** What the entries that a vector names make of the opening balance. */
  balanceAt(known: VersionVector): bigint {
    let balance = this.#opening;
    for (const [origin, sequence] of known) balance += this.#line(origin, sequence).sum;
    return balance;
  }

  /** A branch gives an outcome; it may be the first or must be the same as ever. */
  tells(id: CommandId, told: Told): { readonly again: boolean } {
    const known = this.caseOf(id);
    const again = known.told !== undefined;
    demand(
      "exactly once",
      !again || known.told === told,
      () => `${id} was ${known.told} and is now ${told}`,
    );
    known.told = told;
    return { again };
  }

  /** What a customer was told is on the disk of the branch that said it, now. */
  stored(id: CommandId, records: readonly JournalRecord[]): void {
    const { told } = this.caseOf(id);
    const isStored = records.some((record) =>
      record.kind === "checkpoint"
        ? false
        : record.kind === "entries"
        ? told === "written" && record.entries.some((entry) => entry.id === id)
        : told === `refused: ${record.refusal}` && record.write.id === id
    );
    demand("durability", isStored, () => `${id} was ${told} before that was on the disk`);
  }

  /** How many branches have had a write, also if their disks were lost since. */
  holders(id: CommandId): number {
    return this.#everHeld.get(id)?.size ?? 0;
  }

  /** Where a write stands in the log of its branch; 0 if nowhere. */
  sequenceOf(id: CommandId): number {
    return this.#written.get(id) ?? 0;
  }

  /** Tells whether a query could have seen `balance` between these two states of knowledge. */
  isPossible(balance: bigint, least: VersionVector, most: VersionVector): boolean {
    let sums = new Set([this.#opening]);
    for (const [origin, last] of most) {
      const lines = Array.from(
        { length: last - (least.get(origin) ?? 0) + 1 },
        (_, index) => this.#line(origin, last - index).sum,
      );
      sums = new Set([...sums].flatMap((sum) => lines.map((line) => sum + line)));
      if (sums.size > 1_000) return true;
    }
    return sums.has(balance);
  }

  /** All is over: every branch agrees, and every write counts as often as it may. */
  closed(views: readonly ReplicaView[]): void {
    const most = new Map([...this.#logs].map(([origin, lines]) => [origin, lines.length]));
    for (const { id, balance, known } of views) {
      const all = [...most].every(([origin, last]) => (known.get(origin) ?? 0) === last);
      demand("convergence", all, () => `branch ${id} ends at ${text(known)} of ${text(most)}`);
      demand("convergence", balance === this.balanceAt(most), () => `branch ${id} has ${balance}`);
    }
    for (const known of this.#cases.values()) {
      this.#stands(known, "at the end");
      const { id } = known.write;
      const holders = [...this.#holdings.values()].filter(({ entries }) => entries.has(id)).length;
      const agreed = holders === 0 || holders === this.#holdings.size;
      demand("convergence", agreed, () => `${id} is at ${holders} branches only`);
    }
  }

  #stands({ write: { id }, told, branch, isForgotten }: Case, when: string): void {
    const holding = this.#holding(branch);
    if (told === undefined || isForgotten) return;
    if (told === "written" && this.#forgetful.has(branch)) return;
    const stands = told === "written"
      ? holding.entries.has(id) && !holding.refusals.has(id)
      : told === `refused: ${holding.refusals.get(id)}` && !holding.entries.has(id);
    demand("durability", stands, () => `${id} was ${told}, and is not so ${when}`);
  }

  /** An origin writes into its log: the next lines, never others in the place of old ones. */
  #wrote({ origin, first, after, entries }: EntriesRecord): void {
    const log = this.#logs.get(origin) ?? [];
    if (this.#forgetful.has(origin) && first + entries.length - 1 <= log.length) {
      this.recovered += entries.length;
      return;
    }
    demand(
      "durability",
      first === log.length + 1,
      () => `branch ${origin} writes entry ${first} and had written ${log.length}`,
    );
    const previous = log.at(-1) ?? noLine;
    const follows = new Map([...previous.after, ...after]);
    let { sum } = previous;
    for (const { id, action, amount } of entries) {
      const { write, branch, told } = this.caseOf(id);
      const isFirst = !this.#written.has(id) && (told === undefined || told === "written");
      demand("exactly once", isFirst, () => `branch ${origin} wrote ${id} anew`);
      this.#written.set(id, log.length + 1);
      const same = write.action === action && write.amount === amount && branch === origin;
      demand("exactly once", same, () => `branch ${origin} wrote another ${id} than was asked`);
      sum += action === "deposit" ? amount : -amount;
      log.push({ id, sum, after: follows });
    }
  }

  #read(branch: BranchId, records: readonly JournalRecord[]): void {
    this.#holdings.set(branch, emptyHolding());
    for (const record of records) {
      if (record.kind !== "checkpoint") this.#keep(branch, record);
      else this.#holding(branch).expiredMs = record.expiredMs;
    }
  }

  /** A branch forgets by age only, unless it has lost a disk; and then nothing that is to come. */
  #checked(branch: BranchId, { expiredMs }: CheckpointRecord): void {
    const holding = this.#holding(branch);
    const latestMs = this.#clock() - (this.#losers.has(branch) ? 0 : limits.outcomeMsMin);
    const isSound = expiredMs >= holding.expiredMs && expiredMs <= Math.max(0, latestMs);
    demand("durability", isSound, () => `branch ${branch} forgets all until ${expiredMs}`);
    holding.expiredMs = expiredMs;
  }

  /** Tells whether all that a branch ever wrote is on its disk. */
  #isWhole(branch: BranchId): boolean {
    const { entries } = this.#holding(branch);
    return (this.#logs.get(branch) ?? []).every(({ id }) => entries.has(id));
  }

  #keep(branch: BranchId, record: EntriesRecord | RefusalRecord): void {
    const { entries, refusals } = this.#holding(branch);
    if (record.kind === "refusal") {
      const { id } = record.write;
      const first = !refusals.has(id) && !entries.has(id);
      demand("exactly once", first, () => `branch ${branch} has a second outcome of ${id}`);
      refusals.set(id, record.refusal);
      return;
    }
    record.entries.forEach(({ id }, index) => {
      const first = !entries.has(id) && !refusals.has(id);
      demand("exactly once", first, () => `branch ${branch} has a second outcome of ${id}`);
      const sequence = record.first + index;
      const isTrue = this.#line(record.origin, sequence).id === id;
      demand("exactly once", isTrue, () => `branch ${branch} has ${id} in the place of another`);
      const { follows } = this.caseOf(id);
      const inTurn = follows === undefined || entries.has(follows);
      demand("session", inTurn, () => `branch ${branch} has ${id} and not ${follows} before it`);
      entries.set(id, sequence);
      const holders = this.#everHeld.get(id) ?? new Set();
      this.#everHeld.set(id, holders.add(branch));
    });
  }

  #line(origin: BranchId, sequence: number): Line {
    if (sequence === 0) return noLine;
    const line = this.#logs.get(origin)?.[sequence - 1];
    if (line !== undefined) return line;
    throw new Breach("durability", `branch ${origin} never committed an entry ${sequence}`);
  }

  #holding(branch: BranchId): Holding {
    const holding = this.#holdings.get(branch);
    if (holding === undefined) throw new Breach("no bug", `there is no branch ${branch}`);
    return holding;
  }
}

/** Writes a vector for people. */
export function text(vector: ReadonlyMap<BranchId, number>): string {
  const parts = [...vector].toSorted(([left], [right]) => left - right);
  return `{${parts.map(([id, sequence]) => `${id}: ${sequence}`).join(", ")}}`;
}

/** Writes a command for people. */
export function asked(command: Command): string {
  if (command.action === "query") return "query";
  return `${command.action} ${command.amount} (${command.id})`;
}

function emptyHolding(): Holding {
  return { entries: new Map(), refusals: new Map(), expiredMs: 0 };
}
