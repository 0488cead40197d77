import { assert, assertEquals } from "@std/assert";
import { connect, type TLSSocket } from "node:tls";
import { once } from "node:events";
import { Listener } from "../../lib/adapter/listener.ts";
import { limits } from "../../lib/core/limits.ts";
import type { TurnedAway } from "../../lib/format/connection_refusal.ts";
import { type Credentials, type Identity } from "../../lib/format/identity.ts";
import { StatusError } from "../../lib/format/status_error.ts";
import { branch, customer } from "../core/samples.ts";
import { permitted } from "../permitted.ts";
import { type Authority, foundAuthority } from "./identities.ts";
import { network } from "./network.ts";

const first: Identity = { kind: "branch", id: branch(1) };
const seventh: Identity = { kind: "customer", id: customer(7) };
const bank = "first-bank";

/** A listener with certificates that says to everyone who they are, as far as it knows. */
async function open() {
  const authority = await foundAuthority();
  const refused = new Refused();
  const credentials = await authority.issue(first);
  const listener = new Listener({ bank, credentials }, refused.turnedAway);
  const said = (peer: string): string => {
    try {
      const { kind, id } = listener.identify({ peer, authorization: "" }) as Identity;
      return `${kind} ${id}`;
    } catch (error) {
      return error instanceof StatusError ? error.code : "?";
    }
  };
  const address = await listener.listen("127.0.0.1:0", (socket) => {
    socket.on("error", () => undefined);
    socket.write(said(`${socket.remoteAddress}:${socket.remotePort}`));
  });
  return { authority, listener, port: Number(address.split(":")[1]), refused };
}

/** Writes down why connections are turned away. */
class Refused {
  readonly #refused: string[] = [];
  #heard = Promise.withResolvers<void>();

  readonly turnedAway: TurnedAway = (refusal, host) => {
    this.#refused.push(`${refusal} ${host}`);
    this.#heard.resolve();
  };

  /** Gives the next ones, so many as there are to be. */
  async next(count: number): Promise<readonly string[]> {
    while (this.#refused.length < count) {
      await this.#heard.promise;
      this.#heard = Promise.withResolvers();
    }
    return this.#refused.splice(0);
  }
}

/** Connects as someone, and gives the connection and what was said on it; "" if it was closed. */
async function join(port: number, shown: Credentials): Promise<readonly [TLSSocket, string]> {
  const { authority: ca, certificate: cert, key } = shown;
  const options = { host: "127.0.0.1", port, ca, cert, key, servername: "branch-1.first-bank" };
  const socket = connect({ ...options, ALPNProtocols: ["h2"] });
  socket.on("error", () => undefined);
  const { promise, resolve } = Promise.withResolvers<string>();
  socket.once("data", (said) => resolve(String(said)));
  socket.once("close", () => resolve(""));
  return [socket, await promise];
}

async function heard(port: number, shown: Credentials): Promise<string> {
  const [socket, said] = await join(port, shown);
  socket.destroy();
  return said;
}

permitted("Listener knows by the certificate who is at the other end", network, async () => {
  const { authority, port } = await open();
  assertEquals(await heard(port, await authority.issue(seventh)), "customer 7");
  assertEquals(await heard(port, await authority.issue(first)), "branch 1");
});

permitted(
  "Listener tells a caller with too many connections so, then closes them",
  network,
  async () => {
    const { authority, port, refused } = await open();
    const shown = await authority.issue(seventh);
    const said: string[] = [];
    for (let count = 0; count < 2 * limits.callerConnectionsMax + 1; count++) {
      said.push((await join(port, shown))[1]);
    }
    assertEquals(said.slice(0, limits.callerConnectionsMax), said.slice(0, 32).fill("customer 7"));
    const excess = said.slice(limits.callerConnectionsMax, -1);
    assertEquals(new Set(excess), new Set(["RESOURCE_EXHAUSTED"]));
    assertEquals(said.at(-1), "", "it is closed at once");
    assertEquals(await refused.next(1), ["caller 127.0.0.1"]);
    const eighth = await authority.issue({ kind: "customer", id: customer(8) });
    assertEquals(await heard(port, eighth), "customer 8");
  },
);

permitted("Listener tells of those who show no certificate that is trusted", network, async () => {
  const { authority, port, refused } = await open();
  const known = await authority.issue(seventh);
  assertEquals(await heard(port, known), "customer 7");
  const { key, certificate } = await (await foundAuthority()).issue(seventh);
  assertEquals(await heard(port, { ...known, key, certificate }), "", "of another authority");
  assertEquals(await heard(port, await authority.issue(seventh, { validMs: -1_000 })), "");
  const plain = await Deno.connect({ hostname: "127.0.0.1", port });
  await plain.write(new TextEncoder().encode("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"));
  await new Response(plain.readable).text().catch(() => "");
  (await Deno.connect({ hostname: "127.0.0.1", port })).close();
  assertEquals(await refused.next(4), Array.from({ length: 4 }, () => "unproven 127.0.0.1"));
});

permitted("Listener tells of strangers for whom there is no room", network, async () => {
  const { port, refused } = await open();
  const silent: Deno.TcpConn[] = [];
  for (let count = 0; count <= limits.strangersMax; count++) {
    silent.push(await Deno.connect({ hostname: "127.0.0.1", port }));
  }
  assertEquals(await refused.next(1), ["strangers 127.0.0.1"]);
  for (const connection of silent) connection.close();
});

permitted("Listener makes room when connections end", network, async () => {
  const { authority, port, refused } = await open();
  const shown = await authority.issue(seventh);
  for (let count = 0; count < 3 * limits.callerConnectionsMax; count++) {
    const [socket, said] = await join(port, shown);
    assertEquals(said, "customer 7", `connection ${count}`);
    socket.end();
    await once(socket, "close");
  }
  assertEquals(await refused.next(0), []);
});

permitted(
  "Listener goes over to other certificates and authorities without a stop",
  network,
  async () => {
    const { authority: old, listener, port } = await open();
    const next = await foundAuthority();
    const [byOld, byNew] = [await old.issue(seventh), await next.issue(seventh)];
    const both = [old, next].map(({ own }) => own.certificate).join("");
    const trusting = (shown: Credentials) => ({ ...shown, authority: both });
    const [kept, said] = await join(port, byOld);
    assertEquals(said, "customer 7");
    assertEquals(await heard(port, byNew), "", "it is not trusted yet");
    // First all trust both, then all show what is new, then the old one is trusted no more.
    listener.renew(trusting(await old.issue(first)));
    assertEquals([await heard(port, byOld), await heard(port, trusting(byNew))], [
      "customer 7",
      "customer 7",
    ]);
    listener.renew(trusting(await next.issue(first)));
    assertEquals([await heard(port, trusting(byOld)), await heard(port, byNew)], [
      "customer 7",
      "customer 7",
    ]);
    listener.renew(await next.issue(first));
    assertEquals([await heard(port, trusting(byOld)), await heard(port, byNew)], [
      "",
      "customer 7",
    ]);
    assertEquals(kept.destroyed, false, "a connection that was there goes on");
    kept.destroy();
  },
);

permitted(
  "Listener ends a connection with the certificate that it was made with",
  network,
  async () => {
    const { authority, port } = await open();
    const [socket, said] = await join(port, await issueShort(authority));
    assertEquals(said, "customer 7");
    await once(socket, "close");
    assert(socket.destroyed);
  },
);

/** A certificate that is valid for a second or two, since it says so in whole seconds. */
function issueShort(authority: Authority): Promise<Credentials> {
  return authority.issue(seventh, { validMs: 2_000 });
}

permitted("Listener does not wait for ever for someone to say who it is", network, async () => {
  const { authority, port, refused } = await open();
  const silent = await Deno.connect({ hostname: "127.0.0.1", port });
  assertEquals(await silent.read(new Uint8Array(1)).catch(() => null), null);
  assertEquals(await refused.next(1), ["late 127.0.0.1"]);
  assertEquals(await heard(port, await authority.issue(seventh)), "customer 7");
});
