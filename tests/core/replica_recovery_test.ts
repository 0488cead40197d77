import { assertEquals, assertStringIncludes } from "@std/assert";
import { type BranchId, commandIdPrefix } from "../../lib/core/ids.ts";
import type { JournalRecord } from "../../lib/core/journal_record.ts";
import { patience } from "../../lib/core/patience.ts";
import type { Reply } from "../../lib/core/step.ts";
import { money } from "../../lib/core/money.ts";
import { Replica } from "../../lib/core/replica.ts";
import { Mesh } from "./mesh.ts";
import { branch, commandId, deposit, madeMs, query, record, withdrawal } from "./samples.ts";

const [one, two, three] = [branch(1), branch(2), branch(3)];

/** A bank of three branches, opened with 100. */
function threeBranches(): Mesh {
  return new Mesh({ members: [one, two, three], opening: 100, acknowledge: "local" });
}

/** A bank that was founded just before commands are made, and that may be old if it is so. */
function founded(mayBeOld: boolean): Mesh {
  const bank = threeBranches();
  for (const id of [one, two, three]) bank.crash(id, { isNew: mayBeOld });
  bank.nowMs = madeMs - 1;
  pass(bank, 1);
  bank.nowMs = madeMs;
  return bank;
}

/** What came of a request: its results, the kind of its rejection, or nothing yet. */
function told(reply: Reply | undefined): unknown {
  if (reply?.kind === "executed") {
    return reply.results.map((result) => result.kind === "balance" ? result.balance : result.kind);
  }
  return reply?.kind === "rejected" ? reply.rejection.kind : undefined;
}

/** Lets time go by, and messages flow, but for those to branches that cannot be reached. */
function pass(bank: Mesh, ticks: number, unreachable: readonly BranchId[] = []): void {
  const isCut = (id: BranchId) => unreachable.includes(id);
  const flow = () => {
    for (let next = bank.messages.shift(); next !== undefined; next = bank.messages.shift()) {
      if (!isCut(next.to) && !isCut(next.from)) bank.deliver(next);
    }
  };
  for (let count = 0; count < ticks; count++) {
    flow();
    bank.tick();
  }
  flow();
}

/** A bank whose branch 1 wrote three records, which all branches have; its disk has so many. */
function forgetful(kept: number): { bank: Mesh; disk: readonly JournalRecord[] } {
  const bank = threeBranches();
  for (const name of ["a", "b", "c"]) bank.execute(one, [deposit(name, 1)]);
  bank.flow();
  return { bank, disk: bank.records(one).slice(0, kept) };
}

Deno.test("replica recovers own entries that it has forgotten before it executes anything", () => {
  for (const kept of [1, 0]) {
    const { bank, disk } = forgetful(kept);
    bank.crash(one, { records: disk, isNew: true });
    const asked = [bank.execute(one, [query]), bank.execute(one, [deposit("a", 1)])];
    bank.tick(1, [one]);
    assertEquals(asked.map((ticket) => bank.replies.get(ticket)), [undefined, undefined]);
    bank.flow();
    assertEquals(asked.map((ticket) => told(bank.replies.get(ticket))), [[103n], ["written"]]);
    const firsts = bank.records(one).flatMap((row) => row.kind === "entries" ? [row.first] : []);
    assertEquals(firsts, [1, 2, 3], `${kept} were kept`);
    const later = commandIdPrefix(madeMs + 1);
    bank.execute(one, [deposit(`${later}d`, 1)]);
    bank.flow();
    assertEquals([one, two, three].map((id) => bank.view(id).balance), [104n, 104n, 104n]);
  }
});

Deno.test("replica with a new journal executes nothing until every peer has said what it has", () => {
  const { bank } = forgetful(0);
  bank.crash(one, { records: [], isNew: true });
  const early = bank.execute(one, [query]);
  pass(bank, patience.executeTicks + 1, [three]);
  const reply = bank.replies.get(early);
  assertEquals(reply?.kind === "rejected" ? reply.rejection : reply, {
    kind: "recovering",
    unheard: [three],
  });
  const ticket = bank.execute(one, [query]);
  pass(bank, 3 * patience.backoffTicksMax);
  assertEquals(told(bank.replies.get(ticket)), [103n]);
});

Deno.test("replica with a journal does not wait for peers that cannot be reached", () => {
  // One of a bank that may be old has begun before, or else its journal counts as new.
  for (const isNew of [false, true]) {
    const bank = founded(isNew);
    bank.execute(one, [deposit("a", 1)]);
    bank.flow();
    bank.crash(one, { isNew });
    const ticket = bank.execute(one, [query]);
    pass(bank, patience.unreachableTicks - 1, [three]);
    assertEquals(bank.replies.get(ticket), undefined);
    pass(bank, 2, [three]);
    assertEquals(told(bank.replies.get(ticket)), [101n], `${isNew}`);
  }
});

Deno.test("replica begins at once where its journal is new and so is the bank", () => {
  const bank = threeBranches();
  bank.execute(one, [deposit("a", 1)]);
  assertEquals(bank.view(one).balance, 101n);
});

Deno.test("replica of a new bank that may be old begins once all have said that they have nothing", () => {
  const bank = founded(true);
  const ticket = bank.execute(one, [deposit("a", 1), query]);
  assertEquals(told(bank.replies.get(ticket)), ["written", 101n]);
});

Deno.test("replica halts that wrote other entries in the place of those it had forgotten", () => {
  const { bank, disk } = forgetful(1);
  bank.crash(one, { records: disk });
  pass(bank, patience.unreachableTicks + 1, [two, three]);
  const ticket = bank.execute(one, [deposit("other", 1)]);
  assertEquals(told(bank.replies.get(ticket)), ["written"]);
  pass(bank, 2 * patience.backoffTicksMax);
  assertStringIncludes(bank.halts.get(one) ?? "", "branch 2 has");
  assertEquals([two, three].map((id) => bank.view(id).balance), [103n, 103n]);
});

Deno.test("replica halts that wrote more other entries than it had forgotten", () => {
  const { bank, disk } = forgetful(1);
  bank.crash(one, { records: disk });
  pass(bank, patience.unreachableTicks + 1, [two, three]);
  for (const name of ["x", "y", "z"]) bank.execute(one, [deposit(name, 10)]);
  pass(bank, 2 * patience.backoffTicksMax);
  const balances = [two, three].map((id) => bank.view(id).balance);
  assertEquals([bank.halts.has(one), balances], [true, [103n, 103n]]);
});

Deno.test("replica goes on after it recovered what it missed while peers could not be reached", () => {
  const { bank, disk } = forgetful(1);
  bank.crash(one, { records: disk });
  pass(bank, patience.unreachableTicks + 1, [two, three]);
  pass(bank, 2 * patience.backoffTicksMax);
  const ticket = bank.execute(one, [query]);
  assertEquals(told(bank.replies.get(ticket)), [103n]);
  assertEquals(bank.halts.size, 0);
});

/** Has branch 1 refuse a withdrawal for good, once it has heard from the others. */
function refuse(bank: Mesh): void {
  bank.tick();
  const refused = bank.execute(one, [withdrawal("much", 500)]);
  bank.flow();
  assertEquals(told(bank.replies.get(refused)), ["refused"]);
}

/** A bank whose branch 1 refused a withdrawal, and lost its disk after others paid in. */
function lost() {
  const bank = threeBranches();
  bank.execute(one, [deposit("a", 1)]);
  refuse(bank);
  bank.flow();
  bank.execute(two, [deposit("b", 1_000)]);
  bank.flow();
  return bank;
}

Deno.test("replica with a new journal takes older commands for expired also in a bank without a past", () => {
  const bank = threeBranches();
  refuse(bank);
  bank.nowMs = madeMs + 5;
  bank.crash(one, { records: [], isNew: true });
  pass(bank, 1);
  bank.execute(two, [deposit("b", 1_000)]);
  bank.flow();
  const again = bank.execute(one, [withdrawal("much", 500)]);
  assertEquals(told(bank.replies.get(again)), "expired");
});

Deno.test("replica takes a refused command that went with its disk for expired, and a new one not", () => {
  const bank = lost();
  bank.nowMs = madeMs + 5;
  bank.crash(one, { records: [], isNew: true });
  bank.tick(1, [one]);
  bank.flow();
  const young = commandIdPrefix(madeMs + 6);
  const tickets = [withdrawal("much", 500), deposit("a", 1), withdrawal(`${young}much`, 500)]
    .map((write) => bank.execute(one, [write]));
  bank.flow();
  const replies = tickets.map((ticket) => bank.replies.get(ticket));
  assertEquals(replies.map(told), ["expired", ["written"], ["written"]]);
  const [first] = replies;
  assertEquals(first?.kind === "rejected" ? first.rejection : first, {
    kind: "expired",
    id: commandId("much"),
  });
  assertEquals(bank.view(two).balance, 601n);
  bank.crash(one);
  bank.tick(1, [one]);
  bank.flow();
  const again = bank.execute(one, [withdrawal("much", 500)]);
  assertEquals(told(bank.replies.get(again)), "expired", "after one more restart, too");
});

Deno.test("replica that is told until when it ran before takes only older commands for expired", () => {
  const bank = lost();
  bank.nowMs = madeMs + 5;
  bank.crash(one, { records: [], isNew: true, ranUntilMs: madeMs });
  bank.tick(1, [one]);
  bank.flow();
  const soon = commandIdPrefix(madeMs + 1);
  const tickets = ["much", `${soon}much`].map((id) => bank.execute(one, [withdrawal(id, 500)]));
  bank.flow();
  const outcomes = tickets.map((ticket) => told(bank.replies.get(ticket)));
  assertEquals(outcomes, ["expired", ["written"]]);
});

Deno.test("replica with a new journal still waits for every peer after it crashed in between", () => {
  const bank = threeBranches();
  bank.execute(two, [deposit("b", 1)]);
  bank.flow();
  bank.execute(one, [deposit("a", 1)]);
  const toThree = bank.messages.filter(({ to }) => to === three);
  bank.lose();
  for (const message of toThree) bank.deliver(message);
  bank.lose();
  bank.crash(one, { records: [], isNew: true });
  pass(bank, patience.unreachableTicks, [three]);
  assertEquals(bank.view(one).balance, 101n, "it has fetched what branch 2 knows");
  bank.crash(one, { isNew: true });
  pass(bank, 2 * patience.unreachableTicks, [three]);
  const ticket = bank.execute(one, [deposit("other", 1)]);
  assertEquals(told(bank.replies.get(ticket)), undefined, "branch 3 has what only it knows");
});

Deno.test("replica with a new journal waits for every peer also after it crashed with half of its log", () => {
  const { bank } = forgetful(0);
  bank.fetchRecordsMax = 1;
  bank.crash(one, { records: [], isNew: true });
  bank.tick(1, [one]);
  while (bank.view(one).balance === 100n) {
    const next = bank.messages.shift();
    if (next === undefined) throw new Error("branch 1 gets nothing back");
    bank.deliver(next);
  }
  bank.lose();
  bank.crash(one, { isNew: true });
  pass(bank, 2 * patience.unreachableTicks, [two, three]);
  const ticket = bank.execute(one, [query]);
  assertEquals(told(bank.replies.get(ticket)), undefined, "the others have the rest of its log");
});

Deno.test("replica holds forgotten commands for expired also after it crashed while recovering", () => {
  const bank = lost();
  bank.crash(one, { records: [], isNew: true });
  pass(bank, patience.unreachableTicks, [three]);
  bank.crash(one, { isNew: true });
  pass(bank, patience.unreachableTicks);
  const ticket = bank.execute(one, [withdrawal("much", 500)]);
  assertEquals(told(bank.replies.get(ticket)), "expired");
});

Deno.test("replica with an older journal holds them for expired, too, after it crashed while recovering", () => {
  const bank = founded(true);
  const older = [...bank.records(one)];
  refuse(bank);
  bank.execute(one, [deposit("a", 1)]);
  bank.flow();
  bank.execute(two, [deposit("b", 1_000)]);
  bank.flow();
  bank.nowMs = madeMs + 5;
  bank.crash(one, { records: older, isNew: true });
  pass(bank, 1, [three]);
  assertEquals(bank.view(one).balance, 1_101n, "it has its entry back, and waits for branch 3");
  bank.crash(one, { isNew: true });
  pass(bank, patience.unreachableTicks);
  const again = bank.execute(one, [withdrawal("much", 500)]);
  assertEquals(told(bank.replies.get(again)), "expired");
});

Deno.test("replica throws nothing when it finds that it gave a command a second outcome", () => {
  const { bank, disk } = forgetful(1);
  bank.execute(one, [deposit("d", 10)]);
  bank.flow();
  bank.crash(one, { records: disk });
  pass(bank, patience.unreachableTicks + 1, [two, three]);
  const again = bank.execute(one, [deposit("other", 10), deposit("d", 10)]);
  assertEquals(told(bank.replies.get(again)), ["written", "written"]);
  pass(bank, 2 * patience.backoffTicksMax);
  assertEquals(bank.halts.has(one), true);
});

Deno.test("replica that finds something forgotten waits for every peer, journal or not", () => {
  const bank = threeBranches();
  bank.execute(one, [deposit("a", 1)]);
  bank.flow();
  const older = [...bank.records(one)];
  bank.execute(one, [deposit("b", 1)]);
  bank.flow();
  bank.execute(one, [deposit("c", 1)]);
  pass(bank, 1, [three]);
  assertEquals([two, three].map((id) => bank.view(id).balance), [103n, 102n]);
  bank.lose();
  bank.crash(one, { records: older });
  pass(bank, 2 * patience.unreachableTicks, [two]);
  assertEquals(bank.view(one).balance, 102n, "branch 3 has given back what it has");
  const other = bank.execute(one, [deposit(`${commandIdPrefix(madeMs + 1)}x`, 10)]);
  assertEquals(told(bank.replies.get(other)), undefined, "branch 2 may have more");
  pass(bank, 2 * patience.unreachableTicks);
  assertEquals([one, two, three].map((id) => bank.view(id).balance), [113n, 113n, 113n]);
  assertEquals(bank.halts.size, 0);
});

Deno.test("replica.inspect() shows whether it is sure, what it lacks, and whom it has not heard", () => {
  const { bank, disk } = forgetful(1);
  bank.execute(two, [deposit("d", 30)]);
  bank.flow();
  bank.crash(one, { records: disk, isNew: true });
  const shown = () => {
    const { isSure, lacking, peers } = bank.view(one);
    const heard = peers.map(({ isHeard }) => isHeard);
    return { isSure, lacking: Object.fromEntries(lacking), heard };
  };
  assertEquals(shown(), { isSure: false, lacking: {}, heard: [false, false] });
  bank.tick(1, [one]);
  for (const kind of ["request", "answer"]) {
    const next = bank.messages.find((message) => message.kind === kind && message.from !== three);
    if (next !== undefined && next.to !== three) bank.deliver(next);
  }
  bank.lose();
  assertEquals(shown(), { isSure: false, lacking: { 1: 3, 2: 1 }, heard: [true, false] });
  pass(bank, 2 * patience.fetchTicks);
  assertEquals(shown(), { isSure: true, lacking: {}, heard: [true, true] });
  assertEquals(bank.view(one).peers.map(({ allowance }) => allowance), [63n, 33n]);
});

Deno.test("replica takes no own record from a peer that names a command twice", () => {
  const config = { id: one, members: [one, two], opening: money(0), acknowledge: "all" } as const;
  const replica = Replica.restore({ ...config, isNew: true });
  const entries = [deposit("a", 1), deposit("b", 1), deposit("a", 1)];
  const records = [record({ origin: one, first: 1, entries })];
  const effects = replica.step([{ kind: "fetched", from: two, attempt: 1, records }]);
  assertEquals([effects.records, effects.halt], [[], undefined]);
  assertEquals(replica.inspect().balance, 0n);
});
