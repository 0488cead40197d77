import { assert, assertEquals, assertLessOrEqual, assertRejects } from "@std/assert";
import { run } from "../../lib/adapter/run.ts";
import { type BranchId, isCustomerId } from "../../lib/core/ids.ts";
import { money } from "../../lib/core/money.ts";
import { expectLine, type Line } from "../../lib/format/control_line.ts";
import type { Step } from "../../lib/host/conductor.ts";
import { type Process, ProcessError, type ProcessRequest } from "../../lib/host/ports.ts";
import { branch, query } from "../core/samples.ts";

/** A process that answers as one would, unless a test makes it wait or end. */
class FalseProcess implements Process {
  readonly name: string;
  readonly request: ProcessRequest;
  readonly told: Line[] = [];
  end: "none" | "finished" | "killed" = "none";
  readonly #world: FalseWorld;
  readonly #said: Line[] = [];
  #wanted: PromiseWithResolvers<Line> | undefined;
  #isDead = false;

  constructor(request: ProcessRequest, world: FalseWorld) {
    this.name = request.name;
    this.request = request;
    this.#world = world;
  }

  tell(message: unknown): void {
    const line = message as Line;
    this.told.push(line);
    const answer = this.#world.answerTo(line, this);
    if (answer !== undefined) this.say(answer);
  }

  next(): Promise<Line> {
    const line = this.#said.shift();
    if (line !== undefined) return Promise.resolve(line);
    this.#wanted = Promise.withResolvers();
    if (this.#isDead) this.die();
    return this.#wanted.promise;
  }

  finish(): Promise<void> {
    this.end = "finished";
    return Promise.resolve();
  }

  kill(): void {
    this.end = "killed";
  }

  say(line: Line): void {
    if (this.#wanted === undefined) this.#said.push(line);
    else this.#wanted.resolve(line);
    this.#wanted = undefined;
  }

  die(): void {
    this.#isDead = true;
    this.#wanted?.reject(new ProcessError(`${this.name} ended by SIGKILL`, "SIGKILL"));
  }
}

/** The processes of a run, and what a test does to them. */
class FalseWorld {
  readonly processes: FalseProcess[] = [];
  /** Is told each line first, and may hinder the answer to it. */
  before: (line: Line, process: FalseProcess) => boolean = () => true;

  readonly spawn = (request: ProcessRequest): Process => {
    const process = new FalseProcess(request, this);
    this.processes.push(process);
    return process;
  };

  named(name: string): FalseProcess {
    const process = this.processes.find((process) => process.name === name);
    assert(process !== undefined, `${name} was started`);
    return process;
  }

  answerTo(line: Line, process: FalseProcess): Line | undefined {
    return this.before(line, process) ? answerTo(line, process) : undefined;
  }
}

function answerTo(line: Line, { told }: FalseProcess): Line | undefined {
  switch (line.kind) {
    case "branch setup":
      return {
        kind: "listening",
        addresses: line.serve.map((id) => [id, addressOf(id)]),
        journals: line.serve.map((branch) => ({ branch, bank: "", known: [] })),
      };
    case "settle": {
      const { serve } = expectLine(told[0], "branch setup");
      return { kind: "settled", balances: serve.map((id) => [id, "7"]) };
    }
    case "customer setup":
      return { kind: "ready" };
    case "call":
      // Nothing is what protobuf makes of a balance of 0 and an empty session.
      return { kind: "answer", response: "" };
    default:
      return undefined;
  }
}

function addressOf(id: BranchId): string {
  return `127.0.0.1:${5000 + id}`;
}

function queryOf(customerId: number, turnsTo: number, event = 0): Step {
  assert(isCustomerId(customerId));
  const record = customerId - 1;
  return { customer: customerId, branch: branch(turnsTo), command: query, record, event };
}

function start(world: FalseWorld, steps: readonly Step[], branchCount = 2, data?: string) {
  return run({
    data,
    branches: Array.from({ length: branchCount }, (_, index) => branch(index + 1)),
    opening: money(7),
    acknowledge: "majority",
    plan: { phases: steps.length === 0 ? [] : [steps.map((step) => [step])], settled: true },
    spawn: world.spawn,
    cores: 2,
  });
}

function kindsTold(world: FalseWorld, name: string): readonly string[] {
  return world.named(name).told.map(({ kind }) => kind);
}

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
      () => world.named("branch 2").say({ kind: "listening", addresses, journals: [] }),
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
  await start(world, [queryOf(1, 2), queryOf(2, 1), queryOf(1, 2, 1)]);
  const setups = world.processes.map(({ told }) => told[0]);
  const secrets = new Set(
    setups.map((line) => line !== undefined && "secret" in line && line.secret),
  );
  assertEquals(secrets.size, 1);
  assertEquals(`${[...secrets]}`.length, 64);
  const { secret: _, ...setup } = expectLine(world.named("branch 2").told[0], "branch setup");
  assertEquals(setup, {
    kind: "branch setup",
    opening: 7,
    members: [branch(1), branch(2)],
    serve: [branch(2)],
    acknowledge: "majority",
    data: undefined,
  });
  const addresses = [1, 2].map((id) => [branch(id), addressOf(branch(id))] as const);
  assertEquals(world.named("branch 1").told[1], { kind: "peers", addresses });
  assertEquals(world.named("branch 1").request.hosts, ["127.0.0.1"]);
  assertEquals(world.named("customer 1").request.hosts, [addressOf(branch(2))]);
  assertEquals(world.named("customer 2").request.hosts, [addressOf(branch(1))]);
});

Deno.test("run() packs many branches into a few processes, reached where the first listens", async () => {
  const world = new FalseWorld();
  const { balances } = await start(world, [queryOf(1, 9)], 10);
  assertEquals(balances.size, 10);
  const packs = world.processes.filter(({ request }) => request.program === "branch");
  assertLessOrEqual(packs.length, 4);
  const served = packs.map(({ told }) => expectLine(told[0], "branch setup").serve);
  assertEquals(served.flat().map(Number), [1, 2, 3, 4, 5, 6, 7, 8, 9, 10]);
  const sizes = served.map((serve) => serve.length);
  assertLessOrEqual(Math.max(...sizes) - Math.min(...sizes), 1);
  const last = served.at(-1) ?? [];
  assertEquals(packs.at(-1)?.name, `the process of branches ${last.join(", ")}`);
  const peers = new Map(expectLine(packs[0]?.told[1], "peers").addresses);
  assertEquals(peers.size, 10);
  for (const id of last) assertEquals(peers.get(id), addressOf(last[0] ?? id));
  assertEquals(world.named("customer 1").request.hosts, [addressOf(branch(9))]);
});

Deno.test("run() fails by the first process that dies, and kills the others", async () => {
  for (const victim of ["branch 1", "branch 2", "customer 1"]) {
    const world = new FalseWorld();
    world.before = (line) => {
      if (line.kind === "call") world.named(victim).die();
      return line.kind !== "call";
    };
    const error = await assertRejects(() => start(world, [queryOf(1, 1)]), ProcessError);
    assertEquals(error.message, `${victim} ended by SIGKILL`);
    assertEquals(world.processes.map(({ end }) => end), Array(3).fill("killed"));
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

/** Has branch `id` say, when it listens, what its journal is of and knows. */
function withJournals(
  world: FalseWorld,
  journals: Readonly<Record<number, { bank: string; known: [number, number][] }>>,
): void {
  world.before = (line, process) => {
    if (line.kind !== "branch setup") return true;
    const addresses = line.serve.map((id) => [id, addressOf(id)] as const);
    const said = line.serve.map((id) => {
      const { bank, known } = journals[id] ?? { bank: "", known: [] };
      return {
        branch: id,
        bank,
        known: known.map(([of, sequence]) => [branch(of), sequence] as const),
      };
    });
    process.say({ kind: "listening", addresses, journals: said });
    return false;
  };
}

Deno.test("run() on a bank that is there has every step follow what its branches know", async () => {
  const world = new FalseWorld();
  withJournals(world, {
    1: { bank: "b", known: [[1, 4], [2, 2]] },
    2: { bank: "b", known: [[1, 3], [2, 2]] },
  });
  const { conducted } = await start(world, [queryOf(1, 2)], 2, "data");
  assertEquals(conducted.seen, new Map([[branch(1), 4], [branch(2), 2]]));
  const settle = { kind: "settle", known: [[branch(1), 4], [branch(2), 2]] } as const;
  assertEquals(world.named("branch 2").told.at(-1), settle);
  assertEquals(world.named("branch 2").request.folder, "data");
  assertEquals(world.named("customer 1").request.folder, undefined);
});

Deno.test("run() starts no customer when a branch has lost what others know of it", async () => {
  const world = new FalseWorld();
  withJournals(world, {
    1: { bank: "b", known: [[1, 4], [2, 3]] },
    2: { bank: "b", known: [[1, 4], [2, 2]] },
  });
  const complaint = "branch 2 has lost what it wrote: branch 1 knows its entry 3, " +
    "its own journal ends with 2";
  await assertRejects(() => start(world, [queryOf(1, 2)], 2, "data"), ProcessError, complaint);
  assertEquals(world.processes.map(({ name, end }) => `${name} ${end}`), [
    "branch 1 killed",
    "branch 2 killed",
  ]);
});

Deno.test("run() gives a new bank an id that all its branches share, and every bank another", async () => {
  const banks = new Set<string | undefined>();
  for (let round = 0; round < 2; round++) {
    const world = new FalseWorld();
    await start(world, [], 2, "data");
    for (const { told } of world.processes) {
      banks.add(expectLine(told[0], "branch setup").data?.bank);
    }
    assertEquals(banks.size, round + 1);
  }
});
