import type { Command, Write } from "../../lib/core/command.ts";
import type { BranchId, CommandId } from "../../lib/core/ids.ts";
import type { JournalRecord } from "../../lib/core/journal_record.ts";
import type { Rejection } from "../../lib/core/step.ts";
import type { VersionVector } from "../../lib/core/version_vector.ts";
import type { Executed } from "../../lib/host/host.ts";
import { type Auditor, text, type Told } from "./auditor.ts";
import { Breach, demand } from "./breach.ts";
import type { Reached } from "./happened.ts";

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

  /** Judges a reply; `records` is what is on the branch's disk now. */
  replied(request: Request, reply: Executed, records: readonly JournalRecord[]): void {
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
      again = this.#wrote(command, result, records) || again;
    });
    if (again) this.#reached["answered from memory"] += 1;
    this.#queried(request, reply, again);
  }

  #rejected(request: Request, rejection: Rejection): void {
    const { kind } = rejection;
    if (kind === "behind") this.#reached["answered behind"] += 1;
    else if (kind === "recovering") this.#reached["answered recovering"] += 1;
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
    again: boolean,
  ): void {
    const wrote = results.some(({ kind }) => kind === "written");
    let sum = 0n;
    let last: { readonly balance: bigint; readonly sum: bigint } | undefined;
    commands.forEach((command, index) => {
      const result = results[index];
      if (command.action !== "query") {
        const change = command.action === "deposit" ? command.amount : -command.amount;
        if (result?.kind === "written") sum += change;
        return;
      }
      const { balance } = result as Balance;
      this.#reached.queried += 1;
      // Nothing is waited for when nothing was written: the vector is that of the query.
      const expected = wrote ? undefined : this.#auditor.balanceAt(known);
      const isTrue = expected === undefined
        ? this.#auditor.isPossible(balance, session, known)
        : balance === expected;
      demand(
        "conservation",
        isTrue,
        () =>
          `${name} was shown ${balance} at ${text(known)}, where it is ${expected ?? "impossible"}`,
      );
      // One step executes a request: nobody else's write comes between its queries, and its own
      // ones do not either when they are answered from memory.
      const difference = last && balance - last.balance;
      const isOwn = difference === 0n || (!again && difference === sum - (last?.sum ?? 0n));
      demand(
        "conservation",
        last === undefined || isOwn,
        () => `${name} was shown ${last?.balance}, then ${balance}`,
      );
      last = { balance, sum };
    });
  }
}
