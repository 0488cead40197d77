import { assert, assertEquals, assertThrows } from "@std/assert";
import type { Result } from "../../lib/core/command.ts";
import { InvariantError } from "../../lib/core/invariant.ts";
import { contentsOf } from "../../lib/core/journal_record.ts";
import { limits } from "../../lib/core/limits.ts";
import { money } from "../../lib/core/money.ts";
import { patience } from "../../lib/core/patience.ts";
import { Replica } from "../../lib/core/replica.ts";
import type { ReplicaConfig } from "../../lib/core/replica_config.ts";
import type { Input, Reply } from "../../lib/core/step.ts";
import { nothingKnown } from "../../lib/core/version_vector.ts";
import { Mesh } from "./mesh.ts";
import {
  branch,
  commandId,
  deposit,
  deposits,
  propagation,
  query,
  record,
  tickAt,
  vector,
  withdrawal,
} from "./samples.ts";

type Propagated = Extract<Reply, { readonly kind: "propagated" }>;

const [one, two, three] = [branch(1), branch(2), branch(3)];

/** A bank of as many branches as it says, opened with 100. */
function mesh(count: number): Mesh {
  const members = Array.from({ length: count }, (_, index) => branch(index + 1));
  return new Mesh({ members, opening: 100, acknowledge: "local" });
}

/** A lone branch, whose writes are answered at once. */
function alone(opening = 100): Mesh {
  return new Mesh({ members: [one], opening, acknowledge: "all" });
}

function resultsOf(reply: Reply | undefined): readonly Result[] | undefined {
  return reply?.kind === "executed" ? reply.results : undefined;
}

function rejectionOf(reply: Reply | undefined) {
  return reply?.kind === "rejected" ? reply.rejection : undefined;
}

const insufficient: Result = { kind: "refused", refusal: "insufficient funds" };

const written: Result = { kind: "written", branches: 1 };

function balance(amount: number): Result {
  return { kind: "balance", balance: money(amount) };
}

/** A reply that says how much of the asker's log there is, and of all logs if it was asked. */
function has(sequence: number, { ticket = 1, known, ...rest }: Partial<Propagated> = {}): Reply {
  return { kind: "propagated", ticket, has: sequence, known, ...rest };
}

Deno.test("replica executes the commands of a request in their order", () => {
  const bank = alone(0);
  const commands = [
    withdrawal("a", 5),
    deposit("b", 5),
    query,
    withdrawal("c", 3),
    query,
    withdrawal("d", 3),
  ];
  const ticket = bank.execute(one, commands);
  assertEquals(resultsOf(bank.replies.get(ticket)), [
    insufficient,
    written,
    balance(5),
    written,
    balance(2),
    insufficient,
  ]);
  assertEquals(bank.view(one).balance, 2n);
});

Deno.test("replica answers a write with what the customer has then seen", () => {
  const bank = alone();
  const reply = bank.replies.get(bank.execute(one, deposits("a", 2)));
  assertEquals(reply?.kind === "executed" ? reply.known : undefined, vector({ 1: 2 }));
});

Deno.test("replica.step() is one record, whatever came together", () => {
  const bank = alone();
  const request = (ticket: number): Input => ({
    kind: "execute",
    ticket,
    commands: deposits(`${ticket}`, 2),
    session: nothingKnown,
  });
  const { records, replies } = bank.step(one, [request(101), request(102), request(103)]);
  assertEquals(records.map((row) => row.kind === "entries" ? row.entries.length : row), [6]);
  assertEquals(replies.map(({ ticket }) => ticket), [101, 102, 103]);
});

Deno.test("replica lets the commands of a step see what peers brought in the same step", () => {
  const entries = [deposit("a", 50)];
  const replica = Replica.restore(config({ members: [one, two] }));
  const effects = replica.step([
    { kind: "execute", ticket: 1, commands: [query], session: vector({ 2: 1 }) },
    propagation(2, { from: two, records: [record({ origin: two, first: 1, entries })] }),
  ]);
  const executed = effects.replies.find(({ ticket }) => ticket === 1);
  assertEquals(resultsOf(executed), [balance(150)]);
});

Deno.test("replica executes no more commands in a step than a record takes", () => {
  const bank = alone();
  const count = limits.stepCommandsMax / 2;
  const request = (ticket: number): Input => ({
    kind: "execute",
    ticket,
    commands: deposits(`${ticket}`, count),
    session: nothingKnown,
  });
  const { replies } = bank.step(one, [request(101), request(102), request(103)]);
  assertEquals(replies.map(({ ticket }) => ticket), [101, 102]);
  assertEquals(bank.view(one).open, 1);
  assertEquals(bank.step(one, []).replies.map(({ ticket }) => ticket), [103]);
});

Deno.test("replica pays out the last of the balance, and not a unit more", () => {
  const bank = alone(100);
  const commands = [withdrawal("a", 101), withdrawal("b", 100), withdrawal("c", 1)];
  const ticket = bank.execute(one, commands);
  assertEquals(resultsOf(bank.replies.get(ticket)), [insufficient, written, insufficient]);
  assertEquals(bank.view(one).balance, 0n);
});

Deno.test("replica gives a retry the outcome that it gave, and does nothing again", () => {
  const bank = alone();
  bank.execute(one, [deposit("a", 5)]);
  const retry = bank.execute(one, [deposit("a", 5)]);
  assertEquals(resultsOf(bank.replies.get(retry)), [written]);
  assertEquals(bank.view(one).balance, 105n);
  assertEquals(bank.records(one).length, 1);
});

Deno.test("replica refuses a retry for ever, even once the balance would cover it", () => {
  const bank = alone();
  bank.execute(one, [withdrawal("a", 500)]);
  bank.execute(one, [deposit("b", 1_000)]);
  assertEquals(resultsOf(bank.replies.get(bank.execute(one, [withdrawal("a", 500)]))), [
    insufficient,
  ]);
  bank.crash(one);
  bank.tick();
  assertEquals(resultsOf(bank.replies.get(bank.execute(one, [withdrawal("a", 500)]))), [
    insufficient,
  ]);
  assertEquals(bank.view(one).balance, 1_100n);
});

Deno.test("replica executes a command once that stands in a request twice", () => {
  const bank = alone();
  const ticket = bank.execute(one, [deposit("a", 5), deposit("a", 5), query]);
  assertEquals(resultsOf(bank.replies.get(ticket)), [written, written, balance(105)]);
});

Deno.test("replica rejects a whole request in which an id stands for another write", () => {
  const bank = alone();
  bank.execute(one, [deposit("a", 5)]);
  bank.execute(one, [withdrawal("b", 500)]);
  for (const other of [deposit("a", 6), withdrawal("a", 5), withdrawal("b", 5)]) {
    const reply = bank.replies.get(bank.execute(one, [deposit("new", 1), other]));
    assertEquals(rejectionOf(reply), { kind: "contradiction", id: other.id });
  }
  const itself = bank.execute(one, [deposit("c", 1), deposit("c", 2)]);
  const contradiction = { kind: "contradiction", id: commandId("c") } as const;
  assertEquals(rejectionOf(bank.replies.get(itself)), contradiction);
  assertEquals(bank.view(one).balance, 105n);
});

Deno.test("replica refuses a deposit for which its part of the largest balance has no room", () => {
  const opening = limits.balanceMax - 10;
  const bank = new Mesh({ members: [one, two], opening, acknowledge: "local" });
  const commands = [deposit("a", 6), deposit("b", 5), deposit("c", 1), withdrawal("d", 5)];
  const refused: Result = { kind: "refused", refusal: "balance limit" };
  const ticket = bank.execute(one, [...commands, deposit("e", 1)]);
  assertEquals(resultsOf(bank.replies.get(ticket)), [
    refused,
    written,
    refused,
    written,
    refused,
  ]);
});

Deno.test("replica lets a command wait for what its session has seen, and no longer", () => {
  const bank = mesh(2);
  bank.execute(two, [deposit("a", 5)]);
  const ticket = bank.execute(one, [query], { session: vector({ 2: 1 }) });
  assertEquals(bank.replies.get(ticket), undefined);
  assertEquals(bank.view(one).open, 1);
  bank.flow();
  assertEquals(resultsOf(bank.replies.get(ticket)), [balance(105)]);
});

Deno.test("replica says what it lacks when a session was ahead of it for too long", () => {
  const bank = mesh(2);
  const ticket = bank.execute(one, [query], { session: vector({ 2: 3 }) });
  bank.tick(patience.executeTicks - 1);
  assertEquals(bank.replies.get(ticket), undefined);
  bank.tick(1);
  const behind = { kind: "behind", lacking: vector({ 2: 3 }) } as const;
  assertEquals(rejectionOf(bank.replies.get(ticket)), behind);
  assertEquals(bank.view(one).open, 0);
});

Deno.test("replica rejects a session that names a stranger, or what nobody can have seen", () => {
  const bank = mesh(2);
  bank.execute(one, [deposit("a", 5)]);
  const stranger = bank.execute(one, [query], { session: vector({ 9: 1 }) });
  const unissued = bank.execute(one, [query], { session: vector({ 1: 2 }) });
  const seen = bank.execute(one, [query], { session: vector({ 1: 1 }) });
  assertEquals(rejectionOf(bank.replies.get(stranger)), { kind: "stranger", origin: branch(9) });
  const never = { kind: "unissued", origin: one, sequence: 2 } as const;
  assertEquals(rejectionOf(bank.replies.get(unissued)), never);
  assertEquals(resultsOf(bank.replies.get(seen)), [balance(105)]);
});

Deno.test("replica writes down what its entries come after, as the difference to before", () => {
  const bank = mesh(3);
  bank.execute(two, [deposit("a", 1)]);
  bank.flow();
  bank.execute(one, [deposit("b", 1)]);
  bank.execute(one, [deposit("c", 1)]);
  bank.execute(three, [deposit("d", 1)]);
  bank.flow();
  bank.crash(one);
  bank.tick();
  bank.flow();
  bank.execute(one, [deposit("e", 1)]);
  const own = bank.records(one).filter((row) => row.kind === "entries" && row.origin === one);
  const afters = own.map((row) => row.kind === "entries" ? row.after : undefined);
  assertEquals(afters, [vector({ 2: 1 }), vector({}), vector({ 3: 1 })]);
});

Deno.test("replica holds an early record until what it follows arrives, and its answer for a while", () => {
  const replica = Replica.restore(config());
  const early = record({ origin: two, first: 1, after: vector({ 3: 1 }) });
  const bring = (ticket: number) =>
    replica.step([propagation(ticket, { from: two, records: [early] })]);
  assertEquals(bring(1).replies, []);
  assertEquals(replica.inspect().open, 1);
  const tick = tickAt();
  for (let count = 1; count < patience.holdTicks; count++) {
    assertEquals(replica.step([tick]).replies, []);
  }
  const { replies } = replica.step([tick]);
  assertEquals(replies, [has(0)]);
  assertEquals(bring(2).replies, []);
  const leader = record({ origin: three, first: 1 });
  const effects = replica.step([propagation(3, { from: three, records: [leader] })]);
  assertEquals(effects.records, [leader, early]);
  assertEquals(effects.replies, [has(1, { ticket: 2 }), has(1, { ticket: 3 })]);
});

Deno.test("replica writes a record down as the very object that it was brought", () => {
  const brought = record({ origin: two, first: 1 });
  const replica = Replica.restore(config());
  const { records } = replica.step([propagation(1, { from: two, records: [brought] })]);
  assert(records[0] === brought);
});

Deno.test("replica takes nothing from a stranger, nor of a stranger, nor of itself", () => {
  const replica = Replica.restore(config());
  const stranger = branch(9);
  const bring = (from: typeof one, origin: typeof one) =>
    replica.step([propagation(1, { from, records: [record({ origin, first: 1 })] })]);
  for (
    const [from, origin] of [[stranger, two], [one, two], [two, stranger], [two, one]] as const
  ) {
    const effects = bring(from, origin);
    assertEquals(effects.records, []);
    assertEquals(effects.replies, [has(0)]);
  }
  assertEquals(replica.inspect().balance, 100n);
});

Deno.test("replica believes neither itself nor a stranger what every member has", () => {
  for (const from of [one, branch(9)]) {
    const replica = Replica.restore(config());
    const write = { kind: "execute", ticket: 1, commands: [deposit("a", 1)] } as const;
    replica.step([{ ...write, session: nothingKnown }]);
    replica.step([propagation(2, { from, everywhere: 1 })]);
    const resent = Array.from(
      { length: patience.resendTicks + 1 },
      () => replica.step([tickAt()]).requests,
    ).flat();
    assertEquals(resent.map(({ records }) => records.length), [1], `from ${from}`);
  }
});

Deno.test("replica tells a peer how much of the peer's log it has, and of all logs if asked", () => {
  const replica = Replica.restore(config());
  const bring = (origin: typeof one, asks: boolean) => {
    const records = [record({ origin, first: 1 })];
    return replica.step([propagation(1, { from: origin, asks, records })]).replies;
  };
  assertEquals(bring(three, false), [has(1)]);
  const lastId = commandId("2/1");
  assertEquals(bring(two, true), [has(1, { known: vector({ 2: 1, 3: 1 }), lastId })]);
  const older = replica.step([propagation(1, { from: branch(9), asks: true })]).replies;
  assertEquals(older, [has(0, { known: vector({ 2: 1, 3: 1 }) })]);
});

Deno.test("replica answers the older of two requests that one peer has open", () => {
  const replica = Replica.restore(config());
  const early = record({ origin: two, first: 2 });
  replica.step([propagation(1, { from: two, asks: true, records: [early] })]);
  const { replies } = replica.step([propagation(2, { from: two, records: [early] })]);
  assertEquals(replies, [has(0, { known: nothingKnown })]);
});

Deno.test("replica takes an answer of a peer for what the peer has, and of nobody else", () => {
  const replica = Replica.restore(config({ acknowledge: "all" }));
  const write = { kind: "execute", ticket: 1, commands: [deposit("a", 1)] } as const;
  const [request] = replica.step([{ ...write, session: nothingKnown }]).requests;
  const attempt = request?.attempt ?? 0;
  const answer = (from: typeof one): Input => ({
    kind: "answer",
    from,
    attempt,
    has: 1,
    known: undefined,
  });
  assertEquals(replica.step([answer(two), answer(one), answer(branch(9))]).replies, []);
  const [reply] = replica.step([answer(three)]).replies;
  assertEquals(resultsOf(reply), [{ kind: "written", branches: 3 }]);
});

Deno.test("Replica.restore() refuses records that no replica wrote in that order", () => {
  const rows = [record({ origin: one, first: 2 })];
  assertThrows(
    () => Replica.restore(config(), contentsOf(one, rows)),
    InvariantError,
    "in its turn",
  );
  const twice = [
    record({ origin: one, first: 1, entries: [deposit("a", 1)] }),
    record({ origin: one, first: 2, entries: [deposit("a", 1)] }),
  ];
  assertThrows(
    () => Replica.restore(config(), contentsOf(one, twice)),
    InvariantError,
    "one outcome",
  );
});

Deno.test("Replica.restore() wants a bank whose members are different and include it", () => {
  assertThrows(() => Replica.restore(config({ members: [two] })), InvariantError, "member");
  const doubled = config({ members: [one, two, two] });
  assertThrows(() => Replica.restore(doubled), InvariantError, "twice");
});

function config(changes: Partial<ReplicaConfig> = {}): ReplicaConfig {
  return {
    id: one,
    members: [one, two, three],
    opening: money(100),
    acknowledge: "local",
    ...changes,
  };
}
