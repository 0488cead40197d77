import { assert, assertEquals } from "@std/assert";
import { commandIdPrefix } from "../../lib/core/ids.ts";
import { limits } from "../../lib/core/limits.ts";
import { Mesh } from "./mesh.ts";
import { branch, commandId, deposit, deposits, madeMs, withdrawal } from "./samples.ts";

const [one, two] = [branch(1), branch(2)];
const count = limits.stepCommandsMax;

/** Executes so many deposits at a branch, a record for every thousand. */
function fill(bank: Mesh, { name, entries }: { readonly name: string; readonly entries: number }) {
  for (let from = 0; from < entries; from += count) {
    bank.execute(one, deposits(`${name}/${from}`, count));
  }
}

function resultsOf(bank: Mesh, ticket: number) {
  const reply = bank.replies.get(ticket);
  if (reply?.kind === "rejected") return reply.rejection;
  return reply?.kind === "executed" ? reply.results.map(({ kind }) => kind) : undefined;
}

// After every step the mesh holds that the records so far restore the replica as it is.
Deno.test("replica restored from a checkpoint is the live one, and knows what it was asked", () => {
  const bank = new Mesh({ members: [one], opening: 100, acknowledge: "all" });
  bank.execute(one, [withdrawal("refused", 1_000_000)]);
  fill(bank, { name: "a", entries: limits.checkpointEntries + count });
  const checkpoints = bank.records(one).filter(({ kind }) => kind === "checkpoint");
  assertEquals(checkpoints.length, 1);
  const live = bank.view(one);
  bank.crash(one);
  // It is alone, so it is sure of its log as soon as it knows the time.
  bank.tick();
  assertEquals(bank.view(one), live);
  const asked = [withdrawal("refused", 1_000_000), deposit("a/0/0", 1), deposit("a/0/0", 2)]
    .map((write) => bank.execute(one, [write]));
  assertEquals(asked.map((ticket) => resultsOf(bank, ticket)), [
    ["refused"],
    ["written"],
    { kind: "contradiction", id: commandId("a/0/0") },
  ]);
  assertEquals(bank.view(one).balance, live.balance);
});

Deno.test("replica rejects commands that it has forgotten, once outcomes are kept no longer", () => {
  const outcomeMs = limits.outcomeMsMin;
  const bank = new Mesh({ members: [one], opening: 0, acknowledge: "all", outcomeMs });
  fill(bank, { name: "a", entries: limits.checkpointEntries });
  bank.nowMs = madeMs + outcomeMs;
  bank.tick();
  const young = commandIdPrefix(bank.nowMs);
  fill(bank, { name: `${young}b`, entries: limits.checkpointEntries });
  const { balance, outcomes } = bank.view(one);
  assertEquals(outcomes, limits.checkpointEntries, "those of the young commands");
  for (let life = 0; life < 2; life++) {
    const [first] = deposits("a/0", 1);
    assert(first !== undefined);
    const expired = { kind: "expired", id: first.id } as const;
    assertEquals(resultsOf(bank, bank.execute(one, [first])), expired);
    const kept = deposit(`${young}b/0/0`, 1);
    assertEquals(resultsOf(bank, bank.execute(one, [kept])), ["written"]);
    bank.crash(one);
    bank.tick();
  }
  assertEquals(bank.view(one).balance, balance);
});

Deno.test("replica that lacks more than its peer holds in memory catches up by fetching", () => {
  const bank = new Mesh({ members: [one, two], opening: 0, acknowledge: "local" });
  const entries = 1.2 * limits.logEntriesMax;
  fill(bank, { name: "a", entries });
  bank.lose();
  bank.tick(60);
  const delivered = bank.flow();
  const records = delivered.flatMap((message) =>
    message.kind === "request" ? message.request.records : []
  );
  assertEquals(records, [], "nothing of it could be sent");
  for (let ticks = 0; ticks < 30 && bank.view(two).balance < entries; ticks++) {
    bank.tick();
    bank.flow();
  }
  assertEquals([bank.view(two).balance, bank.view(one).balance], [
    BigInt(entries),
    BigInt(entries),
  ]);
  bank.execute(one, [deposit("next", 1)]);
  const sent = bank.flow().flatMap((message) =>
    message.kind === "request" ? message.request.records.map(({ first }) => first) : []
  );
  assertEquals(sent, [entries + 1], "and is then sent what is new");
});
