import { assert, assertEquals, assertNotEquals } from "@std/assert";
import { commandIdPrefix } from "../../lib/core/ids.ts";
import { limits } from "../../lib/core/limits.ts";
import { money } from "../../lib/core/money.ts";
import { patience } from "../../lib/core/patience.ts";
import type { Command } from "../../lib/gen/bank/v1/Command.ts";
import { branch, commandId, madeMs, vector } from "../core/samples.ts";
import { permitted } from "../permitted.ts";
import { network } from "./network.ts";

const [one, two] = [branch(1), branch(2)];
const session = (sequence: number, origin = 1) => ({ sequences: { [origin]: sequence } });

/** A bank of one branch, served, and someone who calls it. */
async function openBank(members = [one]) {
  const { Caller, openBranches, secret } = await import("./grpc_bank.ts");
  const { branchService, replicationService } = await import("../../lib/format/contract.ts");
  const { hosts, addresses } = await openBranches([one], { members, acknowledge: "local" });
  const host = hosts.get(one);
  assert(host !== undefined);
  const address = addresses.get(one) ?? "";
  const { Deposit, Withdraw, Query, Execute } = branchService;
  const { Claim, Fetch, Propagate } = replicationService;
  const methods = { Claim, Deposit, Withdraw, Query, Execute, Fetch, Propagate } as const;
  return { caller: new Caller(address), address, host, hosts, secret, ...methods };
}

permitted("serveBranch() answers each method that customers have", network, async () => {
  const { caller, Deposit, Withdraw, Query, Execute } = await openBank();
  const deposited = await caller.call(Deposit, {
    branch: 1,
    commandId: commandId("a"),
    amount: 40,
  });
  const success = { outcome: "OUTCOME_SUCCESS", branches: 1 } as const;
  assertEquals(deposited.response, { ...success, session: session(1) });
  const withdrawn = await caller.call(Withdraw, {
    branch: 1,
    commandId: commandId("b"),
    amount: 15,
    session: session(1),
  });
  assertEquals(withdrawn.response, { ...success, session: session(2) });
  const queried = await caller.call(Query, { session: session(2) });
  assertEquals(queried.response, { balance: 125, session: session(2) });
  const executed = await caller.call(Execute, {
    branch: 1,
    commands: [{ action: "ACTION_QUERY" }],
  });
  assertEquals(executed.response?.results, [{
    outcome: "OUTCOME_SUCCESS",
    branches: 0,
    balance: 125,
  }]);
  assertEquals(executed.response?.session, session(2));
});

permitted(
  "serveBranch() answers a refusal with an outcome, not with a status",
  network,
  async () => {
    const { caller, Withdraw, Query } = await openBank();
    const refused = await caller.call(Withdraw, {
      branch: 1,
      commandId: commandId("a"),
      amount: 101,
    });
    assertEquals([refused.status, refused.response?.outcome], ["OK", "OUTCOME_INSUFFICIENT_FUNDS"]);
    assertEquals(refused.response?.branches, 0);
    assertEquals((await caller.call(Query, {})).response?.balance, 100);
  },
);

permitted(
  "serveBranch() lets nobody in without the secret, and changes nothing",
  network,
  async () => {
    const bank = await openBank();
    const { caller, host, secret } = bank;
    const other = secret.replace(/.$/, "!");
    const shown = {
      "nothing": null,
      "an empty text": "",
      "another secret of its length": `Bearer ${other}`,
      "a longer secret": `Bearer ${secret}s`,
      "a shorter secret": `Bearer ${secret.slice(0, -1)}`,
      "the secret alone": secret,
      "another scheme": `bearer ${secret}`,
    };
    for (const [what, authorization] of Object.entries(shown)) {
      const as = { shown: authorization };
      const { Claim, Deposit, Withdraw, Query, Execute, Fetch, Propagate } = bank;
      const command = { action: "ACTION_DEPOSIT", commandId: commandId("e"), amount: 1 } as const;
      const answers = await Promise.all([
        caller.call(Deposit, { branch: 1, commandId: commandId("d"), amount: 1 }, as),
        caller.call(Withdraw, { branch: 1, commandId: commandId("w"), amount: 1 }, as),
        caller.call(Query, {}, as),
        caller.call(Execute, { branch: 1, commands: [command] }, as),
        caller.call(Propagate, { from: 1, to: [1] }, as),
        caller.call(Fetch, { from: 1, to: 1 }, as),
        caller.call(Claim, { from: 2, to: 1, claimId: commandId("c"), need: 1, wanted: 1 }, as),
      ]);
      const statuses = new Set(answers.map(({ status }) => status));
      assertEquals([...statuses], ["UNAUTHENTICATED"], what);
      const [first] = answers;
      assertEquals(first?.details, "the call does not bear the secret of this bank", what);
      assert(!first?.details.includes(secret), what);
    }
    const { balance, outcomes } = host.inspect();
    assertEquals([balance, outcomes], [100n, 0]);
  },
);

permitted("serveBranch() names the field and the value that are wrong", network, async () => {
  const { caller, host, Deposit, Withdraw, Execute, Propagate } = await openBank();
  const amount = `it must be a whole number from 0 to ${limits.amountMax}`;
  const wrong = [
    [{ commandId: commandId("a"), amount: -1 }, `amount is -1; ${amount}`],
    [
      { commandId: commandId("a"), amount: limits.amountMax + 1 },
      `amount is 1000000000001; ${amount}`,
    ],
    [
      { commandId: commandId("a"), amount: "9223372036854775807" },
      `amount is 9223372036854776000; ${amount}`,
    ],
    [{ commandId: "", amount: 1 }, 'command_id is "";'],
    [{ amount: 1 }, 'command_id is "";'],
    [{ commandId: "run/1/1", amount: 1 }, 'command_id is "run/1/1";'],
    [
      { commandId: commandId("a"), amount: 1, session: { sequences: { 1: "9007199254740992" } } },
      "session.sequences[1] is 9007199254740992; it must be a whole number from 0 to 2^53 - 1",
    ],
  ] as const;
  for (const [request, details] of wrong) {
    for (const method of [Deposit, Withdraw]) {
      const answer = await caller.call(method, { ...request, branch: 1 });
      assertEquals(answer.status, "INVALID_ARGUMENT");
      assertEquals(answer.details.slice(0, details.length), details);
    }
  }
  const query: Command = { action: "ACTION_QUERY" };
  const many = [
    [
      [query, { action: "ACTION_WITHDRAW", commandId: commandId("a"), amount: -5 }],
      "commands[1].amount is -5",
    ],
    [[query, query, {}], "commands[2].action is ACTION_UNSPECIFIED"],
  ] as const;
  for (const [commands, details] of many) {
    const answer = await caller.call(Execute, { branch: 1, commands: [...commands] });
    assertEquals(answer.status, "INVALID_ARGUMENT");
    assertEquals(answer.details.slice(0, details.length), details);
  }
  const crowd = Array(limits.requestCommandsMax + 1).fill(query);
  const excess = await caller.call(Execute, { branch: 1, commands: crowd });
  const tooMany = "commands has more than 1000 elements";
  assertEquals([excess.status, excess.details], ["RESOURCE_EXHAUSTED", tooMany]);
  const record = await caller.call(Propagate, { from: 1, to: [1], records: [new Uint8Array([9])] });
  assertEquals(record.status, "INVALID_ARGUMENT");
  assertEquals(host.inspect().outcomes, 0);
});

permitted(
  "serveBranch() gives a command id that comes again its first outcome, once",
  network,
  async () => {
    const { caller, Deposit, Withdraw, Query } = await openBank();
    const refused = await caller.call(Withdraw, {
      branch: 1,
      commandId: commandId("w"),
      amount: 105,
    });
    const request = { branch: 1, commandId: commandId("d"), amount: 30 };
    const [first, ...again] = [
      await caller.call(Deposit, request),
      ...await Promise.all([caller.call(Deposit, request), caller.call(Deposit, request)]),
    ];
    for (const answer of again) assertEquals(answer, first);
    assertEquals((await caller.call(Query, {})).response?.balance, 130);
    const later = await caller.call(Withdraw, {
      branch: 1,
      commandId: commandId("w"),
      amount: 105,
    });
    assertEquals(later.response?.outcome, refused.response?.outcome);
    assertEquals((await caller.call(Query, {})).response?.balance, 130);
  },
);

permitted("serveBranch() says that a command id was used for another write", network, async () => {
  const { caller, host, Deposit, Withdraw, Execute } = await openBank();
  await caller.call(Deposit, { branch: 1, commandId: commandId("a"), amount: 30 });
  const command = { action: "ACTION_DEPOSIT", commandId: commandId("a"), amount: 29 } as const;
  const answers = [
    await caller.call(Deposit, { branch: 1, commandId: commandId("a"), amount: 31 }),
    await caller.call(Withdraw, { branch: 1, commandId: commandId("a"), amount: 30 }),
    await caller.call(Execute, {
      branch: 1,
      commands: [{ ...command, commandId: commandId("b") }, command],
    }),
  ];
  for (const { status, details } of answers) {
    assertEquals(status, "ALREADY_EXISTS");
    assertEquals(details, `command id ${commandId("a")} was used for another write`);
  }
  const { balance, outcomes } = host.inspect();
  assertEquals([balance, outcomes], [130n, 1]);
});

permitted("serveBranch() refuses a session that nobody can have", network, async () => {
  const { caller, host, Deposit } = await openBank([one, two]);
  const unissued = "session names entry 7 of branch 1, which it has not written";
  const stranger = "session names branch 3, which this bank does not have";
  for (const [seen, details] of [[session(7), unissued], [session(1, 3), stranger]] as const) {
    const answer = await caller.call(Deposit, {
      branch: 1,
      commandId: commandId("a"),
      amount: 1,
      session: seen,
    });
    assertEquals([answer.status, answer.details], ["INVALID_ARGUMENT", details]);
  }
  assertEquals(host.inspect().outcomes, 0);
});

permitted(
  "serveBranch() asks to try again when it is behind the session for long",
  network,
  async () => {
    const { caller, host, Deposit, Query } = await openBank([one, two]);
    const behind = caller.call(Deposit, {
      branch: 1,
      commandId: commandId("a"),
      amount: 1,
      session: session(4, 2),
    });
    // On the one connection this comes after it; once this is answered, the other one waits.
    await caller.call(Query, {});
    assertEquals(host.inspect().open, 1);
    for (let tick = 0; tick <= patience.executeTicks; tick++) host.tick(Date.now());
    const { status, details } = await behind;
    assertEquals(status, "UNAVAILABLE");
    const lacking = "entry 4 of branch 2";
    assertEquals(
      details,
      `the branch has not yet heard of ${lacking}, which the session has seen`,
    );
    assertEquals(host.inspect().outcomes, 0);
  },
);

permitted(
  "serveBranch() asks to try again while it may have forgotten something",
  network,
  async () => {
    const { Caller, openBranches } = await import("./grpc_bank.ts");
    const { branchService: { Query } } = await import("../../lib/format/contract.ts");
    const { hosts, addresses } = await openBranches([one], { members: [one, two], mayBeOld: true });
    const caller = new Caller(addresses.get(one) ?? "");
    const unsure = caller.call(Query, {});
    // What is refused at once tells that the call before it has come.
    await caller.call(Query, {}, { shown: null });
    for (let tick = 0; tick <= patience.executeTicks; tick++) hosts.get(one)?.tick(madeMs);
    const { status, details } = await unsure;
    assertEquals(status, "UNAVAILABLE");
    const sentence = "the branch makes sure that it has forgotten nothing; it waits for branch 2";
    assertEquals(details, sentence);
  },
);

permitted("serveBranch() executes no command that it may have forgotten", network, async () => {
  const { Caller, openBranches } = await import("./grpc_bank.ts");
  const { branchService: { Deposit, Query } } = await import("../../lib/format/contract.ts");
  const sums = { deposited: money(0), allowance: money(70) };
  const before = [{
    kind: "checkpoint",
    number: 1,
    ledger: { accounts: [{ branch: one, known: 0, lastId: undefined, ...sums }] },
    after: vector({}),
    expiredMs: madeMs,
    hasBegun: true,
    generations: [],
    heldFrom: 0,
  }] as const;
  const { addresses } = await openBranches([one], { before });
  const caller = new Caller(addresses.get(one) ?? "");
  const old = await caller.call(Deposit, { branch: 1, commandId: commandId("a"), amount: 30 });
  assertEquals(old.status, "FAILED_PRECONDITION");
  const reason = "is too old to tell whether it was executed";
  assertEquals(old.details, `command id ${commandId("a")} ${reason}`);
  const later = commandId(`${commandIdPrefix(madeMs + 1)}a`);
  assertEquals(
    (await caller.call(Deposit, { branch: 1, commandId: later, amount: 5 })).status,
    "OK",
  );
  assertEquals((await caller.call(Query, {})).response?.balance, 75);
});

permitted("serveBranch() refuses a command that is made in the future", network, async () => {
  const { caller, host, Deposit } = await openBank();
  const later = commandId(`${commandIdPrefix(2 ** 47)}a`);
  const { status, details } = await caller.call(Deposit, {
    branch: 1,
    commandId: later,
    amount: 30,
  });
  const sentence = `command id ${later} says that it was made in the future`;
  assertEquals([status, details], ["INVALID_ARGUMENT", sentence]);
  assertEquals(host.inspect().outcomes, 0);
});

permitted("serveBranch() executes many commands in their order", network, async () => {
  const { caller, Execute } = await openBank();
  const commands: Command[] = [];
  for (let index = 0; index < limits.requestCommandsMax / 4; index++) {
    commands.push({ action: "ACTION_DEPOSIT", commandId: commandId(`d/${index}`), amount: 3 });
    commands.push({ action: "ACTION_QUERY" });
    commands.push({ action: "ACTION_WITHDRAW", commandId: commandId(`w/${index}`), amount: 1 });
    commands.push({
      action: "ACTION_WITHDRAW",
      commandId: commandId(`x/${index}`),
      amount: 100_000,
    });
  }
  const { response } = await caller.call(Execute, { branch: 1, commands });
  assertEquals(response?.results.length, commands.length);
  for (const [index, result] of response?.results.entries() ?? []) {
    const round = Math.floor(index / 4);
    assertEquals(
      result,
      [
        { outcome: "OUTCOME_SUCCESS", branches: 1, balance: 0 },
        { outcome: "OUTCOME_SUCCESS", branches: 0, balance: 103 + 2 * round },
        { outcome: "OUTCOME_SUCCESS", branches: 1, balance: 0 },
        { outcome: "OUTCOME_INSUFFICIENT_FUNDS", branches: 0, balance: 0 },
      ][index % 4] ?? result,
    );
  }
});

const processes = [...network, { name: "run", command: Deno.execPath() }] as const;

permitted(
  "serveBranch() gives no answer where there is a bug; its process ends of it",
  processes,
  async () => {
    const { Caller, secret } = await import("./grpc_bank.ts");
    const { branchService: { Deposit } } = await import("../../lib/format/contract.ts");
    const script = new URL("faulty_branch.ts", import.meta.url).href;
    for (const [place, law] of [["handler", "it answers"], ["journal", "it commits"]] as const) {
      const permissions = ["--no-prompt", "--allow-net=127.0.0.1", "--allow-env"];
      const child = new Deno.Command(Deno.execPath(), {
        args: ["run", "--quiet", ...permissions, script, place, secret],
        env: { NO_COLOR: "1" },
        stdin: "piped",
        stdout: "piped",
        stderr: "piped",
      }).spawn();
      const reader = child.stdout.getReader();
      const address = new TextDecoder().decode((await reader.read()).value).trim();
      const answer = await new Caller(address).call(Deposit, {
        branch: 1,
        commandId: commandId("a"),
        amount: 1,
      });
      assertNotEquals(answer.status, "OK");
      await reader.cancel();
      await child.stdin.close().catch(() => undefined);
      const stderr = await new Response(child.stderr).text();
      const { code } = await child.status;
      assertEquals([code, stderr], [70, `faulty: a bug: it does not hold that ${law}\n`]);
    }
  },
);
