import { assert, assertEquals } from "@std/assert";
import type { StatusObject } from "@grpc/grpc-js";
import type { FetchRequest } from "../../lib/core/catch_up.ts";
import { type BranchId, commandIdPrefix } from "../../lib/core/ids.ts";
import { money } from "../../lib/core/money.ts";
import type { PeerRequest } from "../../lib/core/propagation.ts";
import { nothingKnown } from "../../lib/core/version_vector.ts";
import type { Delivery, Fetched, Transport } from "../../lib/host/ports.ts";
import { branch, deposit, deposits, query, record, vector } from "../core/samples.ts";
import { permitted } from "../permitted.ts";
import { told, transportTo } from "./hearing.ts";
import { network } from "./network.ts";

const [one, two, three] = [branch(1), branch(2), branch(3)];
const members = [one, two, three];

function fetched(transport: Transport, request: FetchRequest): Promise<Fetched> {
  return told((tell) => transport.ask(request, tell));
}

function sent(transport: Transport, to: BranchId): Promise<Delivery> {
  const rest = { attempt: 7, last: 1, everywhere: 0, has: nothingKnown, asks: false };
  const request: PeerRequest = {
    from: one,
    to: [to],
    records: [record({ origin: one, first: 1 })],
    ...rest,
  };
  return told((tell) => transport.send(request, tell));
}

/** Serves as branch 2, and answers what it is asked for with the bytes given, or not at all. */
async function answering(records: readonly Uint8Array[] | undefined) {
  const { Server, ServerCredentials } = await import("@grpc/grpc-js");
  const { replicationService } = await import("../../lib/format/contract.ts");
  const server = new Server();
  server.addService(replicationService, {
    fetch: (
      _: unknown,
      answer: (error: Partial<StatusObject> | null, response?: unknown) => void,
    ) => {
      if (records === undefined) answer({ code: 14, details: "not now" });
      else answer(null, { records });
    },
  });
  const credentials = ServerCredentials.createInsecure();
  const port = await new Promise<number>((resolve) =>
    server.bindAsync("127.0.0.1:0", credentials, (_, bound) => resolve(bound))
  );
  return new Map([[two, `127.0.0.1:${port}`]]);
}

permitted("GrpcTransport fetches old records of this process and of others", network, async () => {
  const { openBranches } = await import("./grpc_bank.ts");
  const there = await openBranches([two, three], { members, acknowledge: "local" });
  const entries = [deposit("a", 5), deposit("b", 6)];
  await there.hosts.get(two)?.execute(entries, nothingKnown);
  const written = record({ origin: two, first: 1, entries });
  const { transport, strangers } = await transportTo(there.addresses);
  for (const from of [transport, there.transport]) {
    const request = { from: one, to: two, attempt: 7, after: vector({ 2: 0 }) } as const;
    const answer = { kind: "fetched", from: two, attempt: 7 } as const;
    assertEquals(await fetched(from, request), { ...answer, records: [written] });
    const later = { ...request, attempt: 8, after: vector({ 2: 2 }) };
    assertEquals(await fetched(from, later), { ...answer, attempt: 8, records: [] });
  }
  assertEquals(strangers, []);
});

permitted("GrpcTransport does not tell what it fetched before it returns", network, async () => {
  const { openBranches } = await import("./grpc_bank.ts");
  const { transport } = await openBranches([two], { members });
  let hasReturned = false;
  const answer = await told<boolean>((tell) => {
    const request = { from: one, to: two, attempt: 7, after: vector({ 2: 0 }) };
    transport.ask(request, () => tell(hasReturned));
    hasReturned = true;
  });
  assertEquals(answer, true);
});

permitted("GrpcTransport tells of whom it could fetch nothing", network, async () => {
  const { deadAddress } = await import("./grpc_bank.ts");
  const addresses = [
    new Map<BranchId, string>(),
    new Map([[two, deadAddress()]]),
    await answering(undefined),
    await answering([Uint8Array.of(255)]),
  ];
  for (const known of addresses) {
    const { transport } = await transportTo(known);
    const request = { from: one, to: two, attempt: 9, after: vector({ 2: 0 }) };
    const answer = await fetched(transport, request);
    assertEquals(answer, { kind: "unfetched", from: two, attempt: 9 });
  }
  const { transport } = await transportTo(await answering([]));
  const empty = await fetched(transport, { from: one, to: two, attempt: 9, after: vector({}) });
  assertEquals(empty, { kind: "fetched", from: two, attempt: 9, records: [] });
});

permitted(
  "GrpcTransport tells of a branch of another bank, once per address",
  network,
  async () => {
    const { bank, openBranches } = await import("./grpc_bank.ts");
    const other = { founding: "the founding of another bank", digest: "07he2" };
    const [near, far] = [
      await openBranches([two], { members, of: bank }),
      await openBranches([three], { members, of: other }),
    ];
    const addresses = new Map([...near.addresses, ...far.addresses]);
    const { transport, strangers } = await transportTo(addresses);
    const stranger = { address: far.addresses.get(three) ?? "", founding: other.founding };
    for (let times = 0; times < 3; times++) {
      assertEquals((await sent(transport, three)).kind, "silence");
      assertEquals(strangers, [stranger]);
    }
    assertEquals((await sent(transport, two)).kind, "answer");
    const request = { from: one, to: three, attempt: 1, after: vector({ 3: 0 }) };
    assertEquals((await fetched(transport, request)).kind, "unfetched");
    assertEquals(strangers, [stranger]);
    assertEquals(far.hosts.get(three)?.inspect().known, nothingKnown);
    const { transport: away, strangers: both } = await transportTo(addresses, "a third");
    for (const to of [two, three, two]) await sent(away, to);
    const addressesMet = both.map(({ address }) => address);
    assertEquals(addressesMet, [...near.addresses.values(), ...far.addresses.values()]);
  },
);

permitted("branches of two banks never take anything of each other", network, async () => {
  const { openBranches } = await import("./grpc_bank.ts");
  const other = { founding: "the founding of another bank", digest: "07he2" };
  const [left, right] = [
    await openBranches([one], { members: [one, two] }),
    await openBranches([two], { members: [one, two], of: other }),
  ];
  const addresses = new Map([...left.addresses, ...right.addresses]);
  for (const { transport } of [left, right]) transport.route(addresses);
  const [host, away] = [left.hosts.get(one), right.hosts.get(two)];
  assert(host !== undefined && away !== undefined);
  const [written, alike] = await Promise.all([
    host.execute([deposit("a", 5)], nothingKnown),
    away.execute([deposit("b", 7)], nothingKnown),
  ]);
  for (const executed of [written, alike]) {
    assert(executed.kind === "executed");
    assertEquals(executed.results, [{ kind: "written", branches: 1 }]);
  }
  assertEquals([host.inspect().balance, away.inspect().balance], [105n, 107n]);
  const { bank } = await import("./grpc_bank.ts");
  assertEquals(left.strangers.map(({ founding }) => founding), [other.founding]);
  assertEquals(right.strangers.map(({ founding }) => founding), [bank.founding]);
});

permitted(
  "a branch that comes late fetches all that was written without it",
  network,
  async () => {
    const { openBranches } = await import("./grpc_bank.ts");
    const both = [one, two];
    const first = await openBranches([one], { members: both, acknowledge: "local" });
    const host = first.hosts.get(one);
    assert(host !== undefined);
    // More than are held in memory for a peer that lacks them.
    const run = commandIdPrefix(Date.now());
    for (let step = 0; step < 60; step++) {
      const { kind } = await host.execute(deposits(`${run}step/${step}`, 1_000), nothingKnown);
      assertEquals(kind, "executed");
    }
    const late = await openBranches([two], { members: both, mayBeOld: true });
    const addresses = new Map([...first.addresses, ...late.addresses]);
    for (const { transport } of [first, late]) transport.route(addresses);
    const executed = await late.hosts.get(two)?.execute([query], vector({ 1: 60_000 }));
    assert(executed?.kind === "executed");
    assertEquals(executed.results, [{ kind: "balance", balance: money(60_100) }]);
  },
);
