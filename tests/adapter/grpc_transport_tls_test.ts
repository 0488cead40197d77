import { assert, assertEquals } from "@std/assert";
import { nothingKnown } from "../../lib/core/version_vector.ts";
import type { Credentials, Identity } from "../../lib/format/identity.ts";
import { branch, deposit } from "../core/samples.ts";
import { permitted } from "../permitted.ts";
import { foundAuthority } from "./identities.ts";
import { network } from "./network.ts";

const [one, two] = [branch(1), branch(2)];
const members = [one, two];
const first: Identity = { kind: "branch", id: one };
const second: Identity = { kind: "branch", id: two };

/** Two branches that share nothing but a network; each shows what it is given. */
async function openBoth(shown: readonly [Credentials, Credentials]) {
  const { openBranches } = await import("./grpc_bank.ts");
  const [left, right] = [
    await openBranches([one], { members, credentials: shown[0] }),
    await openBranches([two], { members, credentials: shown[1] }),
  ];
  const addresses = new Map([...left.addresses, ...right.addresses]);
  for (const { transport } of [left, right]) transport.route(addresses);
  const [host, peer] = [left.hosts.get(one), right.hosts.get(two)];
  assert(host !== undefined && peer !== undefined);
  /** Deposits 1, and tells how many branches have it when it is answered. */
  const write = async (id: string) => {
    const executed = await host.execute([deposit(id, 1)], nothingKnown);
    const [result] = executed.kind === "executed" ? executed.results : [];
    return result?.kind === "written" ? result.branches : executed;
  };
  return { left, right, write, peer };
}

permitted("GrpcTransport brings writes to a peer that wants a certificate", network, async () => {
  const authority = await foundAuthority();
  const shown = [await authority.issue(first), await authority.issue(second)] as const;
  const { write, peer } = await openBoth(shown);
  assertEquals(await write("a"), 2);
  assertEquals(peer.inspect().balance, 101n);
});

permitted(
  "GrpcTransport brings nothing to one that is not the branch it is for",
  network,
  async () => {
    const authority = await foundAuthority();
    const third: Identity = { kind: "branch", id: branch(3) };
    const shown = [await authority.issue(first), await authority.issue(third)] as const;
    const { write, peer } = await openBoth(shown);
    assertEquals(await write("a"), 1);
    assertEquals(peer.inspect().balance, 100n);
  },
);

permitted(
  "GrpcTransport is not heard by a peer that trusts another authority",
  network,
  async () => {
    const [authority, other] = [await foundAuthority(), await foundAuthority()];
    const shown = [await other.issue(first), await authority.issue(second)] as const;
    const { write, peer } = await openBoth([
      { ...shown[0], authority: shown[1].authority },
      shown[1],
    ]);
    assertEquals(await write("a"), 1);
    assertEquals(peer.inspect().balance, 100n);
  },
);

permitted(
  "GrpcTransport goes over to other certificates, and every write arrives",
  network,
  async () => {
    const [old, next] = [await foundAuthority(), await foundAuthority()];
    const both = [old, next].map(({ own }) => own.certificate).join("");
    const steps = [
      [{ ...await old.issue(first), authority: both }, {
        ...await old.issue(second),
        authority: both,
      }],
      [
        { ...await next.issue(first), authority: both },
        { ...await next.issue(second), authority: both },
      ],
      [await next.issue(first), await next.issue(second)],
    ] as const;
    const { left, right, write } = await openBoth([
      await old.issue(first),
      await old.issue(second),
    ]);
    let writes = 0;
    for (const [own, others] of steps) {
      const under = Array.from({ length: 20 }, () => write(`${writes++}`));
      for (const [opened, shown] of [[left, own], [right, others]] as const) {
        opened.listener.renew(shown);
        opened.transport.renew(shown);
        under.push(...Array.from({ length: 20 }, () => write(`${writes++}`)));
      }
      assertEquals(new Set(await Promise.all(under)), new Set([2]));
    }
  },
);
