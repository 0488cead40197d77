import { assert, assertEquals, assertRejects, assertStrictEquals, assertThrows } from "@std/assert";
import { limits } from "../../lib/core/limits.ts";
import { money } from "../../lib/core/money.ts";
import { Replica } from "../../lib/core/replica.ts";
import { nothingKnown } from "../../lib/core/version_vector.ts";
import { Host, OverloadError } from "../../lib/host/host.ts";
import {
  branch,
  deposit,
  deposits,
  madeMs,
  query,
  record,
  tickAt,
  vector,
} from "../core/samples.ts";
import { Bench, deafTransport, emptyJournal } from "./bench.ts";

const [one, two] = [branch(1), branch(2)];

Deno.test("host commits, then sends, then replies", async () => {
  const bench = new Bench([one, two]);
  const executed = bench.execute(deposit("a", 5));
  assertEquals(bench.happened, [], "nothing happens before the turn");
  await bench.turn();
  assertEquals(bench.happened, ["commit", "send", "reply"]);
  const reply = await executed;
  assert(reply.kind === "executed");
  assertEquals(reply.results, [{ kind: "written", branches: 1 }]);
  assertEquals(reply.known, vector({ 1: 1 }));
});

Deno.test("host commits once for all inputs that wait, in one turn", async () => {
  const bench = new Bench();
  for (let count = 0; count < 50; count++) bench.execute(deposit(`${count}`, 1));
  assertEquals(bench.turnsWaiting, 1);
  await bench.turns();
  assertEquals(bench.commits.length, 1);
  assertEquals(bench.happened, ["commit", ...Array(50).fill("reply")]);
});

Deno.test("host gives many replies in several turns, with what arrives in between", async () => {
  const bench = new Bench();
  const most = limits.turnRepliesMax;
  for (let count = 0; count < most + 2; count++) bench.execute(deposit(`${count}`, 1));
  await bench.turn();
  assertEquals(bench.happened.splice(0), ["commit", ...Array(most).fill("reply")]);
  bench.execute(deposit("next", 1));
  await bench.turn();
  assertEquals(bench.happened, ["commit", "reply", "reply", "reply"]);
  assertEquals(bench.turnsWaiting, 0);
});

Deno.test("host commits nothing when there is nothing to write down", async () => {
  const bench = new Bench();
  bench.execute(query);
  await bench.turn();
  assertEquals(bench.happened, ["reply"]);
});

Deno.test("host gives each caller the reply to its own request", async () => {
  const bench = new Bench();
  const replies = [1, 2, 3].map((amount) => bench.execute(deposit(`${amount}`, amount), query));
  await bench.turn();
  const balances = (await Promise.all(replies)).map((reply) =>
    reply.kind === "executed" && reply.results[1]?.kind === "balance"
      ? reply.results[1].balance
      : undefined
  );
  assertEquals(balances, [101n, 103n, 106n].map(money));
});

Deno.test("host gives a customer the rejection of its request", async () => {
  const bench = new Bench();
  const executed = bench.host.execute([query], vector({ 9: 1 }));
  await bench.turn();
  const reply = await executed;
  assert(reply.kind === "rejected");
  assertEquals(reply.rejection, { kind: "stranger", origin: branch(9) });
});

Deno.test("host leaves to the next turn what does not fit into one step", async () => {
  const bench = new Bench();
  const request = limits.requestCommandsMax;
  const fitting = Math.floor(limits.stepCommandsMax / request);
  for (let count = 0; count <= fitting; count++) bench.execute(...deposits(`${count}`, request));
  await bench.turn();
  assertEquals(bench.happened, ["commit", ...Array(fitting).fill("reply")]);
  assertEquals(bench.turnsWaiting, 1);
  await bench.turn();
  assertEquals(bench.happened.slice(fitting + 1), ["commit", "reply"]);
});

Deno.test("host takes over what a peer brings, and tells what it has after the commit", async () => {
  const bench = new Bench([one, two]);
  const brought = record({ origin: two, first: 1 });
  const propagated = bench.propagate({ asks: true, records: [brought] });
  await bench.turn();
  assertEquals(bench.happened, ["commit", "reply"]);
  const { has, known } = await propagated;
  assertEquals({ has, known }, { has: 1, known: vector({ 2: 1 }) });
  assertStrictEquals(bench.commits[0]?.[0], brought);
});

Deno.test("host hands a peer's request to the replica as it is", async () => {
  const bench = new Bench([one, two]);
  const requests = [
    {
      ...{ from: two, attempt: 3, last: 7, everywhere: 5, has: vector({ 1: 1 }), asks: true },
      records: [],
    },
    {
      ...{ from: branch(9), attempt: 1, last: 0, everywhere: 0, has: nothingKnown, asks: false },
      records: [record({ origin: two, first: 1 })],
    },
  ];
  const propagated = requests.map((request) => bench.host.propagate(request));
  await bench.turn();
  await Promise.all(propagated);
  const heard = bench.stepped.map((input) => {
    assert(input.kind === "propagate");
    const { kind: _, ticket: __, ...request } = input;
    return request;
  });
  assertEquals(heard, requests);
});

Deno.test("host tells the replica what peers answered, and what they did not", async () => {
  const bench = new Bench([one, two]);
  bench.execute(deposit("a", 1));
  await bench.turn();
  const [first] = bench.sent;
  const attempt = first?.request.attempt ?? 0;
  first?.delivered({ kind: "answer", from: two, attempt, has: 1, known: undefined });
  await bench.turn();
  assertEquals(bench.host.inspect().peers[0]?.has, 1);
  bench.execute(deposit("b", 1));
  await bench.turn();
  const second = bench.sent[1];
  second?.delivered({ kind: "silence", from: two, attempt: second.request.attempt });
  await bench.turn();
  bench.host.tick(madeMs);
  await bench.turn();
  assertEquals(bench.sent[2]?.request.records, second?.request.records);
});

Deno.test("host lets nothing out of a turn whose records it could not commit", async () => {
  const bench = new Bench([one, two]);
  bench.failure = new Error("the disk is full");
  bench.execute(deposit("a", 5));
  await assertRejects(() => bench.turn(), Error, "the disk is full");
  assertEquals(bench.happened, []);
  assertEquals(bench.sent, []);
});

Deno.test("host carries out nothing of a step that ends the branch, and takes no further turn", async () => {
  const bench = new Bench([one, two]);
  bench.execute(deposit("a", 5));
  await bench.turn();
  const [request] = bench.sent;
  bench.happened.length = 0;
  const attempt = request?.request.attempt ?? 0;
  request?.delivered({ kind: "answer", from: two, attempt, has: 7, known: undefined });
  bench.execute(deposit("b", 5));
  await assertRejects(() => bench.turn(), Error, "branch 2 has");
  bench.execute(query);
  assertEquals([bench.happened, bench.turnsWaiting], [[], 0]);
});

Deno.test("host lets a peer be asked for old records, after the commit, and tells what it gave", async () => {
  const bench = new Bench([one, two]);
  const old = record({ origin: two, first: 1 });
  bench.host.tick(madeMs);
  bench.execute(deposit("a", 5));
  bench.propagate({ last: 1 });
  await bench.turn();
  assertEquals(bench.happened, ["commit", "send", "fetch", "reply"]);
  const [first] = bench.fetches;
  const { from, to, after, attempt = 0 } = first?.request ?? {};
  assertEquals({ from, to, after }, { from: one, to: two, after: vector({ 2: 0 }) });
  first?.fetched({ kind: "fetched", from: two, attempt, records: [old] });
  await bench.turn();
  assertEquals(bench.commits[1], [old]);
  assertEquals(bench.host.inspect().known, vector({ 1: 1, 2: 1 }));
});

Deno.test("host tells the replica when a peer gave no old records", async () => {
  const bench = new Bench([one, two]);
  bench.host.tick(madeMs);
  bench.propagate({ last: 1 });
  await bench.turn();
  const [first] = bench.fetches;
  first?.fetched({ kind: "unfetched", from: two, attempt: first.request.attempt });
  await bench.turn();
  assertEquals(bench.fetches.length, 1, "not at once");
  bench.host.tick(madeMs);
  await bench.turn();
  assertEquals(bench.fetches.length, 2);
});

Deno.test("host.recordsAfter() gives what the journal has after what a peer has, up to a limit", () => {
  const asked: unknown[] = [];
  const records = [record({ origin: two, first: 4 })];
  const host = new Host({
    replica: Replica.restore({ id: one, members: [one], opening: money(0), acknowledge: "all" }),
    journal: {
      ...emptyJournal,
      after: (...args) => {
        asked.push(args);
        return records;
      },
    },
    transport: deafTransport,
    schedule: () => {},
  });
  const request = { from: two, attempt: 1, after: vector({ 2: 3 }) };
  assertStrictEquals(host.recordsAfter(request), records);
  assertEquals(asked, [[vector({ 2: 3 }), limits.propagateBytesMax]]);
});

Deno.test("host tells the replica the time with every tick", async () => {
  const bench = new Bench();
  for (const ms of [madeMs, madeMs - 7]) bench.host.tick(ms);
  await bench.turn();
  assertEquals(bench.stepped, [tickAt(madeMs), tickAt(madeMs - 7)]);
});

Deno.test("host takes no further turn and answers nobody once it could not commit", async () => {
  const bench = new Bench([one, two]);
  bench.execute(deposit("a", 5));
  await bench.turn();
  const [request] = bench.sent;
  bench.failure = new Error("the disk is full");
  bench.execute(deposit("b", 5));
  await assertRejects(() => bench.turn(), Error, "the disk is full");
  bench.failure = undefined;
  bench.happened.length = 0;
  bench.execute(deposit("b", 5));
  bench.execute(query);
  bench.propagate({ asks: true });
  bench.host.tick(madeMs);
  const attempt = request?.request.attempt ?? 0;
  request?.delivered({ kind: "answer", from: two, attempt, has: 1, known: undefined });
  assertEquals(bench.turnsWaiting, 0);
  await bench.turn();
  assertEquals(bench.happened, []);
});

Deno.test("host takes a further turn when a peer answers while it is being asked", async () => {
  const turns: (() => void)[] = [];
  const has = () => host.inspect().peers[0]?.has;
  const host = new Host({
    replica: Replica.restore({
      id: one,
      members: [one, two],
      opening: money(0),
      acknowledge: "local",
    }),
    journal: emptyJournal,
    transport: {
      ...deafTransport,
      send: ({ attempt }, delivered) =>
        delivered({ kind: "answer", from: two, attempt, has: 1, known: undefined }),
    },
    schedule: (turn) => turns.push(turn),
  });
  const executed = host.execute([deposit("a", 1)], nothingKnown);
  turns.shift()?.();
  await executed;
  assertEquals(has(), 0);
  turns.shift()?.();
  assertEquals(has(), 1);
  assertEquals(turns, []);
});

Deno.test("host refuses commands beyond what may wait, and takes them when there is room", async () => {
  const bench = new Bench();
  const request = limits.requestCommandsMax;
  const fitting = Math.floor(limits.inboxCommandsMax / request);
  for (let count = 0; count < fitting; count++) bench.execute(...deposits(`${count}`, request));
  await assertRejects(() => bench.host.execute([query], nothingKnown), OverloadError, "wait");
  await bench.turn();
  const executed = bench.host.execute([query], nothingKnown);
  await bench.turns();
  assertEquals((await executed).kind, "executed");
});

Deno.test("host refuses requests beyond what may be open", async () => {
  const bench = new Bench();
  const open = Array.from({ length: limits.openRequestsMax }, () => bench.propagate());
  await assertRejects(() => bench.propagate(), OverloadError, "requests wait");
  await assertRejects(() => bench.host.execute([query], nothingKnown), OverloadError);
  await bench.turns();
  await Promise.all(open);
});

Deno.test("host tells its observer of each request that it turns away", async () => {
  let overloads = 0;
  const observer = { turned: () => {}, gave: () => {}, overloaded: () => void (overloads += 1) };
  const bench = new Bench([one], { observer });
  const open = Array.from({ length: limits.openRequestsMax }, () => bench.propagate());
  assertEquals(overloads, 0);
  await assertRejects(() => bench.propagate(), OverloadError);
  await assertRejects(() => bench.host.execute([query], nothingKnown), OverloadError);
  assertEquals(overloads, 2);
  await bench.turns();
  await Promise.all(open);
});

Deno.test("host gives back the room of the commands that it had no request open for", async () => {
  const bench = new Bench();
  const open = Array.from({ length: limits.openRequestsMax }, () => bench.propagate());
  const commands = deposits("a", limits.requestCommandsMax);
  for (let count = 0; count < limits.inboxCommandsMax; count += commands.length) {
    const refused = bench.host.execute(commands, nothingKnown);
    await assertRejects(() => refused, OverloadError, "requests wait");
  }
  await bench.turns();
  await Promise.all(open);
  const executed = bench.host.execute(commands, nothingKnown);
  await bench.turn();
  assertEquals((await executed).kind, "executed");
});

Deno.test("host lets a replica's bug through, for the program to end by", () => {
  const turns: (() => void)[] = [];
  const config = { id: one, members: [one], opening: money(0), acknowledge: "local" } as const;
  const replica = Replica.restore(config);
  replica.step = () => {
    throw new TypeError("a bug");
  };
  const host = new Host({
    replica,
    journal: emptyJournal,
    transport: deafTransport,
    schedule: (turn) => turns.push(turn),
  });
  host.tick(madeMs);
  assertThrows(() => turns[0]?.(), TypeError, "a bug");
});

Deno.test("host tells its observer of a turn after the commit, and before anything leaves", async () => {
  const happened: string[] = [];
  const seen: unknown[] = [];
  const bench = new Bench([one, two], {
    observer: {
      turned: (inputs, { records }, inspect) => {
        happened.push(...bench.happened.splice(0), "observed");
        seen.push([inputs.map(({ kind }) => kind), records.length, inspect().balance]);
      },
      gave: () => undefined,
    },
  });
  const executed = bench.execute(deposit("a", 5));
  await bench.turn();
  await executed;
  assertEquals([...happened, ...bench.happened], ["commit", "observed", "send", "reply"]);
  assertEquals(seen, [[["execute"], 1, money(105)]]);
});

Deno.test("host tells its observer nothing of a turn that could not be committed", async () => {
  const seen: unknown[] = [];
  const observer = { turned: () => void seen.push("turn"), gave: () => undefined };
  const bench = new Bench([one], { observer });
  bench.failure = new Error("the disk is full");
  void bench.execute(deposit("a", 5));
  await assertRejects(() => bench.turn(), Error, "the disk is full");
  assertEquals(seen, []);
});

Deno.test("host tells its observer which attempt of a customer it is, and what a peer is given", async () => {
  const heard: unknown[] = [];
  const bench = new Bench([one], {
    observer: {
      turned: ([input]) => heard.push(input?.kind === "execute" && input.attempt),
      gave: (request, records) => heard.push([request, records]),
    },
  });
  const executed = bench.host.execute([query], nothingKnown, { attempt: 3 });
  await bench.turn();
  await executed;
  const request = { from: two, attempt: 1, after: vector({ 1: 0 }) };
  bench.host.recordsAfter(request);
  assertEquals(heard, [3, [request, []]]);
});
