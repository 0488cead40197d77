import type { Write } from "../../lib/core/command.ts";
import { type BranchId, type CommandId, issuedMs } from "../../lib/core/ids.ts";
import type { CheckpointRecord } from "../../lib/core/checkpoint_record.ts";
import type { EntriesRecord, JournalRecord, RefusalRecord } from "../../lib/core/journal_record.ts";
import type { Claim } from "../../lib/core/escrow.ts";
import { limits } from "../../lib/core/limits.ts";
import type { ReplicaView } from "../../lib/core/replica.ts";
import type { Claimed } from "../../lib/host/host.ts";
import { Arrivals } from "./arrivals.ts";
import { Breach, demand } from "./breach.ts";
import { Claims } from "./claims.ts";
import { Logs, noLine, text } from "./logs.ts";

/** What a customer was told of one of its writes. */
export type Told = "written" | `refused: ${string}`;

/** All that the auditor knows of a write. */
export interface Case {
  readonly write: Write;
  readonly branch: BranchId;
  /** The writes of the request that it is in, in order. */
  readonly batch: readonly CommandId[];
  /** The customer's last write that it knew to be done when it asked for this one. */
  readonly follows: CommandId | undefined;
  told: Told | undefined;
  /** Whether its customer was told that it was unavailable, and to ask again. */
  isDeferred: boolean;
  /** Whether it was refused on a disk that was lost since: nobody else has written that down. */
  isForgotten: boolean;
}

/** What a branch has on its disk. */
interface Holding {
  readonly entries: Map<CommandId, number>;
  readonly refusals: Map<CommandId, string>;
  /** How far each log goes there. */
  readonly known: Map<BranchId, number>;
  /** Commands made until then may be taken for expired. */
  expiredMs: number;
}

/**
 * Holds the truth, and judges what branches commit, show and say against it.
 *
 * It shares no code with the replica. It believes nothing but what was asked, what was
 * committed by the origin of an entry, and what is on the disks now.
 */
export class Auditor {
  readonly #branches: readonly BranchId[];
  /** What was ever committed, and what that adds up to. */
  readonly logs: Logs;
  /** What branches claim of each other. */
  readonly claims = new Claims();
  readonly #arrivals: Arrivals;
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
    this.#branches = branches;
    this.logs = new Logs(opening, branches);
    this.#arrivals = new Arrivals(this.logs);
    this.#clock = clock;
    if (mayBeOld) { for (const id of branches) this.#losers.add(id); }
    for (const id of branches) this.#holdings.set(id, emptyHolding());
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

  /** A customer asks for writes, in one request, for the first time. */
  asked(writes: readonly Write[], branch: BranchId, follows: CommandId | undefined): void {
    const batch = writes.map(({ id }) => id);
    for (const write of writes) {
      const fresh = { told: undefined, isDeferred: false, isForgotten: false };
      this.#cases.set(write.id, { write, branch, batch, follows, ...fresh });
    }
  }

  /** Writes come to a branch, maybe again; tells which of them are decided by then. */
  arrived(branch: BranchId, ids: readonly CommandId[]): ReadonlySet<CommandId> {
    for (const id of ids) this.#arrivals.arrived(branch, id);
    return new Set(ids.filter((id) => this.isDecided(id)));
  }

  /** Tells whether a write came to its branch no more than once since that started. */
  cameOnce(id: CommandId): boolean {
    return this.#arrivals.of(this.caseOf(id).branch, id)?.copies === 1;
  }

  /** Tells whether a write has an outcome: told, in the log of its branch, or refused on its disk. */
  isDecided(id: CommandId): boolean {
    const { branch, told } = this.caseOf(id);
    const isRefused = this.#holding(branch).refusals.has(id);
    return told !== undefined || this.#written.has(id) || isRefused;
  }

  /** How many branches there are. */
  get branches(): number {
    return this.#branches.length;
  }

  /** What all that was ever committed makes of the opening balance. */
  get balance(): bigint {
    return this.logs.balanceAt(this.logs.ends);
  }

  /** A branch answers a claim: what it says must be on its disk. */
  answered({ id, to }: Claim, { isGranted, last }: Claimed): void {
    const isStored = !isGranted || this.#holding(to).entries.has(id);
    demand("durability", isStored, () => `branch ${to} says that it granted ${id}`);
    const end = this.logs.lengthOf(to);
    demand("durability", last === end, () => `branch ${to} says ${last} is its last, not ${end}`);
    if (isGranted) this.claims.told(id);
  }

  /** A branch commits. */
  committed(branch: BranchId, records: readonly JournalRecord[]): void {
    for (const record of records) {
      if (record.kind === "entries" && record.origin === branch) this.#wrote(record);
      if (record.kind === "refusal") this.#refused(branch, record, records);
      if (record.kind === "checkpoint") this.#checked(branch, record);
      else this.#keep(branch, record);
    }
    if (this.#isWhole(branch)) this.#forgetful.delete(branch);
  }

  /**
   * Tells whether these records of a branch's disk may get lost: their entries are on other disks
   * too, or kept elsewhere, and no other branch is getting back its own. That one may have asked
   * everybody but this branch, before they heard of the entries that were here.
   */
  canLose(
    branch: BranchId,
    records: readonly JournalRecord[],
    isKept: (id: CommandId) => boolean,
  ): boolean {
    if ([...this.#forgetful].some((id) => id !== branch)) return false;
    const others = [...this.#holdings].filter(([id]) => id !== branch);
    const ids = records.flatMap((record) => record.kind === "entries" ? record.entries : []);
    return ids.every(({ id }) => others.some(([, { entries }]) => entries.has(id)) || isKept(id));
  }

  /** Tells whether an entry is on a disk. */
  isOnDisk(id: CommandId): boolean {
    return this.#holdings.values().some(({ entries }) => entries.has(id));
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
    this.#arrivals.restarted(branch);
    for (const known of this.#cases.values()) {
      if (known.branch === branch) this.#stands(known, "after a restart");
    }
  }

  /** A branch has done a step: what it shows must follow from the logs that it knows. */
  showed({ id, balance, allowance, known }: ReplicaView): void {
    const expected = this.logs.balanceAt(known);
    const show = () => `branch ${id} shows ${balance} and not ${expected} at ${text(known)}`;
    demand("conservation", balance === expected, show);
    const allowances = new Map(
      this.#branches.map((branch) => [branch, this.logs.allowanceAt(branch, known)]),
    );
    const least = [balance, allowance, ...allowances.values()].reduce((a, b) => a < b ? a : b);
    demand("no overdraft", least >= 0n, () => `branch ${id} shows ${least} at ${text(known)}`);
    demand(
      "no overdraft",
      allowance === allowances.get(id),
      () => `branch ${id} shows an allowance of ${allowance} and has ${allowances.get(id)}`,
    );
    for (const [origin, sequence] of known) {
      const { after } = this.logs.line(origin, sequence);
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

  /** All is over: every branch agrees, and every write counts as often as it may. */
  closed(views: readonly ReplicaView[]): void {
    const most = this.logs.ends;
    for (const { id, balance, known } of views) {
      const all = [...most].every(([origin, last]) => (known.get(origin) ?? 0) === last);
      demand("convergence", all, () => `branch ${id} ends at ${text(known)} of ${text(most)}`);
      demand(
        "convergence",
        balance === this.logs.balanceAt(most),
        () => `branch ${id} has ${balance}`,
      );
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
    const length = this.logs.lengthOf(origin);
    if (this.#forgetful.has(origin) && first + entries.length - 1 <= length) {
      this.recovered += entries.length;
      return;
    }
    demand(
      "durability",
      first === length + 1,
      () => `branch ${origin} writes entry ${first} and had written ${length}`,
    );
    const previous = this.logs.of(origin).at(-1) ?? noLine;
    const follows = new Map([...previous.after, ...after]);
    for (const entry of entries) {
      if (entry.action === "grant") this.claims.grants(origin, entry);
      else this.#did(origin, entry);
      this.logs.append(origin, entry, follows);
      const known = new Map(this.#holding(origin).known).set(origin, this.logs.lengthOf(origin));
      const allowance = this.logs.allowanceAt(origin, known);
      const what = () => `branch ${origin} has ${allowance} after ${entry.action} ${entry.id}`;
      demand("no overdraft", allowance >= 0n, what);
    }
  }

  /** An origin writes down that it has done a write: the one that was asked for, once. */
  #did(origin: BranchId, { id, action, amount }: Write): void {
    const { write, branch, told } = this.caseOf(id);
    const isFirst = !this.#written.has(id) && (told === undefined || told === "written");
    demand("exactly once", isFirst, () => `branch ${origin} wrote ${id} anew`);
    this.#written.set(id, this.logs.lengthOf(origin) + 1);
    const same = write.action === action && write.amount === amount && branch === origin;
    demand("exactly once", same, () => `branch ${origin} wrote another ${id} than was asked`);
  }

  #refused(branch: BranchId, record: RefusalRecord, page: readonly JournalRecord[]): void {
    const { id, amount } = record.write;
    const { batch, write } = this.caseOf(id);
    demand("exactly once", amount === write.amount, () => `branch ${branch} refuses another ${id}`);
    const known = new Map(this.#holding(branch).known).set(branch, this.logs.lengthOf(branch));
    this.#arrivals.refused(branch, record, { known, batch, page });
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
    return this.logs.of(branch).every(({ id }) => entries.has(id));
  }

  #keep(branch: BranchId, record: EntriesRecord | RefusalRecord): void {
    const { entries, refusals, known } = this.#holding(branch);
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
      const isTrue = this.logs.line(record.origin, sequence).id === id;
      demand("exactly once", isTrue, () => `branch ${branch} has ${id} in the place of another`);
      const follows = this.#cases.get(id)?.follows;
      const inTurn = follows === undefined || entries.has(follows);
      demand("session", inTurn, () => `branch ${branch} has ${id} and not ${follows} before it`);
      entries.set(id, sequence);
      known.set(record.origin, sequence);
      const holders = this.#everHeld.get(id) ?? new Set();
      this.#everHeld.set(id, holders.add(branch));
    });
  }

  #holding(branch: BranchId): Holding {
    const holding = this.#holdings.get(branch);
    if (holding === undefined) throw new Breach("no bug", `there is no branch ${branch}`);
    return holding;
  }
}

function emptyHolding(): Holding {
  return { entries: new Map(), refusals: new Map(), known: new Map(), expiredMs: 0 };
}
