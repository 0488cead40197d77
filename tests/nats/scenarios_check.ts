import { assert, assertEquals, assertMatch } from "@std/assert";
import { causalFaults } from "../../lib/format/trace_order.ts";
import { readTrace } from "../../lib/format/trace_reader.ts";
import {
  assertFailed,
  branchRecord,
  customerRecord,
  event,
  input1,
  input1Answers,
  records,
  run,
  runScenario,
} from "../end_to_end/bank.ts";
import { noneLeft } from "../end_to_end/processes.ts";
import { TemporaryFolder } from "../temporary_folder.ts";
import { NatsCluster } from "./cluster.ts";

const opposed = [
  customerRecord(1, "deposit 100", "query 0"),
  customerRecord(2, "withdraw 30", "query 0"),
  ...records(3, (id) => branchRecord(id, 400)),
];

/** One customer who deposits at each of five branches, and withdraws at each. */
function traveller(by: "branch" | "dest") {
  const stops = ["deposit 10", "query", "withdraw 10", "query"].flatMap((words) =>
    records(5, (branch) => ({ ...event(words), [by]: branch }))
  );
  const branches = records(5, (id) => branchRecord(id, 0));
  return [{ id: 1, type: "customer", events: stops }, ...branches];
}

/** Withdrawals that no branch's own share covers, one after the other. */
const allowance = [
  customerRecord(2, "withdraw 250", "query"),
  customerRecord(3, "withdraw 50", "withdraw 1", "query"),
  ...records(3, (id) => branchRecord(id, 100)),
];

const clocked = [
  ...records(3, (id) => ({
    ...{ id, type: "customer" },
    "customer-requests": ["deposit 10", "withdraw 10"].map((words, index) => (
      { "customer-request-id": 2 * id - 1 + index, ...event(words) }
    )),
  })),
  ...records(3, (id) => branchRecord(id, 400)),
];

/** What logical clocks are about, without the order that is up to the network. */
function clocksIn(files: ReadonlyMap<string, string>): readonly string[] {
  const lines: readonly Record<string, unknown>[] = JSON.parse(files.get("all_events.json") ?? "");
  return lines.map((line) => JSON.stringify({ ...line, "logical_clock": 0 })).toSorted();
}

/** Runs a scenario over the log of a cluster, and by calls of branches to each other. */
async function both(cluster: NatsCluster, scenario: unknown, ...options: readonly string[]) {
  const over = await runScenario(scenario, ...options, "--propagation", cluster.url);
  const mesh = await runScenario(scenario, ...options);
  assertEquals([over.code, mesh.code], [0, 0], over.stderr + mesh.stderr);
  return { over, mesh };
}

Deno.test("a run over NATS", async (context) => {
  await using cluster = await NatsCluster.start();
  await using admin = await cluster.admin();
  const step = async (name: string, fn: () => Promise<void>) => {
    await context.step(name, async () => {
      await fn();
      assertEquals(await admin.names(), [], "a stream is left");
    });
  };

  for (const ack of ["all", "majority", "local"]) {
    await step(`answers as it should with --ack ${ack}`, async () => {
      using folder = new TemporaryFolder();
      const args = [input1.pathname, "--ack", ack, "--propagation", cluster.url];
      const { code, stdout, stderr } = await run(args, folder);
      assertEquals([code, stdout, folder.read("output.txt")], [0, input1Answers, input1Answers]);
      assertMatch(stderr, /\nall 3 branches agree on 500\n$/);
      await noneLeft(folder.path);
    });
  }

  for (const by of ["branch", "dest"] as const) {
    await step(`takes a customer from branch to branch, which it names by ${by}`, async () => {
      const { over, mesh } = await both(cluster, traveller(by));
      assertEquals([over.stdout, [...over.files]], [mesh.stdout, [...mesh.files]]);
      assertMatch(over.stderr, /\nall 5 branches agree on 0\n$/);
    });
  }

  await step("counts logical clocks of the same messages", async () => {
    const { over, mesh } = await both(cluster, clocked);
    assertEquals([...over.files.keys()], [...mesh.files.keys()]);
    assertEquals(clocksIn(over.files), clocksIn(mesh.files));
  });

  await step("pays out what one branch alone may not, and refuses what nobody has", async () => {
    const { over, mesh } = await both(cluster, allowance);
    assertEquals(over.stdout, mesh.stdout);
    assertMatch(over.stderr, /\nall 3 branches agree on 49\n$/);
  });

  await step("takes as many branches as share processes", async () => {
    const count = 2 * navigator.hardwareConcurrency + 2;
    const customers = records(count, (id) => customerRecord(id, `deposit ${id}`, "query"));
    const branches = records(count, (id) => branchRecord(id, 10));
    const { over, mesh } = await both(cluster, [...customers, ...branches]);
    assertEquals(over.stdout, mesh.stdout);
  });

  await step("cuts off whom it is told to, until all is done", async () => {
    const options = ["--plan", "free", "--ack", "local", "--output", "x.json"];
    const { over, mesh } = await both(cluster, opposed, ...options, "--faults", "cut=1|2,3");
    assertEquals(over.stdout, mesh.stdout);
    assertMatch(over.stderr, /\nall 3 branches agree on 470\n.* [1-9]\d* cut off\n$/);
  });

  await step("traces each message once, and is explained by that", async () => {
    for (const faults of [[], ["--faults", "delay=1ms..20ms,drop=0.2,double=0.2"]]) {
      using folder = new TemporaryFolder();
      const traced = ["--trace", "trace.jsonl", "--report", "page.html"];
      const args = [input1.pathname, ...traced, ...faults, "--propagation", cluster.url];
      const end = await run(args, folder);
      assertEquals([end.code, end.stdout], [0, input1Answers], end.stderr);
      assertEquals(/not whole/.test(end.stderr), false, end.stderr);
      const { events } = readTrace(folder.read("trace.jsonl") ?? "");
      assertEquals(causalFaults(events), []);
      const { code, stdout } = await run(["--explain", "trace.jsonl"], folder);
      const verdicts = stdout.match(/^(?:\w+ )+ *(?:holds|fails|cannot be told): .*$/gm) ?? [];
      assertEquals([code, verdicts.length], [0, 8], stdout);
      assert(verdicts.filter((line) => /\bholds: /.test(line)).length >= 5, stdout);
      assertEquals(verdicts.filter((line) => /\bfails: /.test(line)), []);
      assertEquals(folder.read("page.html")?.includes('class="verdict fails"'), false);
    }
  });
});

/** Runs the example where no message is carried, and gives the sentence that says so. */
async function refusedAt(address: string, sentence: RegExp): Promise<void> {
  using folder = new TemporaryFolder();
  const end = await run([input1.pathname, "--propagation", `nats://${address}`], folder);
  assertFailed(end, 1, sentence);
  assertEquals(end.stderr.trim().split("\n").length, 1, end.stderr);
  assertEquals(folder.names(), []);
  await noneLeft(folder.path);
}

function failure(address: string, reason: string): RegExp {
  const what = `NATS at ${address} does not carry messages: ${reason}`;
  return new RegExp(`^customer: the run failed: .*${what}\n$`);
}

Deno.test("a run over NATS fails in a sentence where nobody listens", async () => {
  using listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const address = `127.0.0.1:${listener.addr.port}`;
  listener.close();
  await refusedAt(address, failure(address, ".*refused.*"));
});

Deno.test("a run over NATS fails in a sentence where nobody says a word", async () => {
  using listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const address = `127.0.0.1:${listener.addr.port}`;
  await refusedAt(address, failure(address, "it does not answer"));
});

Deno.test("a run over NATS fails in a sentence where no streams are kept", async () => {
  await using cluster = await NatsCluster.start({ nodes: 1, hasStreams: false });
  const [{ address } = { address: "" }] = cluster.nodes;
  await refusedAt(address, failure(address, ".*jetstream is not enabled.*"));
});

Deno.test("a run over NATS fails in a sentence where it has to log in", async () => {
  const more = 'authorization { user: "somebody", password: "else" }';
  await using cluster = await NatsCluster.start({ nodes: 1, more, hasStreams: false });
  const [{ address } = { address: "" }] = cluster.nodes;
  await refusedAt(address, failure(address, ".*[Aa]uthorization.*"));
});
