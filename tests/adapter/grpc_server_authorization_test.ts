import { assert, assertEquals, assertMatch } from "@std/assert";
import { money } from "../../lib/core/money.ts";
import type { Credentials, Identity } from "../../lib/format/identity.ts";
import { branch, commandId, customer } from "../core/samples.ts";
import { permitted } from "../permitted.ts";
import { foundAuthority } from "./identities.ts";
import { network } from "./network.ts";

const [one, two] = [branch(1), branch(2)];
const first: Identity = { kind: "branch", id: one };
const second: Identity = { kind: "branch", id: two };
const seventh: Identity = { kind: "customer", id: customer(7) };
const host = "branch-1.first-bank";

/** A branch that asks for certificates, the authority of its bank, and its methods. */
async function openBank() {
  const { bank, Caller, openBranches } = await import("./grpc_bank.ts");
  const { branchService, replicationService } = await import("../../lib/format/contract.ts");
  const authority = await foundAuthority();
  const credentials = await authority.issue(first);
  const opened = await openBranches([one], {
    members: [one, two],
    acknowledge: "local",
    credentials,
  });
  const { addresses, hosts, listener } = opened;
  const address = addresses.get(one) ?? "";
  const replica = hosts.get(one);
  assert(replica !== undefined);
  const as = (shown: Partial<Credentials>) => new Caller(address, { shown, host });
  const plain = new Caller(address);
  const { Deposit, Withdraw, Query, Execute } = branchService;
  const { Claim, Fetch, Propagate } = replicationService;
  const from = { from: 2, to: 1 };
  const calls = {
    Deposit: (caller = plain, commandIdOf = commandId("run/7/1")) =>
      caller.call(Deposit, { branch: 1, commandId: commandIdOf, amount: 1 }),
    Withdraw: (caller = plain, commandIdOf = commandId("run/7/2")) =>
      caller.call(Withdraw, { branch: 1, commandId: commandIdOf, amount: 1 }),
    Query: (caller = plain) => caller.call(Query, {}),
    Execute: (caller = plain, commandIdOf = commandId("run/7/3")) =>
      caller.call(Execute, {
        branch: 1,
        commands: [{ action: "ACTION_DEPOSIT", commandId: commandIdOf, amount: 1 }],
      }),
    Propagate: (caller = plain) => caller.call(Propagate, { ...from, to: [1], attempt: 1 }),
    Fetch: (caller = plain) => caller.call(Fetch, { ...from, after: { sequences: { 1: 0 } } }),
    Claim: (caller = plain) =>
      caller.call(Claim, { ...from, claimId: commandId("2/1"), need: 1, wanted: 1, attempt: 1 }),
  };
  const seen = () => {
    const { balance, allowance, known, outcomes } = replica.inspect();
    return { balance, allowance, known: [...known], outcomes };
  };
  return { authority, as, plain, calls, bank, listener, seen };
}

permitted("a customer may command as itself, and nothing that a branch may", network, async () => {
  const { authority, as, calls, seen } = await openBank();
  const caller = as(await authority.issue(seventh));
  const before = seen();
  for (const name of ["Propagate", "Fetch", "Claim"] as const) {
    const { status, details } = await calls[name](caller);
    assertEquals(status, "PERMISSION_DENIED", name);
    assertEquals(details, "customer 7 may not call bank.v1.ReplicationService");
  }
  assertEquals(seen(), before);
  for (const name of ["Deposit", "Withdraw", "Query", "Execute"] as const) {
    assertEquals((await calls[name](caller)).status, "OK", name);
  }
  assertEquals(seen().balance, money(101));
});

permitted(
  "a branch may propagate, fetch and claim, and nothing that a customer may",
  network,
  async () => {
    const { authority, as, calls, seen } = await openBank();
    const caller = as(await authority.issue(second));
    const before = seen();
    for (const name of ["Deposit", "Withdraw", "Query", "Execute"] as const) {
      const { status, details } = await calls[name](caller);
      assertEquals(status, "PERMISSION_DENIED", name);
      assertEquals(details, "branch 2 may not call bank.v1.BranchService");
    }
    assertEquals(seen(), before);
    for (const name of ["Propagate", "Fetch"] as const) {
      assertEquals((await calls[name](caller)).status, "OK", name);
    }
    // It has just started, so it is not sure of its log yet; it is asked, and says so.
    assertMatch((await calls.Claim(caller)).status, /^(OK|UNAVAILABLE)$/);
  },
);

permitted(
  "a customer's command under another's name is refused, and changes nothing",
  network,
  async () => {
    const { authority, as, calls, seen } = await openBank();
    const caller = as(await authority.issue(seventh));
    const before = seen();
    for (const name of ["Deposit", "Withdraw", "Execute"] as const) {
      const { status, details } = await calls[name](caller, commandId("run/8/1"));
      assertEquals(status, "PERMISSION_DENIED", name);
      assertMatch(details, /is not of customer 7: it must end in \/7\/ and a name$/);
    }
    assertEquals(seen(), before);
  },
);

permitted("whoever has no certificate that is good here gets no answer", network, async () => {
  const { authority, as, plain, calls, seen } = await openBank();
  const other = await foundAuthority();
  const good = await authority.issue(seventh);
  const { certificate, key } = await other.issue(seventh);
  const expired = await authority.issue(seventh, { validMs: -1_000 });
  const callers = {
    plaintext: plain,
    anonymous: as({ authority: good.authority }),
    "of another authority": as({ authority: good.authority, certificate, key }),
    expired: as(expired),
  };
  const before = seen();
  for (const [who, caller] of Object.entries(callers)) {
    for (const name of ["Deposit", "Query", "Propagate", "Fetch"] as const) {
      assertEquals((await calls[name](caller)).status, "UNAVAILABLE", `${who}: ${name}`);
    }
    caller.close();
  }
  assertEquals(seen(), before);
});

permitted("whoever is nobody in this bank is told so, and changes nothing", network, async () => {
  const { authority, as, calls, seen } = await openBank();
  const uri = "spiffe://first-bank/customer/7";
  const strangers = {
    "of another bank": await authority.issue(seventh, { bank: "second-bank" }),
    "a branch of another bank": await authority.issue(second, { bank: "second-bank" }),
    "with two names": await authority.issue(seventh, {
      uris: [uri, "spiffe://first-bank/branch/2"],
    }),
    "without a name": await authority.issue(seventh, { uris: [] }),
    "of another kind": await authority.issue(seventh, { uris: ["spiffe://first-bank/admin/7"] }),
  };
  const before = seen();
  for (const [who, shown] of Object.entries(strangers)) {
    const caller = as(shown);
    for (const call of Object.values(calls)) {
      const { status, details } = await call(caller);
      assertEquals(status, "UNAUTHENTICATED", who);
      assertEquals(details, "the certificate is of nobody in this bank");
    }
    caller.close();
  }
  assertEquals(seen(), before);
});

permitted("a caller does not take another server for the branch", network, async () => {
  const { authority, calls, as: _ } = await openBank();
  const { Caller, openBranches } = await import("./grpc_bank.ts");
  const credentials = await authority.issue(second);
  const { addresses } = await openBranches([two], { members: [one, two], credentials });
  const shown = await authority.issue(seventh);
  const caller = new Caller(addresses.get(two) ?? "", { shown, host });
  const { status, details } = await calls.Query(caller);
  assertEquals(status, "UNAVAILABLE");
  assertMatch(details, /does not match certificate/);
});
