import type { Command, Result } from "../../lib/core/command.ts";
import type { BranchId } from "../../lib/core/ids.ts";
import type { Ticket } from "../../lib/core/step.ts";
import { Mesh, type Message } from "./mesh.ts";
import { branch } from "./samples.ts";

/** The branches 1, 2, 3 and 4. */
export const [one, two, three, four] = [branch(1), branch(2), branch(3), branch(4)];

/** A bank of as many branches as it says, usually three; time has begun. */
export function bankOf(opening = 300, count = 3): Mesh {
  const members = Array.from({ length: count }, (_, index) => branch(index + 1));
  const bank = new Mesh({ members, opening, acknowledge: "local" });
  bank.tick();
  bank.flow();
  return bank;
}

/** Tells in short what a request was answered, if it was. */
export function told(
  bank: Mesh,
  ticket: Ticket,
): readonly (string | bigint)[] | string | undefined {
  const reply = bank.replies.get(ticket);
  if (reply?.kind === "rejected") return reply.rejection.kind;
  return reply?.kind === "executed" ? reply.results.map(short) : undefined;
}

function short(result: Result): string | bigint {
  if (result.kind === "balance") return result.balance;
  return result.kind === "refused" ? result.refusal : result.kind;
}

/** Asks, lets all have their say, and tells the answer. */
export function answered(bank: Mesh, id: BranchId, commands: readonly Command[]) {
  const ticket = bank.execute(id, commands);
  bank.flow();
  return told(bank, ticket);
}

/**
 * Lets so many ticks go by for some, and what they say arrive among them, if it may pass; others
 * are cut off.
 */
export function pass(
  bank: Mesh,
  ticks: number,
  ids: readonly BranchId[] = [one, two, three],
  mayPass: (message: Message) => boolean = () => true,
): void {
  const isAmong = ({ from, to }: Message) => ids.includes(from) && ids.includes(to);
  for (let count = 0; count < ticks; count++) {
    bank.tick(1, ids);
    while (bank.messages.length > 0) {
      for (const message of bank.messages.splice(0)) {
        if (isAmong(message) && mayPass(message)) bank.deliver(message);
      }
    }
  }
}

/** Tells the balances of the first three branches. */
export function balances(bank: Mesh): readonly bigint[] {
  return [one, two, three].map((id) => bank.view(id).balance);
}
