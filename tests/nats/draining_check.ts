import { assertEquals, assertMatch } from "@std/assert";
import { NatsBank } from "./bank.ts";
import { NatsCluster } from "./cluster.ts";

Deno.test("branches over NATS that a signal ends answer first, and leave nothing undone", async () => {
  await using cluster = await NatsCluster.start();
  await using bank = new NatsBank(cluster, "--ack", "local");
  await bank.found();
  for (const [id, signal] of [[1, "SIGINT"], [2, "SIGTERM"]] as const) {
    const written = Array.from({ length: 20 }, () => bank.deposit(id, 1));
    await Promise.all(written);
    const end = await bank.branch(id).end(signal);
    assertEquals(end, { code: 0, stdout: undefined, stderr: undefined });
  }
  // What the others were told before they ended is all here.
  assertEquals(await bank.balance(3), 440n);
  await bank.start(1, 2);
  assertEquals(await bank.balances(), [440n, 440n, 440n]);
});

Deno.test("a branch that starts before NATS serves once that is there, and again after it was away", async () => {
  await using cluster = await NatsCluster.start({ nodes: 1 });
  const [node] = cluster.nodes;
  await node?.kill();
  await using bank = new NatsBank(cluster, "--log-level", "info");
  await bank.start(1, 2, 3);
  assertMatch(await bank.said(1, "nats_failed"), /does not carry messages: .*; it is tried again$/);
  await node?.start();
  await bank.said(1, "nats_attached");
  assertEquals(await bank.balances(), [400n, 400n, 400n]);
  await node?.kill();
  // It has a share of its own, and nobody has to be asked for that.
  assertEquals(await bank.deposit(1, 10) >= 1, true);
  await node?.start();
  assertEquals(await bank.balances(), [410n, 410n, 410n]);
});
