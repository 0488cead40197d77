import { AckPolicy, DeliverPolicy, jetstream, jetstreamManager } from "@nats-io/jetstream";
import { errors, nanos, type NatsConnection } from "@nats-io/transport-node";
import { assert, assertEquals, assertMatch, assertRejects } from "@std/assert";
import { dialNats } from "../../lib/adapter/nats_dial.ts";
import type { Credentials } from "../../lib/format/identity.ts";
import { foundAuthority } from "../adapter/identities.ts";
import { branch, customer } from "../core/samples.ts";
import { SecuredNats } from "./secured.ts";
import { until } from "./until.ts";

const stream = "bank-first-bank";

/** Connects to the servers of a bank as somebody. */
async function connectAs(bank: SecuredNats, shown?: Credentials): Promise<NatsConnection> {
  const ca = bank.shownBy({ kind: "customer", id: customer(1) }).authority;
  const tls = { ca, ...shown && { cert: shown.certificate, key: shown.key } };
  const servers = bank.cluster.nodes.map(({ address }) => `tls://${address}`);
  const inboxPrefix = "_INBOX.bank.first-bank.2";
  return await dialNats({ servers, tls, inboxPrefix, name: "somebody", login: undefined });
}

/** Subscribes, and tells what the servers say to that. */
async function subscribed(nats: NatsConnection, subject: string): Promise<unknown> {
  const { promise, resolve } = Promise.withResolvers<unknown>();
  nats.subscribe(subject, { callback: (error) => void (error && resolve(error)) });
  // What the servers say to the subscription comes before that.
  void nats.flush().then(() => resolve(undefined));
  return await promise;
}

Deno.test("a bank over servers that are configured as the documentation says", async (context) => {
  await using bank = await SecuredNats.found();
  const shown = bank.shownBy({ kind: "branch", id: branch(2) });

  await context.step("does its work", async () => {
    for (const id of [1, 2, 3]) await bank.deposit(id, 10);
    assertEquals(await bank.balances(), [430n, 430n, 430n]);
  });

  await context.step("lets no branch write as another one", async () => {
    const nats = await connectAs(bank, shown);
    const { streams } = await jetstreamManager(nats);
    const lastOf3 = { last_by_subj: "bank.first-bank.log.3" };
    const before = await streams.getMessage(stream, lastOf3);
    assert(before !== null);
    for (const subject of ["log.3", "ask.3", "answer.1.3", "claim.1.3", "log.x"]) {
      const error = await assertRejects(
        () => nats.request(`bank.first-bank.${subject}`, "x", { timeout: 5_000 }),
        Error,
      );
      assert(error.cause instanceof errors.PermissionViolationError, error.message);
    }
    await assertRejects(() => jetstream(nats).publish("bank.first-bank.log.3", "x"));
    assertEquals((await streams.getMessage(stream, lastOf3))?.seq, before.seq);
    await nats.close();
  });

  await context.step("lets no branch have JetStream write as another one", async () => {
    const nats = await connectAs(bank, shown);
    const { streams, consumers } = await jetstreamManager(nats);
    const lastOf3 = { last_by_subj: "bank.first-bank.log.3" };
    const before = await streams.getMessage(stream, lastOf3);
    const own = {
      filter_subject: "bank.first-bank.log.2",
      ack_policy: AckPolicy.None,
      deliver_policy: DeliverPolicy.Last,
    };
    const forged = { ...own, name: "pushed", deliver_subject: "bank.first-bank.log.3" };
    const error = await assertRejects(() => consumers.add(stream, forged), Error);
    assertMatch(error.message, /cycle/);
    await consumers.add(stream, { ...own, name: "pulled", inactive_threshold: nanos(60_000) });
    const reply = "bank.first-bank.log.3";
    nats.publish(`$JS.API.CONSUMER.MSG.NEXT.${stream}.pulled`, "1", { reply });
    await until("it is delivered", async () => {
      const { delivered } = await consumers.info(stream, "pulled");
      return delivered.consumer_seq > 0 ? true : undefined;
    });
    assertEquals((await streams.getMessage(stream, lastOf3))?.seq, before?.seq);
    await nats.close();
  });

  await context.step("lets no branch read what is replied to another one", async () => {
    const nats = await connectAs(bank, shown);
    const others = ["_INBOX.bank.first-bank.3.>", "_INBOX.>", ">", "bank.>"];
    for (const subject of [...others, "bank.first-bank.claim.3.*", "bank.first-bank.answer.3.2"]) {
      const said = await subscribed(nats, subject);
      assert(said instanceof errors.PermissionViolationError, `${subject}: ${said}`);
    }
    assertEquals(await subscribed(nats, "bank.first-bank.ask.*"), undefined);
    await nats.close();
  });

  await context.step("lets no branch delete or change the log", async () => {
    const nats = await connectAs(bank, shown);
    const { streams } = await jetstreamManager(nats);
    const forbidden = [
      () => streams.delete(stream),
      () => streams.purge(stream),
      () => streams.deleteMessage(stream, 1),
      () => streams.update(stream, { max_msgs: 1 }),
    ];
    for (const act of forbidden) await assertRejects(act);
    assertEquals((await streams.info(stream)).config.max_msgs, -1);
    await nats.close();
  });

  await context.step("lets no customer in, and nobody else", async () => {
    const stranger = await foundAuthority();
    const refused: readonly (Credentials | undefined)[] = [
      bank.shownBy({ kind: "customer", id: customer(1) }),
      await stranger.issue({ kind: "branch", id: branch(2) }),
      undefined,
    ];
    for (const credentials of refused) {
      const error = await assertRejects(() => connectAs(bank, credentials), Error);
      assertMatch(error.message, /Authorization|certificate|alert|EPIPE|ECONNRESET|closed/i);
    }
  });

  await context.step("goes on after all of that", async () => {
    for (const id of [1, 2, 3]) await bank.deposit(id, 10);
    assertEquals(await bank.balances(), [460n, 460n, 460n]);
  });
});
