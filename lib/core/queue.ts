import type { Acknowledgements } from "./acknowledgements.ts";
import type { Books } from "./books.ts";
import type { Command, Result } from "./command.ts";
import type { Escrow, Lack, Surroundings } from "./escrow.ts";
import { Forecast } from "./forecast.ts";
import type { BranchId, Sequence } from "./ids.ts";
import { limits } from "./limits.ts";
import { type Money, money } from "./money.ts";
import { patience } from "./patience.ts";
import { scrutinize, type Standing } from "./rejections.ts";
import type { ExecuteInput, Reply } from "./step.ts";

/** What requests are executed with. */
export interface Counter {
  readonly standing: Standing;
  readonly escrow: Escrow;
  readonly acknowledgements: Acknowledgements;
  readonly surroundings: Surroundings;
}

/** What others can do for requests; it stays the same while a step executes. */
interface Help {
  /** What the branch may pay out itself, when it is looked at. */
  readonly allowance: Money;
  /** How much peers may grant. */
  readonly reach: bigint;
  /** Requests that arrived before have heard from all peers, or from all that can be reached. */
  readonly sureMoment: number;
  readonly sureMomentOfReachable: number;
  /** Grows with what was read of old outcomes. */
  readonly readMoment: number;
}

interface Waiting {
  readonly input: ExecuteInput;
  readonly untilTick: number;
  /** The moment at which it arrived, as the escrow counts moments. */
  readonly since: number;
  /** What it waits for, of others, or of the journal. */
  lacks: "nothing" | "allowance" | "certainty" | "memory";
  /** An entry that its session has seen, without which it need not be looked at. */
  behind: { readonly origin: BranchId; readonly sequence: Sequence } | undefined;
}

/**
 * The requests of customers that are not executed yet.
 *
 * They wait for what their session has seen, for room in a step, for what the journal has to say
 * to an old command, and for what others have to say to a withdrawal: grants, or that there is
 * nothing to grant. A request is executed whole, in one step. One that waits does not hold up
 * those behind it, which the branch can execute alone.
 */
export class Queue {
  #waiting: readonly Waiting[] = [];
  /** What there is since those that wait for others were last looked at, and what they lack. */
  #help: Help | undefined;
  #lack: Lack | undefined;

  /** How many requests wait. */
  get size(): number {
    return this.#waiting.length;
  }

  /** Executes or rejects what can be executed or rejected now, and gives the replies. */
  execute(arrived: readonly ExecuteInput[], counter: Counter): readonly Reply[] {
    if (arrived.length + this.#waiting.length === 0) return [];
    const { surroundings: { tick }, escrow: { moment: since } } = counter;
    const untilTick = tick + patience.executeTicks;
    let known: Help | undefined;
    const help = () => known ??= helpFrom(counter);
    // There may be thousands that wait, and nothing has changed for them.
    const before = this.#waiting.length;
    const isStill = before > 0 && isSame(this.#help, help());
    if (!isStill) this.#lack = undefined;
    const replies: Reply[] = [];
    this.#waiting = [
      ...this.#waiting,
      ...arrived.map((input): Waiting => ({
        input,
        untilTick,
        since,
        lacks: "nothing",
        behind: undefined,
      })),
    ].filter((waiting, index) => {
      if (isBehind(waiting, counter)) return true;
      if (isStill && waiting.lacks !== "nothing" && waiting.untilTick > tick) return true;
      const outcome = attempt(waiting, counter, help);
      if (typeof outcome === "object") replies.push(outcome);
      // One that does not wait when it arrives changes nothing for the others.
      if (index < before || outcome === "waits") this.#lack = undefined;
      return outcome === "waits";
    });
    const now = this.#waiting.length === 0 ? undefined : helpFrom(counter);
    // What was executed since they were looked at may have taken what they counted on.
    this.#help = now !== undefined && isSame(known, now) ? now : undefined;
    return replies;
  }

  /** Tells what the requests that wait lack, together. */
  lack({ standing: { books }, escrow, surroundings }: Counter): Lack {
    if (this.#waiting.length === 0) return nothing;
    const isKnown = this.#help?.allowance === books.ledger.allowanceOf(books.self);
    if (isKnown && this.#lack !== undefined) return this.#lack;
    const forecast = new Forecast(books, escrow.withinReach(surroundings));
    let since: number | undefined;
    for (const waiting of this.#waiting) {
      if (waiting.lacks === "nothing" || waiting.lacks === "memory") continue;
      forecast.add(waiting.input.commands);
      if (waiting.lacks === "certainty") since = Math.max(since ?? 0, waiting.since);
    }
    const { need, reserved } = forecast;
    return this.#lack = { need, reserved, since };
  }
}

const nothing: Lack = { need: money(0), reserved: money(0), since: undefined };

function helpFrom({ standing: { books }, escrow, surroundings }: Counter): Help {
  return {
    allowance: books.ledger.allowanceOf(books.self),
    reach: escrow.withinReach(surroundings),
    sureMoment: escrow.sureMoment(surroundings.ledger),
    sureMomentOfReachable: escrow.sureMomentOfReachable(surroundings),
    readMoment: books.outcomes.moment,
  };
}

function isSame(left: Help | undefined, right: Help): boolean {
  return left !== undefined && left.allowance === right.allowance && left.reach === right.reach &&
    left.sureMoment === right.sureMoment &&
    left.sureMomentOfReachable === right.sureMomentOfReachable &&
    left.readMoment === right.readMoment;
}

/** Tells whether a request still waits for an entry that it is known to lack. */
function isBehind({ behind, untilTick }: Waiting, { standing, surroundings }: Counter): boolean {
  return behind !== undefined && untilTick > surroundings.tick &&
    standing.books.ledger.knownOf(behind.origin) < behind.sequence;
}

/** Executes or rejects a request, makes it wait for its acknowledgement, or leaves it waiting. */
function attempt(
  waiting: Waiting,
  counter: Counter,
  help: () => Help,
): Reply | "waits" | "is executed" {
  const { input, untilTick } = waiting;
  const { standing, surroundings: { tick } } = counter;
  const { ticket, commands } = input;
  waiting.lacks = "nothing";
  waiting.behind = undefined;
  if (standing.books.entries + commands.length > limits.stepCommandsMax) return "waits";
  const { obstacle, isNew } = scrutinize(input, standing);
  const { books } = standing;
  if (obstacle?.isPassing === true && untilTick > tick) {
    if (obstacle.rejection.kind === "behind") {
      for (const [origin, sequence] of obstacle.rejection.lacking) {
        waiting.behind = { origin, sequence };
      }
    }
    if (obstacle.rejection.kind !== "recalling") return "waits";
    books.outcomes.ask(commands.filter((command) => command.action !== "query"));
    waiting.lacks = "memory";
    return "waits";
  }
  if (obstacle !== undefined) return { kind: "rejected", ticket, rejection: obstacle.rejection };
  const isAlone = isCovered(commands, books.ledger.allowanceOf(books.self));
  waiting.lacks = isAlone ? "nothing" : lackOf(waiting, books, help());
  if (waiting.lacks !== "nothing" && untilTick > tick) return "waits";
  const isSure = !isAlone && waiting.since < help().sureMoment;
  return executed(input, counter, { isSure, isNew });
}

/** Tells what others may still do for a request. */
function lackOf({ input, since }: Waiting, books: Books, help: Help): Waiting["lacks"] {
  const forecast = new Forecast(books, help.reach).add(input.commands);
  if (forecast.need > 0n) return "allowance";
  if (!forecast.isBeyondReach) return "nothing";
  // Nobody who can be reached may have more: what there is is here, or cut off.
  return since < help.sureMomentOfReachable ? "nothing" : "certainty";
}

/** Tells whether the allowance is enough for all withdrawals, without a closer look. */
function isCovered(commands: readonly Command[], allowance: Money): boolean {
  let left: bigint = allowance;
  for (const command of commands) if (command.action === "withdraw") left -= command.amount;
  return left >= 0n;
}

function executed(
  { ticket, commands }: ExecuteInput,
  { standing: { books }, acknowledgements, surroundings: { tick } }: Counter,
  { isSure, isNew }: { readonly isSure: boolean; readonly isNew: boolean },
): Reply | "is executed" {
  const { ledger, outcomes } = books;
  let sequence = 0;
  const results = commands.map((command): Result => {
    if (command.action === "query") return { kind: "balance", balance: ledger.balance };
    const before = isNew ? undefined : outcomes.of(command);
    const outcome = before ?? books.execute(command, { isSure });
    if (outcome === undefined) return { kind: "unavailable" };
    if (outcome.kind === "refused") return { kind: "refused", refusal: outcome.refusal };
    sequence = Math.max(sequence, outcome.sequence);
    return { kind: "written", branches: 1 };
  });
  if (sequence === 0) return { kind: "executed", ticket, results, known: ledger.known };
  acknowledgements.expect(ticket, { results, sequence, tick });
  return "is executed";
}
