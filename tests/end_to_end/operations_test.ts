import { assert, assertEquals, assertMatch } from "@std/assert";
import { deposit } from "../core/samples.ts";
import { permitted } from "../permitted.ts";
import { network } from "../adapter/network.ts";
import { TemporaryFolder } from "../temporary_folder.ts";
import {
  ByHand,
  freeAddresses,
  freshId,
  needs,
  openTeller,
  placesAt,
  secret,
  writeBank,
} from "./by_hand.ts";

/** Hears from a branch whether it serves, now and whenever that changes. */
async function watching(address: string, shown = secret) {
  const { Client, credentials, Metadata } = await import("@grpc/grpc-js");
  const { healthService } = await import("../../lib/format/standard_contract.ts");
  const { path, requestSerialize, responseDeserialize } = healthService.Watch;
  const client = new Client(address, credentials.createInsecure());
  const metadata = new Metadata();
  metadata.set("authorization", `Bearer ${shown}`);
  const service = "bank.v1.BranchService";
  const stream = client.makeServerStreamRequest(
    ...[path, requestSerialize, responseDeserialize, { service }, metadata] as const,
  );
  const heard = stream[Symbol.asyncIterator]();
  const next = async () => (await heard.next()).value?.status;
  return { next, [Symbol.dispose]: () => client.close() };
}

/** Reads what a branch logs as JSON. */
async function events(branch: ByHand, until: string) {
  const records = [];
  while (records.at(-1)?.event !== until) {
    const line = await branch.complaint();
    assert(line !== undefined, `it ends before ${until}`);
    records.push(JSON.parse(line));
  }
  return records;
}

permitted(
  "a branch by hand says by gRPC's health that it serves, while it does",
  [...needs, ...network],
  async () => {
    using folder = new TemporaryFolder();
    const addresses = freeAddresses(2);
    writeBank(folder, addresses);
    const [first = ""] = addresses;
    await using one = new ByHand(folder, [1]);
    await one.line();
    using watch = await watching(first);
    assertEquals(await watch.next(), "NOT_SERVING");
    await using two = new ByHand(folder, [2]);
    await two.line();
    assertEquals(await watch.next(), "SERVING");
    using stranger = await watching(first, `${secret}0`);
    const refused = await stranger.next().catch((error) => error.message);
    assertMatch(String(refused), /^16 UNAUTHENTICATED: /);
    const ended = one.end("SIGTERM");
    assertEquals(await watch.next(), "NOT_SERVING");
    assertEquals(await ended, { code: 0, stdout: undefined, stderr: undefined });
  },
);

permitted(
  "a branch by hand tells gRPC's tools what it serves",
  [...needs, ...network],
  async () => {
    using folder = new TemporaryFolder();
    writeBank(folder, ["127.0.0.1:0"]);
    await using one = new ByHand(folder, [1]);
    const address = (await one.line())?.replace("branch 1 listens on ", "") ?? "";
    const { Caller } = await import("../adapter/grpc_bank.ts");
    const { reflectionService } = await import("../../lib/format/standard_contract.ts");
    const { ServerReflectionInfo } = reflectionService;
    const as = { shown: `Bearer ${secret}` };
    const { response } = await new Caller(address).call(
      ServerReflectionInfo,
      { listServices: "" },
      as,
    );
    const names = response?.listServicesResponse?.service.map(({ name }) => name) ?? [];
    assert(names.includes("bank.v1.BranchService"));
  },
);

permitted("a branch by hand logs what operators need, and nothing else", needs, async () => {
  using folder = new TemporaryFolder();
  const addresses = freeAddresses(2);
  writeBank(folder, addresses);
  const [first] = placesAt(addresses);
  assert(first !== undefined);
  await using one = new ByHand(folder, [1], "--log-level", "info", "--log-format", "json");
  const begun = await events(one, "not_serving");
  assertEquals(begun.map(({ event }) => event), ["starting", "listening", "not_serving"]);
  assertEquals(begun[0].branches, [1]);
  assertEquals([begun[1].level, begun[1].address], ["info", addresses[0]]);
  await using two = new ByHand(folder, [2]);
  await two.line();
  const heard = await events(one, "serving");
  assertEquals(heard.map(({ event }) => event).filter((event) => !event.startsWith("peer_l")), [
    ...heard.some(({ event }) => event === "peer_lost") ? ["peer_heard", "peer_reached"] : [
      "peer_heard",
    ],
    "serving",
  ]);
  const [call, amount] = [openTeller(), 314_159_265];
  await call(first, deposit(freshId("a"), amount));
  await two.kill();
  await call(first, deposit(freshId("b"), amount));
  const [lost, ...more] = await events(one, "peer_lost");
  assertEquals([lost.level, lost.branch, lost.peer, more], ["warn", 1, 2, []]);
  const { code, stderr } = await one.end("SIGTERM");
  assertEquals([code, JSON.parse(stderr ?? "").event], [0, "draining"]);
  assertEquals((await events(one, "ended")).length, 1);
  const all = JSON.stringify([begun, heard, lost]);
  assert(!all.includes(secret) && !all.includes(`${amount}`), "no secret, and nobody's money");
});

permitted("a branch by hand that fails says so in its log, if that is JSON", needs, async () => {
  using folder = new TemporaryFolder();
  using listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const address = `127.0.0.1:${listener.addr.port}`;
  writeBank(folder, [address]);
  await using one = new ByHand(folder, [1], "--log-format", "json");
  const [failed] = await events(one, "failed");
  const message = `cannot listen on ${address}: the port is in use`;
  assertEquals([failed.level, failed.message, failed.code], ["error", message, 1]);
  assertEquals(await one.complaint(), undefined);
});

permitted(
  "a branch misses a peer that is gone or hangs, and hears it again, while nobody writes",
  needs,
  async () => {
    using folder = new TemporaryFolder();
    writeBank(folder, freeAddresses(2));
    const logged = ["--log-level", "info", "--log-format", "json", "--admin", "0"];
    await using one = new ByHand(folder, [1], ...logged);
    const page = [await one.line(), await one.line()].at(-1)?.replace(/^.* on /, "");
    const seen = async () => {
      const { branches: [{ serving, peers }] } = await (await fetch(`${page}status.json`)).json();
      return [serving, peers[0].state];
    };
    {
      await using two = new ByHand(folder, [2], "--data", "2.db");
      await two.line();
      await events(one, "serving");
      two.hold(true);
      assertEquals((await events(one, "peer_lost")).at(-1).peer, 2);
      assertEquals(await seen(), [true, "no answer"]);
      two.hold(false);
      await events(one, "peer_reached");
      assertEquals(await seen(), [true, "in step"]);
      await two.kill();
    }
    await events(one, "peer_lost");
    assertEquals(await seen(), [true, "no answer"]);
    await using again = new ByHand(folder, [2], "--data", "2.db");
    await again.line();
    await events(one, "peer_reached");
    assertEquals(await seen(), [true, "in step"]);
  },
);
