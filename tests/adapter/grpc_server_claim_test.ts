import { assert, assertEquals } from "@std/assert";
import { money } from "../../lib/core/money.ts";
import { branch, commandId, grant, record } from "../core/samples.ts";
import { permitted } from "../permitted.ts";
import { network } from "./network.ts";

const [one, two, three, four] = [branch(1), branch(2), branch(3), branch(4)];
const members = [one, two, three, four];
const claim = { from: 3, to: 2, claimId: commandId("c"), need: 10, wanted: 10 } as const;

/** The process of branches 1 and 2 of four, which opened with 100, and a peer of theirs. */
async function openBank({ mayBeOld = false } = {}) {
  const { Caller, openBranches } = await import("./grpc_bank.ts");
  const { branchService, replicationService } = await import("../../lib/format/contract.ts");
  const { readFetched } = await import("../../lib/format/peer_wire.ts");
  const options = { members, acknowledge: "local", mayBeOld } as const;
  const { hosts, addresses } = await openBranches([one, two], options);
  const caller = new Caller(addresses.get(two) ?? "");
  const [host, other] = [hosts.get(two), hosts.get(one)];
  assert(host !== undefined && other !== undefined);
  const { Claim, Fetch } = replicationService;
  return { caller, host, other, readFetched, Claim, Fetch, ...branchService };
}

permitted(
  "serveBranch() grants what a peer claims, which is an entry of its log",
  network,
  async () => {
    const { caller, host, other, readFetched, Claim, Fetch } = await openBank();
    const { status, response } = await caller.call(Claim, claim);
    assertEquals([status, response], ["OK", { granted: true, last: 1, expiredMs: 0 }]);
    assertEquals([host.inspect().allowance, host.inspect().balance], [15n, 100n].map(money));
    const fetched = await caller.call(Fetch, { from: 3, to: 2, after: { sequences: { 2: 0 } } });
    assert(fetched.response !== undefined);
    const written = record({ origin: two, first: 1, entries: [grant("c", 3, 10)] });
    assertEquals(readFetched(fetched.response), [written]);
    const beside = await caller.call(Claim, { ...claim, to: 1, claimId: commandId("d") });
    assertEquals(beside.response, { granted: true, last: 1, expiredMs: 0 });
    assertEquals(other.inspect().allowance, money(15));
  },
);

permitted(
  "serveBranch() grants once what is claimed again, also at the same time",
  network,
  async () => {
    const { caller, host, Claim } = await openBank();
    const answers = await Promise.all([1, 2, 3].map(() => caller.call(Claim, claim)));
    answers.push(await caller.call(Claim, { ...claim, need: 12, wanted: 20 }));
    for (const { response } of answers) {
      assertEquals(response, { granted: true, last: 1, expiredMs: 0 });
    }
    const { allowance, known } = host.inspect();
    assertEquals([allowance, known.get(two)], [money(15), 1]);
  },
);

permitted(
  "serveBranch() grants nothing to a stranger, to itself, or for no need",
  network,
  async () => {
    const { caller, host, Claim } = await openBank();
    for (const odd of [{ from: 9 }, { from: 2 }, { need: 0, wanted: 0 }]) {
      const { response } = await caller.call(Claim, { ...claim, ...odd });
      assertEquals(response, { granted: false, last: 0, expiredMs: 0 });
    }
    assertEquals(host.inspect().allowance, money(25));
  },
);

permitted("serveBranch() asks a peer to try again while it recovers", network, async () => {
  const { caller, host, Claim } = await openBank({ mayBeOld: true });
  const { status, details } = await caller.call(Claim, claim);
  assertEquals([status, details], ["UNAVAILABLE", "branch 2 makes sure of its log"]);
  assertEquals([host.inspect().allowance, host.inspect().outcomes], [money(25), 0]);
});

permitted(
  "serveBranch() lets nobody claim of another bank, or without the secret",
  network,
  async () => {
    const { bank } = await import("./grpc_bank.ts");
    const { caller, host, Claim } = await openBank();
    for (const digest of [null, "", "another", `${bank.digest}0`]) {
      const { status, details } = await caller.call(Claim, claim, { digest });
      assertEquals([status, details], ["FAILED_PRECONDITION", bank.founding], `${digest}`);
    }
    for (const shown of [null, "", "Bearer another"]) {
      const { status } = await caller.call(Claim, claim, { shown, digest: null });
      assertEquals(status, "UNAUTHENTICATED", `${shown}`);
    }
    const { allowance, known, outcomes } = host.inspect();
    assertEquals([allowance, known.size, outcomes], [money(25), 0, 0]);
  },
);

permitted("serveBranch() names what is wrong with a claim", network, async () => {
  const { caller, host, Claim } = await openBank();
  const absent = await caller.call(Claim, { ...claim, to: 4 });
  assertEquals([absent.status, absent.details], ["NOT_FOUND", "branch 4 is not served here"]);
  const cases = [
    [{ claimId: "" }, 'claim_id is "";'],
    [{ need: -1 }, "need is -1;"],
    [{ wanted: "9007199254740992" }, "wanted is 9007199254740992;"],
  ] as const;
  for (const [hostile, complaint] of cases) {
    const { status, details } = await caller.call(Claim, { ...claim, ...hostile });
    assertEquals([status, details.slice(0, complaint.length)], ["INVALID_ARGUMENT", complaint]);
  }
  assertEquals(host.inspect().outcomes, 0);
});

permitted("serveBranch() executes no command that is for another branch", network, async () => {
  const { caller, host, other, Deposit, Withdraw, Execute, Query } = await openBank();
  const write = { commandId: commandId("a"), amount: 5 };
  for (const id of [1, 3, 9, 0]) {
    const command = { action: "ACTION_DEPOSIT", ...write } as const;
    const answers = [
      await caller.call(Deposit, { ...write, branch: id }),
      await caller.call(Withdraw, { ...write, branch: id }),
      await caller.call(Execute, { commands: [command], branch: id }),
      await caller.call(Execute, { commands: [{ action: "ACTION_QUERY" }], branch: id }),
    ];
    for (const { status, details } of answers) {
      const sentence = `the command is for branch ${id}, and this is branch 2`;
      assertEquals([status, details], ["FAILED_PRECONDITION", sentence]);
    }
  }
  for (const each of [host, other]) {
    const { balance, outcomes, known } = each.inspect();
    assertEquals([balance, outcomes, known.size], [money(100), 0, 0]);
  }
  assertEquals((await caller.call(Query, {})).response?.balance, 100);
  const { response } = await caller.call(Deposit, { ...write, branch: 2 });
  assertEquals(response?.outcome, "OUTCOME_SUCCESS");
});

permitted(
  "serveBranch() says that nothing is decided where peers cannot be reached",
  network,
  async () => {
    const { patience } = await import("../../lib/core/patience.ts");
    const { caller, host, Withdraw, Query } = await openBank();
    const asked = caller.call(Withdraw, { branch: 2, commandId: commandId("a"), amount: 90 });
    // On the one connection this comes after it; once this is answered, the other one waits.
    await caller.call(Query, {});
    for (let tick = 0; tick <= patience.executeTicks; tick++) host.tick(Date.now());
    const { status, response } = await asked;
    assertEquals([status, response?.outcome], ["OK", "OUTCOME_ALLOWANCE_UNAVAILABLE"]);
    assertEquals(response?.branches, 0);
    assertEquals([host.inspect().balance, host.inspect().outcomes], [money(100), 0]);
  },
);
