import { assertEquals, assertRejects } from "@std/assert";
import type { Command, Result } from "../../lib/core/command.ts";
import { type BranchId, commandIdPrefix } from "../../lib/core/ids.ts";
import { minus, plus } from "../../lib/core/money.ts";
import { knownOf, type VersionVector } from "../../lib/core/version_vector.ts";
import { planScenario } from "../../lib/format/plan.ts";
import { formatResults } from "../../lib/format/result.ts";
import { readScenario, type Scenario } from "../../lib/format/scenario.ts";
import { conduct, type Conducted, type Reply, type Step } from "../../lib/host/conductor.ts";

const run = commandIdPrefix(0) + "r";

interface Heard {
  readonly step: Step;
  readonly session: VersionVector;
}

/**
 * A bank in memory that answers from what the session covers and from nothing else: each
 * branch tells only its own writes and those that the session says the customer has seen.
 */
class FakeBank {
  readonly heard: Heard[] = [];
  readonly #scenario: Scenario;
  readonly #logs = new Map<BranchId, Command[]>();

  constructor(scenario: Scenario) {
    this.#scenario = scenario;
  }

  readonly carry = async (step: Step, session: VersionVector): Promise<Reply> => {
    this.heard.push({ step, session });
    await Promise.resolve();
    const own = this.#logs.get(step.branch) ?? [];
    this.#logs.set(step.branch, own);
    const result = this.#answer(step, { own, session });
    return { result, session: new Map([...session, [step.branch, own.length]]) };
  };

  #answer(
    { command, branch }: Step,
    { own, session }: { own: Command[]; session: VersionVector },
  ): Result {
    let balance = this.#scenario.opening;
    for (const [origin, log] of this.#logs) {
      const count = origin === branch ? log.length : knownOf(session, origin);
      for (const known of log.slice(0, count)) {
        if (known.action === "deposit") balance = plus(balance, known.amount);
        if (known.action === "withdraw") balance = minus(balance, known.amount);
      }
    }
    if (command.action === "query") return { kind: "balance", balance };
    if (command.action === "withdraw" && command.amount > balance) {
      return { kind: "refused", refusal: "insufficient funds" };
    }
    own.push(command);
    return { kind: "written", branches: 1 };
  }
}

interface Run extends Conducted {
  readonly bank: FakeBank;
  readonly output: string;
}

async function ran(
  records: readonly unknown[],
  { dialect, free = false }: { dialect: "classic" | "sequential"; free?: boolean },
): Promise<Run> {
  const { scenario } = readScenario(JSON.stringify(records), { file: "" });
  const bank = new FakeBank(scenario);
  const plan = planScenario(scenario, { dialect, run, free });
  const conducted = await conduct(plan, bank.carry);
  const { results } = conducted;
  const output = formatResults({ scenario, results, dialect, form: "jsonl" });
  return { ...conducted, bank, output };
}

function branchesOf(count: number, balance: number): readonly unknown[] {
  return Array.from({ length: count }, (_, index) => ({ id: index + 1, type: "branch", balance }));
}

function customer(id: number, ...events: readonly unknown[]): unknown {
  return { id, type: "customer", events };
}

const query = { interface: "query", money: 0 };

function deposit(money: number, dest?: number): unknown {
  return { interface: "deposit", money, ...dest === undefined ? {} : { dest } };
}

function withdraw(money: number): unknown {
  return { interface: "withdraw", money };
}

function balancesOf(results: readonly (readonly Result[])[]): readonly (bigint | string)[] {
  return results.flat().map((result) => result.kind === "balance" ? result.balance : result.kind);
}

Deno.test("conduct() shows every query of a classic plan all that was written before", async () => {
  const { output } = await ran([
    customer(1, query),
    customer(2, deposit(170), query),
    customer(3, withdraw(70), query),
    ...branchesOf(3, 400),
  ], { dialect: "classic" });
  const answered = '{"interface":"query","result":"success","money":500}';
  assertEquals(
    output,
    `{"id":1,"recv":[${answered}]}
{"id":2,"recv":[{"interface":"deposit","result":"success"},${answered}]}
{"id":3,"recv":[{"interface":"withdraw","result":"success"},${answered}]}
`,
  );
});

Deno.test("conduct() adds up 6 customers with 4 deposits each", async () => {
  const customers = Array.from(
    { length: 6 },
    (_, index) => customer(index + 1, ...Array(4).fill(deposit(10)), query),
  );
  const { results } = await ran([...customers, ...branchesOf(6, 100)], { dialect: "classic" });
  const expected = Array(6).fill([...Array(4).fill("written"), 340n]).flat();
  assertEquals(balancesOf(results), expected);
});

Deno.test("conduct() runs 100 records over 50 branches one after another", async () => {
  const records = [deposit(10), withdraw(10)].flatMap((event) =>
    Array.from({ length: 50 }, (_, index) => customer(index + 1, event, { interface: "query" }))
  );
  const { results } = await ran([...records, ...branchesOf(50, 400)], { dialect: "sequential" });
  const expected = Array.from(
    { length: 100 },
    (_, index) => BigInt(400 + 10 * (index < 50 ? index + 1 : 99 - index)),
  );
  assertEquals(balancesOf(results), expected.flatMap((balance) => ["written", balance]));
});

Deno.test("conduct() files results by record and event, whatever the order of the run", async () => {
  const { results } = await ran(
    [customer(1, query, deposit(5)), customer(1), customer(1, withdraw(99)), ...branchesOf(1, 7)],
    { dialect: "classic" },
  );
  const kinds = Array.from(results, (record) => record?.map((result) => result.kind));
  assertEquals(kinds, [["balance", "written"], undefined, ["refused"]]);
});

Deno.test("conduct() takes what earlier phases did along into each step of a phase", async () => {
  const { bank, seen } = await ran(
    [customer(1, deposit(1), query), customer(2, deposit(1), query), ...branchesOf(2, 0)],
    { dialect: "classic" },
  );
  const sessions = bank.heard.map(({ step, session }) => [step.command.action, [...session]]);
  assertEquals<unknown>(sessions, [
    ["deposit", []],
    ["deposit", []],
    ["query", [[1, 1], [2, 1]]],
    ["query", [[1, 1], [2, 1]]],
  ]);
  assertEquals<unknown>(seen, new Map([[1, 1], [2, 1]]));
});

Deno.test("conduct() takes a customer's session along from branch to branch", async () => {
  const { bank, results } = await ran(
    [customer(1, deposit(1), deposit(2, 2), query), customer(2, query), ...branchesOf(2, 0)],
    { dialect: "classic", free: true },
  );
  const heard = bank.heard.filter(({ step }) => step.customer === 1);
  assertEquals<unknown>(heard.map(({ session }) => [...session]), [
    [],
    [[1, 1]],
    [[1, 1], [2, 1]],
  ]);
  assertEquals(balancesOf(results), ["written", "written", 3n, 0n]);
});

Deno.test("conduct() of an unsettled plan takes nothing along but the customer's own", async () => {
  const { scenario } = readScenario(
    JSON.stringify([
      customer(1, deposit(1), query),
      customer(2, deposit(1), query),
      ...branchesOf(2, 0),
    ]),
    { file: "" },
  );
  const { phases } = planScenario(scenario, { dialect: "classic", run, free: false });
  const { results } = await conduct({ phases, settled: false }, new FakeBank(scenario).carry);
  assertEquals(balancesOf(results), ["written", 1n, "written", 1n]);
});

Deno.test("conduct() lets lanes of a phase run side by side, and no later phase", async () => {
  const { scenario } = readScenario(
    JSON.stringify([
      customer(1, deposit(1), query),
      customer(2, deposit(1), query),
      ...branchesOf(2, 0),
    ]),
    { file: "" },
  );
  const plan = planScenario(scenario, { dialect: "classic", run, free: false });
  const bank = new FakeBank(scenario);
  const bothDeposits = Promise.withResolvers<void>();
  const actions: string[] = [];
  await conduct(plan, async (step, session) => {
    actions.push(step.command.action);
    if (actions.length === 2) bothDeposits.resolve();
    await bothDeposits.promise;
    return await bank.carry(step, session);
  });
  assertEquals(actions, ["deposit", "deposit", "query", "query"]);
});

Deno.test("conduct() ends with the first step that fails, and starts no later phase", async () => {
  const { scenario } = readScenario(
    JSON.stringify([customer(1, deposit(1), query), ...branchesOf(1, 0)]),
    { file: "" },
  );
  const plan = planScenario(scenario, { dialect: "classic", run, free: false });
  const actions: string[] = [];
  const error = await assertRejects(() =>
    conduct(plan, (step) => {
      actions.push(step.command.action);
      return Promise.reject(new Error("no answer from branch 1"));
    }), Error);
  assertEquals(error.message, "no answer from branch 1");
  assertEquals(actions, ["deposit"]);
});

Deno.test("conduct() tells its observer when a phase begins, and when all its steps are taken", async () => {
  const { scenario } = readScenario(
    JSON.stringify([
      customer(1, deposit(1), query),
      customer(2, deposit(1), query),
      ...branchesOf(2, 0),
    ]),
    { file: "" },
  );
  const plan = planScenario(scenario, { dialect: "classic", run, free: false });
  const bank = new FakeBank(scenario);
  const happened: string[] = [];
  await conduct(plan, async (step, session) => {
    const reply = await bank.carry(step, session);
    happened.push(step.command.action);
    return reply;
  }, {
    observer: {
      begun: (phase) => void happened.push(`${phase} begun`),
      ended: (phase, lanes) => void happened.push(`${phase} ended: ${lanes.flat().length} steps`),
    },
  });
  assertEquals(happened, [
    ...["1 begun", "deposit", "deposit", "1 ended: 2 steps"],
    ...["2 begun", "query", "query", "2 ended: 2 steps"],
  ]);
});

Deno.test("conduct() tells when a phase begins, and after each step how many are done", async () => {
  const { scenario } = readScenario(
    JSON.stringify([
      customer(1, deposit(1), query),
      customer(2, deposit(1), query),
      ...branchesOf(2, 0),
    ]),
    { file: "" },
  );
  const plan = planScenario(scenario, { dialect: "classic", run, free: false });
  const told: (readonly [phase: number, done: number])[] = [];
  const bank = new FakeBank(scenario);
  await conduct(plan, bank.carry, {
    progressed({ phase, phases, done, commands }) {
      assertEquals([phases, commands], [2, 4]);
      told.push([phase, done]);
    },
  });
  assertEquals(told, [[1, 0], [1, 1], [1, 2], [2, 2], [2, 3], [2, 4]]);
});

Deno.test("conduct() takes what is known of earlier runs along into each step", async () => {
  const { scenario } = readScenario(
    JSON.stringify([customer(1, deposit(1)), ...branchesOf(2, 0)]),
    { file: "" },
  );
  const plan = planScenario(scenario, { dialect: "classic", run, free: false });
  const bank = new FakeBank(scenario);
  const [, second] = scenario.branches;
  const before: VersionVector = new Map(second === undefined ? [] : [[second, 7]]);
  const { seen } = await conduct(plan, bank.carry, { before });
  assertEquals<unknown>(bank.heard.map(({ session }) => [...session]), [[[2, 7]]]);
  assertEquals<unknown>(new Map(seen), new Map([[1, 1], [2, 7]]));
});
