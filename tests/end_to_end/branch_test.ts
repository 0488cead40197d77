import { assert, assertEquals, assertMatch } from "@std/assert";
import { SqliteJournal } from "../../lib/adapter/sqlite_journal.ts";
import { money } from "../../lib/core/money.ts";
import { branch, deposit, query } from "../core/samples.ts";
import { permitted } from "../permitted.ts";
import { TemporaryFolder } from "../temporary_folder.ts";
import { assertFailed, branchRecord, ended, start } from "./bank.ts";
import {
  attempt,
  ByHand,
  freeAddresses,
  freshId,
  needs,
  openTeller,
  type Place,
  placesAt,
  secret,
  writeBank,
} from "./by_hand.ts";
import { noneLeft } from "./processes.ts";

/** Writes the file of a bank of two branches, and tells where they are. */
function twoPlaces(folder: TemporaryFolder): readonly [Place, Place] {
  const addresses = freeAddresses(2);
  writeBank(folder, addresses);
  const [first, second] = placesAt(addresses);
  assert(first !== undefined && second !== undefined);
  return [first, second];
}

/** Gives the next line that a branch logs, without its time. */
async function logged(branch: ByHand): Promise<string | undefined> {
  return (await branch.complaint())?.replace(/^\S+ /, "");
}

permitted(
  "branches by hand say where they listen, and show each other what they do",
  needs,
  async () => {
    using folder = new TemporaryFolder();
    const [first, second] = twoPlaces(folder);
    await using one = new ByHand(folder, [1]);
    await using two = new ByHand(folder, [2]);
    assertEquals(await one.line(), `branch 1 listens on ${first.address}`);
    assertEquals(await two.line(), `branch 2 listens on ${second.address}`);
    const call = openTeller();
    const deposited = await call(first, deposit(freshId("a"), 25));
    assertEquals(deposited.result, { kind: "written", branches: 2 });
    const { result } = await call(second, query, deposited.session);
    assert(result.kind === "balance");
    assertEquals(result.balance, 425n);
    assertEquals(await one.end("SIGTERM"), { code: 0, stdout: undefined, stderr: undefined });
    assertEquals(await two.end("SIGINT"), { code: 0, stdout: undefined, stderr: undefined });
    await noneLeft(folder.path);
  },
);

permitted("a new branch by hand waits for all others before it executes", needs, async () => {
  using folder = new TemporaryFolder();
  const [first] = twoPlaces(folder);
  await using one = new ByHand(folder, [1]);
  await one.line();
  const waiting = "the branch makes sure that it has forgotten nothing; it waits for branch 2";
  assertEquals(await attempt(first, query), `UNAVAILABLE: ${waiting}`);
  const deposited = openTeller()(first, deposit(freshId("a"), 25));
  await using two = new ByHand(folder, [2]);
  await two.line();
  assertEquals((await deposited).result, { kind: "written", branches: 2 });
});

permitted(
  "a branch by hand answers while another is away, which catches up when it comes back",
  needs,
  async () => {
    using folder = new TemporaryFolder();
    const [first, second] = twoPlaces(folder);
    await using one = new ByHand(folder, [1]);
    await using two = new ByHand(folder, [2], "--data", "two.journal");
    for (const branch of [one, two]) await branch.line();
    const call = openTeller();
    for (const address of [first, second]) await call(address, query);
    const both = await call(first, deposit(freshId("a"), 25));
    assertEquals(both.result, { kind: "written", branches: 2 });
    await two.kill();
    const alone = await call(first, deposit(freshId("b"), 30));
    assertEquals(alone.result, { kind: "written", branches: 1 });
    await using again = new ByHand(folder, [2], "--data", "two.journal");
    await again.line();
    const { result } = await call(second, query, alone.session);
    assert(result.kind === "balance");
    assertEquals(result.balance, 455n);
  },
);

permitted("branches by hand of two banks name each other, and take nothing", needs, async () => {
  using folder = new TemporaryFolder();
  const addresses = freeAddresses(2);
  writeBank(folder, addresses, { bank: "savings", file: "savings.json" });
  writeBank(folder, addresses, { bank: "gold", file: "gold.json" });
  const [first = "", second = ""] = addresses;
  await using one = new ByHand(folder, [1], "--bank", "savings.json", "--data", "one.journal");
  await using two = new ByHand(folder, [2], "--bank", "gold.json", "--data", "two.journal");
  for (const branch of [one, two]) await branch.line();
  const stranger = (address: string) =>
    `ERROR stranger_met: the branch at ${address} is not of this bank: `;
  const [gold, savings] = ["the bank gold", "the bank savings"];
  assertEquals(await logged(one), `${stranger(second)}it is of ${gold}, not of ${savings}`);
  assertEquals(await logged(two), `${stranger(first)}it is of ${savings}, not of ${gold}`);
  const calls = placesAt(addresses).map((place) => attempt(place, deposit(freshId("a"), 1)));
  for (const answer of await Promise.all(calls)) assertMatch(answer, /^UNAVAILABLE: /);
  // It is said once, however often they call each other.
  for (const branch of [one, two]) {
    assertEquals(await branch.end("SIGTERM"), { code: 0, stdout: undefined, stderr: undefined });
  }
  const founded = { members: [branch(1), branch(2)], opening: money(400) };
  for (const [bank, path, id] of [["savings", "one", 1], ["gold", "two", 2]] as const) {
    const founding = { ...founded, bank, branch: branch(id) };
    const journal = new SqliteJournal(folder.at(`${path}.journal`), founding);
    const { checkpoint, records } = journal.read();
    assertEquals([checkpoint, [...records]], [undefined, []]);
    journal.close();
  }
});

permitted("branches by hand that open with another balance are strangers", needs, async () => {
  using folder = new TemporaryFolder();
  const addresses = freeAddresses(2);
  writeBank(folder, addresses);
  writeBank(folder, addresses, { balance: 500, file: "rich.json" });
  await using one = new ByHand(folder, [1]);
  await using two = new ByHand(folder, [2], "--bank", "rich.json");
  for (const branch of [one, two]) await branch.line();
  const complaint = "is not of this bank: its bank opened with 500, not with 400";
  assertEquals(
    await logged(one),
    `ERROR stranger_met: the branch at ${addresses[1]} ${complaint}`,
  );
});

permitted("several branches share a process, each on a port of its own", needs, async () => {
  using folder = new TemporaryFolder();
  writeBank(folder, ["127.0.0.1:0", "127.0.0.1:0"]);
  await using both = new ByHand(folder, [2, 1]);
  const said = [await both.line(), await both.line()];
  const ports = said.map((line, index) => {
    const [, id, port] = /^branch (\d) listens on 127\.0\.0\.1:(\d+)$/.exec(line ?? "") ?? [];
    assertEquals(id, `${index + 1}`);
    return port;
  });
  assertEquals(new Set(ports).size, 2);
  const call = openTeller();
  const [first, second] = placesAt(ports.map((port) => `127.0.0.1:${port}`));
  assert(first !== undefined && second !== undefined);
  const { session } = await call(first, deposit(freshId("a"), 1));
  const { result } = await call(second, query, session);
  assert(result.kind === "balance");
  assertEquals(result.balance, 401n);
});

permitted("a branch by hand lets nobody in without the secret", needs, async () => {
  using folder = new TemporaryFolder();
  writeBank(folder, ["127.0.0.1:0"]);
  await using one = new ByHand(folder, [1]);
  const address = (await one.line())?.replace("branch 1 listens on ", "") ?? "";
  for (const shown of [`${secret}0`, "another", ""]) {
    const call = openTeller(shown);
    const failure = await call({ id: 1, address }, deposit(freshId("a"), 1)).catch((error) =>
      error.message
    );
    assertMatch(String(failure), /^UNAUTHENTICATED: Deposit at \S+: [^\n]+$/);
  }
  const { result } = await openTeller()({ id: 1, address }, query);
  assert(result.kind === "balance");
  assertEquals(result.balance, 400n);
});

permitted("a branch by hand says in a sentence that its port is in use", needs, async () => {
  using folder = new TemporaryFolder();
  using listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const address = `127.0.0.1:${listener.addr.port}`;
  writeBank(folder, [address]);
  const job = ["--bank", "bank.json", "--secret", "secret.txt", "--id", "1"];
  const args = [...job, "--log-level", "error"];
  const end = await ended(start("branch", args, { folder }));
  assertFailed(end, 1, `branch: cannot listen on ${address}: the port is in use\n`);
});

permitted("a branch by hand lists all that is wrong with its arguments", needs, async () => {
  using folder = new TemporaryFolder();
  writeBank(folder, ["127.0.0.1:0", "10.0.0.1:5000"]);
  folder.write("good.json", JSON.stringify([{ ...branchRecord(1, 5), address: "127.0.0.1:0" }]));
  writeBank(folder, ["127.0.0.1:0", "127.0.0.1:0"], { file: "two.json" });
  folder.write("short.txt", "secret");
  const wrong = new Map<readonly string[], string>([
    [
      [],
      "branch: --bank is missing\nbranch: --secret or --tls is missing\nbranch: --id is missing",
    ],
    [
      ["--bank", "x", "--secret", "y", "--id", "1", "--ack", "some", "more"],
      'branch: --ack is "some"; it must be all, majority or local\nbranch: "more" is one argument too many',
    ],
    [
      ["--bank", "good.json", "--secret", "short.txt", "--id", "7", "--id", "1", "--id", "x"],
      "branch: --id 7 is not in good.json\nbranch: --id x is not in good.json",
    ],
    [
      ["--bank", "good.json", "--secret", "short.txt", "--id", "1"],
      "branch: --secret must hold 32 to 512 visible ASCII characters",
    ],
    [
      ["--bank", "two.json", "--secret", "secret.txt", "--id", "1", "--id", "2", "--data", "x"],
      "branch: --data is of one branch, and --id is given 2 times",
    ],
    ...["0", "3651", "1.5", "-1", "a", "1e3"].map((days) =>
      [
        ["--bank", "good.json", "--secret", "secret.txt", "--id", "1", `--outcome-days=${days}`],
        `branch: --outcome-days is ${days}; it must be a whole number from 1 to 3650`,
      ] as const
    ),
    [
      ["--bank", "bank.json", "--secret", "secret.txt", "--id", "1"],
      "branch: branch 2 is at 10.0.0.1:5000, which is not on loopback: others could read along and take its secret, so it needs --tls",
    ],
  ]);
  for (const [args, faults] of wrong) {
    assertFailed(await ended(start("branch", args, { folder })), 2, `${faults}\n`);
  }
  assertEquals(folder.names(), ["bank.json", "good.json", "secret.txt", "short.txt", "two.json"]);
  const absent = ["--bank", "absent.json", "--secret", "secret.txt", "--id", "1"];
  const end = await ended(start("branch", absent, { folder }));
  assertFailed(end, 2, /^branch: absent\.json cannot be read: [^\n]+\n$/);
});
