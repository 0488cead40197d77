import { assertEquals, assertMatch } from "@std/assert";
import { permitted } from "../permitted.ts";
import { TemporaryFolder } from "../temporary_folder.ts";
import {
  assertFailed,
  branchRecord,
  customerRecord,
  ended,
  programs,
  records,
  start,
} from "./bank.ts";
import {
  eventually,
  killProcess,
  noneLeft,
  processesIn,
  type Seen,
  signalProcess,
} from "./processes.ts";

/** What {@linkcode interrupted} finds in the middle of a run. */
interface Running {
  readonly parent: Deno.ChildProcess;
  readonly branches: readonly Seen[];
  readonly customers: readonly Seen[];
}

/** So few that each has a process of its own, however small the machine. */
const branchCount = 2;

/**
 * Starts a run that lasts far longer than any test, does something to it once all its processes
 * are there, and tells how it ended; then no process and no file of it is left.
 */
async function interrupted(interrupt: (running: Running) => Promise<void>) {
  using folder = new TemporaryFolder();
  const scenario = [
    customerRecord(1, ...Array(20_000).fill("deposit 1"), "query"),
    ...records(branchCount, (id) => branchRecord(id, 100)),
  ];
  folder.write("scenario.json", JSON.stringify(scenario));
  folder.write("output.json", "of an earlier run\n");
  const parent = start("run", ["scenario.json"], { folder });
  const end = ended(parent);
  await interrupt({ parent, ...await working(folder) });
  const { code, stdout, stderr } = await end;
  await noneLeft(folder.path);
  assertEquals(folder.names(), ["output.json", "scenario.json"]);
  assertEquals(folder.read("output.json"), "of an earlier run\n");
  return { code, stdout, stderr };
}

async function working(folder: TemporaryFolder): Promise<Omit<Running, "parent">> {
  return await eventually("all processes of the run are there", async () => {
    const seen = await processesIn(folder.path);
    const branches = seen.filter(({ command }) => command.includes("/branch.ts "));
    const customers = seen.filter(({ command }) => command.includes("/teller.ts "));
    const complete = branches.length === branchCount && customers.length === 1;
    return complete ? { branches, customers } : undefined;
  });
}

permitted("a run fails when a customer dies, and names it", programs, async () => {
  const end = await interrupted(async ({ customers: [only] }) => {
    if (only !== undefined) await killProcess(only);
  });
  assertFailed(end, 1, "customer: the run failed: customer 1 ended by SIGKILL\n");
});

permitted("a run ends by a signal, with all of its processes", programs, async () => {
  for (const [signal, code] of [["SIGINT", 130], ["SIGTERM", 143], ["SIGHUP", 129]] as const) {
    const end = await interrupted(({ parent }) => {
      parent.kill(signal);
      return Promise.resolve();
    });
    assertFailed(end, code, `customer: ended by ${signal}; no output was written\n`);
  }
});

permitted(
  "a run ends by Ctrl-C, also if it hears of its processes' end first",
  programs,
  async () => {
    const end = await interrupted(async ({ branches: [first] }) => {
      if (first !== undefined) await signalProcess(first, "INT");
    });
    assertFailed(end, 130, "customer: ended by SIGINT; no output was written\n");
  },
);

permitted("a run does not start a branch again whose terminal has ended", programs, async () => {
  const end = await interrupted(async ({ branches: [first] }) => {
    if (first !== undefined) await signalProcess(first, "HUP");
  });
  assertFailed(end, 129, "customer: ended by SIGHUP; no output was written\n");
});

permitted("a run that is killed with one of its branches leaves nothing", programs, async () => {
  const end = await interrupted(async ({ parent, branches: [first] }) => {
    parent.kill("SIGKILL");
    if (first !== undefined) await killProcess(first);
  });
  assertEquals(end, { code: 137, stdout: "", stderr: "" });
});

permitted("the processes of a run end with it, also when it is killed", programs, async () => {
  const end = await interrupted(({ parent }) => {
    parent.kill("SIGKILL");
    return Promise.resolve();
  });
  assertEquals(end, { code: 137, stdout: "", stderr: "" });
});

permitted("a run is done also when nobody reads what it prints", programs, async () => {
  using folder = new TemporaryFolder();
  const scenario = [
    customerRecord(1, ...Array(100).fill("deposit 1"), "query 0"),
    branchRecord(1, 0),
  ];
  folder.write("scenario.json", JSON.stringify(scenario));
  const parent = start("run", ["scenario.json", "--output", "x.json"], { folder });
  await parent.stdout.cancel();
  const stderr = await new Response(parent.stderr).text();
  const { code } = await parent.status;
  assertEquals(code, 0, stderr);
  assertMatch(stderr, /^the only branch ends on 100$/m);
  const [record] = JSON.parse(folder.read("x.json") ?? "");
  assertEquals(record.recv.length, 101);
  assertEquals(record.recv.at(-1), { interface: "query", result: "success", money: 100 });
  assertEquals(await processesIn(folder.path), []);
});
