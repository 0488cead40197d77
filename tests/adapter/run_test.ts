import { assertEquals, assertLessOrEqual, assertRejects } from "@std/assert";
import { money } from "../../lib/core/money.ts";
import { expectLine } from "../../lib/format/control_line.ts";
import { ProcessError } from "../../lib/host/ports.ts";
import { branch, withdrawal } from "../core/samples.ts";
import { addressOf, FalseWorld, kindsTold, queryOf, secret, start } from "./false_world.ts";

Deno.test("run() starts what it needs, hears the balances, and ends all of it", async () => {
  const world = new FalseWorld();
  const { conducted, balances } = await start(world, [queryOf(1, 1), queryOf(2, 2)]);
  const nothing = [{ kind: "balance", balance: money(0) }] as const;
  assertEquals(conducted.results, [nothing, nothing]);
  assertEquals([...balances], [[branch(1), money(7)], [branch(2), money(7)]]);
  const names = world.processes.map(({ name }) => name).sort();
  assertEquals(names, ["branch 1", "branch 2", "customer 1", "customer 2"]);
  assertEquals(world.processes.map(({ end }) => end), Array(4).fill("finished"));
  assertEquals(kindsTold(world, "branch 2"), ["branch setup", "peers", "settle"]);
  assertEquals(kindsTold(world, "customer 2"), ["customer setup", "call"]);
});

Deno.test("run() tells how far it has come", async () => {
  const told: number[] = [];
  await start(new FalseWorld(), [queryOf(1, 1), queryOf(2, 2)], {
    progressed: ({ done }) => void told.push(done),
  });
  assertEquals(told, [0, 1, 2]);
});

Deno.test("run() adds up what went wrong with the messages of all branches", async () => {
  const world = new FalseWorld();
  world.before = (line, process) => {
    if (line.kind !== "settle") return true;
    const injected = { delayed: 0, dropped: 1, doubled: 0, cut: 2 };
    process.say({ kind: "settled", balances: [], injected });
    return false;
  };
  const { injected } = await start(world, []);
  assertEquals(injected, { delayed: 0, dropped: 2, doubled: 0, cut: 4 });
  assertEquals((await start(new FalseWorld(), [])).injected, undefined);
});

Deno.test("run() asks again, with the same bytes, while nothing is decided about a withdrawal", async () => {
  const [undecided, done] = ["CAQ=", "CAEQAg=="]; // Outcome 4; outcome 1, at 2 branches.
  const responses = [undecided, undecided, done];
  const world = new FalseWorld();
  world.before = (line, process) => {
    if (line.kind !== "call") return true;
    process.say({ kind: "answer", response: responses.shift() ?? "" });
    return false;
  };
  const step = { ...queryOf(1, 1), command: withdrawal("w", 5) };
  const { conducted } = await start(world, [step]);
  assertEquals(conducted.results, [[{ kind: "written", branches: 2 }]]);
  const calls = world.named("customer 1").told.filter(({ kind }) => kind === "call");
  assertEquals(calls.length, 3);
  assertEquals(new Set(calls.map((call) => JSON.stringify(call))).size, 1);
  assertEquals(world.named("customer 1").end, "finished");
});

Deno.test("run() introduces branches before it asks for their balances, if none is asked for more", async () => {
  const world = new FalseWorld();
  await start(world, []);
  for (const name of ["branch 1", "branch 2"]) {
    assertEquals(kindsTold(world, name), ["branch setup", "peers", "settle"]);
  }
});

Deno.test("run() introduces a branch that is late to branches that are done", async () => {
  const world = new FalseWorld();
  world.before = (line, process) => {
    const isLate = line.kind === "branch setup" && process.name === "branch 2";
    if (line.kind === "call") {
      // The only customer is served by branch 1 and has nothing left to do.
      queueMicrotask(() => queueMicrotask(listen));
    }
    return !isLate;
  };
  function listen(): void {
    const addresses = [[branch(2), addressOf(branch(2))]] as const;
    setTimeout(
      () => world.named("branch 2").say({ kind: "listening", addresses, known: [] }),
      0,
    );
  }
  await start(world, [queryOf(1, 1)]);
  for (const name of ["branch 1", "branch 2"]) {
    assertEquals(kindsTold(world, name), ["branch setup", "peers", "settle"]);
  }
});

Deno.test("run() tells each process the secret, and each other's addresses, and no more", async () => {
  const world = new FalseWorld();
  const faults = { drop: 0.1, double: 0, cuts: [] };
  await start(world, [queryOf(1, 2), queryOf(2, 1), queryOf(1, 2, 1)], { faults });
  for (const { name, told } of world.processes) {
    const isBranch = name.startsWith("branch");
    const { secret: shown } = isBranch
      ? expectLine(told[0], "branch setup")
      : expectLine(told[0], "customer setup").trust as { readonly secret: string };
    assertEquals(shown, secret, name);
  }
  const { secret: _, ...setup } = expectLine(world.named("branch 2").told[0], "branch setup");
  assertEquals(setup, {
    kind: "branch setup",
    opening: 7,
    members: [branch(1), branch(2)],
    serve: [[branch(2), "127.0.0.1:0"]],
    acknowledge: "majority",
    bank: "5ec2e7",
    folder: "temporary",
    isTemporary: true,
    mayBeOld: false,
    ranUntilMs: 999,
    nats: undefined,
    faults,
    trace: undefined,
  });
  const addresses = [1, 2].map((id) => [branch(id), addressOf(branch(id))] as const);
  assertEquals(world.named("branch 1").told[1], { kind: "peers", addresses });
  assertEquals(world.named("branch 1").request.hosts, ["127.0.0.1"]);
  assertEquals(world.named("customer 1").request.hosts, [addressOf(branch(2))]);
  assertEquals(world.named("customer 2").request.hosts, [addressOf(branch(1))]);
});

Deno.test("run() packs many branches into a few processes, reached where the first listens", async () => {
  const world = new FalseWorld();
  const { balances } = await start(world, [queryOf(1, 9)], { branchCount: 10 });
  assertEquals(balances.size, 10);
  const packs = world.processes.filter(({ request }) => request.program === "branch");
  assertLessOrEqual(packs.length, 4);
  const served = packs.map(({ told }) => expectLine(told[0], "branch setup").serve);
  assertEquals(served.flat().map(([id]) => Number(id)), [1, 2, 3, 4, 5, 6, 7, 8, 9, 10]);
  const sizes = served.map((serve) => serve.length);
  assertLessOrEqual(Math.max(...sizes) - Math.min(...sizes), 1);
  const last = (served.at(-1) ?? []).map(([id]) => id);
  assertEquals(packs.at(-1)?.name, `the process of branches ${last.join(", ")}`);
  const peers = new Map(expectLine(packs[0]?.told[1], "peers").addresses);
  assertEquals(peers.size, 10);
  for (const id of last) assertEquals(peers.get(id), addressOf(last[0] ?? id));
  assertEquals(world.named("customer 1").request.hosts, [addressOf(branch(9))]);
});

Deno.test("run() fails by the first process that ends by itself, and kills the others", async () => {
  for (const victim of ["branch 1", "branch 2", "customer 1"]) {
    const world = new FalseWorld();
    world.before = (line) => {
      if (line.kind === "call") world.named(victim).die();
      return line.kind !== "call";
    };
    const error = await assertRejects(() => start(world, [queryOf(1, 1)]), ProcessError);
    assertEquals(error.message, `${victim} ended with exit code 1`);
    assertEquals(world.processes.map(({ end }) => end), Array(3).fill("killed"));
    assertEquals(world.notes, []);
  }
});

Deno.test("run() says which customer's call failed", async () => {
  const world = new FalseWorld();
  world.before = (line, process) => {
    if (line.kind === "call") process.say({ kind: "answer", failure: "Query failed" });
    return line.kind !== "call";
  };
  const error = await assertRejects(() => start(world, [queryOf(1, 1)]), ProcessError);
  assertEquals(error.message, "customer 1: Query failed");
});
