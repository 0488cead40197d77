import type { Command, Result, Write } from "../../lib/core/command.ts";
import { type BranchId, type CommandId, commandIdPrefix } from "../../lib/core/ids.ts";
import { merged, nothingKnown, type VersionVector } from "../../lib/core/version_vector.ts";
import type { Executed } from "../../lib/host/host.ts";
import { deposit, query, withdrawal } from "../core/samples.ts";
import type { Agenda } from "./agenda.ts";
import type { Auditor } from "./auditor.ts";
import type { Story } from "./happened.ts";
import type { Request } from "./judge.ts";
import { text } from "./logs.ts";
import type { Options } from "./options.ts";
import type { Random } from "./random.ts";

/** What a false customer is made of. */
export interface CustomerParts {
  readonly agenda: Agenda;
  readonly random: Random;
  readonly story: Story;
  readonly auditor: Auditor;
  readonly options: Options;
  readonly branches: readonly BranchId[];
  /** What its clock shows, in milliseconds since 1970. */
  readonly clock: () => number;
  /** Sends a request; it, and its reply, may get lost or doubled. */
  readonly ask: (request: Request, answered: (reply: Executed) => void) => void;
}

/** The moments that a customer lets go by before it asks a busy branch again. */
const pauseMoments = 10;

/** The rejections that say nothing but to ask again. */
const passes: readonly string[] = ["behind", "recovering", "recalling"];

/** A false customer: asks, waits, asks again under the same ids, now and then gives up. */
export class Customer {
  readonly #id: number;
  readonly #parts: CustomerParts;
  readonly #home: BranchId;
  #left: number;
  #position = 0;
  #requests = 0;
  #attempts = 0;
  #session: VersionVector = nothingKnown;
  #done: CommandId[] = [];
  #past: { readonly request: Request; readonly isAnswered: boolean }[] = [];
  #open: Request | undefined;
  #reviews: { readonly branch: BranchId; readonly commands: readonly Command[] }[] = [];
  #givesUp = true;
  /** The last balance that it was shown. */
  #balance = 0;

  /** Gets up; it will make requests after `start()`. */
  constructor(id: number, parts: CustomerParts) {
    this.#id = id;
    this.#parts = parts;
    this.#home = parts.random.pick(parts.branches);
    this.#left = parts.options.requests;
  }

  /** What it waits for. */
  get open(): Request | undefined {
    return this.#open;
  }

  /** Tells whether it waits, or has something left to ask again. */
  get isBusy(): boolean {
    return this.#open !== undefined || this.#reviews.length > 0;
  }

  /** All that it has seen. */
  get session(): VersionVector {
    return this.#session;
  }

  /** Begins. */
  start(): void {
    this.#rest();
  }

  /** Makes no new requests, and gives none up any more. */
  finish(): void {
    this.#left = 0;
    this.#givesUp = false;
  }

  /** Asks again for all that it was ever answered, and for the balance of every branch. */
  review(session: VersionVector): void {
    this.#session = merged(this.#session, session);
    const last = this.#parts.branches.map((branch) => ({ branch, commands: [query] }));
    const past = this.#past.filter(({ request }) => !request.contradicts)
      .map(({ request: { branch, commands } }) => ({ branch, commands }));
    this.#reviews = [...past, ...last];
    this.#next();
  }

  /** Makes one request of its own, and asks for it until it is answered. */
  insist(branch: BranchId, { action, amount }: Pick<Write, "action" | "amount">): CommandId {
    this.finish();
    const make = action === "deposit" ? deposit : withdrawal;
    const write = make(this.#named(), Number(amount));
    this.#parts.auditor.asked([write], branch, this.#done.at(-1));
    this.#reviews = [{ branch, commands: [write] }];
    this.#next();
    return write.id;
  }

  #rest(): void {
    const { agenda, random, options } = this.#parts;
    agenda.after(random.between(1, options.thinkMax), () => this.#next());
  }

  #next(): void {
    if (this.#open !== undefined) return;
    const review = this.#reviews.shift();
    if (review !== undefined) return this.#ask({ ...review, contradicts: false });
    if (this.#left === 0) return;
    this.#left -= 1;
    const { random, options } = this.#parts;
    const old = this.#past.length > 0 && random.chance(options.retries)
      ? random.pick(this.#past)
      : undefined;
    if (old === undefined) return this.#ask(this.#invented());
    const { branch, commands, contradicts } = old.request;
    const [write] = commands.filter((command) => command.action !== "query");
    const isClear = old.isAnswered && !contradicts && write !== undefined;
    if (!isClear || random.chance(0.7)) return this.#ask({ branch, commands, contradicts });
    const other = { ...write, amount: write.amount + 1n } as Write;
    this.#ask({ branch, commands: [other], contradicts: true });
  }

  #invented(): Pick<Request, "branch" | "commands" | "contradicts"> {
    const { random, options, branches, auditor } = this.#parts;
    const roams = random.chance(options.roaming);
    const other = roams ? random.pick(branches) : this.#home;
    const usual = random.chance(options.skew) ? random.pick(branches.slice(0, 1)) : other;
    const drains = random.chance(options.drain);
    const branch = drains ? random.pick(branches.slice(-1)) : usual;
    const commands = Array.from({ length: random.between(1, options.commandsMax) }, () => {
      if (random.chance(0.3)) return query;
      const withdraws = random.chance(options.withdrawals) || drains;
      const amount = random.between(0, options.amountMax);
      if (!withdraws) return deposit(this.#named(), amount);
      const all = Math.max(0, this.#balance + random.between(-1, 1));
      return withdrawal(this.#named(), random.chance(options.greed) ? all : amount);
    });
    const writes = commands.filter((command) => command.action !== "query");
    auditor.asked(writes, branch, this.#done.at(-1));
    return { branch, commands, contradicts: false };
  }

  #named(): string {
    return `${commandIdPrefix(this.#parts.clock())}c${this.#id}/${++this.#position}`;
  }

  #ask({ branch, commands, contradicts }: Pick<Request, "branch" | "commands" | "contradicts">) {
    const name = `request ${++this.#requests} of customer ${this.#id}`;
    const session = this.#session;
    this.#open = { name, branch, commands, session, contradicts, done: [...this.#done] };
    this.#send(this.#open);
  }

  #send(request: Request): void {
    const { agenda, story, options, ask } = this.#parts;
    const what = request.commands.map(asked).join(", ");
    story.add(agenda.now, `${request.name} to branch ${request.branch}: ${what}`);
    const attempt = ++this.#attempts;
    ask(request, (reply) => this.#answered(request, { reply, attempt }));
    agenda.after(options.timeout, () => this.#waited(request, attempt));
  }

  #waited(request: Request, attempt: number): void {
    if (this.#open !== request || this.#attempts !== attempt) return;
    const { random, story } = this.#parts;
    if (!this.#givesUp || random.chance(0.8)) return this.#send(request);
    story.reached["given up"] += 1;
    this.#close(request, false);
  }

  #answered(
    request: Request,
    { reply, attempt }: { readonly reply: Executed; readonly attempt: number },
  ): void {
    if (this.#open !== request) return;
    const { agenda, story } = this.#parts;
    if (reply.kind === "rejected" && passes.includes(reply.rejection.kind)) {
      agenda.after(pauseMoments, () => this.#waited(request, attempt));
      return;
    }
    if (reply.kind === "executed") {
      story.add(agenda.now, `${request.name} is answered at ${text(reply.known)}`);
      this.#session = merged(this.#session, reply.known);
      request.commands.forEach((command, index) => this.#learn(command, reply.results[index]));
      if (reply.results.some(({ kind }) => kind === "unavailable")) {
        agenda.after(pauseMoments, () => this.#waited(request, attempt));
        return;
      }
    }
    this.#close(request, true);
  }

  #learn(command: Command, result: Result | undefined): void {
    if (result?.kind === "balance") this.#balance = Number(result.balance);
    if (command.action === "query" || result?.kind !== "written") return;
    if (!this.#done.includes(command.id)) this.#done.push(command.id);
  }

  #close(request: Request, isAnswered: boolean): void {
    this.#open = undefined;
    this.#past.push({ request, isAnswered });
    if (this.#reviews.length > 0) this.#next();
    else this.#rest();
  }
}

function asked(command: Command): string {
  if (command.action === "query") return "query";
  return `${command.action} ${command.amount} (${command.id})`;
}
