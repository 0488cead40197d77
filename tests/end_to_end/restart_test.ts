import { assert, assertEquals, fail } from "@std/assert";
import { permitted } from "../permitted.ts";
import { TemporaryFolder } from "../temporary_folder.ts";
import {
  balancesIn,
  branchRecord,
  customerRecord,
  ended,
  programs,
  records,
  start,
} from "./bank.ts";
import {
  branchesIn,
  eventually,
  killProcess,
  noneLeft,
  type Seen,
  signalProcess,
} from "./processes.ts";

/** So many that a run lasts longer than what is done to it. */
const depositCount = 300;

/** So few that each has a process of its own, however small the machine. */
const branchCount = 2;

const scenario = [
  ...records(2, (id) => (
    customerRecord(id, ...Array(depositCount).fill("deposit 3"), "withdraw 1", "query 0")
  )),
  ...records(branchCount, (id) => branchRecord(id, 100)),
];

/** Waits until both branches of a run are there, and none of `gone` is. */
async function branchesWithout(folder: TemporaryFolder, gone: ReadonlySet<number>) {
  return await eventually("both branches are there", async () => {
    const branches = await branchesIn(folder.path);
    const isWhole = branches.length === branchCount && branches.every(({ pid }) => !gone.has(pid));
    return isWhole ? branches : undefined;
  });
}

/** Waits until a branch has written down some of the run. */
async function written(folder: TemporaryFolder, data: string | undefined): Promise<void> {
  await eventually("the journals have grown", async () => {
    await branchesIn(folder.path);
    const place = data ?? folder.names().find((name) => name.startsWith("bank-"));
    const sizes = [1, 2].map((id) => sizeOf(folder.at(`${place}/branch-${id}.journal-wal`)));
    return sizes.every((size) => size > 100_000) ? sizes : undefined;
  });
}

function sizeOf(path: string): number {
  try {
    return Deno.statSync(path).size;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return 0;
    throw error;
  }
}

interface Course {
  readonly args?: readonly string[];
  readonly data?: string;
  /** How often something is done to the branches. */
  readonly times: number;
  readonly act: (branches: readonly Seen[], time: number) => Promise<readonly Seen[]>;
}

/** Lets a run go on while something ends processes of its branches; tells what was said. */
async function survived({ args = [], data, times, act }: Course): Promise<readonly string[]> {
  using folder = new TemporaryFolder();
  folder.write("scenario.json", JSON.stringify(scenario));
  const parent = start("run", ["scenario.json", "--output", "x.json", ...args], { folder });
  const end = ended(parent);
  const gone = new Set<number>();
  for (let time = 0; time < times; time++) {
    const early = end.then(({ stderr }) => fail(`the run ended too early: ${stderr}`));
    const branches = await Promise.race([branchesWithout(folder, gone), early]);
    if (time === 0) await Promise.race([written(folder, data), early]);
    for (const { pid } of await act(branches, time)) gone.add(pid);
  }
  const { code, stdout, stderr } = await end;
  assertEquals(code, 0, stderr);
  const balance = 100 + 2 * (3 * depositCount - 1);
  assertEquals(balancesIn(stdout), [[balance], [balance]]);
  for (const { recv } of JSON.parse(stdout)) {
    assertEquals(recv.length, depositCount + 2);
    assert(recv.every(({ result }: { result: string }) => result === "success"));
  }
  await noneLeft(folder.path);
  const kept = data === undefined ? [] : [data];
  assertEquals(folder.names(), [...kept, "scenario.json", "x.json"]);
  assert(stderr.includes(`all 2 branches agree on ${balance}\n`), stderr);
  return stderr.split("\n").filter((line) => line.includes("started again"));
}

/** Kills the branch of that number. */
async function killOne(branches: readonly Seen[], index: number): Promise<readonly Seen[]> {
  const victim = branches[index % branches.length];
  assert(victim !== undefined);
  await killProcess(victim);
  return [victim];
}

const again = /^branch [12] ended by SIGKILL(: [^\n]+)?; it is started again$/;

for (const [what, course] of Object.entries({ "": {}, " with --data": { data: "data" } })) {
  const args = "data" in course ? ["--data", course.data] : [];

  permitted(`a run${what} goes on when a branch is killed, time and again`, programs, async () => {
    const notes = await survived({ ...course, args, times: 3, act: killOne });
    assertEquals(notes.length, 3, notes.join("\n"));
    for (const note of notes) assert(again.test(note), note);
  });

  permitted(`a run${what} goes on when all its branches are killed at once`, programs, async () => {
    const notes = await survived({
      ...course,
      args,
      times: 1,
      act: async (branches) => {
        await Promise.all(branches.map(killProcess));
        return branches;
      },
    });
    assertEquals(notes.map((note) => note.slice(0, 8)).sort(), ["branch 1", "branch 2"]);
  });
}

permitted("a run goes on when a branch is ended by another signal", programs, async () => {
  const notes = await survived({
    args: ["--ack", "local"],
    times: 1,
    act: async ([first]) => {
      assert(first !== undefined);
      await signalProcess(first, "TERM");
      return [first];
    },
  });
  assertEquals(notes.length, 1);
  assert(notes[0]?.includes(" ended by SIGTERM"), notes[0]);
});
