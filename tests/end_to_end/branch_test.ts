import { assert, assertEquals, assertMatch } from "@std/assert";
import { Teller } from "../../lib/adapter/teller.ts";
import type { Command } from "../../lib/core/command.ts";
import { nothingKnown } from "../../lib/core/version_vector.ts";
import { carry } from "../adapter/carry.ts";
import { deposit, query } from "../core/samples.ts";
import { permitted } from "../permitted.ts";
import { TemporaryFolder } from "../temporary_folder.ts";
import { assertFailed, branchRecord, ended, programs, start } from "./bank.ts";
import { noneLeft } from "./processes.ts";

const needs = [...programs, { name: "net", host: "127.0.0.1" }] as const;
const secret = "the-secret-of-a-bank-by-hand-0123456789";

/** Gives addresses that were free a moment ago. */
function freeAddresses(count: number): readonly string[] {
  const listeners = Array.from(
    { length: count },
    () => Deno.listen({ hostname: "127.0.0.1", port: 0 }),
  );
  const addresses = listeners.map(({ addr }) => `127.0.0.1:${addr.port}`);
  for (const listener of listeners) listener.close();
  return addresses;
}

function writeBank(folder: TemporaryFolder, addresses: readonly string[], balance = 400): void {
  const bank = addresses.map((address, index) => ({
    ...branchRecord(index + 1, balance),
    address,
  }));
  folder.write("bank.json", JSON.stringify(bank));
  folder.write("secret.txt", `${secret}\n`);
}

/** Branches of a bank, started by hand in one process. */
class ByHand implements AsyncDisposable {
  readonly #child: Deno.ChildProcess;
  readonly #lines: AsyncIterator<string>;

  constructor(folder: TemporaryFolder, ids: readonly number[]) {
    const given = ids.flatMap((id) => ["--id", `${id}`]);
    const args = ["--bank", "bank.json", "--secret", "secret.txt", ...given];
    this.#child = start("branch", args, { folder });
    this.#lines = linesOf(this.#child.stdout);
  }

  /** Gives the next line that it prints. */
  async line(): Promise<string | undefined> {
    const { value } = await this.#lines.next();
    return value;
  }

  /** Ends it by a signal; gives the rest of what it said, and its exit code. */
  async end(signal: "SIGINT" | "SIGTERM") {
    this.#child.kill(signal);
    const stderr = await new Response(this.#child.stderr).text();
    const { code } = await this.#child.status;
    return { code, stdout: await this.line(), stderr };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    try {
      this.#child.kill("SIGKILL");
    } catch {
      // It has ended, as it should have.
    }
    await this.#child.status;
  }
}

async function* linesOf(stream: ReadableStream<Uint8Array>): AsyncGenerator<string, undefined> {
  const decoder = new TextDecoder();
  let rest = "";
  for await (const bytes of stream) {
    const lines = (rest + decoder.decode(bytes, { stream: true })).split("\n");
    rest = lines.pop() ?? "";
    yield* lines;
  }
  return undefined;
}

/** A customer who shows the secret, or another one. */
function openTeller(shown = secret) {
  const teller = new Teller(shown);
  return (address: string, command: Command, session = nothingKnown) =>
    carry(teller, { address, command, session });
}

permitted(
  "branches by hand say where they listen, and show each other what they do",
  needs,
  async () => {
    using folder = new TemporaryFolder();
    const [first = "", second = ""] = freeAddresses(2);
    writeBank(folder, [first, second]);
    await using one = new ByHand(folder, [1]);
    await using two = new ByHand(folder, [2]);
    assertEquals(await one.line(), `branch 1 listens on ${first}`);
    assertEquals(await two.line(), `branch 2 listens on ${second}`);
    const call = openTeller();
    const deposited = await call(first, deposit("a", 25));
    assertEquals(deposited.result, { kind: "written", branches: 2 });
    const { result } = await call(second, query, deposited.session);
    assert(result.kind === "balance");
    assertEquals(result.balance, 425n);
    assertEquals(await one.end("SIGTERM"), { code: 0, stdout: undefined, stderr: "" });
    assertEquals(await two.end("SIGINT"), { code: 0, stdout: undefined, stderr: "" });
    await noneLeft(folder.path);
  },
);

permitted(
  "a branch by hand answers without the others, which catch up when they come",
  needs,
  async () => {
    using folder = new TemporaryFolder();
    const [first = "", second = ""] = freeAddresses(2);
    writeBank(folder, [first, second]);
    await using one = new ByHand(folder, [1]);
    await one.line();
    const call = openTeller();
    const alone = await call(first, deposit("a", 25));
    assertEquals(alone.result, { kind: "written", branches: 1 });
    await using two = new ByHand(folder, [2]);
    await two.line();
    const { result } = await call(second, query, alone.session);
    assert(result.kind === "balance");
    assertEquals(result.balance, 425n);
  },
);

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
  const [first, second] = ports.map((port) => `127.0.0.1:${port}`);
  const { session } = await call(first ?? "", deposit("a", 1));
  const { result } = await call(second ?? "", query, session);
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
    const failure = await call(address, deposit("a", 1)).catch((error) => error.message);
    assertMatch(String(failure), /^UNAUTHENTICATED: Deposit at \S+: [^\n]+$/);
  }
  const { result } = await openTeller()(address, query);
  assert(result.kind === "balance");
  assertEquals(result.balance, 400n);
});

permitted("a branch by hand says in a sentence that its port is in use", needs, async () => {
  using folder = new TemporaryFolder();
  using listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const address = `127.0.0.1:${listener.addr.port}`;
  writeBank(folder, [address]);
  const args = ["--bank", "bank.json", "--secret", "secret.txt", "--id", "1"];
  const end = await ended(start("branch", args, { folder }));
  assertFailed(end, 1, `branch: cannot listen on ${address}: the port is in use\n`);
});

permitted("a branch by hand lists all that is wrong with its arguments", needs, async () => {
  using folder = new TemporaryFolder();
  writeBank(folder, ["127.0.0.1:0", "10.0.0.1:5000"]);
  folder.write("good.json", JSON.stringify([{ ...branchRecord(1, 5), address: "127.0.0.1:0" }]));
  folder.write("short.txt", "secret");
  const loopback = 'it must be "127.0.0.1:PORT" or another address of 127.0.0.0/8';
  const wrong = new Map<readonly string[], string>([
    [[], "branch: --bank is missing\nbranch: --secret is missing\nbranch: --id is missing"],
    [
      ["--bank", "x", "--secret", "y", "--id", "1", "--ack", "some", "more"],
      'branch: --ack is "some"; it must be all, majority or local\nbranch: "more" is one argument too many',
    ],
    [
      ["--bank", "good.json", "--secret", "short.txt", "--id", "7", "--id", "1", "--id", "x"],
      "branch: --secret must hold 32 to 512 visible ASCII characters\nbranch: --id 7 is not in good.json\nbranch: --id x is not in good.json",
    ],
    [
      ["--bank", "bank.json", "--secret", "secret.txt", "--id", "1"],
      `bank.json:1:113: branches[1].address is "10.0.0.1:5000"; ${loopback}`,
    ],
  ]);
  for (const [args, faults] of wrong) {
    assertFailed(await ended(start("branch", args, { folder })), 2, `${faults}\n`);
  }
  const absent = ["--bank", "absent.json", "--secret", "secret.txt", "--id", "1"];
  const end = await ended(start("branch", absent, { folder }));
  assertFailed(end, 2, /^branch: absent\.json cannot be read: [^\n]+\n$/);
});
