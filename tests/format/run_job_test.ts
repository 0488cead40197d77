import { assert, assertEquals } from "@std/assert";
import { readArguments } from "../../lib/format/arguments.ts";
import { runOptions } from "../../lib/format/run_arguments.ts";
import { readRunJob } from "../../lib/format/run_job.ts";
import { readScenario } from "../../lib/format/scenario.ts";

const customer = { id: 1, type: "customer", events: [{ interface: "query" }] };
const branchRecord = { id: 1, type: "branch", balance: 400 };
const own = [customer, branchRecord];

function runningAt(address: string, bank = "first-bank"): readonly object[] {
  return [customer, { ...branchRecord, address, bank }];
}

function read(records: readonly object[], ...args: string[]) {
  const options = readArguments(["a.json", ...args], runOptions);
  assertEquals(options.faults, []);
  const asked = options.values.get("dialect");
  const text = JSON.stringify(records);
  const { scenario, dialect } = readScenario(text, {
    file: "a.json",
    dialect: asked === "clock" ? asked : undefined,
  });
  return readRunJob(options, { scenario, dialect, file: "a.json" });
}

function complaints(...given: Parameters<typeof read>): readonly string[] {
  const reading = read(...given);
  return reading.kind === "wrong" ? reading.complaints : [];
}

const runs = "a bank that runs already, as the addresses of its branches say";

Deno.test("readRunJob() reads what a run of its own bank is to do", () => {
  const reading = read(own, "--data", "d", "--ack", "local", "--plan", "free", "-q");
  assert(reading.kind === "read");
  const { data, acknowledge, free, faults, running, isQuiet, trace, output } = reading.job;
  assertEquals([data, acknowledge, free, isQuiet], ["d", "local", true, true]);
  assertEquals([faults, running, trace, output], [undefined, undefined, undefined, undefined]);
});

Deno.test("readRunJob() reads where a bank is that runs already, and what customers show", () => {
  const reading = read(runningAt("127.0.0.1:5001"), "--secret", "s.txt");
  assert(reading.kind === "read");
  assertEquals(reading.job.running?.name, "first-bank");
  assertEquals([...reading.job.running?.addresses.values() ?? []], ["127.0.0.1:5001"]);
  assertEquals(reading.job.running?.trust, { secretFile: "s.txt" });
  const secured = read(runningAt("10.0.0.1:5001"), "--tls", "certs");
  assertEquals(secured.kind === "read" && secured.job.running?.trust, { folder: "certs" });
});

Deno.test("readRunJob() refuses what only a bank of its own could do", () => {
  const args = [
    "--data",
    "d",
    "--ack",
    "all",
    "--propagation",
    "nats://[::1]",
    "--faults",
    "drop=0.1",
    "--trace",
    "t",
  ];
  assertEquals(complaints(runningAt("127.0.0.1:1"), ...args, "--report", "r", "--secret", "s"), [
    ...["data", "ack", "propagation", "faults", "trace", "report"].map((option) => (
      `--${option} does not go with ${runs}`
    )),
  ]);
  const clocks = `clocks need what branches tell, and those of ${runs}, do not`;
  assertEquals(
    complaints(runningAt("127.0.0.1:1"), "--dialect", "clock", "--secret", "s"),
    [clocks],
  );
});

Deno.test("readRunJob() wants what callers of a running bank have to show, and no more", () => {
  assertEquals(complaints(runningAt("127.0.0.1:1")), [`--secret or --tls is missing, for ${runs}`]);
  const both = complaints(runningAt("127.0.0.1:1"), "--secret", "s", "--tls", "t");
  assertEquals(both, ["--secret does not go with --tls"]);
  assertEquals(complaints(own, "--secret", "s", "--tls", "t"), [
    "--secret is for a bank that runs already; a.json says nowhere where",
    "--tls is for a bank that runs already; a.json says nowhere where",
  ]);
  assertEquals(complaints(runningAt("127.0.0.1:1", "Gold"), "--tls", "t"), [
    'the bank\'s name is "Gold", which no certificate has',
  ]);
});

Deno.test("readRunJob() turns to nobody where others could listen, or where nobody can be", () => {
  const exposed = "branch 1 is at 10.0.0.1:1, which is not on loopback: others could read along " +
    "and take the secret, so it needs --tls";
  assertEquals(complaints(runningAt("10.0.0.1:1"), "--secret", "s"), [exposed]);
  const nowhere = "branch 1 is at 127.0.0.1:0, which is no port";
  assertEquals(complaints(runningAt("127.0.0.1:0"), "--secret", "s"), [nowhere]);
  const nobody = [{ ...branchRecord, address: "127.0.0.1:1" }];
  assertEquals(complaints(nobody, "--secret", "s"), [`a.json has no customer to turn to ${runs}`]);
});

Deno.test("readRunJob() reads which servers of NATS carry messages, and says what is wrong with them", () => {
  const reading = read(own, "--propagation", "nats://127.0.0.1");
  assert(reading.kind === "read");
  assertEquals(reading.job.nats, { addresses: ["127.0.0.1:4222"], isSecure: false });
  const plain = read(own);
  assert(plain.kind === "read");
  assertEquals(plain.job.nats, undefined);
  assertEquals(complaints(own, "--propagation", "nats://10.0.0.1,nats://10.0.0.2").length, 2);
});

Deno.test("readRunJob() says what is wrong with faults and with what is wanted", () => {
  assertEquals(complaints(own, "--output", "o.pdf", "--faults", "drop=2").length, 2);
});
