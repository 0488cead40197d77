import { Teller } from "../../lib/adapter/teller.ts";
import type { Command, Query, Write } from "../../lib/core/command.ts";
import { type BranchId, type CommandId, isCommandId } from "../../lib/core/ids.ts";
import { limits } from "../../lib/core/limits.ts";
import { money } from "../../lib/core/money.ts";
import { covers, merged, nothingKnown, type VersionVector } from "../../lib/core/version_vector.ts";
import { CallError, type StatusName } from "../../lib/format/grpc_frame.ts";
import { reasonOf } from "../../lib/format/reason.ts";
import { type Opened, openResponse, sealCall } from "../../lib/format/sealed_call.ts";
import type { Random } from "../simulation/random.ts";
import type { CaseBook, OpenCase } from "./case_book.ts";
import { pause } from "./pause.ts";
import type { Told } from "./verdict.ts";

/** What a customer acts with. */
export interface CustomerParts {
  readonly id: number;
  /** The name of the run, which command ids bear. */
  readonly run: string;
  readonly secret: string;
  readonly random: Random;
  readonly book: CaseBook;
  /** Whether a branch may lose its journal, and with it what it refused or nobody has heard of. */
  readonly mayForget: boolean;
  /** The `host:port` where it reaches each branch. */
  readonly addresses: ReadonlyMap<BranchId, string>;
}

/** A request in bytes. */
interface Sealed {
  readonly path: string;
  readonly request: Uint8Array<ArrayBuffer>;
  /** What it says that the customer has seen. */
  readonly session: VersionVector;
}

/** A write, and the request for it, each time the same. */
interface Asked extends Sealed {
  readonly known: OpenCase;
}

interface Call extends Sealed {
  readonly branch: BranchId;
}

const query: Query = { action: "query" };

/**
 * What ordinary writes move at most. There are as many deposits as withdrawals, so the money is
 * always about to run out: withdrawals compete for it, and branches for the allowance.
 */
const amountMax = { deposit: 1_000, withdraw: 1_500 } as const;
/** How many answered writes a customer remembers to ask for again. */
const rememberedMax = 300;
/** How many calls of a customer are on their way at once, before it waits for one of them. */
const callsMax = 30;
/** How often a write is asked for in the end, and how long at least, before it counts as stuck. */
const lastTriesMax = 4;
const lastTriesMs = 60_000;
/** The pause between them, in milliseconds: what is undecided is said so at once. */
const lastPauseMs = 250;

/** The statuses after which a write may have been done or not; any other is a fault. */
const inconclusive: ReadonlySet<StatusName> = new Set([
  "UNAVAILABLE",
  "DEADLINE_EXCEEDED",
  "RESOURCE_EXHAUSTED",
]);

/**
 * A customer who asks for one thing after another, at one branch after another.
 *
 * It is impatient: it goes on without an answer after a while, and asks again later, with the
 * same bytes. Calls that it no longer waits for go on, so that branches get them doubled and
 * late; whatever they bring in the end must agree with what the customer was told before.
 */
export class Customer {
  readonly #parts: CustomerParts;
  readonly #teller: Teller;
  readonly #branches: readonly BranchId[];
  /** Writes without an outcome. */
  readonly #open = new Map<CommandId, Asked>();
  /** Some of the writes that have one. */
  readonly #answered: Asked[] = [];
  readonly #calls = new Set<Promise<unknown>>();
  #session: VersionVector = nothingKnown;
  #position = 0;

  /** Comes to the bank. */
  constructor(parts: CustomerParts) {
    this.#parts = parts;
    this.#teller = new Teller({ secret: parts.secret });
    this.#branches = [...parts.addresses.keys()];
  }

  /** What it has seen so far. */
  get session(): VersionVector {
    return this.#session;
  }

  /** Asks for things until it is over, and then for the end of all its calls. */
  async live(isOver: () => boolean): Promise<void> {
    while (!isOver()) {
      await this.#act();
      await pause(this.#parts.random.below(20));
    }
    while (this.#calls.size > 0) await Promise.all(this.#calls);
  }

  /** Asks for all that has no outcome until it has one, or so often that it never will. */
  async settle(): Promise<void> {
    const { book } = this.#parts;
    const untilMs = performance.now() + lastTriesMs;
    let tries = 0;
    while (this.#open.size > 0 && (tries < lastTriesMax || performance.now() < untilMs)) {
      if (tries > 0) await pause(lastPauseMs);
      tries += 1;
      book.tally.retries += this.#open.size;
      await Promise.all([...this.#open.values()].map((asked) => this.#ask(asked)));
    }
    for (const { known: { write, branch } } of this.#open.values()) {
      const often = `asked for ${tries} times after the healing`;
      book.breach("convergence", `${write.id} of branch ${branch} has no outcome, ${often}`);
    }
  }

  /** Asks again for all that it remembers: the outcomes must be the same, and nothing be done. */
  async repeat(): Promise<void> {
    const { book } = this.#parts;
    for (const asked of [...this.#answered]) {
      book.tally.repeated += 1;
      if (await this.#ask(asked)) continue;
      const { write, branch } = asked.known;
      book.breach("convergence", `${write.id} of branch ${branch} is not answered again`);
      // Whatever it is, it would be the same with the others, and take as long each time.
      return;
    }
  }

  async #act(): Promise<void> {
    const { random, book } = this.#parts;
    const open = [...this.#open.values()];
    const drawn = random.next();
    const calls: Promise<unknown>[] = [];
    if (drawn < 0.15) {
      calls.push(this.#query(random.pick(this.#branches)));
    } else if (drawn < 0.22 && this.#answered.length > 0) {
      book.tally.repeated += 1;
      calls.push(this.#ask(random.pick(this.#answered)));
    } else if (drawn < 0.4 && open.length > 0) {
      book.tally.retries += 1;
      calls.push(this.#ask(random.pick(open)));
    } else {
      const asked = this.#newWrite();
      calls.push(this.#ask(asked));
      if (random.chance(0.1)) {
        book.tally.doubled += 1;
        calls.push(this.#ask(asked));
      }
    }
    for (const call of calls) {
      this.#calls.add(call);
      void call.then(() => this.#calls.delete(call));
    }
    const patienceMs = random.chance(0.97) ? random.between(1, 60) : random.between(1_000, 6_000);
    await Promise.race([Promise.all(calls), pause(patienceMs)]);
    while (this.#calls.size >= callsMax) await Promise.race(this.#calls);
  }

  #newWrite(): Asked {
    const { random, book } = this.#parts;
    const isHopeless = random.chance(0.02);
    const action = isHopeless || random.chance(0.5) ? "withdraw" : "deposit";
    const amount = money(isHopeless ? limits.amountMax : random.between(1, amountMax[action]));
    const write: Write = { action, id: this.#newId(), amount };
    if (isHopeless) book.tally.hopeless += 1;
    const session = random.chance(0.4) ? this.#session : nothingKnown;
    const branch = random.pick(this.#branches);
    const { path, request } = sealCall(write, { branch, session });
    const known = book.asked(write, branch);
    const asked = { known, path, request: new Uint8Array(request), session };
    this.#open.set(write.id, asked);
    return asked;
  }

  /** Begins an id with the time, as a UUIDv7 does; what follows is derived, so it is unique. */
  #newId(): CommandId {
    const { run, id } = this.#parts;
    const time = Date.now().toString(16).padStart(12, "0");
    const name = `${time.slice(0, 8)}-${time.slice(8)}-${run}/${id}/${++this.#position}`;
    if (!isCommandId(name)) throw new RangeError(`${name} names no command`);
    return name;
  }

  /** Asks for a write, and notes what came of it; tells whether anything did. It never fails. */
  async #ask(asked: Asked): Promise<boolean> {
    const { known } = asked;
    const { told } = known;
    const opened = await this.#call(known.write, { branch: known.branch, ...asked });
    if (opened === undefined) return false;
    if (opened === "expired") {
      this.#expired(known);
      return true;
    }
    const { kind } = opened.result;
    if (kind === "unavailable") return this.#undecided(known, told);
    const { session } = opened;
    const outcome = kind === "refused" ? "refused" : "acknowledged";
    this.#parts.book.told(known, { told: outcome, session });
    if (this.#open.delete(known.write.id)) this.#remember(asked);
    return true;
  }

  /** It is to be asked for again; unless it had its outcome already before it was asked. */
  #undecided({ write, branch }: OpenCase, told: Told): false {
    const { book } = this.#parts;
    book.tally.undecided += 1;
    const name = `${write.id} of branch ${branch}`;
    if (write.action === "deposit") book.breach("no bug", `${name} is a deposit, and undecided`);
    if (told !== "unknown") book.breach("exactly once", `${name} was ${told}, and is undecided`);
    return false;
  }

  /**
   * A branch that lost its journal cannot tell what became of a write. Peers have told it of all
   * that was acknowledged, so that it must know; what it refused, or never spread, is lost.
   */
  #expired({ write, branch, told }: OpenCase): void {
    const { book } = this.#parts;
    book.tally.expired += 1;
    this.#open.delete(write.id);
    if (told !== "acknowledged") return;
    book.breach("exactly once", `${write.id} of branch ${branch} was ${told}, and is now too old`);
  }

  async #query(branch: BranchId): Promise<void> {
    const session = this.#parts.random.chance(0.6) ? this.#session : nothingKnown;
    const { path, request } = sealCall(query, { branch, session });
    const opened = await this.#call(query, {
      branch,
      path,
      request: new Uint8Array(request),
      session,
    });
    if (typeof opened !== "object" || opened.result.kind !== "balance") return;
    this.#parts.book.saw({ branch, balance: opened.result.balance, known: opened.session });
  }

  /** Makes a call; gives nothing if that told nothing. */
  async #call(
    command: Command,
    { branch, path, request, session }: Call,
  ): Promise<Opened | "expired" | undefined> {
    const { addresses, book, mayForget } = this.#parts;
    try {
      const address = addresses.get(branch) ?? "";
      const opened = openResponse(command, await this.#teller.call({ address, path, request }));
      if (!covers(opened.session, session)) {
        book.breach("session", `branch ${branch} knows less than what it was asked to follow`);
      }
      this.#session = merged(this.#session, opened.session);
      book.heard(opened.session);
      return opened;
    } catch (error) {
      if (error instanceof CallError && inconclusive.has(error.code)) {
        book.tally.lost += 1;
        return undefined;
      }
      const isExpired = error instanceof CallError && error.code === "FAILED_PRECONDITION";
      if (isExpired && mayForget && command.action !== "query") return "expired";
      const name = command.action === "query" ? "a query" : command.id;
      book.breach("no bug", `${name} at branch ${branch}: ${reasonOf(error)}`);
      return undefined;
    }
  }

  /** Keeps a write to ask for it again; some earlier one makes room. */
  #remember(asked: Asked): void {
    if (this.#answered.length < rememberedMax) this.#answered.push(asked);
    else this.#answered[this.#parts.random.below(rememberedMax)] = asked;
  }
}
