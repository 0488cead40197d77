import { assert, assertEquals, assertGreater } from "@std/assert";
import { permitted } from "../permitted.ts";
import { TemporaryFolder } from "../temporary_folder.ts";
import {
  assertFailed,
  branchRecord,
  customerRecord,
  ended,
  event,
  programs,
  records,
  run,
  start,
} from "./bank.ts";
import { killProcess } from "./processes.ts";
import { busyBranch } from "./traced.ts";

interface Line {
  readonly "customer-request-id": number;
  readonly logical_clock: number;
  readonly interface: string;
  readonly comment: string;
}

interface PlacedLine extends Line {
  readonly id: number;
  readonly type: "customer" | "branch";
}

interface Clocks {
  readonly customers: readonly { readonly id: number; readonly events: readonly Line[] }[];
  readonly branches: readonly { readonly id: number; readonly events: readonly Line[] }[];
  readonly all: readonly PlacedLine[];
}

function clocksIn(folder: string): Clocks {
  const read = (name: string) => JSON.parse(Deno.readTextFileSync(`${folder}/${name}_events.json`));
  return { customers: read("customer"), branches: read("branch"), all: read("all") };
}

/** As many requests, as much that branches tell, and that in all. */
function countsOf({ customers, branches, all }: Clocks): readonly number[] {
  const lines = (each: Clocks["customers"]) => each.flatMap(({ events }) => events).length;
  return [lines(customers), lines(branches), all.length];
}

/** What is sent is received once, by whom it was sent to, later, and says who sent it. */
function assertCausal({ customers, branches, all }: Clocks): void {
  for (const { events } of [...customers, ...branches]) {
    const clocks = events.map(({ logical_clock }) => logical_clock);
    assertEquals(clocks, [...new Set(clocks)].toSorted((left, right) => left - right));
  }
  const byRequest = Map.groupBy(all, (line) => line["customer-request-id"]);
  assertEquals([...byRequest.keys()], [...byRequest.keys()].toSorted((a, b) => a - b));
  for (const lines of byRequest.values()) {
    const clocks = lines.map(({ logical_clock }) => logical_clock);
    assertEquals(clocks, clocks.toSorted((left, right) => left - right));
    let sent = 0;
    for (const { id, type, interface: name, comment, logical_clock } of lines) {
      const [, to] = /^event_sent (?:from|to) (.+)/.exec(comment) ?? [];
      if (to === undefined) continue;
      sent += 1;
      const receipts = lines.filter((line) => (
        line.comment === `event_recv from ${type} ${id}` && line.interface === name &&
        (type === "customer" || to === `branch ${line.id}`)
      ));
      assertEquals(receipts.length, 1, `${comment} of ${type} ${id}`);
      assertGreater(receipts[0]?.logical_clock ?? 0, logical_clock);
    }
    assertEquals(lines.length, 2 * sent);
  }
}

/** Makes a customer record as scenarios of clock have them; its requests count from `first`. */
function requests(id: number, first: number, ...events: readonly string[]) {
  const list = events.map((words, index) => ({
    "customer-request-id": first + index,
    ...event(words),
  }));
  return { id, type: "customer", "customer-requests": list };
}

const names = ["all_events.json", "branch_events.json", "customer_events.json"];

const ten = [
  ...records(10, (id) => requests(id, 2 * id - 1, "deposit 10", "withdraw 10")),
  ...records(10, (id) => branchRecord(id, 400)),
];

for (const faults of [undefined, "delay=1ms..10ms,drop=0.2,double=0.2"]) {
  permitted(
    `a run of clock counts every message once ${
      faults === undefined ? "as it is" : `with ${faults}`
    }`,
    programs,
    async () => {
      using folder = new TemporaryFolder();
      folder.write("scenario.json", JSON.stringify(ten));
      const more = faults === undefined ? [] : ["--faults", faults];
      const end = await run(["scenario.json", ...more], folder);
      assertEquals(end.code, 0, end.stderr);
      assertEquals(folder.names(), [...names, "scenario.json"]);
      const clocks = clocksIn(folder.path);
      assertEquals(countsOf(clocks), [20, 380, 400]);
      assertCausal(clocks);
      assertEquals(clocks.customers.map(({ id, events }) => [id, ...events]).at(-1), [10, {
        "customer-request-id": 19,
        logical_clock: 1,
        interface: "deposit",
        comment: "event_sent from customer 10",
      }, {
        "customer-request-id": 20,
        logical_clock: 2,
        interface: "withdraw",
        comment: "event_sent from customer 10",
      }]);
      assertEquals(end.stdout.split("\n").length, 11);
      assertEquals(clocks.all.filter((line) => /propagate/.test(line.interface)), []);
    },
  );
}

permitted(
  "a run of clock writes the file that people expect, into the folder asked for",
  programs,
  async () => {
    using folder = new TemporaryFolder();
    const scenario = [requests(1, 1, "deposit 10"), branchRecord(1, 0), branchRecord(2, 0)];
    folder.write("scenario.json", JSON.stringify(scenario));
    const args = ["scenario.json", "--output", "clocks", "--spelling", "propagate", "--quiet"];
    const end = await run(args, folder);
    assertEquals([end.code, end.stderr], [0, ""]);
    assertEquals(end.stdout, '{"id":1,"recv":[{"interface":"deposit","result":"success"}]}\n');
    assertEquals(folder.names(), ["clocks", "scenario.json"]);
    const line = { "customer-request-id": 1, logical_clock: 1, interface: "deposit" };
    const sent = { ...line, comment: "event_sent from customer 1" };
    const received = { ...line, logical_clock: 2, comment: "event_recv from customer 1" };
    const propagated = { ...line, interface: "propagate_deposit" };
    const offered = { ...propagated, logical_clock: 3, comment: "event_sent to branch 2" };
    const applied = { ...propagated, logical_clock: 4, comment: "event_recv from branch 1" };
    assertEquals<unknown>(clocksIn(folder.at("clocks")), {
      customers: [{ id: 1, type: "customer", events: [sent] }],
      branches: [
        { id: 1, type: "branch", events: [received, offered] },
        { id: 2, type: "branch", events: [applied] },
      ],
      all: [
        { id: 1, type: "customer", ...sent },
        { id: 1, type: "branch", ...received },
        { id: 1, type: "branch", ...offered },
        { id: 2, type: "branch", ...applied },
      ],
    });
  },
);

permitted(
  "a run of clock propagates no query, nor a withdrawal that was refused",
  programs,
  async () => {
    using folder = new TemporaryFolder();
    const scenario = [
      requests(1, 1, "query", "withdraw 11", "deposit 5"),
      requests(2, 4, "query"),
      ...records(3, (id) => branchRecord(id, 5)),
    ];
    folder.write("scenario.json", JSON.stringify(scenario));
    const end = await run(["scenario.json", "--quiet"], folder);
    assertEquals([end.code, end.stderr], [0, ""]);
    assertEquals(
      end.stdout,
      '{"id":1,"recv":[{"interface":"query","result":"success","money":5},' +
        '{"interface":"withdraw","result":"fail"},{"interface":"deposit","result":"success"}]}\n' +
        '{"id":2,"recv":[{"interface":"query","result":"success","money":5}]}\n',
    );
    const clocks = clocksIn(folder.path);
    assertEquals(countsOf(clocks), [4, 4 + 4, 8 + 4]);
    assertCausal(clocks);
    const propagated = clocks.all.filter((line) => /^propogate/.test(line.interface));
    assertEquals(new Set(propagated.map((line) => line["customer-request-id"])), new Set([3]));
  },
);

permitted("a run of clock-classic writes what branches did for each write", programs, async () => {
  using folder = new TemporaryFolder();
  const events = ["query 400", "deposit 170", "withdraw 1000"].map((words, index) => ({
    id: index + 5,
    ...event(words),
  }));
  const scenario = [{ id: 2, type: "customer", events }, branchRecord(1, 9), branchRecord(2, 9)];
  folder.write("scenario.json", JSON.stringify(scenario));
  const args = ["scenario.json", "--dialect", "clock-classic", "--trace", "trace.jsonl"];
  const end = await run(args, folder);
  assertEquals(end.code, 0, end.stderr);
  assertEquals(folder.names(), ["output.json", "scenario.json", "trace.jsonl"]);
  const deposit = [
    [2, "deposit_request"],
    [3, "deposit_execute"],
    [4, "deposit_propagate_request"],
    [5, "deposit_propagate_execute"],
    [6, "deposit_propagate_response"],
    [7, "deposit_response"],
  ].map(([clock, name]) => ({ clock, name }));
  const withdraw = [[8, "withdraw_request"], [9, "withdraw_response"]].map(([clock, name]) => (
    { clock, name }
  ));
  const own = deposit.map((line) => ({ id: 6, ...line }));
  assertEquals<unknown>(JSON.parse(folder.read("output.json") ?? ""), [
    { pid: 1, data: own.slice(2, 4) },
    {
      pid: 2,
      data: [
        ...own.slice(0, 2),
        ...own.slice(4),
        ...withdraw.map((line) => ({ id: 7, ...line })),
      ],
    },
    { eventid: 6, data: deposit },
    { eventid: 7, data: withdraw },
  ]);
});

permitted(
  "a run of clock counts right where a branch is killed and comes back",
  programs,
  async () => {
    using folder = new TemporaryFolder();
    const scenario = [
      requests(1, 1, ...Array(300).fill("deposit 1")),
      ...records(3, (id) => branchRecord(id, 100)),
    ];
    folder.write("scenario.json", JSON.stringify(scenario));
    const child = start("run", ["scenario.json", "--data", "bank"], { folder });
    await killProcess(await busyBranch(folder, { bytes: 20_000 }));
    const end = await ended(child);
    assertEquals(end.code, 0, end.stderr);
    assert(/it is started again/.test(end.stderr), end.stderr);
    assertEquals(/not whole/.test(end.stderr), false, end.stderr);
    const clocks = clocksIn(folder.path);
    assertEquals(countsOf(clocks), [300, 300 * 5, 300 * 6]);
    assertCausal(clocks);
  },
);

permitted("a run of clock writes all three files or starts nothing", programs, async () => {
  using folder = new TemporaryFolder();
  const scenario = [requests(1, 1, "query"), branchRecord(1, 5)];
  folder.write("scenario.json", JSON.stringify(scenario));
  folder.write("customer_events.json", "of an earlier run\n");
  Deno.mkdirSync(folder.at("branch_events.json"));
  const end = await run(["scenario.json"], folder, { starts: false });
  const said = "customer: the output branch_events.json cannot be written: it is a folder\n";
  assertFailed(end, 2, said);
  assertEquals(folder.names(), ["branch_events.json", "customer_events.json", "scenario.json"]);
  assertEquals(folder.read("customer_events.json"), "of an earlier run\n");
});

permitted("a run says what of its options is for other dialects", programs, async () => {
  using folder = new TemporaryFolder();
  const clock = [requests(1, 1, "query"), branchRecord(1, 5)];
  folder.write("clock.json", JSON.stringify(clock));
  folder.write("other.json", JSON.stringify([customerRecord(1, "query"), branchRecord(1, 5)]));
  const said = new Map<readonly string[], readonly string[]>([
    [["clock.json", "--output", "x.json", "--no-response"], [
      '--output is "x.json"; a clock scenario writes three files, into the folder that it names',
      "--no-response is for clock-classic scenarios; this one is clock",
    ]],
    [["other.json", "--spelling", "propagate"], [
      "--spelling is for clock scenarios; this one is sequential",
    ]],
    [["clock.json", "--output", ".", "--trace", "all_events.json"], [
      "--trace is the output ./all_events.json itself",
    ]],
  ]);
  for (const [args, faults] of said) {
    const end = await run(args, folder, { starts: false });
    assertFailed(end, 2, faults.map((fault) => `customer: ${fault}\n`).join(""));
  }
  assertEquals(folder.names(), ["clock.json", "other.json"]);
});
