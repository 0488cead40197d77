import { assertEquals } from "@std/assert";
import { limits } from "../../lib/core/limits.ts";
import { readNatsServers, replicasOf, urlsOf } from "../../lib/format/nats_servers.ts";

function read(text: string) {
  const complaints: string[] = [];
  const servers = readNatsServers(text, complaints);
  return { servers, complaints };
}

/** Says that something is no place of servers. */
function noPlace(shown: string): string {
  return `--propagation has ${JSON.stringify(shown)}; it must be nats://HOST:PORT,HOST:PORT or ` +
    "tls://HOST:PORT, without names and passwords";
}

Deno.test("readNatsServers() reads where servers are, on their usual port unless it is said", () => {
  const cases = [
    ["nats://127.0.0.1:4222", ["127.0.0.1:4222"], false],
    ["nats://localhost", ["localhost:4222"], false],
    ["nats://[::1]/", ["[::1]:4222"], false],
    ["tls://nats-1.example:4443,10.0.0.2", ["nats-1.example:4443", "10.0.0.2:4222"], true],
    ["tls://a:1, tls://b:2", ["a:1", "b:2"], true],
    ["nats://127.0.0.1:1,nats://127.0.0.1:2", ["127.0.0.1:1", "127.0.0.1:2"], false],
  ] as const;
  for (const [text, addresses, isSecure] of cases) {
    assertEquals(read(text), { servers: { addresses: [...addresses], isSecure }, complaints: [] });
  }
});

Deno.test("readNatsServers() refuses what names no server, and says which part does not", () => {
  const cases = [
    ["127.0.0.1:4222", "127.0.0.1:4222"],
    ["ws://127.0.0.1", "ws://127.0.0.1"],
    ["nats://", "nats://"],
    ["nats://127.0.0.1:70000", "nats://127.0.0.1:70000"],
    ["nats://127.0.0.1:1,", ""],
    ["nats://127.0.0.1:1/path", "nats://127.0.0.1:1/path"],
    ["nats://127.0.0.1,tls://127.0.0.2", "tls://127.0.0.2"],
    ["tls://a,nats://b", "nats://b"],
    ["", ""],
  ] as const;
  for (const [text, shown] of cases) {
    assertEquals(read(text), { servers: undefined, complaints: [noPlace(shown)] }, text);
  }
});

Deno.test("readNatsServers() shows no password that somebody has put into it", () => {
  for (
    const text of ["nats://me:secret@127.0.0.1", "nats://me:sec,ret@127.0.0.1", "me:se\ncret@h"]
  ) {
    const { servers, complaints } = read(text);
    const [, host = ""] = text.split("@");
    assertEquals([servers, complaints], [undefined, [noPlace(`…@${host}`)]]);
  }
});

Deno.test("readNatsServers() wants TLS wherever others could listen, for each server", () => {
  const exposed = (address: string) =>
    `--propagation has ${address}, which is not on loopback: others could read along and write, ` +
    "so it needs tls://";
  assertEquals(read("nats://10.0.0.1,127.0.0.1,nats.example:1").complaints, [
    exposed("10.0.0.1:4222"),
    exposed("nats.example:1"),
  ]);
  assertEquals(read("tls://10.0.0.1,nats.example:1").complaints, []);
});

Deno.test("readNatsServers() takes only so many servers, and says all that is wrong", () => {
  const many = (count: number) => Array(count).fill("127.0.0.1").join(",");
  assertEquals(read(`nats://${many(limits.natsServersMax)}`).complaints, []);
  const { complaints } = read(`nats://10.0.0.1,${many(limits.natsServersMax)}`);
  assertEquals(complaints[0], "--propagation has 17 servers; at most 16");
  assertEquals(complaints.length, 2);
});

Deno.test("urlsOf() gives what readNatsServers() reads", () => {
  for (const isSecure of [true, false]) {
    const servers = { addresses: ["127.0.0.1:1", "[::1]:2"], isSecure };
    assertEquals(read(urlsOf(servers).join(",")).servers, servers);
  }
});

Deno.test("replicasOf() has an odd number of servers keep the stream, at most as many as may", () => {
  const replicas = (count: number) => replicasOf({ addresses: Array(count).fill("127.0.0.1:1") });
  assertEquals([1, 2, 3, 4, 5, 6, 16].map(replicas), [1, 1, 3, 3, 5, 5, 5]);
});
