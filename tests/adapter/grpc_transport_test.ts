import { assert, assertEquals } from "@std/assert";
import type { ServerDuplexStream } from "@grpc/grpc-js";
import type { BranchId } from "../../lib/core/ids.ts";
import { limits } from "../../lib/core/limits.ts";
import type { PeerRequest } from "../../lib/core/propagation.ts";
import { merged, nothingKnown, type VersionVector } from "../../lib/core/version_vector.ts";
import type { Host } from "../../lib/host/host.ts";
import type { Delivery, Transport } from "../../lib/host/ports.ts";
import type { PropagateRequest__Output } from "../../lib/gen/bank/v1/PropagateRequest.ts";
import type { PropagateResponse } from "../../lib/gen/bank/v1/PropagateResponse.ts";
import type { Refusal } from "../../lib/adapter/grpc_transport.ts";
import { branch, commandId, deposit, query, record, vector, withdrawal } from "../core/samples.ts";
import { permitted } from "../permitted.ts";
import { network } from "./network.ts";

const [one, two, three, four] = [branch(1), branch(2), branch(3), branch(4)];

function request(to: readonly BranchId[]): PeerRequest {
  const records = [record({ origin: one, first: 1 })];
  const rest = { attempt: 7, last: 1, everywhere: 0, has: nothingKnown, asks: false };
  return { from: one, to, records, ...rest };
}

/** After so long it is held against a transport that it gave no answer, in milliseconds. */
const lateMs = 20_000;

/** Sends a request, and gives the answers of all its destinations, by ascending branch. */
async function answersTo(transport: Transport, sent: PeerRequest): Promise<Delivery[]> {
  const answers: Delivery[] = [];
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  const late = AbortSignal.timeout(lateMs);
  late.onabort = () => reject(new Error(`only ${answers.length} of ${sent.to.length} answers`));
  transport.send(sent, (answer) => {
    answers.push(answer);
    if (answers.length === sent.to.length) resolve();
  });
  await promise;
  return answers.sort((left, right) => left.from - right.from);
}

async function execute(host: Host | undefined, ...commands: Parameters<Host["execute"]>[0]) {
  assert(host !== undefined);
  const executed = await host.execute(commands, nothingKnown);
  assert(executed.kind === "executed");
  return executed;
}

async function balanceAfter(host: Host, session: VersionVector): Promise<bigint> {
  const executed = await host.execute([query], session);
  const [result] = executed.kind === "executed" ? executed.results : [];
  assert(result?.kind === "balance");
  return result.balance;
}

function nobodyMet({ address }: Refusal): void {
  throw new Error(`there is no stranger at ${address}`);
}

/** A transport that has no branches of its own and knows the address of some. */
async function transportTo(addresses: ReadonlyMap<BranchId, string>) {
  const { GrpcTransport } = await import("../../lib/adapter/grpc_transport.ts");
  const { bank: { digest }, secret } = await import("./grpc_bank.ts");
  const transport = new GrpcTransport(new Map(), { trust: { secret }, digest, met: nobodyMet });
  transport.route(addresses);
  return transport;
}

/** Serves as the process of branches 2 and 3, with given answers, and counts what it is sent. */
async function answering(acknowledgements: readonly { branch: number; has: number }[]) {
  const { Server, ServerCredentials } = await import("@grpc/grpc-js");
  const { replicationService } = await import("../../lib/format/contract.ts");
  const sent: number[][] = [];
  const server = new Server();
  server.addService(replicationService, {
    propagate: (stream: ServerDuplexStream<PropagateRequest__Output, PropagateResponse>) => {
      stream.on("data", ({ from, to, attempt }: PropagateRequest__Output) => {
        sent.push(to);
        if (acknowledgements.length === 0) return;
        stream.write({ to: from, attempt, acknowledgements: [...acknowledgements] });
      });
    },
  });
  const port = await new Promise<number>((resolve) =>
    server.bindAsync(
      "127.0.0.1:0",
      ServerCredentials.createInsecure(),
      (_, bound) => resolve(bound),
    )
  );
  const address = `127.0.0.1:${port}`;
  return { sent, addresses: new Map([[two, address], [three, address]]) };
}

permitted(
  "GrpcTransport brings writes to branches of its process and of others",
  network,
  async () => {
    const { openBranches } = await import("./grpc_bank.ts");
    const members = [one, two, three];
    const here = await openBranches([one, two], { members });
    const there = await openBranches([three], { members });
    const addresses = new Map([...here.addresses, ...there.addresses]);
    for (const { transport } of [here, there]) transport.route(addresses);
    const { results } = await execute(here.hosts.get(one), deposit("a", 5));
    assertEquals(results, [{ kind: "written", branches: 3 }]);
    const back = await execute(there.hosts.get(three), deposit("b", 6));
    assertEquals(back.results, [{ kind: "written", branches: 3 }]);
    for (const host of [...here.hosts.values(), ...there.hosts.values()]) {
      assertEquals(host.inspect().balance, 111n);
    }
  },
);

permitted(
  "GrpcTransport makes three branches converge that all write at once",
  network,
  async () => {
    const { openBranches } = await import("./grpc_bank.ts");
    const members = [one, two, three];
    const processes = await Promise.all(
      members.map((id) => openBranches([id], { members, acknowledge: "local" })),
    );
    const addresses = new Map(processes.flatMap((process) => [...process.addresses]));
    for (const { transport } of processes) transport.route(addresses);
    const hosts = processes.flatMap((process) => [...process.hosts.values()]);
    const rounds = Array.from({ length: 40 }, (_, round) => round);
    const executed = await Promise.all(
      hosts.flatMap((host, index) =>
        rounds.map((round) =>
          execute(host, deposit(`d/${index}/${round}`, 3), withdrawal(`w/${index}/${round}`, 1))
        )
      ),
    );
    const seen = executed.reduce((all, { known }) => merged(all, known), nothingKnown);
    const balances = await Promise.all(hosts.map((host) => balanceAfter(host, seen)));
    const withdrawn = executed.flatMap(({ results }) => results.slice(1))
      .filter(({ kind }) => kind === "written").length;
    const balance = BigInt(100 + 3 * rounds.length * hosts.length - withdrawn);
    assertEquals(balances, [balance, balance, balance]);
    const views = hosts.map((host) => host.inspect().known);
    assertEquals(views, [seen, seen, seen]);
  },
);

permitted(
  "GrpcTransport sends a request for branches of one process there once",
  network,
  async () => {
    const peers = await answering([{ branch: 3, has: 4 }, { branch: 2, has: 1 }]);
    const transport = await transportTo(peers.addresses);
    assertEquals(await answersTo(transport, request([two, three])), [
      { kind: "answer", from: two, attempt: 7, has: 1, known: undefined },
      { kind: "answer", from: three, attempt: 7, has: 4, known: undefined },
    ]);
    assertEquals(peers.sent, [[2, 3]]);
  },
);

permitted(
  "GrpcTransport tells which branches gave no answer, and those only",
  network,
  async () => {
    const { deadAddress } = await import("./grpc_bank.ts");
    const peers = await answering([{ branch: 2, has: 1 }, { branch: 4, has: 1 }]);
    const transport = await transportTo(new Map([...peers.addresses, [four, deadAddress()]]));
    const nowhere = branch(5);
    assertEquals(await answersTo(transport, request([two, three, four, nowhere])), [
      { kind: "answer", from: two, attempt: 7, has: 1, known: undefined },
      { kind: "silence", from: three, attempt: 7 },
      { kind: "silence", from: four, attempt: 7 },
      { kind: "silence", from: nowhere, attempt: 7 },
    ]);
  },
);

permitted("GrpcTransport takes an answer that means nothing for none", network, async () => {
  const peers = await answering([{ branch: 2, has: 2 ** 53 }]);
  const transport = await transportTo(peers.addresses);
  const [answer] = await answersTo(transport, request([two]));
  assertEquals(answer?.kind, "silence");
});

permitted(
  "GrpcTransport gives up on a peer that takes a request and is silent",
  network,
  async () => {
    const peers = await answering([]);
    const transport = await transportTo(peers.addresses);
    const [answer] = await answersTo(transport, request([two]));
    assertEquals(answer, { kind: "silence", from: two, attempt: 7 });
    assertEquals(peers.sent, [[2]]);
  },
);

permitted("GrpcTransport shows the secret, and is not heard with another", network, async () => {
  const { openBranches } = await import("./grpc_bank.ts");
  const { GrpcTransport } = await import("../../lib/adapter/grpc_transport.ts");
  const { addresses, hosts } = await openBranches([two], { members: [one, two] });
  const { bank: { digest } } = await import("./grpc_bank.ts");
  const trust = { secret: "a-secret-of-another-bank-altogether" };
  const stranger = new GrpcTransport(new Map(), { trust, digest, met: nobodyMet });
  stranger.route(addresses);
  assertEquals(await answersTo(stranger, request([two])), [{
    kind: "silence",
    from: two,
    attempt: 7,
  }]);
  assertEquals(hosts.get(two)?.inspect().balance, 100n);
  const peer = await transportTo(addresses);
  const answer = { kind: "answer", from: two, attempt: 7, has: 1, known: undefined } as const;
  assertEquals(await answersTo(peer, request([two])), [answer]);
  const asked = await answersTo(peer, { ...request([two]), asks: true });
  assertEquals(asked, [{ ...answer, known: vector({ 1: 1 }), lastId: commandId("1/1") }]);
  assertEquals(hosts.get(two)?.inspect().balance, 101n);
});

permitted("GrpcTransport brings all of an answer, near and far", network, async () => {
  const { openBranches } = await import("./grpc_bank.ts");
  const { transport, addresses } = await openBranches([two], { members: [one, two] });
  const far = await transportTo(addresses);
  const answer = {
    kind: "answer",
    from: two,
    attempt: 7,
    has: 1,
    known: vector({ 1: 1 }),
  } as const;
  for (const each of [far, transport]) {
    const answers = await answersTo(each, { ...request([two]), asks: true });
    assertEquals(answers, [{ ...answer, lastId: commandId("1/1") }]);
  }
});

permitted("GrpcTransport takes a full branch of its own process for silent", network, async () => {
  const { GrpcTransport } = await import("../../lib/adapter/grpc_transport.ts");
  const { Host } = await import("../../lib/host/host.ts");
  const { MemoryJournal } = await import("../../lib/adapter/memory_journal.ts");
  const { Replica } = await import("../../lib/core/replica.ts");
  const { money } = await import("../../lib/core/money.ts");
  const hosts = new Map<BranchId, Host>();
  const trust = { secret: "not shown to anyone" };
  const transport = new GrpcTransport(hosts, { trust, digest: "nor this", met: nobodyMet });
  const config = { id: two, members: [one, two], opening: money(0), acknowledge: "all" } as const;
  const replica = Replica.restore(config);
  const journal = new MemoryJournal(two);
  // Its turn never comes, so whatever it is asked waits.
  hosts.set(two, new Host({ replica, journal, transport, schedule: () => undefined }));
  for (let open = 0; open < limits.openRequestsMax; open++) {
    void hosts.get(two)?.execute([], nothingKnown);
  }
  assertEquals(await answersTo(transport, request([two])), [{
    kind: "silence",
    from: two,
    attempt: 7,
  }]);
});
