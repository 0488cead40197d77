import { assertEquals } from "@std/assert";
import { Books } from "../../lib/core/books.ts";
import { Doubts } from "../../lib/core/doubts.ts";
import { commandIdPrefix } from "../../lib/core/ids.ts";
import { contentsOf, type JournalRecord, ownOf } from "../../lib/core/journal_record.ts";
import { limits } from "../../lib/core/limits.ts";
import { money } from "../../lib/core/money.ts";
import { Recovery } from "../../lib/core/recovery.ts";
import { branch, commandId, deposit, madeMs } from "./samples.ts";

const [one, two] = [branch(1), branch(2)];

/** Names the command of an entry, or another one of its time. */
function named(sequence: number, name = "a") {
  return commandId(`${commandIdPrefix(madeMs + sequence)}${name}`);
}

/** Books with four entries, of which only the last is in memory. */
function world() {
  const config = { self: one, members: [one, two], opening: money(0) };
  const sizes = { outcomeMs: limits.outcomeMsMin, checkpointEntries: 3, heldOutcomesMax: 1 };
  const books = new Books({ ...config, ...sizes }, contentsOf(one, []));
  const records: JournalRecord[] = [];
  for (let sequence = 1; sequence <= 4; sequence++) {
    books.execute(deposit(named(sequence), 1), { isSure: true });
    records.push(...books.turnPage(madeMs));
  }
  const [doubts, recovery] = [new Doubts(), new Recovery({ isAway: true, isNew: false })];
  const settle = () => {
    doubts.settle(books, recovery);
    return [doubts.size, recovery.fork?.has];
  };
  const recall = () => {
    for (const { number, ...rest } of books.outcomes.recalls()) {
      const own = ownOf(one, records, { number, ...rest });
      books.recalled({ kind: "recalled", number, records: own, isLast: true });
    }
  };
  return { doubts, settle, recall };
}

Deno.test("Doubts settles at once what is in memory, or still to come", () => {
  for (
    const [lastId, has, fork] of [[named(4), 4], [named(4, "b"), 4, 4], [named(9), 9]] as const
  ) {
    const { doubts, settle } = world();
    doubts.hear(two, { has, lastId });
    assertEquals(settle(), [0, fork]);
  }
});

Deno.test("Doubts lets a statement wait for the journal, and tells the recovery what is not so", () => {
  for (const [lastId, fork] of [[named(2), undefined], [named(2, "b"), 2]] as const) {
    const { doubts, settle, recall } = world();
    doubts.hear(two, { has: 2, lastId });
    assertEquals(settle(), [1, undefined]);
    recall();
    assertEquals(settle(), [0, fork]);
  }
});

Deno.test("Doubts holds what a peer says for the place of what it said before", () => {
  const { doubts, settle } = world();
  doubts.hear(two, { has: 2, lastId: named(2, "b") });
  doubts.hear(two, { has: 4, lastId: named(4) });
  assertEquals(settle(), [0, undefined]);
});
