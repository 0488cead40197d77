import { assert, assertEquals, assertRejects } from "@std/assert";
import { money } from "../../lib/core/money.ts";
import { type BranchSetup, expectLine } from "../../lib/format/control_line.ts";
import { ProcessError } from "../../lib/host/ports.ts";
import { branch } from "../core/samples.ts";
import {
  addressOf,
  FalseWorld,
  kindsTold,
  lasting,
  queryOf,
  start,
  temporary,
} from "./false_world.ts";

const known = [[branch(1), 4], [branch(2), 2]] as const;

/** How often the process of some branches is started again. */
const restartsMax = 20;

/** A world in which branches have journals from before. */
function withPast(): FalseWorld {
  const world = new FalseWorld();
  world.before = (line, process) => {
    if (line.kind !== "branch setup") return true;
    const addresses = line.serve.map(([id]) => [id, addressOf(id)] as const);
    const [own = branch(1)] = line.serve.map(([id]) => id);
    process.say({ kind: "listening", addresses, known: known.filter(([id]) => id === own) });
    return false;
  };
  return world;
}

/** A world in which the process of branch 2 ends while a customer waits, so many times. */
function dyingWorld(signal: string, times: number): FalseWorld {
  const world = new FalseWorld();
  let deaths = 0;
  world.before = (line, process) => {
    if (line.kind === "call" && deaths < times) {
      deaths += 1;
      world.named("branch 2").die(signal);
      // The call is answered once the branch is there again.
      world.answerLater(line, process);
      return false;
    }
    if (line.kind === "peers" && process.name === "branch 2" && deaths > 0) {
      if (deaths < times) {
        deaths += 1;
        process.die(signal);
      } else world.answerNow();
    }
    return true;
  };
  return world;
}

function setupsOf(world: FalseWorld, name: string): readonly BranchSetup[] {
  return world.processes.filter((process) => process.name === name)
    .map(({ told }) => expectLine(told[0], "branch setup"));
}

Deno.test("ownBank() starts a branch again that a signal killed, as and where it was", async () => {
  for (const folder of [temporary, lasting]) {
    const world = dyingWorld("SIGKILL", 1);
    const { balances } = await start(world, [queryOf(1, 1)], { folder });
    assertEquals([...balances], [[branch(1), money(7)], [branch(2), money(7)]]);
    assertEquals(world.notes, ["branch 2 ended by SIGKILL; it is started again"]);
    const [first, second, ...others] = setupsOf(world, "branch 2");
    assert(first !== undefined && second !== undefined);
    assertEquals(others, []);
    const serve = [[branch(2), addressOf(branch(2))]];
    assertEquals<unknown>(second, { ...first, serve, mayBeOld: true });
    assertEquals(kindsTold(world, "branch 2"), ["branch setup", "peers", "settle"]);
    assertEquals(world.named("branch 2").told[1], world.named("branch 1").told[1]);
    assertEquals(setupsOf(world, "branch 1").length, 1);
    assertEquals(world.named("branch 2").request.folder, folder.path);
  }
});

Deno.test("ownBank() asks a branch for its balance again that was killed before it told", async () => {
  const world = new FalseWorld();
  let hasDied = false;
  world.before = (line, process) => {
    if (line.kind !== "settle" || process.name !== "branch 2" || hasDied) return true;
    hasDied = true;
    process.die("SIGSEGV");
    return false;
  };
  const { balances } = await start(world, [queryOf(1, 1)]);
  assertEquals(balances.get(branch(2)), money(7));
  assertEquals(world.notes, ["branch 2 ended by SIGSEGV; it is started again"]);
  assertEquals(kindsTold(world, "branch 2"), ["branch setup", "peers", "settle"]);
});

Deno.test("ownBank() starts a branch again also when it is killed while it starts again", async () => {
  const world = dyingWorld("SIGKILL", 1);
  const { before } = world;
  let starts = 0;
  world.before = (line, process) => {
    if (line.kind === "branch setup" && process.name === "branch 2" && ++starts === 2) {
      process.die("SIGKILL");
      return false;
    }
    return before(line, process);
  };
  const { balances } = await start(world, [queryOf(1, 1)]);
  assertEquals(balances.get(branch(2)), money(7));
  assertEquals(world.notes, Array(2).fill("branch 2 ended by SIGKILL; it is started again"));
});

Deno.test("ownBank() starts a branch again as often as it is killed, up to a limit", async () => {
  const often = dyingWorld("SIGTERM", restartsMax);
  await start(often, [queryOf(1, 1)]);
  assertEquals(setupsOf(often, "branch 2").length, restartsMax + 1);
  assertEquals(often.notes.length, restartsMax);

  const tooOften = dyingWorld("SIGTERM", restartsMax + 1);
  const failure = () => start(tooOften, [queryOf(1, 1)]);
  await assertRejects(failure, ProcessError, "branch 2 ended by SIGTERM");
  assertEquals(setupsOf(tooOften, "branch 2").length, restartsMax + 1);
});

Deno.test("run() ends by a Ctrl-C or the end of a terminal that its branches heard of", async () => {
  for (const signal of ["SIGINT", "SIGHUP"]) {
    const world = dyingWorld(signal, 1);
    const error = await assertRejects(() => start(world, [queryOf(1, 1)]), ProcessError);
    assertEquals([error.message, error.signal], [`branch 2 ended by ${signal}`, signal]);
    assertEquals(world.notes, []);
    assertEquals(world.processes.map(({ end }) => end), Array(3).fill("killed"));
  }
});

Deno.test("run() fails by a customer's process that is killed: nobody else knows what it did", async () => {
  const world = new FalseWorld();
  world.before = (line, process) => {
    if (line.kind === "call") process.die("SIGKILL");
    return line.kind !== "call";
  };
  const error = await assertRejects(() => start(world, [queryOf(1, 1)]), ProcessError);
  assertEquals(error.message, "customer 1 ended by SIGKILL");
});

Deno.test("run() on a bank that is there has every step follow what its branches know", async () => {
  const world = withPast();
  const { conducted } = await start(world, [queryOf(1, 2)], { folder: lasting });
  assertEquals(conducted.seen, new Map(known));
  const settle = { kind: "settle", known: [...known] } as const;
  assertEquals(world.named("branch 2").told.at(-1), settle);
  assertEquals(world.named("branch 2").request.folder, "data");
  assertEquals(world.named("customer 1").request.folder, undefined);
  const [setup] = setupsOf(world, "branch 1");
  const { bank, folder, isTemporary, mayBeOld, ranUntilMs } = setup ?? {};
  assertEquals<unknown>([bank, folder, isTemporary, mayBeOld], ["901d", "data", false, true]);
  assertEquals(ranUntilMs, 999);
});

Deno.test("run() starts no customer on a bank that is there before it knows all of its past", async () => {
  const world = withPast();
  const { before } = world;
  world.before = (line, process) => {
    if (line.kind === "customer setup") {
      assert(hasHeard, "a customer was started too early");
    }
    if (line.kind !== "branch setup" || process.name !== "branch 2") return before(line, process);
    setTimeout(() => {
      hasHeard = true;
      before(line, process);
    }, 0);
    return false;
  };
  let hasHeard = false;
  await start(world, [queryOf(1, 1)], { folder: lasting });
  assertEquals(hasHeard, true);
});
