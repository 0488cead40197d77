import { assertEquals, assertMatch } from "@std/assert";
import { ByHand } from "../end_to_end/by_hand.ts";
import { TemporaryFolder } from "../temporary_folder.ts";
import { NatsBank } from "./bank.ts";
import { NatsCluster } from "./cluster.ts";
import { makeLogins } from "./logins.ts";

Deno.test("branches log in with a credentials file, and a wrong one is refused", async () => {
  const { config, credentials, forged } = makeLogins();
  using files = new TemporaryFolder();
  await using cluster = await NatsCluster.start({
    nodes: 1,
    configure: ({ folder, addresses: [address] }) => [
      `listen: "${address}"\njetstream { store_dir: "${folder.at("store")}" }\n${config}`,
    ],
    hasStreams: false,
  });
  const login = ["--propagation-login", files.write("bank.creds", credentials)];
  await using bank = new NatsBank(cluster, ...login);
  await bank.found();
  for (const id of [1, 2, 3]) assertEquals(await bank.deposit(id, 10), 3);
  assertEquals(await bank.balances(), [430n, 430n, 430n]);

  await bank.branch(3).end("SIGTERM");
  const wrong = files.write("wrong.creds", forged);
  const over = ["--propagation", cluster.url, "--propagation-login", wrong];
  await using refused = new ByHand(bank.folder, [3], ...over, "--log-level", "warn");
  await refused.line();
  assertMatch(
    await refused.complaint() ?? "",
    /nats_failed: .* does not carry messages: Authorization Violation; it is tried again$/i,
  );
  await using unreadable = new ByHand(bank.folder, [3], "--propagation-login", "gone", ...over);
  assertEquals(await unreadable.ended(), 2);
});
