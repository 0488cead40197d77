import type { Command, Write } from "../../lib/core/command.ts";
import type { BranchId, CommandId } from "../../lib/core/ids.ts";
import type { JournalRecord } from "../../lib/core/journal_record.ts";
import type { Rejection } from "../../lib/core/step.ts";
import type { VersionVector } from "../../lib/core/version_vector.ts";
import type { Executed } from "../../lib/host/host.ts";
import type { Auditor, Told } from "./auditor.ts";
import { Breach, demand } from "./breach.ts";
import type { Reached } from "./happened.ts";
import { text } from "./logs.ts";

/** What a customer asked of a branch. */
export interface Request {
  readonly name: string;
  readonly branch: BranchId;
  readonly commands: readonly Command[];
  readonly session: VersionVector;
  /** Whether its write bears the id of another, which was answered. */
  readonly contradicts: boolean;
  /** The customer's writes that it knew to be done. */
  readonly done: readonly CommandId[];
}

type Balance = Extract<Executed, { kind: "executed" }>["results"][number] & { kind: "balance" };

/** Judges every reply as it is given, whether or not it reaches the customer. */
export class Judge {
  readonly #auditor: Auditor;
  readonly #reached: Reached;

  /** Judges by what the auditor knows. */
  constructor(auditor: Auditor, reached: Reached) {
    this.#auditor = auditor;
    this.#reached = reached;
  }

  /** A request comes to its branch; tells which of its writes are decided by then. */
  arrived({ branch, commands }: Request): ReadonlySet<CommandId> {
    return this.#auditor.arrived(
      branch,
      commands.flatMap((command) => command.action === "query" ? [] : [command.id]),
    );
  }

  /**
   * Judges a reply; `records` is what is on the branch's disk now, and `decided` are the writes
   * that had an outcome before the request came.
   */
  replied(request: Request, reply: Executed, { records, decided }: {
    readonly records: readonly JournalRecord[];
    readonly decided: ReadonlySet<CommandId>;
  }): void {
    if (reply.kind === "rejected") return this.#rejected(request, reply.rejection);
    demand(
      "exactly once",
      !request.contradicts,
      () => `${request.name} contradicts an answered write, and was executed`,
    );
    demand(
      "no bug",
      reply.results.length === request.commands.length,
      () => `${request.name} has ${reply.results.length} results`,
    );
    this.#saw(request, reply.known);
    let again = false;
    request.commands.forEach((command, index) => {
      const result = reply.results[index];
      if (command.action === "query") {
        demand("no bug", result?.kind === "balance", () => `${request.name} got no balance`);
        return;
      }
      if (result?.kind === "unavailable") this.#deferred(command, decided);
      else again = this.#wrote(command, result, records) || again;
    });
    if (again) this.#reached["answered from memory"] += 1;
    this.#queried(request, reply, decided);
  }

  #rejected(request: Request, rejection: Rejection): void {
    const { kind } = rejection;
    if (kind === "behind") this.#reached["answered behind"] += 1;
    else if (kind === "recovering") this.#reached["answered recovering"] += 1;
    else if (kind === "recalling") return; // It says nothing, as the customer knows.
    else if (kind === "expired") {
      this.#reached.expired += 1;
      this.#auditor.expired(rejection.id, request.branch);
    } else if (kind === "contradiction" && request.contradicts) this.#reached.contradicted += 1;
    else {
      const law = kind === "contradiction" ? "exactly once" : "durability";
      throw new Breach(law, `${request.name} was rejected as ${kind}`);
    }
  }

  /** The customer reads its own writes, and never backwards. */
  #saw({ name, session, done }: Request, known: VersionVector): void {
    for (const [origin, sequence] of session) {
      demand(
        "session",
        (known.get(origin) ?? 0) >= sequence,
        () => `${name} had seen ${text(session)} and was answered at ${text(known)}`,
      );
    }
    for (const id of done) {
      const { branch } = this.#auditor.caseOf(id);
      const sequence = this.#auditor.sequenceOf(id);
      demand(
        "session",
        sequence > 0 && (known.get(branch) ?? 0) >= sequence,
        () => `${name} was answered at ${text(known)}, without its customer's own ${id}`,
      );
    }
  }

  /** A withdrawal is unavailable: it has no outcome, and could not be had here alone. */
  #deferred({ id, action }: Write, decided: ReadonlySet<CommandId>): void {
    this.#reached.unavailable += 1;
    const known = this.#auditor.caseOf(id);
    known.isDeferred = true;
    const isKind = action === "withdraw" && this.#auditor.branches > 1;
    demand("refused rightly", isKind, () => `${action} ${id} was said to be unavailable`);
    // If it came twice, the other one may have been executed in the meantime.
    const isDecided = decided.has(id) ||
      (this.#auditor.cameOnce(id) && this.#auditor.isDecided(id));
    demand("exactly once", !isDecided, () => `${id} was said to be unavailable, and is decided`);
  }

  #wrote(write: Write, result: unknown, records: readonly JournalRecord[]): boolean {
    const given = result as { kind: string; branches?: number; refusal?: string };
    const told: Told = given.kind === "written" ? "written" : `refused: ${given.refusal}`;
    demand(
      "no bug",
      given.kind === "written" || given.kind === "refused",
      () => `${write.id} got ${given.kind}`,
    );
    if (given.kind === "refused") this.#reached.refused += 1;
    const { again } = this.#auditor.tells(write.id, told);
    if (!again && this.#auditor.caseOf(write.id).isDeferred) {
      const kind = given.kind === "written" ? "written" : "refused";
      this.#reached[`${kind} after it was unavailable`] += 1;
    }
    this.#auditor.stored(write.id, records);
    const holders = this.#auditor.holders(write.id);
    demand(
      "durability",
      (given.branches ?? 0) <= holders,
      () => `${write.id} was said to be at ${given.branches} branches and is at ${holders}`,
    );
    return again;
  }

  #queried(
    { name, commands, session }: Request,
    { results, known }: Extract<Executed, { kind: "executed" }>,
    decided: ReadonlySet<CommandId>,
  ): void {
    const wrote = results.some(({ kind }) => kind === "written");
    let last: bigint | undefined;
    let changes: readonly bigint[] = [0n];
    commands.forEach((command, index) => {
      const result = results[index];
      if (command.action !== "query") {
        if (result?.kind === "written") changes = this.#changed(changes, command, decided);
        return;
      }
      const { balance } = result as Balance;
      this.#reached.queried += 1;
      demand("no overdraft", balance >= 0n, () => `${name} was shown ${balance}`);
      // Nothing is waited for when nothing was written: the vector is that of the query.
      const expected = wrote ? undefined : this.#auditor.logs.balanceAt(known);
      const isTrue = expected === undefined
        ? this.#auditor.logs.isPossible(balance, session, known)
        : balance === expected;
      demand(
        "conservation",
        isTrue,
        () =>
          `${name} was shown ${balance} at ${text(known)}, where it is ${expected ?? "impossible"}`,
      );
      const [before, possible] = [last ?? balance, changes];
      const isOwn = last === undefined || possible.includes(balance - before);
      const shown = () => `${name} was shown ${before}, then ${balance}, not ${possible} more`;
      demand("conservation", isOwn, shown);
      [last, changes] = [balance, [0n]];
    });
  }

  /**
   * What may lie between two queries of a request when a write was done between them. One step
   * executes a request: nobody else's write comes between, and those of its own do not either that
   * are answered from memory. Of one that came twice, either may be the one from memory.
   */
  #changed(
    changes: readonly bigint[],
    { id, action, amount }: Write,
    decided: ReadonlySet<CommandId>,
  ): readonly bigint[] {
    if (decided.has(id)) return changes;
    const done = changes.map((change) => change + (action === "deposit" ? amount : -amount));
    return this.#auditor.cameOnce(id) ? done : [...changes, ...done];
  }
}
