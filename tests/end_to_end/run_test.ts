import { assertEquals, assertMatch } from "@std/assert";
import { permitted } from "../permitted.ts";
import { TemporaryFolder } from "../temporary_folder.ts";
import {
  balancesIn,
  branchRecord,
  customerRecord,
  ended,
  input1,
  input1Answers,
  programs,
  records,
  run,
  runScenario,
  start,
} from "./bank.ts";
import { processesIn } from "./processes.ts";

permitted(
  "a run prints the input1Answers, writes them, and says in short what it did",
  programs,
  async () => {
    using folder = new TemporaryFolder();
    const { code, stdout, stderr } = await run([input1.pathname], folder);
    assertEquals([code, stdout], [0, input1Answers], stderr);
    assertEquals(folder.names(), ["output.txt"]);
    assertEquals(folder.read("output.txt"), input1Answers);
    const [summary, verdict, ...others] = stderr.split("\n");
    assertMatch(
      summary ?? "",
      /^classic scenario: 3 branches, 3 customers, 5 commands in \d+\.\d\d s$/,
    );
    assertEquals([verdict, ...others], ["all 3 branches agree on 500", ""]);
    assertEquals(await processesIn(folder.path), []);
  },
);

permitted(
  "a run reads a file as word processors and other systems leave it",
  programs,
  async () => {
    const text = await Deno.readTextFile(input1);
    const opening = /"(?=[\w])/g;
    const smart = text.replace(opening, "\u201c").replaceAll('"', "\u201d");
    const commas = text.replaceAll(/([}\]])(\s*[}\]])/g, "$1,$2");
    const tabs = commas.trimEnd().replaceAll("  ", "\t");
    const worn = {
      "smart quotes": smart,
      "trailing commas, no final newline, tabs, CRLF and a byte order mark": `\ufeff${
        tabs.replaceAll("\n", "\r\n")
      }`,
    };
    for (const [what, scenario] of Object.entries(worn)) {
      const { code, stdout, stderr, files } = await runScenario(scenario);
      assertEquals([code, stdout], [0, input1Answers], `${what}: ${stderr}`);
      assertEquals([...files], [["output.txt", input1Answers]], what);
      const noted = /^scenario\.json: read smart quotes as straight ones$/m.test(stderr);
      assertEquals(noted, what === "smart quotes", stderr);
    }
  },
);

permitted("a run shows every customer all writes of all branches", programs, async () => {
  const deposits = Array(4).fill("deposit 10");
  const scenario = [
    ...records(6, (id) => customerRecord(id, ...deposits, "query 0")),
    ...records(6, (id) => branchRecord(id, 100)),
  ];
  const { code, stderr, files } = await runScenario(scenario, "--output", "answers.json");
  assertEquals(code, 0, stderr);
  assertEquals([...files.keys()], ["answers.json"]);
  assertEquals(balancesIn(files.get("answers.json") ?? ""), Array(6).fill([340]));
  assertMatch(stderr, /^all 6 branches agree on 340$/m);
});

permitted(
  "a run of 100 records over 50 branches sees each write at the next branch",
  programs,
  async () => {
    const scenario = [
      ...records(50, (id) => customerRecord(id, "deposit 10", "query")),
      ...records(50, (id) => customerRecord(id, "withdraw 10", "query")),
      ...records(50, (id) => branchRecord(id, 400)),
    ];
    const { code, stdout, stderr, files } = await runScenario(scenario);
    assertEquals(code, 0, stderr);
    assertEquals([...files.keys()], ["output.json"]);
    assertEquals(files.get("output.json"), stdout);
    const up = records(50, (id) => [400 + 10 * id]);
    const down = records(50, (id) => [900 - 10 * id]);
    assertEquals(balancesIn(stdout), [...up, ...down]);
    const ids = [...records(50, (id) => id), ...records(50, (id) => id)];
    assertEquals(JSON.parse(stdout).map(({ id }: { id: number }) => id), ids);
    assertMatch(stderr, /^sequential scenario: 50 branches, 50 customers, 200 commands in /m);
    assertMatch(stderr, /^all 50 branches agree on 400$/m);
  },
);

permitted("a run answers a refused withdrawal with fail, and prints a zero", programs, async () => {
  const scenario = [
    customerRecord(1, "withdraw 90", "query 9", "withdraw 1", "query 9"),
    customerRecord(2, "withdraw 91"),
    ...records(2, (id) => branchRecord(id, 90)),
  ];
  const sequential = [...scenario.slice(0, 1), ...scenario.slice(2), customerRecord(2, "query")];
  const { code, stdout, stderr } = await runScenario(sequential, "--dialect", "sequential");
  assertEquals(code, 0, stderr);
  assertEquals(JSON.parse(stdout), [
    {
      id: 1,
      recv: [
        { interface: "withdraw", result: "success" },
        { interface: "query", balance: 0 },
        { interface: "withdraw", result: "fail" },
        { interface: "query", balance: 0 },
      ],
    },
    { id: 2, recv: [{ interface: "query", balance: 0 }] },
  ]);
  const classic = await runScenario(scenario, "--quiet");
  const [, second] = classic.stdout.split("\n");
  assertEquals([classic.code, classic.stderr], [0, ""]);
  assertEquals(second, "{'id': 2, 'recv': [{'interface': 'withdraw', 'result': 'fail'}]}");
  assertEquals([...classic.files.values()], [classic.stdout]);
});

permitted(
  "a run gives each record of a customer its own input1Answers, in file order",
  programs,
  async () => {
    const scenario = [
      branchRecord(987, 10),
      customerRecord(987, "deposit 1", "query"),
      customerRecord(5),
      customerRecord(987, "withdraw 11", "query"),
      branchRecord(5, 10),
      { id: 5, type: "client", events: [] },
      { id: 987, type: "client", events: [{ interface: "QUERY" }] },
      { id: 4_294_967_295, type: "bank", balance: 10 },
    ];
    const { code, stdout, stderr } = await runScenario(scenario);
    assertEquals(code, 0, stderr);
    const written: readonly { id: number; recv: readonly unknown[] }[] = JSON.parse(stdout);
    assertEquals(written.map(({ id, recv }) => [id, recv.length]), [
      [987, 2],
      [5, 0],
      [987, 2],
      [5, 0],
      [987, 1],
    ]);
    assertEquals(balancesIn(stdout), [[11], [], [0], [], [0]]);
    assertMatch(stderr, /^sequential scenario: 3 branches, 2 customers, 5 commands in /m);
  },
);

permitted("a run takes one branch, and customers without anything to do", programs, async () => {
  const lone = await runScenario([customerRecord(1, "deposit 5", "query 0"), branchRecord(1, 0)]);
  assertEquals(lone.code, 0, lone.stderr);
  assertMatch(lone.stderr, /^classic scenario: 1 branch, 1 customer, 2 commands in /);
  assertMatch(lone.stderr, /^the only branch ends on 5$/m);
  const idle = await runScenario([customerRecord(2), ...records(2, (id) => branchRecord(id, 7))]);
  assertEquals([idle.code, idle.stdout], [0, "{'id': 2, 'recv': []}\n"], idle.stderr);
  assertMatch(idle.stderr, /^all 2 branches agree on 7$/m);
  const empty = await runScenario([branchRecord(1, 7)]);
  assertEquals([empty.code, empty.stdout, [...empty.files]], [0, "", [["output.txt", ""]]]);
});

permitted(
  "a run writes JSON lines on request, over an old file, and as quietly as it is told",
  programs,
  async () => {
    using folder = new TemporaryFolder();
    const path = folder.at("deep/answers.JSONL");
    Deno.mkdirSync(folder.at("deep"));
    Deno.writeTextFileSync(path, "an old answer\n".repeat(100));
    const { code, stdout, stderr } = await run([input1.pathname, "-q", "--output", path], folder);
    assertEquals([code, stderr], [0, ""]);
    const lines = stdout.trimEnd().split("\n").map((line) => JSON.parse(line));
    const query = { interface: "query", result: "success", money: 500 };
    assertEquals(lines, [
      { id: 1, recv: [query] },
      { id: 2, recv: [{ interface: "deposit", result: "success" }, query] },
      { id: 3, recv: [{ interface: "withdraw", result: "success" }, query] },
    ]);
    assertEquals(Deno.readTextFileSync(path), stdout);
    assertEquals([...Deno.readDirSync(folder.at("deep"))].length, 1);
    assertEquals(folder.names(), ["deep"]);
  },
);

permitted(
  "a run agrees in the end also when customers see only what they did",
  programs,
  async () => {
    const scenario = [
      ...records(
        4,
        (id) => customerRecord(id, "deposit 10", "query 0", ...Array(19).fill("deposit 10")),
      ),
      ...records(4, (id) => branchRecord(id, 100)),
    ];
    const options = ["--plan", "free", "--ack", "local", "--output", "x.json"];
    const { code, stdout, stderr } = await runScenario(scenario, ...options);
    assertEquals(code, 0, stderr);
    assertMatch(stderr, /^classic scenario, free plan: 4 branches, 4 customers, 84 commands in /);
    assertMatch(stderr, /^all 4 branches agree on 900$/m);
    for (const [seen = 0] of balancesIn(stdout)) {
      assertEquals([seen >= 110, seen <= 900, seen % 10], [true, true, 0], stdout);
    }
  },
);

permitted(
  "a run gives the same answers whichever branches a write waits for",
  programs,
  async () => {
    const scenario = [
      ...records(4, (id) => customerRecord(id, "deposit 1", "query")),
      ...records(4, (id) => customerRecord(id, "withdraw 1", "query")),
      ...records(4, (id) => branchRecord(id, 100)),
    ];
    for (const policy of ["all", "majority", "local"]) {
      const { code, stdout, stderr } = await runScenario(scenario, "--ack", policy);
      assertEquals(code, 0, stderr);
      const balances = balancesIn(stdout).flat();
      assertEquals(balances, [101, 102, 103, 104, 103, 102, 101, 100], policy);
    }
  },
);

permitted("both programs tell how they are used and which version they are", programs, async () => {
  using folder = new TemporaryFolder();
  for (const [task, name] of [["run", "customer"], ["branch", "branch"]] as const) {
    const help = await ended(start(task, ["--help"], { folder }));
    assertEquals([help.code, help.stderr], [0, ""]);
    assertMatch(help.stdout, new RegExp(`^\\S.*\n\n  deno task ${task} `));
    assertEquals((await ended(start(task, ["-h"], { folder }))).stdout, help.stdout);
    const version = await ended(start(task, ["--version"], { folder }));
    assertEquals([version.code, version.stderr], [0, ""]);
    assertMatch(version.stdout, new RegExp(`^${name} \\d+\\.\\d+\\.\\d+ \\(Deno [\\d.]+\\)\n$`));
  }
  assertEquals(folder.names(), []);
});
