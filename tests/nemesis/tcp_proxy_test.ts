import { assertEquals } from "@std/assert";
import { permitted } from "../permitted.ts";
import { TcpProxy } from "./tcp_proxy.ts";

const needs = [{ name: "net", host: "127.0.0.1" }] as const;

/** A server that says everything back, and a proxy before it. */
class Echo implements Disposable {
  readonly #listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  readonly proxy = new TcpProxy(`127.0.0.1:${this.#listener.addr.port}`);

  constructor() {
    void this.#serve();
  }

  async #serve(): Promise<void> {
    for await (const connection of this.#listener) {
      // An end that breaks off is what these tests are about.
      void connection.readable.pipeTo(connection.writable).catch(() => undefined);
    }
  }

  /** Connects through the proxy. */
  async connect(): Promise<Deno.TcpConn> {
    return await Deno.connect({
      hostname: "127.0.0.1",
      port: Number(this.proxy.address.split(":")[1]),
    });
  }

  [Symbol.dispose](): void {
    this.proxy.close();
    this.#listener.close();
  }
}

async function say(connection: Deno.TcpConn, text: string): Promise<void> {
  await connection.write(new TextEncoder().encode(text));
}

/** Reads until so many characters have come, or the connection ends. */
async function hear(connection: Deno.TcpConn, length: number): Promise<string> {
  let text = "";
  while (text.length < length) {
    const buffer = new Uint8Array(64);
    // A connection that broke off says as much as one that ended: nothing more.
    const count = await connection.read(buffer).catch(() => null);
    if (count === null) return `${text}|`;
    text += new TextDecoder().decode(buffer.subarray(0, count));
  }
  return text;
}

permitted(
  "TcpProxy lets bytes through both ways, at once or late, in their order",
  needs,
  async () => {
    using echo = new Echo();
    using connection = await echo.connect();
    await say(connection, "at once");
    assertEquals(await hear(connection, 7), "at once");
    echo.proxy.delay(30);
    for (const word of ["late ", "and ", "later"]) await say(connection, word);
    echo.proxy.delay(0);
    await say(connection, ", still in order");
    assertEquals(await hear(connection, 30), "late and later, still in order".slice(0, 30));
  },
);

permitted("TcpProxy holds bytes while it is stalled, and none is lost", needs, async () => {
  using echo = new Echo();
  using connection = await echo.connect();
  echo.proxy.stall();
  await say(connection, "held ");
  using another = await echo.connect();
  await say(another, "held too");
  let heard = "";
  const hearing = hear(connection, 12).then((text) => heard = text);
  using free = new Echo();
  using third = await free.connect();
  await say(third, "not held");
  assertEquals(await hear(third, 8), "not held");
  assertEquals(heard, "");
  echo.proxy.heal();
  await say(connection, "and on ");
  assertEquals(await hearing, "held and on ");
  assertEquals(await hear(another, 8), "held too");
});

permitted(
  "TcpProxy breaks what is connected and what connects while it is cut",
  needs,
  async () => {
    using echo = new Echo();
    using before = await echo.connect();
    await say(before, "x");
    assertEquals(await hear(before, 1), "x");
    echo.proxy.cut();
    assertEquals(await hear(before, 1), "|");
    using meanwhile = await echo.connect();
    assertEquals(await hear(meanwhile, 1), "|");
    echo.proxy.heal();
    using after = await echo.connect();
    await say(after, "y");
    assertEquals(await hear(after, 1), "y");
  },
);

permitted("TcpProxy ends a connection to where nobody listens", needs, async () => {
  const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const { port } = listener.addr;
  listener.close();
  const proxy = new TcpProxy(`127.0.0.1:${port}`);
  try {
    const [hostname = "", own] = proxy.address.split(":");
    using connection = await Deno.connect({ hostname, port: Number(own) });
    assertEquals(await hear(connection, 1), "|");
  } finally {
    proxy.close();
  }
});

permitted("TcpProxy strands the connections that are there, and no others", needs, async () => {
  using echo = new Echo();
  using old = await echo.connect();
  await say(old, "old");
  assertEquals(await hear(old, 3), "old");
  echo.proxy.strand();
  await say(old, "lost");
  using fresh = await echo.connect();
  await say(fresh, "new");
  assertEquals(await hear(fresh, 3), "new");
  const heard = hear(old, 1);
  echo.proxy.cut();
  assertEquals(await heard, "|");
});
