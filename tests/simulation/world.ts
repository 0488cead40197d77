import type { BranchId } from "../../lib/core/ids.ts";
import { money } from "../../lib/core/money.ts";
import type { ReplicaView } from "../../lib/core/replica.ts";
import { merged, nothingKnown } from "../../lib/core/version_vector.ts";
import type { Executed } from "../../lib/host/host.ts";
import { branch as branchOf } from "../core/samples.ts";
import { Agenda } from "./agenda.ts";
import { Auditor, type Case } from "./auditor.ts";
import { Branch, type Ending } from "./branch.ts";
import { Breach, demand } from "./breach.ts";
import { Customer } from "./customer.ts";
import type { Story } from "./happened.ts";
import { Judge, type Request } from "./judge.ts";
import { LogNetwork } from "./log_network.ts";
import { text } from "./logs.ts";
import { drawSides, type Network, type NetworkParts } from "./network.ts";
import { begunMs, type Options, tickMoments } from "./options.ts";
import type { Parts } from "./parts.ts";
import { Random } from "./random.ts";
import { SharedLog } from "./shared_log.ts";

/** Ticks after which a healed bank must have answered and agreed, and then once more. */
const livenessTicks = 700;

/** Ticks within which a branch that is up answers, whatever fails around it. */
const answerTicks = 190;

/** Ticks after which nobody waits any more for what was lost before all was healed. */
const quietTicks = 60;

/** Ticks after which everyone sees the whole log again, when all is healed. */
const attachTicks = 200;

/** Ticks within which a bank in which nothing fails must have answered who wants the last money. */
const lastTicks = 100;

/** How long something may take, and what must be so then besides that all is answered. */
interface Patience {
  readonly ticks?: number;
  readonly isSo?: () => boolean;
}

/** Far more than happens in any world that comes to an end. */
const eventsMax = 500_000;

const commitEndings = [
  "before commit",
  "between commit and send",
  "between send and reply",
  "between turns",
] as const;

/** A false bank, its customers, and all that happens to them. */
export class World {
  readonly #options: Options;
  readonly #story: Story;
  readonly #agenda = new Agenda();
  readonly #crashes: Random;
  readonly #partitions: Random;
  readonly #losses: Random;
  readonly #clock: () => number;
  readonly #auditor: Auditor;
  readonly #judge: Judge;
  readonly #network: Network;
  /** What branches send through, unless they send to each other. */
  readonly #log = new SharedLog();
  readonly #branches: ReadonlyMap<BranchId, Branch>;
  readonly #customers: readonly Customer[];
  /** Those who come last, one to each branch. */
  readonly #rivals: ReadonlyMap<BranchId, Customer>;
  readonly #wants: Random;
  /** How often what is resolved may go on before something else happens. */
  readonly #hops: number;
  #isHealed = false;
  #failure: unknown;
  #events = 0;

  /** Is one that the seed decides. */
  constructor({ seed, options, story, parts }: {
    readonly seed: number;
    readonly options: Options;
    readonly story: Story;
    readonly parts: Parts;
  }) {
    this.#options = options;
    this.#story = story;
    this.#hops = options.log === undefined ? 6 : 30;
    const agenda = this.#agenda;
    this.#crashes = new Random(seed, "crashes");
    this.#partitions = new Random(seed, "partitions");
    this.#losses = new Random(seed, "disks");
    this.#wants = new Random(seed, "last wants");
    const clock = this.#clock = () => begunMs + agenda.now * options.momentMs;
    const members = Array.from({ length: options.branches }, (_, index) => branchOf(index + 1));
    const { acknowledge, mayBeOld, opening, sizes, customers, skewMs } = options;
    const auditor = this.#auditor = new Auditor(opening, members, { clock, mayBeOld });
    this.#judge = new Judge(auditor, story.reached);
    const network: NetworkParts = {
      agenda,
      story,
      random: new Random(seed, "network"),
      faults: options.network,
      hostOf: (id) => this.#branches.get(id)?.host,
      answered: (claim, { isGranted, last, ...rest }) => {
        auditor.answered(claim, { isGranted, last, ...rest });
        const said = `${isGranted ? "grants" : "does not grant"} ${claim.id}`;
        story.add(agenda.now, `branch ${claim.to} ${said}, its last is ${last}`);
        const what = claim.need === 0n ? "claims for the end of a log" : "claims that got nothing";
        if (!isGranted) story.reached[what] += 1;
      },
      guard: (callback) => this.#guarded(callback),
    };
    this.#network = options.log === undefined ? new parts.network(network) : new LogNetwork({
      ...network,
      ...{ members, carrier: parts.carrier, log: this.#log, logFaults: options.log },
      logRandom: new Random(seed, "log"),
      mayForget: (batches) =>
        batches.every(({ records }) => (
          records.every(({ entries }) => entries.every(({ id }) => auditor.isOnDisk(id)))
        )),
    });
    const turns = new Random(seed, "turns");
    this.#branches = new Map(members.map((id) => {
      const founded = { members, opening: money(opening), acknowledge, isNew: mayBeOld };
      const config = { id, ...founded, sizes };
      const disk = new parts.disk(id);
      const { restore } = parts;
      const common = { agenda, auditor, story, random: turns, network: this.#network, restore };
      const ends = (when: "commits" | "has ended") => this.#ends(when);
      const down = () => this.#down(id);
      const rest = { ends, down, clock };
      return [id, new Branch({ ...options, ...common, ...rest, config, disk })];
    }));
    const customer = (id: number, aheadMs = 0) =>
      new Customer(id, {
        ...{ agenda, auditor, options, story, branches: members },
        clock: () => clock() + aheadMs,
        random: new Random(seed, `customer ${id}`),
        ask: (request, answered) => this.#ask(request, answered),
      });
    const skews = new Random(seed, "skew");
    const skewed = (id: number) => customer(id, skews.between(-skewMs, skewMs));
    this.#customers = Array.from({ length: customers }, (_, index) => skewed(index + 1));
    this.#rivals = new Map(members.map((id, index) => [id, customer(customers + index + 1)]));
  }

  /** Safety, then liveness. */
  async happen(): Promise<void> {
    const { partitionEvery, diskLossEvery, safety } = this.#options;
    for (const branch of this.#branches.values()) branch.start();
    for (const customer of this.#customers) customer.start();
    if (partitionEvery > 0) this.#agenda.after(partitionEvery, () => this.#partition());
    if (diskLossEvery > 0) this.#agenda.after(diskLossEvery, () => this.#loseDisk());
    await this.#until(safety, () => false);
    this.#heal();
    if (this.#options.log !== undefined) {
      await this.#until(attachTicks * tickMoments, () => false);
      this.#rewindDisk();
    }
    await this.#settle("after all was healed");
    const seen = this.#customers.reduce((all, { session }) => merged(all, session), nothingKnown);
    for (const customer of this.#customers) customer.review(seen);
    await this.#settle("when all was asked again");
    await this.#takeAll();
    for (const branch of this.#branches.values()) branch.compare();
    this.#auditor.closed(this.#views());
    for (const { config, disk } of this.#branches.values()) {
      this.#auditor.restarted(config.id, disk.records);
    }
    const { recovered, claims } = this.#auditor;
    const { reached } = this.#story;
    reached["recovered entries"] += recovered;
    reached.grants += claims.granted;
    reached["grants of less than was needed"] += claims.partial;
    reached["grants said again"] += claims.again;
    this.#story.add(this.#agenda.now, "all is well");
  }

  /** Goes on for so many moments, or until something is so. */
  async #until(moments: number, isDone: () => boolean): Promise<boolean> {
    let isLate = false;
    this.#agenda.after(moments, () => isLate = true);
    for (let next = this.#agenda.next(); next !== undefined; next = this.#agenda.next()) {
      next();
      // More than what follows takes through promises.
      for (let hop = 0; hop < this.#hops; hop++) await undefined;
      if (this.#failure !== undefined) throw this.#failure;
      if (++this.#events > eventsMax) {
        throw new Breach("no bug", "the world does not come to an end");
      }
      if (isDone()) return true;
      if (isLate) return false;
    }
    return isDone();
  }

  #heal(): void {
    this.#isHealed = true;
    this.#network.heal();
    for (const customer of this.#customers) customer.finish();
    if (this.#options.log === undefined) this.#rewindDisk();
    for (const branch of this.#branches.values()) branch.start();
    this.#story.add(this.#agenda.now, "all is healed");
  }

  /**
   * Has one branch asked for some of what there is, when nobody else asks: it must give it. Then
   * has every branch asked for all there is, at once: one of them must give it, and only one.
   */
  async #takeAll(): Promise<void> {
    const branches = [...this.#branches.keys()];
    // What was lost on the way before the healing makes a branch hold a peer for cut off, which it
    // then does not ask until it hears of it.
    await this.#until(quietTicks * tickMoments, () => false);
    const isSo = () => this.#views().every(({ peers }) => peers.every((peer) => peer.reachable));
    await this.#settle("when all should have heard of each other", { ticks: lastTicks, isSo });
    await this.#fill();
    const some = this.#wants.between(1, Number(this.#auditor.balance));
    const [alone] = await this.#withdraw([this.#wants.pick(branches)], some);
    const isGiven = alone?.told === "written" && !alone.isDeferred;
    demand("refused rightly", isGiven, () => `nobody else asks, and ${some} is ${alone?.told}`);
    await this.#fill();
    const all = Number(this.#auditor.balance);
    const rivals = await this.#withdraw(branches, all);
    const told = rivals.map((known) => known.told);
    const isFair = this.#auditor.balance === 0n && !told.includes(undefined) &&
      told.filter((outcome) => outcome === "written").length === 1;
    demand("refused rightly", isFair, () => `asked at every branch, ${all} is ${told}`);
    const isKnown = rivals.every(({ isDeferred }) => !isDeferred);
    demand("refused rightly", isKnown, () => `nothing fails, and ${all} was unavailable first`);
    if (branches.length > 1) this.#story.reached["last money"] += 1;
  }

  /** Has something brought, if there is nothing. */
  async #fill(): Promise<void> {
    if (this.#auditor.balance > 0n) return;
    const branch = this.#wants.pick([...this.#branches.keys()]);
    const amount = money(this.#wants.between(1, 100));
    this.#rivals.get(branch)?.insist(branch, { action: "deposit", amount });
    await this.#settle("when there was nothing, and something was brought", { ticks: lastTicks });
  }

  /** Has these branches asked for so much each, at once, and tells what became of it. */
  async #withdraw(branches: readonly BranchId[], minorUnits: number): Promise<readonly Case[]> {
    const amount = money(minorUnits);
    const ids = branches.flatMap((branch) =>
      this.#rivals.get(branch)?.insist(branch, { action: "withdraw", amount }) ?? []
    );
    const when = `when ${branches.length} branches were asked for ${amount}`;
    await this.#settle(when, { ticks: lastTicks });
    return ids.map((id) => this.#auditor.caseOf(id));
  }

  async #settle(
    when: string,
    { ticks = livenessTicks, isSo = () => true }: Patience = {},
  ): Promise<void> {
    const isDone = await this.#until(ticks * tickMoments, () => this.#isSettled() && isSo());
    if (!isDone) throw new Breach("convergence", `${when}, ${this.#pending()}`);
  }

  #isSettled(): boolean {
    if ([...this.#customers, ...this.#rivals.values()].some(({ isBusy }) => isBusy)) return false;
    const views = this.#views();
    const [first] = views;
    return views.every(({ known, open, balance }) =>
      open === 0 && balance === first?.balance && text(known) === text(first.known)
    );
  }

  #pending(): string {
    const waiting = [...this.#customers, ...this.#rivals.values()].flatMap(({ open }) =>
      open === undefined ? [] : [`${open.name} to branch ${open.branch} is open`]
    );
    const views = this.#views().map(({ id, known, balance, open, peers }) => {
      const has = peers.map((peer) => `${peer.id}: ${peer.has}${peer.reachable ? "" : "?"}`);
      return `branch ${id} has ${balance}, knows ${text(known)}, holds ${open} requests and ` +
        `believes its peers at {${has.join(", ")}}`;
    });
    return [...waiting, ...views].join("; ");
  }

  #views(): readonly ReplicaView[] {
    return [...this.#branches.values()].flatMap(({ host }) => host?.inspect() ?? []);
  }

  /** Draws how a turn is to end that commits, or one that has ended well. */
  #ends(when: "commits" | "has ended"): Ending {
    const { crashes, commitCrashes } = this.#options;
    const often = when === "commits" ? commitCrashes : crashes;
    if (this.#isHealed || !this.#crashes.chance(often)) return "well";
    return when === "commits" ? this.#crashes.pick(commitEndings) : "between turns";
  }

  /** Brings a branch that crashed up again, after a while, unless it is up by then. */
  #down(id: BranchId): void {
    const moments = this.#crashes.between(1, this.#options.downMax);
    this.#agenda.after(moments, () => this.#branches.get(id)?.start());
  }

  #partition(): void {
    if (this.#isHealed) return;
    const { partitionEvery, partitionMax } = this.#options;
    const random = this.#partitions;
    const { left, right } = drawSides([...this.#branches.keys()], {
      random,
      hasLog: this.#options.log !== undefined,
    });
    const bothWays = random.chance(0.7);
    this.#network.partition(left, right, { bothWays });
    const isReal = left.length > 0 && right.length > 0;
    this.#story.add(this.#agenda.now, `links are cut: ${left} | ${right}`);
    this.#agenda.after(random.between(1, partitionMax), () => {
      this.#network.mend();
      if (isReal) this.#story.reached.healed += 1;
      this.#story.add(this.#agenda.now, "links are mended");
    });
    this.#agenda.after(partitionEvery, () => this.#partition());
    if (this.#options.crashes > 0 && random.chance(0.2)) {
      for (const branch of this.#branches.values()) branch.crash("between turns");
    }
  }

  /** Has a branch lose its disk, as soon as all that it has is on other disks too. */
  #loseDisk(): void {
    if (this.#isHealed) return;
    const { diskLossEvery, tellsRanUntil } = this.#options;
    const branch = this.#losses.pick([...this.#branches.values()]);
    const { disk: { records }, config: { id } } = branch;
    const isLost = this.#auditor.canLose(id, records, (entry) => this.#log.holds(entry));
    if (isLost) {
      const isElsewhere = this.#auditor.canLose(id, records, () => false);
      if (!isElsewhere) this.#story.reached["lost disks of which the log had more"] += 1;
      branch.crash("between turns");
      branch.replaceDisk(0, { ranUntilMs: tellsRanUntil ? this.#clock() : undefined });
    }
    this.#agenda.after(isLost ? diskLossEvery : 7, () => this.#loseDisk());
  }

  /**
   * Has a branch start from an older copy of its disk, if others have all that is then missing.
   *
   * Only when all is healed: such a branch trusts its disk where peers cannot be reached, or do not
   * see the log.
   */
  #rewindDisk(): void {
    if (this.#options.diskLossEvery === 0) return;
    const branch = this.#losses.pick([...this.#branches.values()]);
    const { config: { id }, disk: { records } } = branch;
    const count = this.#losses.between(1, Math.max(1, records.length - 1));
    const missing = records.slice(count);
    // Nobody else knows of refusals: that only these are missing goes unnoticed.
    const isNoticed = missing.some((record) => record.kind === "entries" && record.origin === id);
    if (records.length < 2 || !isNoticed || !this.#auditor.canLose(id, missing, () => false)) {
      return;
    }
    branch.crash("between turns");
    branch.replaceDisk(count, { ranUntilMs: undefined });
  }

  #ask(request: Request, answered: (reply: Executed) => void): void {
    const arrive = () => {
      const branch = this.#branches.get(request.branch);
      if (branch?.host === undefined) return;
      const { host } = branch;
      const decided = this.#judge.arrived(request);
      const late = () =>
        demand(
          "convergence",
          branch.host !== host || isAnswered,
          () => `branch ${request.branch} has not answered ${request.name} in ${answerTicks} ticks`,
        );
      let isAnswered = false;
      this.#agenda.after(answerTicks * tickMoments, late);
      host.execute(request.commands, request.session).then(this.#guarded((reply) => {
        const what = reply.kind === "executed" ? reply.results.map(({ kind }) => kind) : reply.kind;
        this.#story.add(
          this.#agenda.now,
          `branch ${request.branch} answers ${request.name}: ${what}`,
        );
        isAnswered = true;
        this.#judge.replied(request, reply, { records: branch.disk.records, decided });
        this.#network.carry({ arrive: () => answered(reply) });
      }));
    };
    this.#network.carry({ arrive });
  }

  #guarded<Value>(callback: (value: Value) => void): (value: Value) => void {
    return (value) => {
      try {
        callback(value);
      } catch (error) {
        // Nobody waits for the promise that it would reject; the loop throws it.
        this.#failure ??= error;
      }
    };
  }
}
