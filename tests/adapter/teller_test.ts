import { assert, assertEquals, assertRejects } from "@std/assert";
import { Listener } from "../../lib/adapter/listener.ts";
import { Teller } from "../../lib/adapter/teller.ts";
import { money } from "../../lib/core/money.ts";
import { CallError, type StatusName, statusNames } from "../../lib/format/grpc_frame.ts";
import { sealCall } from "../../lib/format/sealed_call.ts";
import { branch, commandId, deposit, query, vector, withdrawal } from "../core/samples.ts";
import { permitted } from "../permitted.ts";
import { carry } from "./carry.ts";
import { network } from "./network.ts";

const one = branch(1);

async function openBank() {
  const { openBranches, secret } = await import("./grpc_bank.ts");
  const { addresses } = await openBranches([one]);
  return { address: addresses.get(one) ?? "", teller: new Teller({ secret }) };
}

/** Serves deposits with one status after another, and success in the end. */
async function answering(statuses: readonly StatusName[]) {
  const { Server, ServerCredentials } = await import("@grpc/grpc-js");
  const { branchService } = await import("../../lib/format/contract.ts");
  const ids: string[] = [];
  const server = new Server();
  server.addService(branchService, {
    deposit: (
      call: { readonly request: { readonly commandId: string } },
      answer: (error: { code: number; details: string } | null, response?: unknown) => void,
    ) => {
      const name = statuses[ids.length];
      ids.push(call.request.commandId);
      if (name === undefined) answer(null, { outcome: "OUTCOME_SUCCESS", branches: 1 });
      else answer({ code: statusNames.indexOf(name), details: "100 % as it was “told”" });
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
  const teller = new Teller({ secret: "the fake server asks for none" });
  return {
    address,
    ids,
    call: () => carry(teller, { branch: one, address, command: deposit("a", 5) }),
  };
}

permitted("Teller carries sealed calls to a branch, and its responses back", network, async () => {
  const { address, teller } = await openBank();
  const written = { kind: "written", branches: 1 } as const;
  const deposited = await carry(teller, { branch: one, address, command: deposit("a", 30) });
  assertEquals(deposited, { result: written, session: vector({ 1: 1 }) });
  const { session } = deposited;
  const withdrawn = await carry(teller, {
    branch: one,
    address,
    command: withdrawal("b", 20),
    session,
  });
  assertEquals(withdrawn, { result: written, session: vector({ 1: 2 }) });
  const queried = await carry(teller, {
    branch: one,
    address,
    command: query,
    session: withdrawn.session,
  });
  assertEquals(queried.result, { kind: "balance", balance: money(110) });
  const refused = await carry(teller, { branch: one, address, command: withdrawal("c", 111) });
  assertEquals(refused.result, { kind: "refused", refusal: "insufficient funds" });
});

permitted("Teller says which call failed, where, and with what", network, async () => {
  const { address, teller } = await openBank();
  const stranger = new Teller({ secret: "the-secret-of-another-bank-altogether" });
  const asked = await assertRejects(
    () => carry(stranger, { branch: one, address, command: query }),
    CallError,
  );
  assertEquals(
    asked.message,
    `UNAUTHENTICATED: Query at ${address}: the call does not bear the secret of this bank`,
  );
  const ahead = {
    branch: one,
    address,
    command: deposit("a", 1),
    session: vector({ 1: 3 }),
  };
  const refused = await assertRejects(() => carry(teller, ahead), CallError);
  const detail = "session names entry 3 of branch 1, which it has not written";
  assertEquals(refused.message, `INVALID_ARGUMENT: Deposit at ${address}: ${detail}`);
  assertEquals(refused.code, "INVALID_ARGUMENT");
});

permitted(
  "Teller tries again what is unavailable, under the same command id",
  network,
  async () => {
    const { call, ids } = await answering(["UNAVAILABLE", "UNAVAILABLE"]);
    assertEquals((await call()).result, { kind: "written", branches: 1 });
    assertEquals(ids, Array(3).fill(commandId("a")));
  },
);

permitted("Teller tries nothing else again", network, async () => {
  for (const status of ["INTERNAL", "RESOURCE_EXHAUSTED", "ALREADY_EXISTS"] as const) {
    const { address, call, ids } = await answering([status]);
    const { message } = await assertRejects(call, CallError);
    assertEquals(message, `${status}: Deposit at ${address}: 100 % as it was “told”`);
    assertEquals(ids, [commandId("a")]);
  }
});

permitted("Teller waits for a branch that does not listen yet", network, async () => {
  const { bank, deadAddress, openBranches, secret } = await import("./grpc_bank.ts");
  const { bearers, serveBranch } = await import("../../lib/adapter/grpc_server.ts");
  const address = deadAddress();
  const answer = carry(new Teller({ secret }), { branch: one, address, command: query });
  const { hosts } = await openBranches([one]);
  const { listen } = new Listener();
  const { CallGate } = await import("../../lib/adapter/call_gate.ts");
  const gate = new CallGate(bearers(secret));
  assertEquals(await serveBranch({ branch: one, hosts, gate, bank, address, listen }), address);
  assertEquals((await answer).result, { kind: "balance", balance: money(100) });
});

permitted("Teller tells what happens to each attempt, those before included", network, async () => {
  const { address } = await answering(["UNAVAILABLE"]);
  const told: unknown[] = [];
  const teller = new Teller(
    { secret: "the fake server asks for none" },
    (...attempt) => told.push(attempt),
  );
  const { path, request } = sealCall(deposit("a", 5), { branch: one, session: vector({}) });
  await teller.call({ address, path, request: new Uint8Array(request), tried: 2 });
  assertEquals(told, [
    [3, "sent"],
    [3, "rejected", "UNAVAILABLE: 100 % as it was “told”"],
    [4, "sent"],
    [4, "answered"],
  ]);
});

permitted("Teller tells that nobody answers", network, async () => {
  const { address } = await answering([]);
  const nobody = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const { port } = nobody.addr;
  nobody.close();
  const stages: unknown[] = [];
  let isThere = false;
  const teller = new Teller({ secret: "the fake server asks for none" }, (_, stage) => {
    stages.push(stage);
    if (stage === "unanswered") isThere = true;
  });
  const { path, request } = sealCall(deposit("a", 5), { branch: one, session: vector({}) });
  const call = {
    path,
    request: new Uint8Array(request),
    get address() {
      return isThere ? address : `127.0.0.1:${port}`;
    },
  };
  await teller.call(call);
  assertEquals(stages, ["sent", "unanswered", "sent", "answered"]);
});

permitted(
  "Teller says how often it has sent a call before, and the branch hears it",
  network,
  async () => {
    const { openBranches, secret } = await import("./grpc_bank.ts");
    const { addresses, hosts } = await openBranches([one]);
    const host = hosts.get(one);
    assert(host !== undefined);
    const attempts: unknown[] = [];
    const execute = host.execute.bind(host);
    host.execute = (commands, session, options) => {
      attempts.push(options?.attempt);
      return execute(commands, session, options);
    };
    const { path, request } = sealCall(query, { branch: one, session: vector({}) });
    const call = { address: addresses.get(one) ?? "", path, request: new Uint8Array(request) };
    const teller = new Teller({ secret });
    await teller.call(call);
    await teller.call({ ...call, tried: 4 });
    assertEquals(attempts, [1, 5]);
  },
);
