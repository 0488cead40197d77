import { assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { foundAuthority } from "../adapter/identities.ts";
import { TcpProxy } from "../nemesis/tcp_proxy.ts";
import { permitted } from "../permitted.ts";
import { balancesIn, customerRecord, run } from "./bank.ts";
import { type CommandId, isCommandId } from "../../lib/core/ids.ts";
import { money } from "../../lib/core/money.ts";
import { freshId, needs } from "./by_hand.ts";
import { SecuredBank } from "./secured_bank.ts";

const loops = 60;

/** Three customers who pay in 2 and out 1 all the time, each at a branch of its own. */
function busyCustomers(): readonly object[] {
  return [1, 2, 3].map((id) => (
    customerRecord(id, ...Array.from({ length: loops }, () => ["deposit 2", "withdraw 1"]).flat())
  ));
}

function idOf(name: string): CommandId {
  const id = freshId(`x${name}`);
  if (!isCommandId(id)) throw new TypeError(`${id} is no command id`);
  return id;
}

/** Lets each branch execute something: a bank that was just founded has to hear from all first. */
async function begin(bank: SecuredBank): Promise<void> {
  const customers = [1, 2, 3].map((id) => customerRecord(id, "deposit 0"));
  const { code, stderr } = await play(bank, customers);
  assertEquals(code, 0, stderr);
}

async function play(bank: SecuredBank, customers: readonly object[], ...options: string[]) {
  bank.folder.write("scenario.json", JSON.stringify([...bank.records(), ...customers]));
  const output = ["--output", "out.json"];
  return await run(["scenario.json", "--tls", "certs", ...output, ...options], bank.folder);
}

permitted(
  "customers turn to a bank that runs, with certificates, and each sees all",
  needs,
  async () => {
    await using bank = await SecuredBank.found();
    await bank.startAll();
    const customers = [
      customerRecord(1, "query"),
      customerRecord(2, "deposit 170", "query"),
      customerRecord(3, "withdraw 70", "query"),
    ];
    for (const balance of [500, 600]) {
      const { code, stderr } = await play(bank, customers, "--dialect", "classic");
      assertEquals(code, 0, stderr);
      assertStringIncludes(stderr, `all 3 branches agree on ${balance}\n`);
      const told = balancesIn(bank.folder.read("out.json") ?? "");
      assertEquals(told, [[balance], [balance], [balance]]);
    }
  },
);

permitted(
  "a rolling restart under load loses and doubles nothing, and nobody sees an error",
  needs,
  async () => {
    await using bank = await SecuredBank.found();
    await bank.startAll();
    await begin(bank);
    const playing = play(bank, busyCustomers(), "--plan", "free", "--dialect", "classic");
    for (const id of [1, 2, 3]) {
      assertEquals((await bank.branch(id).end("SIGTERM")).code, 0);
      await bank.start(id);
    }
    const { code, stderr } = await playing;
    assertEquals(code, 0, stderr);
    assertStringIncludes(stderr, `all 3 branches agree on ${400 + 3 * loops}\n`);
    assertEquals(JSON.stringify(bank.folder.read("out.json")).includes("fail"), false);
  },
);

permitted(
  "certificates of another authority take over under load, and nobody sees an error",
  needs,
  async () => {
    await using bank = await SecuredBank.found();
    const [old, next] = [await foundAuthority(), await foundAuthority()];
    await bank.issue(old, [old, next]);
    await bank.startAll();
    const playing = play(bank, busyCustomers(), "--plan", "free", "--dialect", "classic");
    const steps = [[old, [old, next]], [next, [next, old]], [old, [old, next]]] as const;
    for (const [authority, trusted] of steps) {
      await bank.issueBranches(authority, trusted);
      for (const id of [1, 2, 3]) {
        assertMatch(await bank.branch(id).renew(), / certificates are renewed/);
      }
    }
    const { code, stderr } = await playing;
    assertEquals(code, 0, stderr);
    assertStringIncludes(stderr, `all 3 branches agree on ${400 + 3 * loops}\n`);
  },
);

permitted(
  "a branch that is cut off goes on alone, and all agree when the link is back",
  needs,
  async () => {
    await using bank = await SecuredBank.found(Array(3).fill("127.0.0.1"));
    const links: TcpProxy[] = [];
    for (const from of [1, 2, 3]) {
      const seen = bank.addresses.map((address, index) => {
        if (index + 1 === from || (from !== 1 && index !== 0)) return address;
        const link = new TcpProxy(address);
        links.push(link);
        return link.address;
      });
      bank.folder.write(`bank-${from}.json`, JSON.stringify(bank.records(seen)));
    }
    await bank.startAll((id) => `bank-${id}.json`);
    await begin(bank);
    const [first, second] = [bank.teller(1), bank.teller(2)];
    const all = await first(1, { action: "deposit", id: idOf("/1/1"), amount: money(8) });
    assertEquals(all.result, { kind: "written", branches: 3 });
    for (const link of links) link.cut();
    const [alone, together] = await Promise.all([
      first(1, { action: "deposit", id: idOf("/1/2"), amount: money(10) }),
      second(2, { action: "withdraw", id: idOf("/2/1"), amount: money(7) }),
    ]);
    assertEquals(alone.result, { kind: "written", branches: 1 });
    assertEquals(together.result, { kind: "written", branches: 2 });
    for (const link of links) link.heal();
    const asking = [1, 2, 3].map((id) => customerRecord(id, "query"));
    const { code, stderr } = await play(bank, asking, "--dialect", "classic");
    assertEquals(code, 0, stderr);
    assertStringIncludes(stderr, "all 3 branches agree on 411\n");
    for (const link of links) link.close();
  },
);

permitted("a branch says that it turns connections away that show nobody", needs, async () => {
  await using bank = await SecuredBank.found();
  await bank.start(1);
  const [hostname = "", port] = (bank.addresses[0] ?? "").split(":");
  for (let count = 0; count < 3; count++) {
    const stranger = await Deno.connect({ hostname, port: Number(port) });
    await stranger.write(new TextEncoder().encode("GET / HTTP/1.1\r\n\r\n"));
    await new Response(stranger.readable).text().catch(() => "");
  }
  let line: string | undefined;
  do line = await bank.branch(1).complaint(); while (
    line !== undefined && !line.includes("connections_refused")
  );
  assertMatch(
    line ?? "",
    / WARN {2}connections_refused: branch 1 turned [123] connections? away, the last one from 127\.0\.0\.1: no certificate was shown that is trusted$/,
  );
});
