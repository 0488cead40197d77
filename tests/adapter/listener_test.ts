import { assertEquals, assertGreater, assertRejects } from "@std/assert";
import { Listener } from "../../lib/adapter/listener.ts";
import type { TurnedAway } from "../../lib/format/connection_refusal.ts";
import { limits } from "../../lib/core/limits.ts";
import type { Socket } from "node:net";
import { permitted } from "../permitted.ts";
import { network } from "./network.ts";

/** Listens for one connection, lets `serve` have it, and gives all that the caller then reads. */
async function heard(serve: (socket: Socket) => void): Promise<string> {
  const address = await new Listener().listen("127.0.0.1:0", serve);
  const [hostname = "", port] = address.split(":");
  using connection = await Deno.connect({ hostname, port: Number(port) });
  return await new Response(connection.readable).text();
}

permitted("Listener says where it listens, and in a sentence that it cannot", network, async () => {
  const { listen } = new Listener();
  const address = await listen("127.0.0.1:0", (socket) => socket.destroy());
  assertEquals(/^127\.0\.0\.1:[1-9]\d*$/.test(address), true, address);
  const taken = () => listen(address, (socket) => socket.destroy());
  const { message } = await assertRejects(taken, Error);
  assertEquals(message, `cannot listen on ${address}: the port is in use`);
});

permitted("Listener lets what is written in one round leave together", network, async () => {
  const waiting: number[] = [];
  const text = await heard((socket) => {
    socket.write("a");
    queueMicrotask(() => {
      socket.write("b");
      waiting.push(socket.writableCorked, socket.writableLength);
    });
    setImmediate(() => {
      waiting.push(socket.writableCorked);
      socket.end("c");
    });
  });
  assertEquals(text, "abc");
  assertEquals(waiting, [1, 2, 0]);
});

permitted(
  "Listener ends a connection whose other end does not take what is sent",
  network,
  async () => {
    const ended = Promise.withResolvers<number>();
    const refused: string[] = [];
    const turnedAway: TurnedAway = (refusal, host) => void refused.push(`${refusal} ${host}`);
    const listener = new Listener(undefined, turnedAway);
    const address = await listener.listen("127.0.0.1:0", (socket) => {
      socket.on("error", () => undefined);
      let sent = 0;
      socket.on("close", () => ended.resolve(sent));
      const megabyte = new Uint8Array(1024 * 1024);
      const send = () => {
        if (socket.destroyed) return;
        socket.write(megabyte, () => undefined);
        sent += megabyte.length;
        setImmediate(send);
      };
      send();
    });
    const [hostname = "", port] = address.split(":");
    using _deaf = await Deno.connect({ hostname, port: Number(port) });
    assertGreater(await ended.promise, limits.untakenBytesMax);
    assertEquals(refused, ["untaken 127.0.0.1"]);
  },
);
