import { assert, assertEquals } from "@std/assert";
import { limits } from "../../lib/core/limits.ts";
import { branch, commandId, deposit, deposits, record, vector } from "../core/samples.ts";
import { permitted } from "../permitted.ts";
import { network } from "./network.ts";

const [one, two, three, four] = [branch(1), branch(2), branch(3), branch(4)];
const members = [one, two, three, four];
const session = (sequence: number, origin: number) => ({ sequences: { [origin]: sequence } });

/** The process of branches 1 and 2 of four, and a peer that calls it at the second. */
async function openBank() {
  const { Caller, openBranches } = await import("./grpc_bank.ts");
  const { replicationService } = await import("../../lib/format/contract.ts");
  const { encodeRecord } = await import("../../lib/format/record.ts");
  const { readFetched } = await import("../../lib/format/peer_wire.ts");
  const { hosts, addresses } = await openBranches([one, two], { members, acknowledge: "local" });
  const caller = new Caller(addresses.get(two) ?? "");
  const { Fetch, Propagate } = replicationService;
  return { caller, hosts, addresses, encodeRecord, readFetched, Fetch, Propagate };
}

permitted(
  "serveBranch() takes what a peer brings, for the branches that it serves",
  network,
  async () => {
    const { caller, hosts, encodeRecord, Propagate } = await openBank();
    const brought = encodeRecord(record({ origin: three, first: 1, entries: [deposit("a", 11)] }));
    const request = { from: 3, last: 1, records: [brought] };
    const absent = await caller.call(Propagate, { ...request, to: [4] });
    assertEquals([absent.status, absent.details], ["NOT_FOUND", "branch 4 is not served here"]);
    const { response } = await caller.call(Propagate, { ...request, to: [1, 2] });
    const unasked = { has: 1, known: null, lastCommandId: "" };
    assertEquals(response?.acknowledgements, [
      { branch: 1, ...unasked },
      { branch: 2, ...unasked },
    ]);
    const asked = await caller.call(Propagate, { from: 3, to: [2], last: 1, asks: true });
    const known = { has: 1, known: session(1, 3), lastCommandId: commandId("a") };
    assertEquals(asked.response?.acknowledgements, [{ branch: 2, ...known }]);
    assertEquals([...hosts.values()].map((host) => host.inspect().balance), [111n, 111n]);
  },
);

permitted(
  "serveBranch() answers all that comes on a stream, until something that it cannot take",
  network,
  async () => {
    const { Client, credentials, Metadata, status } = await import("@grpc/grpc-js");
    const { authorization, authorizationKey, bankKey } = await import("../../lib/format/secret.ts");
    const { bank, secret } = await import("./grpc_bank.ts");
    const { addresses, Propagate } = await openBank();
    const metadata = new Metadata();
    metadata.set(authorizationKey, authorization(secret));
    metadata.set(bankKey, bank.digest);
    const { path, requestSerialize, responseDeserialize } = Propagate;
    const client = new Client(addresses.get(two) ?? "", credentials.createInsecure());
    const stream = client.makeBidiStreamRequest(
      path,
      requestSerialize,
      responseDeserialize,
      metadata,
    );
    const attempts: number[] = [];
    const ended = Promise.withResolvers<number>();
    stream.on("data", ({ to, attempt }) => {
      assertEquals(to, 3);
      if (attempts.push(attempt) === 2) stream.write({ from: 3, to: [4], attempt: 3 });
    });
    stream.on("error", () => undefined);
    stream.on("status", ({ code }) => ended.resolve(code));
    for (const attempt of [1, 2]) stream.write({ from: 3, to: [1, 2], attempt, asks: true });
    assertEquals(await ended.promise, status.NOT_FOUND);
    assertEquals(attempts, [1, 2]);
  },
);

permitted(
  "serveBranch() answers all requests of a stream whose sender has said that there are no more",
  network,
  async () => {
    const { bank, secret } = await import("./grpc_bank.ts");
    const { framed, joined, messagesIn, RawCaller } = await import("./raw_caller.ts");
    const { addresses, Propagate } = await openBank();
    using caller = new RawCaller(addresses.get(two) ?? "", { secret, digest: bank.digest });
    const requests = [[], [1, 2], [2], []].map((to, index) =>
      framed(Propagate.requestSerialize({ from: 3, to, attempt: index + 1 }))
    );
    const { status, body } = await caller.call({ path: Propagate.path, body: joined(requests) });
    const answers = messagesIn(body, Propagate.responseDeserialize);
    assertEquals(status, 0);
    assertEquals(answers.map(({ attempt }) => attempt).toSorted(), [1, 2, 3, 4]);
  },
);

permitted(
  "serveBranch() takes so many requests of a stream at once, and the others when it has room",
  network,
  async () => {
    const { Client, credentials, Metadata } = await import("@grpc/grpc-js");
    const { authorization, authorizationKey, bankKey } = await import("../../lib/format/secret.ts");
    const { bank, secret } = await import("./grpc_bank.ts");
    const { addresses, hosts, Propagate, Fetch } = await openBank();
    const host = hosts.get(two);
    assert(host !== undefined);
    const { promise: isFull, resolve: full } = Promise.withResolvers<void>();
    const { promise: goesOn, resolve: next } = Promise.withResolvers<void>();
    const open: (() => void)[] = [];
    host.propagate = () =>
      new Promise((resolve) => {
        const answer = { kind: "propagated", ticket: 1, has: 0, known: undefined } as const;
        const count = open.push(() => resolve(answer));
        if (count === limits.connectionCallsMax) full();
        if (count > limits.connectionCallsMax) next();
      });
    const metadata = new Metadata();
    metadata.set(authorizationKey, authorization(secret));
    metadata.set(bankKey, bank.digest);
    const client = new Client(addresses.get(two) ?? "", credentials.createInsecure());
    const { path, requestSerialize, responseDeserialize } = Propagate;
    const stream = client.makeBidiStreamRequest(
      path,
      requestSerialize,
      responseDeserialize,
      metadata,
    );
    stream.on("error", () => undefined).resume();
    for (let attempt = 1; attempt <= limits.connectionCallsMax + 50; attempt++) {
      stream.write({ from: 3, to: [2], attempt });
    }
    await isFull;
    // What comes behind all of them on the one connection is answered when they have arrived.
    await new Promise<void>((resolve, reject) =>
      client.makeUnaryRequest(
        Fetch.path,
        Fetch.requestSerialize,
        Fetch.responseDeserialize,
        { from: 3, to: 2, after: session(0, 1) },
        metadata,
        (error) => error === null ? resolve() : reject(error),
      )
    );
    assertEquals(open.length, limits.connectionCallsMax);
    open[0]?.();
    await goesOn;
    stream.cancel();
  },
);

permitted(
  "serveBranch() gives a peer the old records that it asks for, of the branch that it asks",
  network,
  async () => {
    const { caller, hosts, encodeRecord, readFetched, Fetch, Propagate } = await openBank();
    const foreign = [1, 2].map((first) => record({ origin: three, first }));
    const records = foreign.map(encodeRecord);
    await caller.call(Propagate, { from: 3, to: [2], last: 2, records });
    await hosts.get(two)?.execute([deposit("own", 5)], vector({ 3: 2 }));
    const fetch = async (to: number, after: Record<number, number>) => {
      const asked = { from: 4, to, after: { sequences: after } };
      const { status, response } = await caller.call(Fetch, asked);
      assertEquals(status, "OK");
      assert(response !== undefined);
      return readFetched(response);
    };
    const own = record({
      origin: two,
      first: 1,
      after: vector({ 3: 2 }),
      entries: [deposit("own", 5)],
    });
    assertEquals(await fetch(2, { 3: 0 }), foreign);
    assertEquals(await fetch(2, { 3: 1 }), foreign.slice(1));
    assertEquals(await fetch(2, { 2: 0, 3: 1 }), [...foreign.slice(1), own]);
    assertEquals(await fetch(2, { 2: 1, 3: 2, 4: 0 }), []);
    assertEquals(await fetch(2, {}), []);
    assertEquals(await fetch(1, { 2: 0, 3: 0 }), []);
  },
);

permitted("serveBranch() gives no more old records than go into a message", network, async () => {
  const { caller, hosts, readFetched, Fetch } = await openBank();
  for (let step = 0; step < 40; step++) {
    const commands = deposits(`${step}/${"x".repeat(90)}`, limits.stepCommandsMax);
    await hosts.get(one)?.execute(commands, vector({}));
  }
  const { status, response } = await caller.call(Fetch, { from: 4, to: 1, after: session(0, 1) });
  assertEquals(status, "OK");
  assert(response !== undefined);
  const records = readFetched(response);
  assert(records.length > 1 && records.length < 40, `${records.length} records`);
  const each = limits.stepCommandsMax;
  assertEquals(records.map(({ first }) => first), records.map((_, index) => each * index + 1));
  const bytes = response.records.reduce((sum, { length }) => sum + length, 0);
  assert(bytes <= limits.propagateBytesMax, `${bytes} bytes`);
});

permitted("serveBranch() names what is wrong with what a peer asks for", network, async () => {
  const { caller, Fetch } = await openBank();
  const absent = await caller.call(Fetch, { from: 3, to: 4, after: session(0, 4) });
  assertEquals([absent.status, absent.details], ["NOT_FOUND", "branch 4 is not served here"]);
  const after = { sequences: { 3: "9007199254740992" } };
  const wrong = await caller.call(Fetch, { from: 3, to: 2, after });
  assertEquals(wrong.status, "INVALID_ARGUMENT");
  assertEquals(wrong.details.startsWith("after.sequences[3] is 9007199254740992;"), true);
});

permitted(
  "serveBranch() shows a peer of another bank what its own is, and changes nothing",
  network,
  async () => {
    const { bank } = await import("./grpc_bank.ts");
    const { caller, hosts, encodeRecord, Fetch, Propagate } = await openBank();
    const records = [encodeRecord(record({ origin: three, first: 1 }))];
    for (const digest of [null, "", "another", `${bank.digest}0`]) {
      const answers = [
        await caller.call(Propagate, { from: 3, to: [1, 2], last: 1, records }, { digest }),
        await caller.call(Fetch, { from: 3, to: 2, after: session(0, 2) }, { digest }),
      ];
      for (const { status, details, response } of answers) {
        assertEquals([status, details], ["FAILED_PRECONDITION", bank.founding], `${digest}`);
        assertEquals(response, undefined);
      }
    }
    for (const host of hosts.values()) {
      const { balance, known } = host.inspect();
      assertEquals([balance, known.size], [100n, 0]);
    }
  },
);

permitted("serveBranch() shows its bank only to those who know the secret", network, async () => {
  const { caller, Propagate } = await openBank();
  const { bank } = await import("./grpc_bank.ts");
  const stranger = { digest: "another", shown: null } as const;
  const { status, details } = await caller.call(Propagate, { from: 3, to: [1] }, stranger);
  assertEquals(status, "UNAUTHENTICATED");
  assert(!details.includes(bank.founding));
});

permitted("serveBranch() asks customers for no bank", network, async () => {
  const { Caller, openBranches } = await import("./grpc_bank.ts");
  const { branchService: { Query } } = await import("../../lib/format/contract.ts");
  const { addresses } = await openBranches([one]);
  const caller = new Caller(addresses.get(one) ?? "");
  assertEquals((await caller.call(Query, {}, { digest: null })).response?.balance, 100);
});
