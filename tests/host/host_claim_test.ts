import { assertEquals, assertRejects } from "@std/assert";
import { limits } from "../../lib/core/limits.ts";
import { money } from "../../lib/core/money.ts";
import { OverloadError } from "../../lib/host/host.ts";
import {
  branch,
  commandId,
  deposit,
  grant,
  madeMs,
  query,
  record,
  withdrawal,
} from "../core/samples.ts";
import { Bench } from "./bench.ts";

const [one, two] = [branch(1), branch(2)];

Deno.test("host.claim() answers after the grant is committed, which goes to the peer", async () => {
  const bench = new Bench([one, two]);
  const claimed = bench.claim({ need: money(7), wanted: money(7) });
  assertEquals(bench.happened, [], "nothing happens before the turn");
  await bench.turn();
  assertEquals(bench.happened, ["commit", "send", "reply"]);
  const granted = record({ origin: one, first: 1, entries: [grant("claim", 2, 7)] });
  assertEquals(bench.commits, [[granted]]);
  assertEquals(bench.sent[0]?.request.records, [granted]);
  assertEquals(await claimed, { isGranted: true, last: 1, expiredMs: 0 });
  assertEquals(bench.host.inspect().allowance, money(43));
  assertEquals(bench.host.inspect().balance, money(100));
});

Deno.test("host.claim() grants once what is claimed again", async () => {
  const bench = new Bench([one, two]);
  const first = bench.claim();
  await bench.turn();
  bench.execute(deposit("a", 1));
  const again = [bench.claim(), bench.claim()];
  await bench.turn();
  assertEquals(await first, { isGranted: true, last: 1, expiredMs: 0 });
  assertEquals(await Promise.all(again), Array(2).fill({ isGranted: true, last: 2, expiredMs: 0 }));
  assertEquals(bench.host.inspect().allowance, money(46));
});

Deno.test("host.claim() tells how far the log goes when it grants nothing", async () => {
  const bench = new Bench([one, two]);
  bench.execute(withdrawal("a", 50));
  const claimed = [bench.claim(), bench.claim({ id: commandId("ask"), need: money(0) })];
  await bench.turn();
  assertEquals(
    await Promise.all(claimed),
    Array(2).fill({ isGranted: false, last: 1, expiredMs: 0 }),
  );
});

Deno.test("host.claim() gives nothing while the replica recovers, and commits nothing", async () => {
  const bench = new Bench([one, two], { isNew: true });
  bench.host.tick(madeMs);
  const claimed = bench.claim();
  await bench.turn();
  assertEquals(await claimed, undefined);
  assertEquals(bench.commits, []);
  assertEquals(bench.host.inspect().allowance, money(50));
});

Deno.test("host.claim() answers nobody whose grant could not be committed", async () => {
  const bench = new Bench([one, two]);
  bench.failure = new Error("the disk is full");
  void bench.claim();
  await assertRejects(() => bench.turn(), Error, "the disk is full");
  assertEquals([bench.happened, bench.sent], [[], []]);
});

Deno.test("host.claim() refuses claims beyond what may be open", async () => {
  const bench = new Bench([one, two]);
  const open = Array.from({ length: limits.openRequestsMax }, () => bench.propagate());
  await assertRejects(() => bench.claim(), OverloadError, "requests wait");
  await bench.turns();
  await Promise.all(open);
});

Deno.test("host claims from peers after the commit, and tells the replica what they answered", async () => {
  const bench = new Bench([one, two]);
  bench.host.tick(madeMs);
  bench.execute(deposit("a", 10));
  const paid = bench.execute(withdrawal("b", 90));
  await bench.turn();
  assertEquals(bench.happened.slice(0, 3), ["commit", "send", "claim"]);
  const [first] = bench.claims;
  const { from, to, need } = first?.request ?? {};
  assertEquals({ from, to, need }, { from: one, to: two, need: money(30) });
  const { attempt = 0, id = "" } = first?.request ?? {};
  const granted = record({ origin: two, first: 1, entries: [grant(id, 1, 30)] });
  first?.claimed({ kind: "claimed", from: two, attempt, isGranted: true, last: 1, expiredMs: 0 });
  bench.propagate({ records: [granted] });
  await bench.turn();
  const executed = await paid;
  assertEquals(executed.kind === "executed" && executed.results, [{
    kind: "written",
    branches: 1,
  }]);
  assertEquals(bench.host.inspect().allowance, money(0));
});

Deno.test("host tells the replica that a claim got no answer, which asks again under its name", async () => {
  const bench = new Bench([one, two]);
  bench.host.tick(madeMs);
  bench.execute(withdrawal("b", 90));
  await bench.turn();
  const [first] = bench.claims;
  first?.claimed({ kind: "unclaimed", from: two, attempt: first.request.attempt });
  bench.execute(query);
  await bench.turn();
  assertEquals(bench.claims.length, 1, "not at once");
  for (let tick = 0; tick < 3; tick++) bench.host.tick(madeMs);
  await bench.turn();
  assertEquals(bench.claims.length, 2);
  assertEquals(bench.claims[1]?.request.id, first?.request.id);
});
