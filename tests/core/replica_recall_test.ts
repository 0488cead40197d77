import { assert, assertEquals } from "@std/assert";
import type { Command } from "../../lib/core/command.ts";
import { commandIdPrefix } from "../../lib/core/ids.ts";
import type { Recall } from "../../lib/core/journal_record.ts";
import { money } from "../../lib/core/money.ts";
import { Outcomes } from "../../lib/core/outcomes.ts";
import { patience } from "../../lib/core/patience.ts";
import { Mesh } from "./mesh.ts";
import { told } from "./queue_bench.ts";
import { branch, commandId, deposit, madeMs, query, withdrawal } from "./samples.ts";

const [one, two] = [branch(1), branch(2)];

/** Names a command that was made so many milliseconds after the others. */
function at(ms: number, name: string): string {
  return commandIdPrefix(madeMs + ms) + name;
}

/** Writes down a checkpoint after every two entries, and holds the outcomes of two. */
const sizes = { checkpointEntries: 2, logEntriesMax: 50_000, heldOutcomesMax: 2 };

/** A bank of 100 whose branch 1 has done so many deposits of 1, and refused a withdrawal first. */
function bankOf(members = [one], count = 10): Mesh {
  const bank = new Mesh({ members, opening: 100, acknowledge: "local", sizes });
  bank.tick();
  bank.flow();
  for (let index = 0; index < count; index++) {
    if (index === 1) bank.execute(one, [withdrawal(at(10, "refused"), 1_000)]);
    bank.flow();
    bank.execute(one, [deposit(at(10 * index, `${index}`), 1)]);
  }
  bank.flow();
  return bank;
}

/** The recall that branch 1 waits for. */
function recallOf(bank: Mesh): Recall | undefined {
  return bank.recalls.get(one);
}

/** Asks branch 1, lets it recall, and tells the answer, and how often it had to. */
function asked(bank: Mesh, ...commands: readonly Command[]) {
  const ticket = bank.execute(one, commands);
  const times = bank.recall(one);
  return [told(bank, ticket), times];
}

Deno.test("replica answers an old command with the outcome first given, once it has recalled that", () => {
  const bank = bankOf();
  const { balance } = bank.view(one);
  const ticket = bank.execute(one, [deposit(at(20, "2"), 1)]);
  assertEquals(told(bank, ticket), undefined, "it is not in memory");
  assertEquals(bank.recall(one), 1);
  assertEquals(told(bank, ticket), ["written"]);
  assertEquals(asked(bank, withdrawal(at(10, "refused"), 1_000)), [["insufficient funds"], 1]);
  assertEquals(bank.view(one).balance, balance);
  assertEquals(bank.view(one).outcomes, 11);
});

Deno.test("replica recalls nothing for new commands, and for those that it holds", () => {
  const bank = bankOf();
  assertEquals(asked(bank, deposit(at(100, "new"), 1)), [["written"], 0]);
  assertEquals(asked(bank, deposit(at(90, "9"), 1)), [["written"], 0]);
  assertEquals(asked(bank, deposit(at(20, "2"), 1)), [["written"], 1]);
  assertEquals(asked(bank, deposit(at(20, "2"), 1)), [["written"], 0], "it was just read");
});

Deno.test("replica executes an old command that it recalls nothing of, since it is new", () => {
  const bank = bankOf();
  const { balance } = bank.view(one);
  assertEquals(asked(bank, deposit(at(20, "late"), 5)), [["written"], 1]);
  assertEquals(bank.view(one).balance, balance + 5n);
});

Deno.test("replica finds that an old id stood for another write", () => {
  assertEquals(asked(bankOf(), deposit(at(20, "2"), 2)), ["contradiction", 1]);
});

Deno.test("replica goes on with others while a request waits for what it has to recall", () => {
  const bank = bankOf();
  const old = bank.execute(one, [deposit(at(20, "2"), 1), query]);
  const other = bank.execute(one, [deposit(at(100, "new"), 1), query]);
  assertEquals([told(bank, old), told(bank, other)], [undefined, ["written", 111n]]);
  bank.recall(one);
  assertEquals(told(bank, old), ["written", 111n]);
});

Deno.test("replica executes a request with commands of many generations, whole", () => {
  const bank = bankOf();
  const { balance } = bank.view(one);
  const commands = [0, 1, 2, 3, 4, 5, 9].map((index) => deposit(at(10 * index, `${index}`), 1));
  const late = deposit(at(30, "late"), 7);
  const [answer, times] = asked(bank, ...commands, late, query);
  const written = Array.from({ length: 8 }, () => "written");
  assertEquals(answer, [...written, balance + 7n]);
  assert(Number(times) >= 3, `${times}`);
});

Deno.test("replica says that it could not tell, when that takes too long, and decides nothing", () => {
  const bank = bankOf();
  const rows = bank.records(one).length;
  const ticket = bank.execute(one, [deposit(at(20, "2"), 1)]);
  bank.tick(patience.executeTicks - 1);
  assertEquals(told(bank, ticket), undefined);
  bank.tick();
  assertEquals(told(bank, ticket), "recalling");
  assertEquals(bank.records(one).length, rows);
  bank.recall(one);
  assertEquals(asked(bank, deposit(at(20, "2"), 1)), [["written"], 0]);
});

Deno.test("replica ignores what it has not asked to recall", () => {
  const bank = bankOf();
  const records = bank.records(one).filter((record) => record.kind === "entries");
  for (const number of [1, 4, 99]) {
    bank.step(one, [{ kind: "recalled", number, records, isLast: true }]);
  }
  bank.execute(one, [deposit(at(20, "2"), 1)]);
  const number = recallOf(bank)?.number ?? 0;
  bank.step(one, [{ kind: "recalled", number: number + 1, records, isLast: true }]);
  assertEquals(bank.recall(one), 1);
});

Deno.test("replica that starts again recalls what it held before, and what it did not", () => {
  const bank = bankOf();
  bank.execute(one, [deposit(at(20, "2"), 1)]);
  bank.crash(one);
  bank.tick();
  for (const index of [2, 9]) {
    const [answer] = asked(bank, deposit(at(10 * index, `${index}`), 1));
    assertEquals(answer, ["written"], `${index}`);
  }
  assertEquals(bank.view(one).outcomes, 11);
});

Deno.test("replica does not answer a claim that it has to recall, and grants it once", () => {
  const bank = bankOf([one, two], 1);
  bank.execute(two, [withdrawal(at(5, "w"), 60)]);
  const [claim] = bank.messages.filter((message) => message.kind === "claim");
  assert(claim?.kind === "claim");
  bank.flow();
  const granted = () =>
    bank.records(one).flatMap((record) => record.kind === "entries" ? record.entries : [])
      .filter(({ action }) => action === "grant").length;
  assertEquals(granted(), 1);
  for (const index of [1, 2, 3, 4, 5]) {
    bank.execute(one, [deposit(at(10 * index, `later/${index}`), 1)]);
    bank.flow();
  }
  const again = () => {
    bank.deliver(claim);
    const answers = bank.messages.splice(0).filter((message) => message.kind === "claimed");
    return answers.map((message) => message.kind === "claimed" ? message.answer?.isGranted : "");
  };
  assertEquals(again(), [undefined], "nothing is said");
  assertEquals(bank.recall(one), 1);
  assertEquals([again(), granted()], [[true], 1]);
});

Deno.test("replica says how far its log goes, whatever the name of the claim that asks that", () => {
  const bank = bankOf([one, two]);
  const id = commandId(at(5, "claim"));
  const { replies, recalls } = bank.replicaOf(one).step([
    { kind: "claim", ticket: 1, from: two, attempt: 1, id, need: money(0), wanted: money(0) },
  ]);
  assertEquals(replies.map((reply) => reply.kind === "claimed" ? reply.last : reply), [10]);
  assertEquals(recalls, []);
});

Deno.test("replica that comes back holds what a peer says of its log against its journal", () => {
  const bank = bankOf([one, two]);
  const says = (lastId: string) => {
    bank.crash(one);
    bank.lose();
    bank.tick(1, [one]);
    const { attempt = 0 } = bank.messages.filter((message) => message.kind === "request")
      .map(({ request }) => request)[0] ?? {};
    const known = bank.view(one).known;
    const answer = { from: two, attempt, has: 2, known, lastId: commandId(lastId) };
    bank.step(one, [{ kind: "answer", ...answer }]);
  };
  says(at(10, "1"));
  const ticket = bank.execute(one, [query]);
  assertEquals([told(bank, ticket), bank.halts.get(one)], [undefined, undefined]);
  assertEquals(bank.recall(one), 1);
  assertEquals([told(bank, ticket), bank.halts.get(one)], [[110n], undefined]);
  says(at(10, "never"));
  assertEquals(bank.halts.get(one), undefined);
  bank.recall(one);
  assertEquals(bank.halts.get(one)?.includes("has written two histories"), true);
});

Deno.test("replica looks at a request again that has waited, once it has read", () => {
  const bank = bankOf([one, two]);
  const others = bank.execute(one, [withdrawal(at(100, "much"), 105)]);
  const ticket = bank.execute(one, [deposit(at(20, "2"), 1)]);
  bank.tick(5);
  assertEquals([told(bank, others), told(bank, ticket)], [undefined, undefined]);
  bank.recall(one);
  assertEquals([told(bank, others), told(bank, ticket)], [undefined, ["written"]]);
});

Deno.test("replica asks nobody for allowance while it does not know whether it needs that", () => {
  const bank = bankOf([one, two]);
  bank.execute(one, [withdrawal(at(20, "w"), 105)]);
  bank.tick(5);
  const claims = () => bank.messages.filter(({ kind }) => kind === "claim").length;
  assertEquals(claims(), 0);
  bank.recall(one);
  assertEquals(claims(), 1, "it is new");
});

Deno.test("replica lets go of what it recalled, when nobody has asked for it in a while", () => {
  const bank = bankOf();
  assertEquals(asked(bank, deposit(at(20, "2"), 1)), [["written"], 1]);
  bank.tick(patience.recallTicks);
  assertEquals(asked(bank, deposit(at(20, "2"), 1)), [["written"], 0]);
  bank.tick(patience.recallTicks + 1);
  assertEquals(asked(bank, deposit(at(20, "2"), 1)), [["written"], 1]);
});

Deno.test("replica that gets its own entries back recalls what it may have in their place", () => {
  const bank = bankOf([one, two], 10);
  const rows = bank.records(one);
  const early = rows.findLastIndex((row) => row.kind === "entries" && row.first === 8);
  const twice = bank.records(two).filter((row) => row.kind === "entries" && row.first > 8);
  const [ninth] = twice;
  assert(ninth?.kind === "entries");
  // A peer gives an entry of the time of old ones; first it has to be known that it is none.
  const entries = [deposit(at(35, "back"), 1)];
  bank.crash(one, { records: rows.slice(0, early + 1) });
  bank.lose();
  bank.tick(1, [one]);
  const [request] = bank.messages.filter((message) => message.kind === "request");
  assert(request?.kind === "request");
  const { attempt } = request.request;
  const known = new Map([[one, 9]]);
  const lastId = commandId(at(35, "back"));
  bank.step(one, [{ kind: "answer", from: two, attempt, has: 9, known, lastId }]);
  const fetch = () => bank.messages.findLast((message) => message.kind === "fetch");
  const give = () => {
    const asked = fetch();
    assert(asked?.kind === "fetch");
    const answer = { from: two, attempt: asked.fetch.attempt, records: [{ ...ninth, entries }] };
    bank.step(one, [{ kind: "fetched", ...answer }]);
  };
  give();
  assertEquals(bank.view(one).known.get(one), 8, "not yet");
  bank.recall(one);
  bank.tick(3, [one]);
  give();
  assertEquals(bank.view(one).known.get(one), 9);
});

Deno.test("replica does not look at requests that wait for its journal while nothing is read", () => {
  const bank = bankOf();
  const tickets = Array.from(
    { length: 50 },
    (_, index) => bank.execute(one, [deposit(at(20, `${index}`), 1)]),
  );
  bank.tick(2);
  const { memoryOf } = Outcomes.prototype;
  let looks = 0;
  Outcomes.prototype.memoryOf = function (entry) {
    looks += 1;
    return memoryOf.call(this, entry);
  };
  try {
    bank.tick(10);
  } finally {
    Outcomes.prototype.memoryOf = memoryOf;
  }
  assertEquals(looks, 0);
  bank.recall(one);
  assertEquals(tickets.filter((ticket) => told(bank, ticket) === undefined), []);
});
