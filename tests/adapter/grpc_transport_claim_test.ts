import type { StatusObject } from "@grpc/grpc-js";
import { assert, assertEquals } from "@std/assert";
import { Buffer } from "node:buffer";
import type { Claim } from "../../lib/core/escrow.ts";
import type { BranchId } from "../../lib/core/ids.ts";
import { limits } from "../../lib/core/limits.ts";
import { money } from "../../lib/core/money.ts";
import type { Transport } from "../../lib/host/ports.ts";
import { branch, commandId, deposit, query, vector, withdrawal } from "../core/samples.ts";
import { permitted } from "../permitted.ts";
import { told, transportTo } from "./hearing.ts";
import { network } from "./network.ts";

const [one, two, three] = [branch(1), branch(2), branch(3)];
const members = [one, two, three];
const [fifteen, five] = [money(15), money(5)];

function claimed(transport: Transport, changes: Partial<Claim> = {}) {
  const id = commandId("claim");
  const claim = { from: one, to: two, attempt: 7, id, need: fifteen, wanted: fifteen, ...changes };
  return told<unknown>((tell) => transport.claim(claim, tell));
}

/** Serves as branch 2, and answers every claim with these bytes, or not at all. */
async function answering(bytes: Uint8Array | undefined): Promise<ReadonlyMap<BranchId, string>> {
  const { Server, ServerCredentials } = await import("@grpc/grpc-js");
  const { replicationService } = await import("../../lib/format/contract.ts");
  const server = new Server();
  const Claim = { ...replicationService.Claim, responseSerialize: () => Buffer.from(bytes ?? []) };
  server.addService({ ...replicationService, Claim }, {
    claim: (_: unknown, answer: (error: Partial<StatusObject> | null, value?: unknown) => void) =>
      bytes === undefined ? answer({ code: 14, details: "not now" }) : answer(null, {}),
  });
  const credentials = ServerCredentials.createInsecure();
  const port = await new Promise<number>((resolve) =>
    server.bindAsync("127.0.0.1:0", credentials, (_, bound) => resolve(bound))
  );
  return new Map([[two, `127.0.0.1:${port}`]]);
}

permitted("GrpcTransport claims of branches of this process and of others", network, async () => {
  const { openBranches } = await import("./grpc_bank.ts");
  const there = await openBranches([two, three], { members, acknowledge: "local" });
  const { transport } = await transportTo(there.addresses);
  const answer = { kind: "claimed", from: two, attempt: 7, isGranted: true, expiredMs: 0 } as const;
  for (const [index, from] of [transport, there.transport].entries()) {
    const id = commandId(`claim/${index}`);
    assertEquals(await claimed(from, { id }), { ...answer, last: index + 1 });
    const again = { id, attempt: 8 };
    assertEquals(await claimed(from, again), { ...answer, attempt: 8, last: index + 1 });
    assertEquals(there.hosts.get(two)?.inspect().allowance, money(33 - 15 * (index + 1)));
  }
  const asked = { id: commandId("ask"), need: money(0), wanted: money(0) };
  assertEquals(await claimed(transport, asked), { ...answer, isGranted: false, last: 2 });
});

permitted("GrpcTransport does not tell what was claimed before it returns", network, async () => {
  const { openBranches } = await import("./grpc_bank.ts");
  const { transport } = await openBranches([two], { members });
  let hasReturned = false;
  const answer = await told<boolean>((tell) => {
    const amounts = { need: five, wanted: five };
    const claim = { from: one, to: two, attempt: 7, id: commandId("claim"), ...amounts };
    transport.claim(claim, () => tell(hasReturned));
    hasReturned = true;
  });
  assertEquals(answer, true);
});

permitted("GrpcTransport tells of whom it could claim nothing", network, async () => {
  const { deadAddress, openBranches } = await import("./grpc_bank.ts");
  const recovering = await openBranches([two], { members, mayBeOld: true });
  const other = { founding: "the founding of another bank", digest: "07he2" };
  const stranger = await openBranches([two], { members, of: other });
  const large = Uint8Array.of(16, 255, 255, 255, 255, 255, 255, 255, 255, 255, 1);
  const addresses = {
    "no address": new Map<BranchId, string>(),
    "nobody": new Map([[two, deadAddress()]]),
    "a failure": await answering(undefined),
    "garbage": await answering(Uint8Array.of(255)),
    "a last entry that cannot be": await answering(large),
    "a branch that recovers": recovering.addresses,
    "another bank": stranger.addresses,
  };
  for (const [who, known] of Object.entries(addresses)) {
    const { transport } = await transportTo(known);
    const answer = await claimed(transport, { attempt: 9 });
    assertEquals(answer, { kind: "unclaimed", from: two, attempt: 9 }, who);
  }
  const here = await claimed(recovering.transport);
  assertEquals(here, { kind: "unclaimed", from: two, attempt: 7 }, "one of this process");
  const { transport } = await transportTo(await answering(Uint8Array.of(8, 1, 16, 5)));
  const told = { kind: "claimed", from: two, attempt: 7, isGranted: true, last: 5, expiredMs: 0 };
  assertEquals(await claimed(transport), told);
  assertEquals(stranger.hosts.get(two)?.inspect().outcomes, 0);
});

permitted(
  "GrpcTransport takes a branch of this process that is busy for silent",
  network,
  async () => {
    const { openBranches } = await import("./grpc_bank.ts");
    const { transport, hosts } = await openBranches([two], { members, acknowledge: "local" });
    const host = hosts.get(two);
    assert(host !== undefined);
    const behind = vector({ 3: 1 });
    for (let count = 0; count < limits.openRequestsMax; count++) {
      void host.execute([query], behind).catch(() => undefined);
    }
    assertEquals(await claimed(transport), { kind: "unclaimed", from: two, attempt: 7 });
  },
);

permitted("branches of two processes pay out of each other's allowance", network, async () => {
  const { openBranches } = await import("./grpc_bank.ts");
  const [left, right] = [
    await openBranches([one], { members }),
    await openBranches([two, three], { members }),
  ];
  const addresses = new Map([...left.addresses, ...right.addresses]);
  for (const { transport } of [left, right]) transport.route(addresses);
  const made = commandId("w");
  const { kind, ...executed } =
    await left.hosts.get(one)?.execute([withdrawal(made, 100)], vector({})) ??
      { kind: "nothing" };
  assertEquals(kind, "executed", JSON.stringify(executed));
  assertEquals("results" in executed && executed.results, [{ kind: "written", branches: 3 }]);
  for (const host of [...left.hosts.values(), ...right.hosts.values()]) {
    assertEquals(host.inspect().balance, money(0));
  }
  const refused = await right.hosts.get(three)?.execute([withdrawal("x", 1)], vector({}));
  assert(refused?.kind === "executed");
  assertEquals(refused.results, [{ kind: "refused", refusal: "insufficient funds" }]);
  const paid = await right.hosts.get(two)?.execute([deposit("d", 1)], vector({}));
  assertEquals(paid?.kind, "executed");
});
