import { assert, assertEquals, assertRejects } from "@std/assert";
import { Admin } from "../../lib/adapter/admin.ts";
import { MemoryJournal } from "../../lib/adapter/memory_journal.ts";
import { money } from "../../lib/core/money.ts";
import { Replica } from "../../lib/core/replica.ts";
import type { Status } from "../../lib/format/status.ts";
import { statusPageParts } from "../../lib/format/status_page.ts";
import { Host } from "../../lib/host/host.ts";
import { branch, deposit, madeMs, record, vector } from "../core/samples.ts";
import { deafTransport } from "../host/bench.ts";
import { permitted } from "../permitted.ts";

const loopback = [{ name: "net", host: "127.0.0.1" }] as const;
const [one, two] = [branch(1), branch(2)];
const address = { hostname: "127.0.0.1", port: 0 };

/** A branch with a page about it; `mayBeOld` keeps it from serving until its peer answers. */
class Bench implements AsyncDisposable {
  readonly host: Host;
  readonly url: string;
  readonly #close: () => Promise<void>;
  readonly #turns: (() => void)[];

  private constructor(parts: {
    readonly host: Host;
    readonly turns: (() => void)[];
    readonly page: Awaited<ReturnType<Admin["serve"]>>;
  }) {
    this.host = parts.host;
    this.#turns = parts.turns;
    this.url = parts.page.url;
    this.#close = parts.page.close;
  }

  static async open({ mayBeOld = false, before = 0 } = {}): Promise<Bench> {
    const journal = new MemoryJournal(one);
    const written = Array.from({ length: before }, (_, index) => index + 1);
    journal.commit(written.map((first) => record({ origin: one, first })));
    const members = [one, two];
    const config = { id: one, members, opening: money(100), acknowledge: "local" } as const;
    const replica = Replica.restore({ ...config, isNew: mayBeOld }, journal.read());
    const admin = new Admin({ bank: "savings", version: "0.1.0" });
    const turns: (() => void)[] = [];
    const schedule = (turn: () => void) => void turns.push(turn);
    const parts = { replica, journal, transport: deafTransport, schedule };
    const host = new Host(admin.observed(parts));
    const addresses = new Map([[one, "127.0.0.1:5001"]]);
    const page = await admin.serve({ hosts: new Map([[one, host]]), addresses }, address);
    return new Bench({ host, turns, page });
  }

  turn(): void {
    for (const turn of this.#turns.splice(0)) turn();
  }

  /** Asks by hand, since `fetch` does not let a caller say under which name it came. */
  async ask(path: string, { method = "GET", host = "localhost" } = {}) {
    const { hostname, port } = new URL(this.url);
    using connection = await Deno.connect({ hostname, port: Number(port) });
    const lines = [`${method} ${path} HTTP/1.1`, `Host: ${host}`, "Connection: close", "", ""];
    await connection.write(new TextEncoder().encode(lines.join("\r\n")));
    const [head = "", body = ""] = (await new Response(connection.readable).text())
      .split("\r\n\r\n");
    const [first = "", ...headers] = head.split("\r\n");
    const named = headers.map((line) => line.split(": ")).map(([name = "", value = ""]) =>
      [name.toLowerCase(), value] as const
    );
    return { status: Number(first.split(" ")[1]), headers: new Map(named), body };
  }

  async status(): Promise<Status> {
    return JSON.parse((await this.ask("/status.json")).body);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#close();
  }
}

permitted(
  "Admin serves a page, and the same as JSON, of what a branch is just now",
  loopback,
  async () => {
    await using bench = await Bench.open();
    const page = await bench.ask("/");
    assertEquals([page.status, page.headers.get("content-type")], [
      200,
      "text/html; charset=utf-8",
    ]);
    assert(page.body.includes('<h1 id="name-1">Branch 1</h1>'));
    const before = await bench.status();
    assertEquals([before.bank, before.branches[0]?.balance], ["savings", "100"]);
    void bench.host.execute([deposit("a", 5)], vector({}));
    bench.host.tick(madeMs);
    bench.turn();
    const [after] = (await bench.status()).branches;
    assertEquals([after?.id, after?.address, after?.balance], [1, "127.0.0.1:5001", "105"]);
    assertEquals(after?.throughput.total.written, 1);
    assertEquals(after?.entries.map(({ origin, sequence }) => [origin, sequence]), [[1, 1]]);
  },
);

permitted("Admin remembers the last entries of a journal that was there", loopback, async () => {
  await using bench = await Bench.open({ before: 30 });
  const [status] = (await bench.status()).branches;
  const sequences = Array.from({ length: 20 }, (_, index) => 11 + index);
  assertEquals(status?.entries.map(({ sequence }) => sequence), sequences);
});

permitted("Admin tells a probe whether the branch serves, and why not", loopback, async () => {
  await using serving = await Bench.open();
  const well = await serving.ask("/healthz");
  assertEquals([well.status, well.body], [200, "branch 1: serving\n"]);
  await using starting = await Bench.open({ mayBeOld: true });
  const ill = await starting.ask("/healthz");
  assertEquals([ill.status, ill.body], [
    503,
    "branch 1: not serving: it waits for branch 2 to say how much of its log is known there\n",
  ]);
  void serving.host.end();
  assertEquals((await serving.ask("/healthz")).status, 503, "it is about to end");
});

permitted("Admin answers to its own names only, whatever the port", loopback, async () => {
  await using bench = await Bench.open();
  for (const host of ["localhost", "LOCALHOST:8080", "127.0.0.1:1", "[::1]:80", "[::1]"]) {
    assertEquals((await bench.ask("/", { host })).status, 200, host);
  }
  for (
    const host of ["evil.example", "localhost.evil.example", "127.0.0.1.evil:80", "10.0.0.1", ""]
  ) {
    const { status, body } = await bench.ask("/status.json", { host });
    assertEquals([status, body.includes("balance")], [421, false], host);
  }
});

permitted("Admin only tells: it has no other paths, and takes GET and HEAD", loopback, async () => {
  await using bench = await Bench.open();
  for (const path of ["/x", "/status", "//", "/status.json/"]) {
    const { status, body } = await bench.ask(path);
    assertEquals([status, body], [404, "there are /, /status.json, /healthz\n"], path);
  }
  for (const method of ["POST", "PUT", "DELETE", "OPTIONS"]) {
    const { status, headers } = await bench.ask("/", { method });
    assertEquals([status, headers.get("allow")], [405, "GET, HEAD"], method);
  }
  const { status, headers, body } = await bench.ask("/status.json?x=1", { method: "HEAD" });
  assertEquals([status, headers.get("content-type"), body], [
    ...[200, "application/json; charset=utf-8", ""],
  ]);
});

permitted(
  "Admin lets its page run nothing but its own script, and no other origin read",
  loopback,
  async () => {
    await using bench = await Bench.open();
    const digest = async (text: string) => {
      const bytes = await crypto.subtle.digest("SHA-256", new TextEncoder().encode(text));
      return `'sha256-${new Uint8Array(bytes).toBase64()}'`;
    };
    for (const path of ["/", "/status.json", "/healthz", "/x"]) {
      const { headers } = await bench.ask(path);
      const policy = headers.get("content-security-policy") ?? "";
      assert(policy.startsWith("default-src 'none';"), policy);
      assert(policy.includes(`style-src ${await digest(statusPageParts.style)};`), policy);
      assert(policy.includes(`script-src ${await digest(statusPageParts.script)};`), policy);
      assertEquals([policy.includes("unsafe"), headers.has("access-control-allow-origin")], [
        ...[false, false],
      ]);
      const firm = ["x-content-type-options", "cross-origin-resource-policy", "cache-control"];
      assertEquals(firm.map((name) => headers.get(name)), ["nosniff", "same-origin", "no-store"]);
    }
  },
);

permitted("Admin says in a sentence that it cannot listen", loopback, async () => {
  await using bench = await Bench.open();
  const { port } = new URL(bench.url);
  const taken = { ...address, port: Number(port) };
  const admin = new Admin({ bank: "savings", version: "0.1.0" });
  const serve = () => admin.serve({ hosts: new Map(), addresses: new Map() }, taken);
  const { message } = await assertRejects(serve, Error);
  assertEquals(message, `cannot listen on 127.0.0.1:${port}: the port is in use`);
});
