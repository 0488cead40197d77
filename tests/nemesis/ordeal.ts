import { nothingKnown } from "../../lib/core/version_vector.ts";
import type { NatsCluster } from "../nats/cluster.ts";
import { Random } from "../simulation/random.ts";
import { CaseBook } from "./case_book.ts";
import { Customer } from "./customer.ts";
import type { Diary } from "./diary.ts";
import { losingDisks } from "./disk_loss.ts";
import { befall } from "./fault_loop.ts";
import { readJournals } from "./journals.ts";
import { linkFaults } from "./link_faults.ts";
import type { Violation } from "./law.ts";
import { Load } from "./load.ts";
import { byOrigin, logsOf } from "./logs.ts";
import { natsFaults } from "./nats_faults.ts";
import { processFaults } from "./process_faults.ts";
import { type BankPlan, RealBank } from "./real_bank.ts";
import { judgeRefusals } from "./refusals.ts";
import { show, Unsettled } from "./settlement.ts";
import { Turn } from "./turn.ts";
import { type Show, violations } from "./verdict.ts";

/** What a nemesis is asked to do. */
export interface OrdealPlan extends BankPlan {
  readonly minutes: number;
  readonly customers: number;
  /** Whether branches also lose their journals. */
  readonly losesDisks: boolean;
}

/** What came of it. */
export interface Finding {
  readonly violations: readonly Violation[];
  readonly entries: number;
  /** How many of them gave allowance to another branch. */
  readonly grants: number;
  readonly balance: bigint | undefined;
  readonly commands: number;
}

/** How often it is said how it goes, in milliseconds. */
const periodMs = 10_000;

/** Puts a bank of real processes under load and faults, heals it, and judges it. */
export class Ordeal {
  /** What customers asked and were told. */
  readonly book = new CaseBook();
  readonly #plan: OrdealPlan;
  readonly #diary: Diary;
  readonly #bank: RealBank;
  readonly #cluster: NatsCluster | undefined;
  readonly #load: Load;
  readonly #tell: (line: string) => void;

  /** Sets everything up, and starts nothing yet. */
  constructor(
    plan: OrdealPlan,
    { diary, tell, cluster }: {
      readonly diary: Diary;
      readonly tell: (line: string) => void;
      /** The servers of NATS that carry messages of branches, if these do not do it. */
      readonly cluster?: NatsCluster | undefined;
    },
  ) {
    this.#cluster = cluster;
    this.#plan = plan;
    this.#diary = diary;
    this.#tell = tell;
    this.#bank = new RealBank(plan, diary, cluster);
    const { secret, addresses } = this.#bank;
    const customers = Array.from({ length: plan.customers }, (_, index) =>
      new Customer({
        id: index + 1,
        run: plan.run,
        secret,
        addresses,
        mayForget: plan.losesDisks,
        random: new Random(plan.seed, `customer ${index + 1}`),
        book: this.book,
      }));
    this.#load = new Load(customers);
  }

  /** Does it. */
  async run(): Promise<Finding> {
    await this.#bank.start();
    // One that is killed before it has begun executes nothing that was made before it came back.
    const begun = { when: "in the beginning", session: nothingKnown, book: this.book };
    await show(this.#bank, begun);
    this.#tell(`${this.#plan.branches} branches listen`);
    this.#load.start();
    await this.#suffer();
    await this.#load.rest();
    this.book.pace();
    this.#diary.note("all is to be healed");
    const shows = await this.#settle();
    return this.#judge(shows);
  }

  /** Whether a branch has ended by itself: what it leaves undone would be waited for in vain. */
  get #isHopeless(): boolean {
    return this.#bank.ownEnds.length > 0;
  }

  /** Ends all processes, at once. */
  async close(): Promise<void> {
    await this.#bank.close();
    await this.#cluster?.[Symbol.asyncDispose]();
  }

  /** Lets faults happen until the time is over. */
  async #suffer(): Promise<void> {
    const { minutes, seed, losesDisks } = this.#plan;
    const untilMs = performance.now() + minutes * 60_000;
    const isOver = () => performance.now() >= untilMs;
    const stopTelling = this.#tellProgress();
    const world = (stream: string) => (
      { bank: this.#bank, diary: this.#diary, random: new Random(seed, stream) }
    );
    const links = new Turn();
    const { book } = this;
    const loss = losesDisks ? [losingDisks({ load: this.#load, book, links })] : [];
    const isHopeless = () => this.#isHopeless;
    const ends = { isOver, isHopeless };
    const ofServers = this.#cluster === undefined ? [] : natsFaults(this.#cluster);
    const faults = [...processFaults, ...loss, ...ofServers];
    const ofProcesses = { faults, ...ends, turn: new Turn() };
    await Promise.all([
      befall(world("links"), { faults: linkFaults, ...ends, turn: links }),
      befall(world("processes"), ofProcesses),
    ]);
    stopTelling();
  }

  /** Heals all, and lets customers and branches come to an end twice, a kill of all between. */
  async #settle(): Promise<readonly Show[]> {
    const { book } = this;
    const shows: Show[] = [];
    try {
      for (const when of ["after the healing", "after all were killed once more"]) {
        if (this.#isHopeless || book.violations.length > 0) break;
        if (shows.length > 0) await this.#bank.kill();
        await this.#bank.heal();
        await this.#load.settle();
        await this.#load.repeat();
        shows.push(await show(this.#bank, { when, session: this.#load.session, book }));
      }
    } catch (error) {
      if (!(error instanceof Unsettled)) throw error;
      book.breach("convergence", error.message);
    }
    return shows;
  }

  /** Holds all that was said and shown against the journals. */
  async #judge(shows: readonly Show[]): Promise<Finding> {
    await this.#endInPeace();
    const { cases, sightings, violations: heard } = this.book;
    const { refusals } = this.book;
    const { losesDisks } = this.#plan;
    const opening = BigInt(this.#plan.opening);
    const written = readJournals(this.#bank, this.#plan);
    const members = [...written.keys()];
    const journals = new Map(
      [...written].map(([branch, records]) => [branch, byOrigin(records, members)]),
    );
    // A journal that was lost has what it had before in another order now.
    const denied = losesDisks ? [] : judgeRefusals(opening, { refusals, journals: written });
    const ended = this.#bank.ownEnds.map((message) => ({ law: "no bug", message }) as const);
    const compared = violations({
      opening,
      cases: cases.values(),
      sightings,
      shows,
      journals,
    });
    const [records = new Map()] = journals.values();
    const entries = [...logsOf(records).values()].flat();
    return {
      violations: [...ended, ...heard, ...compared, ...denied],
      entries: entries.length,
      grants: entries.filter(({ action }) => action === "grant").length,
      balance: shows.at(-1)?.balances.values().next().value,
      commands: cases.size,
    };
  }

  /** Lets branches end by themselves, as a signal asks them to. */
  async #endInPeace(): Promise<void> {
    await Promise.all(this.#bank.branches.map((process) => process.end()));
  }

  #tellProgress(): () => void {
    let before = 0;
    let seconds = 0;
    const timer = setInterval(() => {
      const { acknowledged, lost } = this.book.tally;
      seconds += periodMs / 1_000;
      const done = acknowledged - before;
      before = acknowledged;
      this.#tell(
        `${seconds} s: ${done} writes acknowledged, ${lost} calls without an answer so far`,
      );
    }, periodMs);
    return () => clearInterval(timer);
  }
}
