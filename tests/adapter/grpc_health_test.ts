import type { ServiceError } from "@grpc/grpc-js";
import { assertEquals } from "@std/assert";
import { limits } from "../../lib/core/limits.ts";
import { permitted } from "../permitted.ts";
import { network } from "./network.ts";

/** A server with health, and what others hear of it. */
async function openHealth() {
  const { GrpcHealth } = await import("../../lib/adapter/grpc_health.ts");
  const { healthService } = await import("../../lib/format/standard_contract.ts");
  const { serve } = await import("./extended_server.ts");
  const health = new GrpcHealth();
  const { client, [Symbol.dispose]: close } = await serve(health.addTo);
  const { Check, List, Watch } = healthService;
  const check = (service: string): Promise<string> =>
    new Promise((resolve) => {
      client.makeUnaryRequest(
        ...[Check.path, Check.requestSerialize, Check.responseDeserialize, { service }] as const,
        (error: ServiceError | null, response) =>
          resolve(error === null ? `${response?.status}` : `${error.code}: ${error.details}`),
      );
    });
  const list = () =>
    new Promise((resolve, reject) => {
      client.makeUnaryRequest(
        ...[List.path, List.requestSerialize, List.responseDeserialize, {}] as const,
        (error, response) => error === null ? resolve(response?.statuses) : reject(error),
      );
    });
  const watch = (service: string) => {
    const { path, requestSerialize, responseDeserialize } = Watch;
    return client.makeServerStreamRequest(path, requestSerialize, responseDeserialize, { service });
  };
  return { health, check, list, watch, [Symbol.dispose]: close };
}

permitted("health.set() decides what a check and a list say", network, async () => {
  using opened = await openHealth();
  const { health, check, list } = opened;
  const said = async () => [await check(""), await check("bank.v1.BranchService"), await list()];
  for (const isServing of [undefined, true, false, true]) {
    if (isServing !== undefined) health.set(isServing);
    const status = isServing ? "SERVING" : "NOT_SERVING";
    const listed = { "": { status }, "bank.v1.BranchService": { status } };
    assertEquals(await said(), [status, status, listed]);
  }
  assertEquals(await check("bank.v1.Bank"), '5: there is no service "bank.v1.Bank" here');
});

permitted("health.set() tells those who watch, once for each change", network, async () => {
  using opened = await openHealth();
  const { health, watch } = opened;
  const stream = watch("bank.v1.BranchService");
  const heard = stream[Symbol.asyncIterator]();
  const next = async () => (await heard.next()).value?.status;
  assertEquals(await next(), "NOT_SERVING");
  health.set(true);
  health.set(true);
  assertEquals(await next(), "SERVING");
  health.set(false);
  assertEquals(await next(), "NOT_SERVING");
  const other = watch("bank.v1.Bank")[Symbol.asyncIterator]();
  assertEquals((await other.next()).value?.status, "SERVICE_UNKNOWN");
});

permitted("health.drain() says so for good, and ends what watches", network, async () => {
  using opened = await openHealth();
  const { health, check, watch } = opened;
  health.set(true);
  const heard = watch("")[Symbol.asyncIterator]();
  assertEquals((await heard.next()).value?.status, "SERVING");
  health.drain();
  assertEquals((await heard.next()).value?.status, "NOT_SERVING");
  assertEquals((await heard.next()).done, true);
  health.set(true);
  assertEquals(await check(""), "NOT_SERVING");
  const late = watch("")[Symbol.asyncIterator]();
  assertEquals([(await late.next()).value?.status, (await late.next()).done], [
    "NOT_SERVING",
    true,
  ]);
});

permitted(
  "health has room for so many who watch, and again when one has left",
  network,
  async () => {
    using opened = await openHealth();
    const { watch } = opened;
    const first = async (stream: ReturnType<typeof watch>) => {
      try {
        return (await stream[Symbol.asyncIterator]().next()).value?.status;
      } catch (error) {
        return error instanceof Error ? error.message : error;
      }
    };
    const streams = Array.from({ length: limits.healthWatchesMax }, () => watch(""));
    const said = await Promise.all(streams.map(first));
    assertEquals(new Set(said), new Set(["NOT_SERVING"]));
    const full = `8 RESOURCE_EXHAUSTED: ${limits.healthWatchesMax} calls watch this branch already`;
    assertEquals(await first(watch("")), full);
    streams[0]?.cancel();
    // The server hears of the end and of the next call in their order.
    assertEquals(await first(watch("")), "NOT_SERVING");
  },
);
