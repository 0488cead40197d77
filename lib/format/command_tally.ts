import type { Command, Result } from "../core/command.ts";
import type { Input, Reply, Ticket } from "../core/step.ts";

/** What became of a command, as measurements name it. */
export type CommandOutcome =
  | "success"
  | "insufficient_funds"
  | "balance_limit"
  | "allowance_unavailable"
  | "rejected";

/** So many commands that asked for the same and came to the same. */
export interface CommandCount {
  readonly action: Command["action"];
  readonly outcome: CommandOutcome;
  /** Why they were not executed at all, if so. */
  readonly reason: string | undefined;
  readonly count: number;
}

/** Tells what came of commands: a reply does not say what was asked, so that is kept until then. */
export class CommandTally {
  readonly #open = new Map<Ticket, readonly Command[]>();

  /** Takes note of a turn, and counts the commands that are answered in it. */
  turned(inputs: readonly Input[], replies: readonly Reply[]): readonly CommandCount[] {
    for (const input of inputs) {
      if (input.kind === "execute") this.#open.set(input.ticket, input.commands);
    }
    const counts = new Map<string, CommandCount>();
    for (const reply of replies) {
      const commands = this.#open.get(reply.ticket) ?? [];
      this.#open.delete(reply.ticket);
      for (const [index, { action }] of commands.entries()) {
        const came = cameOf(reply, index);
        if (came === undefined) continue;
        const key = `${action} ${came.outcome} ${came.reason}`;
        counts.set(key, { action, ...came, count: 1 + (counts.get(key)?.count ?? 0) });
      }
    }
    return [...counts.values()];
  }
}

function cameOf(
  reply: Reply,
  index: number,
): Pick<CommandCount, "outcome" | "reason"> | undefined {
  if (reply.kind === "rejected") return { outcome: "rejected", reason: reply.rejection.kind };
  const result = reply.kind === "executed" ? reply.results[index] : undefined;
  return result === undefined ? undefined : { outcome: outcomeOf(result), reason: undefined };
}

function outcomeOf(result: Result): CommandOutcome {
  if (result.kind === "refused") {
    return result.refusal === "balance limit" ? "balance_limit" : "insufficient_funds";
  }
  return result.kind === "unavailable" ? "allowance_unavailable" : "success";
}
