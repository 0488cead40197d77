import { assertEquals } from "@std/assert";
import { money } from "../../lib/core/money.ts";
import type { Input, Reply } from "../../lib/core/step.ts";
import { CommandTally } from "../../lib/format/command_tally.ts";
import { branch, commandId, deposit, query, tickAt, vector, withdrawal } from "../core/samples.ts";

const known = vector({});

function execute(ticket: number, ...commands: Extract<Input, { kind: "execute" }>["commands"]) {
  return { kind: "execute", ticket, commands, session: known } as const;
}

Deno.test("tally.turned() counts commands by what they asked, and what came of them", () => {
  const tally = new CommandTally();
  const asked = [deposit("a", 1), deposit("b", 1), withdrawal("c", 1), query, deposit("d", 1)];
  assertEquals(tally.turned([execute(1, ...asked), tickAt()], []), []);
  const written = { kind: "written", branches: 2 } as const;
  const results = [
    written,
    written,
    { kind: "refused", refusal: "insufficient funds" } as const,
    { kind: "balance", balance: money(1) } as const,
    { kind: "refused", refusal: "balance limit" } as const,
  ];
  const reason = undefined;
  assertEquals(tally.turned([], [{ kind: "executed", ticket: 1, results, known }]), [
    { action: "deposit", outcome: "success", reason, count: 2 },
    { action: "withdraw", outcome: "insufficient_funds", reason, count: 1 },
    { action: "query", outcome: "success", reason, count: 1 },
    { action: "deposit", outcome: "balance_limit", reason, count: 1 },
  ]);
});

Deno.test("tally.turned() counts what was not decided, and what was not executed, and why", () => {
  const tally = new CommandTally();
  const replies: readonly Reply[] = [
    { kind: "executed", ticket: 2, results: [{ kind: "unavailable" }], known },
    { kind: "rejected", ticket: 3, rejection: { kind: "expired", id: commandId("c") } },
    { kind: "rejected", ticket: 4, rejection: { kind: "stranger", origin: branch(9) } },
  ];
  const asked = [execute(2, withdrawal("a", 1)), execute(3, query), execute(4, query)];
  assertEquals(tally.turned(asked, replies), [
    { action: "withdraw", outcome: "allowance_unavailable", reason: undefined, count: 1 },
    { action: "query", outcome: "rejected", reason: "expired", count: 1 },
    { action: "query", outcome: "rejected", reason: "stranger", count: 1 },
  ]);
});

Deno.test("tally.turned() counts an answer once, and none that is for a peer", () => {
  const tally = new CommandTally();
  const results = [{ kind: "written", branches: 1 } as const];
  const reply: Reply = { kind: "executed", ticket: 1, results, known };
  assertEquals(tally.turned([execute(1, deposit("a", 1))], [reply]).length, 1);
  const peers: Reply = { kind: "propagated", ticket: 2, has: 1, known: undefined };
  assertEquals(tally.turned([], [reply, peers]), []);
});
