import { assert, assertEquals } from "@std/assert";
import { NatsBank, stream, subjects } from "./bank.ts";
import { NatsCluster, type Operator } from "./cluster.ts";
import { until } from "./until.ts";

const second = 1_000_000_000;

/** Makes the stream before any branch does, as an operator may, with room for next to nothing. */
async function makeStream({ streams }: Operator): Promise<void> {
  await streams.add({
    name: stream,
    subjects: [...subjects],
    num_replicas: 3,
    max_age: second,
    duplicate_window: second / 10,
  });
}

/** Starts a cluster with a stream that keeps messages for a second, and a bank over it. */
async function forgetful() {
  const cluster = await NatsCluster.start();
  const admin = await cluster.admin();
  await makeStream(admin);
  const bank = new NatsBank(cluster);
  const { streams } = admin;
  return {
    ...{ bank, streams },
    publish: (subject: string, bytes: Uint8Array) => admin.nats.publish(subject, bytes),
    flush: () => admin.nats.flush(),
    state: async () => (await streams.info(stream)).state,
    /** Waits until the log is gone. */
    forgotten: () =>
      until("the stream is empty", async () => (
        (await streams.info(stream)).state.messages === 0 ? true : undefined
      )),
    async [Symbol.asyncDispose]() {
      await bank[Symbol.asyncDispose]();
      await admin[Symbol.asyncDispose]();
      await cluster[Symbol.asyncDispose]();
    },
  };
}

Deno.test("a branch that was away for longer than the log is kept catches up", async () => {
  await using world = await forgetful();
  const { bank } = world;
  await bank.found();
  await bank.deposit(3, 1);
  await bank.branch(3).kill();
  for (let times = 0; times < 5; times++) {
    for (const id of [1, 2]) await bank.deposit(id, 10);
  }
  await world.forgotten();
  await bank.start(3);
  assertEquals(await bank.balances(), [501n, 501n, 501n]);
  assertEquals(await bank.deposit(3, 9), 3);
  assertEquals(await bank.balances(), [510n, 510n, 510n]);
});

Deno.test("what the log forgets the branches have, also when all of them were killed", async () => {
  await using world = await forgetful();
  const { bank, streams } = world;
  await bank.found();
  await bank.branch(3).kill();
  await bank.deposit(1, 10);
  const { last_seq: last } = await world.state();
  // It may have been forgotten by age already.
  await streams.deleteMessage(stream, last).catch(() => undefined);
  await bank.start(3);
  assertEquals(await bank.balances(), [410n, 410n, 410n]);
  await bank.deposit(2, 10);
  await streams.purge(stream);
  await bank.deposit(3, 10);
  assertEquals(await bank.balances(), [430n, 430n, 430n]);
  await Promise.all([1, 2, 3].map((id) => bank.branch(id).kill()));
  await streams.purge(stream);
  await bank.start(1, 2, 3);
  assertEquals(await bank.balances(), [430n, 430n, 430n]);
  assertEquals(await bank.deposit(1, 1), 3);
});

Deno.test("a bank whose stream is deleted goes on, and makes it anew", async () => {
  await using world = await forgetful();
  const { bank, streams } = world;
  await bank.found();
  for (const id of [1, 2, 3]) await bank.deposit(id, 10);
  await streams.delete(stream);
  for (const id of [1, 2, 3]) await bank.deposit(id, 10);
  assertEquals(await bank.balances(), [460n, 460n, 460n]);
  await until("the stream is there again", () => world.state().catch(() => undefined));
  for (const id of [1, 2, 3]) await bank.deposit(id, 10);
  assertEquals(await bank.balances(), [490n, 490n, 490n]);
  const { last_seq: before } = await world.state();
  assertEquals(await bank.deposit(2, 10), 3);
  await until("a write goes over the log", async () => {
    await bank.deposit(2, 1);
    return (await world.state()).last_seq > before ? true : undefined;
  });
});

Deno.test("a bank goes on over a stream that an operator has made anew, and lost", async () => {
  await using world = await forgetful();
  const { bank, streams } = world;
  await bank.found();
  for (const id of [1, 2, 3]) await bank.deposit(id, 10);
  for (let times = 0; times < 2; times++) {
    await streams.delete(stream);
    await streams.add({ name: stream, subjects: [...subjects], num_replicas: 3 });
    await bank.deposit(1, 10);
    await bank.branch(3).kill();
    await bank.deposit(2, 10);
    await bank.start(3);
    await bank.deposit(3, 10);
  }
  assertEquals(await bank.balances(), [490n, 490n, 490n]);
});

Deno.test("a branch passes over messages that mean nothing, whoever sends them", async () => {
  await using world = await forgetful();
  const { bank } = world;
  await bank.found();
  const topics = ["log.2", "log.x", "ask.2", "answer.1.2", "fetch.1.2", "claim.1.2", "claim.1.7"];
  for (const topic of topics) {
    for (const bytes of [[], [255], [8, 2, 18, 255, 255, 1], [0x82, 0xf3, 1, 99]]) {
      world.publish(`bank.nats-bank.${topic}`, new Uint8Array(bytes));
    }
  }
  await world.flush();
  for (const id of [1, 2, 3]) assert(await bank.deposit(id, 10) >= 2);
  assertEquals(await bank.balances(), [430n, 430n, 430n]);
});
