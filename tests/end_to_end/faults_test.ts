import { assertEquals, assertMatch } from "@std/assert";
import { permitted } from "../permitted.ts";
import { TemporaryFolder } from "../temporary_folder.ts";
import {
  assertFailed,
  balancesIn,
  branchRecord,
  customerRecord,
  input1,
  input1Answers,
  programs,
  records,
  run,
  runScenario,
} from "./bank.ts";

/** Two customers who write and ask on two sides of a bank of three. */
const opposed = [
  customerRecord(1, "deposit 100", "query 0"),
  customerRecord(2, "withdraw 30", "query 0"),
  ...records(3, (id) => branchRecord(id, 400)),
];

permitted(
  "a run gives the right answers over late, lost and doubled messages",
  programs,
  async () => {
    using folder = new TemporaryFolder();
    const faults = "delay=1ms..60ms,drop=0.2,double=0.3";
    const { code, stdout, stderr } = await run([input1.pathname, "--faults", faults], folder);
    assertEquals(
      [code, stdout, folder.read("output.txt")],
      [0, input1Answers, input1Answers],
      stderr,
    );
    const [, verdict, injected, ...others] = stderr.split("\n");
    assertEquals([verdict, others], ["all 3 branches agree on 500", [""]], stderr);
    assertMatch(
      injected ?? "",
      /^faults injected: [1-9]\d* messages? delayed, \d+ dropped, \d+ doubled, 0 cut off$/,
    );
  },
);

permitted("a run gives the right answers when a cut ends", programs, async () => {
  using folder = new TemporaryFolder();
  const faults = "--faults=cut=1|2,3@0s..500ms,cut=2|3@0.2s..0.7s";
  const { code, stdout, stderr } = await run([input1.pathname, faults], folder);
  assertEquals([code, stdout], [0, input1Answers], stderr);
  assertMatch(stderr, /^all 3 branches agree on 500$/m);
  assertMatch(
    stderr,
    /^faults injected: 0 messages delayed, 0 dropped, 0 doubled, \d+ cut off$/m,
  );
});

permitted(
  "branches on two sides of a cut differ, and agree when the run ends it",
  programs,
  async () => {
    const options = ["--plan", "free", "--ack", "local", "--output", "x.json"];
    const faulty = [...options, "--faults", "cut=1|2,3"];
    const { code, stdout, stderr } = await runScenario(opposed, ...faulty);
    assertEquals(code, 0, stderr);
    assertEquals(balancesIn(stdout), [[500], [370]]);
    assertMatch(stderr, /^all 3 branches agree on 470$/m);
    assertMatch(
      stderr,
      /^faults injected: 0 messages delayed, 0 dropped, 0 doubled, [1-9]\d* cut off$/m,
    );
  },
);

permitted("branches that share a process are cut off from each other too", programs, async () => {
  // More than two for every core share processes, neighbours together.
  const count = 2 * navigator.hardwareConcurrency + 2;
  const ids = records(count, (id) => id);
  const [odd, even] = [1, 0].map((rest) => ids.filter((id) => id % 2 === rest).join());
  const scenario = [
    customerRecord(1, "deposit 1", "query 0"),
    customerRecord(2, "deposit 2", "query 0"),
    ...records(count, (id) => branchRecord(id, 400)),
  ];
  const options = ["--plan", "free", "--ack", "local", "--output", "x.json"];
  const faulty = [...options, "--faults", `cut=${odd}|${even}`];
  const { code, stdout, stderr } = await runScenario(scenario, ...faulty);
  assertEquals([code, balancesIn(stdout)], [0, [[401], [402]]], stderr);
  assertMatch(stderr, new RegExp(`^all ${count} branches agree on 403$`, "m"));
});

permitted(
  "a run says all that is wrong with its faults, and starts nothing",
  programs,
  async () => {
    using folder = new TemporaryFolder();
    folder.write("scenario.json", JSON.stringify(opposed));
    folder.write("output.txt", "of an earlier run\n");
    const faults = "drop=1.5,cut=1|2,4,delay=1h";
    const args = ["scenario.json", "--faults", faults];
    const durations = "such as 20ms or 0.02s..0.2s, the smaller one first, of at most 10s";
    assertFailed(
      await run(args, folder, { starts: false }),
      2,
      [
        "customer: --faults drop is 1.5; it must be from 0 to 0.9",
        "customer: --faults cut is 1|2,4; 4 must be a branch of the scenario",
        `customer: --faults delay is 1h; it must be one or two durations, ${durations}`,
        "",
      ].join("\n"),
    );
    assertEquals(folder.names(), ["output.txt", "scenario.json"]);
    assertEquals(folder.read("output.txt"), "of an earlier run\n");
  },
);
