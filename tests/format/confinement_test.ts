import { assertEquals } from "@std/assert";
import { asConfined, confinedBranch, confinementOf } from "../../lib/format/confinement.ts";

const origin = { standalone: false, execPath: "/usr/bin/deno", folder: "file:///bank/" };

function bankAt(...addresses: readonly string[]): string {
  return JSON.stringify(
    addresses.map((address, index) => (
      { id: index + 1, type: "branch", balance: 400, address, bank: "first-bank" }
    )),
  );
}

const three = bankAt("127.0.0.1:5001", "127.0.0.1:5002", "127.0.0.1:5003");

/** What a branch with these arguments may do. */
function allowed(words: string, bank = three): readonly string[] {
  const args = words.split(" ");
  const read = (file: string) => {
    if (file === "bank.json") return bank;
    throw new Error("there is no such file");
  };
  const { command, args: all } = confinedBranch(confinementOf(args, read), origin);
  assertEquals(command, "/usr/bin/deno");
  assertEquals(all.slice(-args.length - 2), ["file:///bank/branch.ts", asConfined, ...args]);
  return all.filter((flag) => flag.startsWith("--allow-"));
}

const environment = "--allow-env=GRPC_*,grpc_proxy,http_proxy,https_proxy,no_grpc_proxy";
const journal = "2.db,2.db-wal,2.db-shm,2.db-journal";

Deno.test("a branch may use its files, its address and those of its peers, and nothing else", () => {
  assertEquals(allowed("--bank bank.json --id 2 --data 2.db --tls certs"), [
    "--allow-net=127.0.0.1:5002,127.0.0.1:5001,127.0.0.1:5003",
    environment,
    `--allow-read=bank.json,certs/branch-2,${journal}`,
    `--allow-write=${journal}`,
  ]);
  assertEquals(allowed("--bank bank.json --id 2 --secret s.txt"), [
    "--allow-net=127.0.0.1:5002,127.0.0.1:5001,127.0.0.1:5003",
    environment,
    "--allow-read=bank.json,s.txt",
  ]);
});

Deno.test("a branch that copies its journal may write that copy, and no other file there", () => {
  const files =
    `${journal},/b/2.db,/b/2.db.new,/b/2.db.new-wal,/b/2.db.new-shm,/b/2.db.new-journal`;
  const args = "--bank bank.json --id 2 --data 2.db --backup /b/2.db --secret s.txt";
  assertEquals(allowed(args).slice(2), [
    `--allow-read=bank.json,s.txt,${files}`,
    `--allow-write=${files}`,
  ]);
});

Deno.test("a branch whose messages NATS carries may dial its servers, and no peer", () => {
  const args = "--bank bank.json --id 2 --secret s.txt";
  const login = "--propagation nats://127.0.0.1,localhost:5 --propagation-login bank.creds";
  assertEquals(allowed(`${args} ${login}`), [
    "--allow-net=127.0.0.1:5002,127.0.0.1:4222,127.0.0.1:5,[::1]:5",
    environment,
    "--allow-read=bank.json,s.txt,bank.creds",
  ]);
  assertEquals(allowed(`${args} --propagation tls://nats.example`)[0], "--allow-net");
});

Deno.test("a branch may listen where it is told to, also for its page", () => {
  const args = "--bank bank.json --id 2 --tls certs --listen 0.0.0.0:5002 --admin 5080";
  const peers = "127.0.0.1:5001,127.0.0.1:5003";
  assertEquals(allowed(args)[0], `--allow-net=0.0.0.0:5002,127.0.0.1:5080,${peers}`);
  const [other] = allowed(args.replace("5080", "[::1]:5080"));
  assertEquals(other, `--allow-net=0.0.0.0:5002,[::1]:5080,${peers}`);
});

Deno.test("a branch may use any port where the system chooses it", () => {
  const bank = bankAt("127.0.0.1:0", "127.0.0.1:0");
  const args = "--bank bank.json --id 1 --id 2 --secret s.txt";
  assertEquals(allowed(args, bank)[0], "--allow-net=127.0.0.1");
});

Deno.test("a branch may dial any address where a peer is known by a name only", () => {
  const args = "--bank bank.json --id 1 --tls certs";
  assertEquals(allowed(args, bankAt("10.0.0.1:5001", "branch-2.example:5001"))[0], "--allow-net");
  const local = allowed(args, bankAt("127.0.0.1:5001", "localhost:5002"))[0];
  assertEquals(local, "--allow-net=127.0.0.1:5001,127.0.0.1:5002,[::1]:5002");
});

Deno.test("a branch whose arguments are wrong may do no more than say so", () => {
  const few = [environment, "--allow-read=bank.json,s.txt"];
  assertEquals(allowed("--bank bank.json --id 9 --secret s.txt --data 2.db"), few);
  const absent = [environment, "--allow-read=absent.json,s.txt"];
  assertEquals(allowed("--bank absent.json --id 1 --secret s.txt"), absent);
  assertEquals(allowed("--idd"), [environment]);
});
