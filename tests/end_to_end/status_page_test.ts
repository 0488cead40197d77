import { assertEquals, assertMatch, assertRejects } from "@std/assert";
import { permitted } from "../permitted.ts";
import { TemporaryFolder } from "../temporary_folder.ts";
import { assertFailed, ended, start } from "./bank.ts";
import { ByHand, freeAddresses, needs, writeBank } from "./by_hand.ts";

const shared = ["--bank", "bank.json", "--secret", "secret.txt", "--log-level", "error"];

permitted(
  "branches say where their status page is, and serve it until they end",
  needs,
  async () => {
    using folder = new TemporaryFolder();
    writeBank(folder, freeAddresses(2));
    await using branches = new ByHand(folder, [1, 2], "--admin", "0");
    const lines = [await branches.line(), await branches.line(), await branches.line()];
    assertMatch(lines[2] ?? "", /^status page of branches 1 and 2 on http:\/\/127\.0\.0\.1:\d+\/$/);
    const [, url = ""] = /on (.*)$/.exec(lines[2] ?? "") ?? [];
    const { branches: [first] } = await (await fetch(`${url}status.json`)).json();
    assertEquals([first.id, first.balance], [1, "400"]);
    const probe = await fetch(`${url}healthz`);
    assertEquals(/^branch 1: .*\nbranch 2: .*\n$/.test(await probe.text()), true);
    assertEquals(await branches.end("SIGTERM"), { code: 0, stdout: undefined, stderr: undefined });
    await assertRejects(() => fetch(url), TypeError);
  },
);

permitted("a status page off loopback is refused before anything starts", needs, async () => {
  using folder = new TemporaryFolder();
  writeBank(folder, freeAddresses(1));
  const branch = start("branch", [...shared, "--id", "1", "--admin", "0.0.0.0:0"], { folder });
  assertFailed(
    await ended(branch),
    2,
    /^branch: --admin is "0\.0\.0\.0:0"; it must be on loopback/,
  );
});

permitted("a status page whose port is in use is a failure in a sentence", needs, async () => {
  using folder = new TemporaryFolder();
  writeBank(folder, freeAddresses(1));
  using taken = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const { port } = taken.addr;
  const branch = start("branch", [...shared, "--id", "1", "--admin", `${port}`], { folder });
  const fault = `branch: cannot listen on 127.0.0.1:${port}: the port is in use\n`;
  assertFailed(await ended(branch), 1, fault);
});
