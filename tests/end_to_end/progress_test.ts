import { assert, assertEquals, assertMatch } from "@std/assert";
import { permitted } from "../permitted.ts";
import { TemporaryFolder } from "../temporary_folder.ts";
import {
  branchRecord,
  customerRecord,
  input1,
  input1Answers,
  programs,
  records,
  run,
} from "./bank.ts";
import { branchesIn, killProcess, noneLeft, processesIn } from "./processes.ts";
import { screenOf, Terminal, type TerminalOptions } from "./terminal.ts";

/** A query of the one side waits until it is known what was written on the other. */
const longer = [input1.pathname, "--faults", "cut=1|2,3@0s..2s"];

/** What only a terminal can do something with. */
const control = /[^\n\P{Cc}]/u;

permitted(
  "a run shows on a terminal how far it has come, and takes it away",
  programs,
  async () => {
    for (const [noColor, isDim] of [["1", false], ["", true]] as const) {
      using folder = new TemporaryFolder();
      const terminal = new Terminal(longer, { folder, noColor });
      assertEquals(await terminal.end(), 0, terminal.written);
      assertMatch(terminal.written, /phase \d of 3: \d of 5 commands, \d\.\d a second/);
      assertEquals(terminal.written.includes("\x1b[2mphase"), isDim, terminal.written);
      assertEquals(/\p{Cc}\[\d*m/u.test(terminal.written), isDim, terminal.written);
      const screen = screenOf(terminal.written);
      assertEquals(screen.slice(0, 3).join("\n"), input1Answers.trimEnd());
      assertMatch(screen[3] ?? "", /^classic scenario: 3 branches, 3 customers, 5 commands in /);
      assertEquals(screen[4], "all 3 branches agree on 500");
      assertMatch(screen[5] ?? "", /^faults injected: /);
      assertEquals(screen.slice(6), [""]);
    }
  },
);

permitted("a run shows no progress on a terminal when it is to be quiet", programs, async () => {
  using folder = new TemporaryFolder();
  const terminal = new Terminal([...longer, "--quiet"], { folder });
  assertEquals(await terminal.end(), 0, terminal.written);
  assertEquals(terminal.written, input1Answers.replaceAll("\n", "\r\n"));
});

permitted("a run shows no progress where there is no terminal", programs, async () => {
  using folder = new TemporaryFolder();
  const { code, stdout, stderr } = await run(longer, folder);
  assertEquals([code, stdout], [0, input1Answers], stderr);
  assertEquals(control.test(stderr), false, stderr);
  assertEquals(stderr.split("\n").length, 4, stderr);
});

/** Starts a run that lasts far longer than any test, and waits until it has done something and shows it. */
async function working(options: TerminalOptions): Promise<Terminal> {
  const scenario = [
    customerRecord(1, ...Array(20_000).fill("deposit 1"), "query"),
    ...records(2, (id) => branchRecord(id, 100)),
  ];
  options.folder.write("scenario.json", JSON.stringify(scenario));
  const terminal = new Terminal(["scenario.json"], options);
  await terminal.shows(/phase 1 of 1: [1-9]\d* of /);
  return terminal;
}

permitted("a run's progress makes way for notes and for the end by Ctrl-C", programs, async () => {
  using folder = new TemporaryFolder();
  const columns = 24;
  const terminal = await working({ folder, columns });
  const [first] = await branchesIn(folder.path);
  assert(first !== undefined);
  await killProcess(first);
  await terminal.shows(/it is started again\r\n\rphase/);
  await terminal.type("\x03");
  assertEquals(await terminal.end(), 130, terminal.written);
  const [note = "", ...others] = screenOf(terminal.written);
  assertMatch(note, /^branch \d ended by SIGKILL; it is started again$/);
  assertEquals(others, ["customer: ended by SIGINT; no output was written", ""]);
  const painted = terminal.written.match(/(?<=\r)phase\P{Cc}*/gu) ?? [];
  assertEquals(new Set(painted.map((line) => line.length)), new Set([columns - 1]));
  await noneLeft(folder.path);
});

permitted("a run's progress makes way for the sentence that it failed", programs, async () => {
  using folder = new TemporaryFolder();
  const terminal = await working({ folder });
  const processes = await processesIn(folder.path);
  const customer = processes.find(({ command }) => command.includes("/teller.ts "));
  assert(customer !== undefined);
  await killProcess(customer);
  assertEquals(await terminal.end(), 1, terminal.written);
  assertEquals(screenOf(terminal.written), [
    "customer: the run failed: customer 1 ended by SIGKILL",
    "",
  ]);
  await noneLeft(folder.path);
});
