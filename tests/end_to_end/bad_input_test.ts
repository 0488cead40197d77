import { assertEquals } from "@std/assert";
import { permitted } from "../permitted.ts";
import { TemporaryFolder } from "../temporary_folder.ts";
import {
  assertFailed,
  branchRecord,
  customerRecord,
  type Ended,
  programs,
  records,
  run,
} from "./bank.ts";

const good = [customerRecord(1, "query 0"), branchRecord(1, 5)];

/**
 * Runs what cannot be run, beside an output file of an earlier run, and makes sure that nothing
 * came of it.
 *
 * No branch or customer can have been started: it gets no permission to start any.
 */
async function refused(
  scenario: unknown,
  { args = [] }: { readonly args?: readonly string[] } = {},
): Promise<Ended> {
  using folder = new TemporaryFolder();
  const text = typeof scenario === "string" ? scenario : JSON.stringify(scenario, null, 1);
  folder.write("scenario.json", text);
  folder.write("output.txt", "of an earlier run\n");
  folder.write("output.json", "of an earlier run\n");
  const end = await run(args.length > 0 ? args : ["scenario.json"], folder, { starts: false });
  assertEquals(folder.names(), ["output.json", "output.txt", "scenario.json"]);
  for (const name of ["output.json", "output.txt"]) {
    assertEquals(folder.read(name), "of an earlier run\n");
  }
  return end;
}

permitted(
  "a run lists all that is wrong with a scenario, each with its place",
  programs,
  async () => {
    const end = await refused([
      {
        id: 1,
        type: "customer",
        events: [
          { interface: "transfer", money: 1 },
          { interface: "deposit" },
          { interface: "deposit", money: 1.5 },
          { interface: "withdraw", money: -1 },
          { interface: "withdraw", money: 1e300 },
          { interface: "query", dest: 9 },
        ],
      },
      customerRecord(8, "query 0"),
      branchRecord(1, 5),
      branchRecord(1, 5),
      branchRecord(2, 6),
      { id: "3", type: "branch", balance: 5 },
      { id: 4, type: "bank" },
      { id: 5, type: "banana" },
    ]);
    const branchAt = "there must be a branch with this id";
    const amount = "it must be a whole number from 0 to 1000000000000";
    const faults = [
      `7:18: customers[0].events[0].interface is "transfer"; it must be "query", "deposit" or "withdraw"`,
      `10:4: customers[0].events[1].money is missing; ${amount}`,
      `15:14: customers[0].events[2].money is 1.5; ${amount}`,
      `19:14: customers[0].events[3].money is -1; ${amount}`,
      `23:14: customers[0].events[4].money is 1e+300; ${amount}`,
      `27:13: customers[0].events[5].dest is 9; ${branchAt}`,
      `32:9: customers[1].id is 8; ${branchAt}`,
      `47:9: branches[1].id is 1; it must not be the id of branches[0] too`,
      `54:14: branches[2].balance is 6; it must be 5, as branches[0] opens with`,
      `57:9: branches[3].id is "3"; it must be a whole number from 0 to 4294967295`,
      `61:2: branches[4].balance is missing; it must be a whole number from 0 to 1000000000000000`,
      `67:11: records[7].type is "banana"; it must be "customer", "client", "branch" or "bank"`,
    ];
    const said = faults.map((fault) => `scenario.json:${fault}\n`).join("");
    assertFailed(end, 2, said);
  },
);

permitted("a run shows where a file stops being JSON", programs, async () => {
  const end = await refused('[\n  {"id": 1,\n   "type" "customer"}\n]');
  assertFailed(
    end,
    2,
    /^scenario\.json:3:11: not JSON: [^\n]+\n {3}"type" "customer"\}\n {10}\^\n$/,
  );
  assertFailed(
    await refused(""),
    2,
    /^scenario\.json:1:1: not JSON: the file is empty\n/,
  );
  assertFailed(
    await refused("{}"),
    2,
    /: the scenario is an object; it must be an array of records$/m,
  );
});

permitted("a run needs a branch, and the one of each customer", programs, async () => {
  assertFailed(
    await refused([customerRecord(1, "query 0")]),
    2,
    "scenario.json:1:1: branches is empty; there must be at least one branch\n",
  );
  const many = [...records(1025, (id) => branchRecord(id, 5)), customerRecord(1, "query 0")];
  assertFailed(await refused(many), 2, /: branches has 1025 records; there must be at most 1024$/m);
});

permitted("a run says that it cannot read a file", programs, async () => {
  const absent = await refused(good, { args: ["absent.json"] });
  assertFailed(absent, 2, /^customer: absent\.json cannot be read: [^\n]+\n$/);
  const folder = await refused(good, { args: ["."] });
  assertFailed(folder, 2, /^customer: \. cannot be read: [^\n]+\n$/);
});

permitted("a run lists all that is wrong with its arguments", programs, async () => {
  const missing = "no scenario file is given; see --help";
  const lists = new Map<readonly string[], readonly string[]>([
    [["--quiet"], [missing]],
    [["scenario.json", "--fast"], ["--fast is not an option"]],
    [["scenario.json", "second.json"], ['"second.json" is one argument too many']],
    [
      ["scenario.json", "--ack", "none"],
      ['--ack is "none"; it must be all, majority or local'],
    ],
    [["scenario.json", "--plan", "fast"], ['--plan is "fast"; it must be free']],
    [["scenario.json", "--output", "x.csv"], [
      '--output is "x.csv"; it must end in .txt, .json or .jsonl',
    ]],
    [
      ["--dialect", "latin", "-x", "--ack"],
      [
        "-x is not an option",
        '--dialect is "latin"; it must be classic, sequential, session, session-classic, clock or clock-classic',
        "--ack has no value",
        missing,
      ],
    ],
  ]);
  for (const [args, faults] of lists) {
    const said = faults.map((fault) => `customer: ${fault}\n`).join("");
    assertFailed(await refused(good, { args }), 2, said);
  }
});

permitted("a run needs a place for its output before it starts anything", programs, async () => {
  const absent = await refused(good, { args: ["scenario.json", "--output", "absent/x.json"] });
  assertFailed(absent, 2, /^customer: the output absent\/x\.json cannot be written: [^\n]+\n$/);
  using folder = new TemporaryFolder();
  folder.write("scenario.json", JSON.stringify(good));
  Deno.mkdirSync(folder.at("output.txt"));
  const end = await run(["scenario.json"], folder, { starts: false });
  assertFailed(end, 2, "customer: the output output.txt cannot be written: it is a folder\n");
  assertEquals(folder.names(), ["output.txt", "scenario.json"]);
});

permitted("a run says in a sentence that it may not start its processes", programs, async () => {
  const end = await refused(good);
  assertFailed(end, 1, /^customer: the run failed: branch 1 cannot be started: [^\n]+\n$/);
});

permitted("a run does not write over its own scenario", programs, async () => {
  const end = await refused(good, { args: ["scenario.json", "--output", "./scenario.json"] });
  assertFailed(end, 2, "customer: --output is the scenario scenario.json itself\n");
});
