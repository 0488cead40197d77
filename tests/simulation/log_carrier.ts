import type { FetchRequest } from "../../lib/core/catch_up.ts";
import type { Claim } from "../../lib/core/escrow.ts";
import type { BranchId, Sequence } from "../../lib/core/ids.ts";
import { type EntriesRecord, lastOf } from "../../lib/core/journal_record.ts";
import { patience } from "../../lib/core/patience.ts";
import type { PeerRequest } from "../../lib/core/propagation.ts";
import { knownOf } from "../../lib/core/version_vector.ts";
import type { Batch, Carrier, Having } from "../../lib/host/carrier.ts";
import type { Claimed, Host } from "../../lib/host/host.ts";
import { firstUnknown, ReadUpTo, type SeenMessage } from "../../lib/host/log_position.ts";
import { LogReader } from "../../lib/host/log_reader.ts";
import { LogTransport } from "../../lib/host/log_transport.ts";
import type { ClaimDelivery, Fetched } from "../../lib/host/ports.ts";
import type { Agenda } from "./agenda.ts";
import type { Story } from "./happened.ts";
import type { Place, Starting } from "./network.ts";
import { type LogFaults, tickMoments } from "./options.ts";
import type { Random } from "./random.ts";
import type { Kept, SharedLog } from "./shared_log.ts";

/** What a life of a branch is carried through. */
export interface LogCarrierParts extends Starting {
  /** Tells this life from all others, of any branch. */
  readonly life: number;
  readonly members: readonly BranchId[];
  readonly log: SharedLog;
  readonly agenda: Agenda;
  readonly random: Random;
  readonly story: Story;
  readonly faults: () => LogFaults;
  readonly links: Links;
}

/** What carries messages beside the log, and to and from it. */
export interface Links {
  /** Carries a message, which may be lost, late or doubled. */
  carry(message: { readonly link: readonly [Place, Place]; readonly arrive: () => void }): void;
  isCut(from: Place, to: Place): boolean;
  ask(request: FetchRequest, fetched: (fetched: Fetched) => void): void;
  claim(request: Claim, claimed: (claimed: ClaimDelivery) => void): void;
  /** What the life of a branch is carried through that is up now. */
  of(id: BranchId): LogCarrier | undefined;
}

/** How long the log, and branches that are asked, have to answer, in moments. */
const answerMoments = 40 * tickMoments;
const fetchMoments = 100 * tickMoments;
const requestMoments = patience.resendTicks * tickMoments;

/** How often a reader looks whether the log is still the same, in moments. */
const lookMoments = 100 * tickMoments;

/** How long it waits before it tries again what has failed, in moments. */
const pauseMoments = 10 * tickMoments;

/** Where the log of its branch ends. */
type End = Pick<Kept, "number" | "writer"> & Pick<Batch, "last">;

const noEnd: End = { number: 0, last: 0, writer: 0 };

/** Carries the messages of one life of a branch through a false log, and beside it. */
export class LogCarrier implements Carrier {
  protected readonly parts: LogCarrierParts;
  readonly transport: LogTransport;
  readonly reader: LogReader;
  readonly #hosts = new Map<BranchId, Host>();
  readonly #read = new ReadUpTo();
  #end: End | undefined;
  #isToReread = false;

  /** Sends and reads nothing yet. */
  constructor(parts: LogCarrierParts) {
    this.parts = parts;
    const { agenda } = parts;
    this.reader = new LogReader(this.#hosts, this);
    this.transport = new LogTransport({
      locals: this.#hosts,
      carrier: this,
      patienceMs: requestMoments,
      nowMs: () => agenda.now,
      after: (ms, action) => agenda.after(Math.ceil(ms), () => this.isUp && action()),
    });
  }

  /** Whether the life lasts that it carries for. */
  get isUp(): boolean {
    return this.parts.isUp();
  }

  /** Begins to read the log, for a host. */
  serve(host: Host): void {
    this.#hosts.set(this.parts.id, host);
    void this.#follow();
  }

  /** Appends what the branch wrote. */
  async append(batch: Omit<Batch, "last">): Promise<Sequence> {
    const end = this.#end;
    if (end === undefined) throw new Error("the log is not read yet");
    const records = batch.records.filter((record) => lastOf(record) > end.last);
    const newest = records.at(-1);
    if (newest === undefined) return end.last;
    return await this.#publish({ ...batch, records, last: lastOf(newest) }, end.number) ??
      await this.#find();
  }

  /** Waits until all has been handed over that the log has of an origin now. */
  async caughtUp(origin: BranchId): Promise<Sequence | undefined> {
    try {
      const newest = await this.#told((log) => log.newest(origin));
      if (newest === undefined) return 0;
      const isRead = await this.#read.reaches(newest.number, this.#pause(answerMoments));
      return isRead ? newest.batch.last : undefined;
    } catch {
      return undefined;
    }
  }

  /** Reads the log again, from where the branch stands. */
  reread(): void {
    this.#isToReread = true;
    this.parts.story.reached["read again"] += 1;
  }

  /** Tells an origin what the branch has of its log. */
  acknowledge(having: Having): void {
    this.say(having.origin, (carrier) => carrier.transport.acknowledged(having));
  }

  /** Sends a request to its destinations. */
  announce(request: PeerRequest): void {
    for (const to of request.to) {
      this.say(to, (carrier) => void carrier.answers({ ...request, to: [to] }, this));
    }
  }

  /** Asks a branch for old records. */
  ask(request: FetchRequest): Promise<readonly EntriesRecord[] | undefined> {
    return new Promise((resolve) => {
      this.parts.links.ask(request, (fetched) => (
        resolve(fetched.kind === "fetched" ? fetched.records : undefined)
      ));
      void this.#pause(fetchMoments).then(() => resolve(undefined));
    });
  }

  /** Asks a branch for allowance. */
  claim(request: Claim): Promise<Claimed | undefined> {
    return new Promise((resolve) => {
      this.parts.links.claim(request, (claimed) => (
        resolve(claimed.kind === "claimed" ? claimed : undefined)
      ));
      void this.#pause(requestMoments).then(() => resolve(undefined));
    });
  }

  /** Answers a request of another branch, unless that has ended since. */
  protected async answers(request: PeerRequest, asker: LogCarrier): Promise<void> {
    const { from } = request;
    for (const answer of await this.reader.asked(request)) {
      this.say(from, (carrier) => carrier === asker && carrier.transport.answered(from, answer));
    }
  }

  /** Says something to a branch, whatever life of it is up then. */
  protected say(to: BranchId, hear: (carrier: LogCarrier) => unknown): void {
    const { id, links } = this.parts;
    if (!this.isUp) return;
    const arrive = () => {
      const carrier = links.of(to);
      if (carrier !== undefined) hear(carrier);
    };
    links.carry({ link: [id, to], arrive });
  }

  /** Reads the log as long as the life lasts, whatever happens to it. */
  async #follow(): Promise<void> {
    while (this.isUp) {
      try {
        await this.#find();
        await this.#readOn();
      } catch {
        // It did not answer in time, or refused.
        await this.#pause(pauseMoments);
      }
    }
  }

  /** Reads from where the branch stands, until the log is another one, or has lost its end. */
  async #readOn(): Promise<void> {
    const { id, members, log, agenda, random, story, faults, links } = this.parts;
    const { made, range } = await this.#told((log) => ({ made: log.made, range: log.range }));
    const others = members.filter((member) => member !== id);
    const start = await firstUnknown(range, others, {
      newest: (origin) => Promise.resolve(this.#seen(log.newest(origin))),
      from: (origin, number) => Promise.resolve(this.#seen(log.from(number, origin))),
    });
    this.#isToReread = false;
    story.add(agenda.now, `branch ${id} reads the log from message ${start} on`);
    this.#read.set(start - 1);
    let lookMoment = agenda.now + lookMoments;
    while (this.isUp && !this.#isToReread) {
      if (agenda.now >= lookMoment) {
        if (log.made !== made || log.range.last < this.#read.message) return;
        lookMoment = agenda.now + lookMoments;
      }
      const isReached = log.made === made && !links.isCut("log", id);
      const next = isReached ? log.from(this.#read.message + 1) : undefined;
      if (next === undefined) {
        await this.#pause(tickMoments);
        continue;
      }
      const { pauseMax, stalls, stallMax } = faults();
      const stalled = random.chance(stalls);
      if (stalled) story.reached["readers stalled"] += 1;
      await this.#pause(random.between(1, stalled ? stallMax : pauseMax));
      if (!this.isUp) return;
      await this.reader.take(next.batch);
      this.#read.set(next.number);
    }
  }

  /** Finds where the log of the branch ends, and says that this life appends to it from here on. */
  async #find(): Promise<Sequence> {
    const { id, life } = this.parts;
    for (;;) {
      const newest = await this.#told((log) => log.newest(id));
      const found = newest === undefined ? noEnd : { ...newest, last: newest.batch.last };
      if (found.writer === life) {
        this.#end = found;
        return found.last;
      }
      const begun = { from: id, attempt: 0, everywhere: 0, records: [], last: found.last };
      const last = await this.#publish(begun, found.number);
      if (last !== undefined) return last;
    }
  }

  /** Tells up to where the log goes then; nothing, where something else has been appended. */
  async #publish(batch: Batch, follows: number): Promise<Sequence | undefined> {
    const { life: writer, random, agenda, story, faults } = this.parts;
    const { from, last, records } = batch;
    const what = `branch ${from} appends ${records.length} records up to ${last}`;
    const kept = await this.#told((log) => {
      if (random.chance(faults().refusals)) return "refused";
      const kept = log.append(batch, { writer, follows });
      if (kept !== undefined) {
        story.add(agenda.now, `${what}, message ${kept.number}`);
        story.reached["appended batches"] += 1;
        if (!this.isUp) story.reached["appended after the end"] += 1;
      }
      return kept;
    });
    if (kept === "refused") {
      story.reached["appends refused"] += 1;
      throw new Error("the log refuses it");
    }
    if (kept === undefined) return undefined;
    this.#end = { number: kept.number, last, writer };
    return last;
  }

  #seen(kept: Kept | undefined): SeenMessage | undefined {
    const known = this.#hosts.get(this.parts.id)?.inspect().known;
    if (kept === undefined || known === undefined) return undefined;
    const { number, batch } = kept;
    return { number, isKnown: batch.last <= knownOf(known, batch.from) };
  }

  /** Asks the log, and gives what it answers. @throws {Error} when it does not in time. */
  #told<Answer>(ask: (log: SharedLog) => Answer): Promise<Answer> {
    const { id, links, log, agenda, story } = this.parts;
    return new Promise((resolve, reject) => {
      let isAnswered = false;
      const answered = (answer: Answer) => {
        isAnswered = true;
        resolve(answer);
      };
      agenda.after(answerMoments, () => {
        if (!isAnswered && this.isUp) story.reached["not answered by the log"] += 1;
        reject(new Error("the log does not answer"));
      });
      if (!this.isUp) return;
      const arrive = () => {
        const answer = ask(log);
        links.carry({ link: ["log", id], arrive: () => this.isUp && answered(answer) });
      };
      links.carry({ link: [id, "log"], arrive });
    });
  }

  #pause(moments: number): Promise<void> {
    return new Promise((resolve) => this.parts.agenda.after(moments, resolve));
  }
}
