import { assert, assertEquals } from "@std/assert";
import { permitted } from "../permitted.ts";
import { TemporaryFolder } from "../temporary_folder.ts";
import {
  assertFailed,
  balancesIn,
  branchRecord,
  customerRecord,
  ended,
  programs,
  records,
  run,
  start,
} from "./bank.ts";
import { eventually, killProcess, noneLeft, processesIn } from "./processes.ts";

const deposits = [
  customerRecord(1, "deposit 10", "query 0"),
  customerRecord(2, "withdraw 3", "query 0"),
  ...records(2, (id) => branchRecord(id, 100)),
];
const queries = [
  ...records(2, (id) => customerRecord(id, "query")),
  ...records(2, (id) => branchRecord(id, 100)),
];

/** Runs a scenario on the bank in `data`; gives how it ended and what its queries showed. */
async function runOn(folder: TemporaryFolder, scenario: readonly unknown[]) {
  folder.write("scenario.json", JSON.stringify(scenario));
  const end = await run(["scenario.json", "--data", "data", "--output", "x.json", "-q"], folder);
  return { end, balances: end.code === 0 ? balancesIn(end.stdout).flat() : [] };
}

permitted("a run goes on with the bank that is in its folder", programs, async () => {
  using folder = new TemporaryFolder();
  assertEquals((await runOn(folder, deposits)).balances, [107, 107]);
  assertEquals((await runOn(folder, deposits)).balances, [114, 114]);
  assertEquals((await runOn(folder, queries)).balances, [114, 114]);
  const names = [...Deno.readDirSync(folder.at("data"))].map(({ name }) => name).sort();
  assertEquals(names, ["branch-1.journal", "branch-2.journal"]);
});

permitted(
  "a bank survives the death of all its processes in the middle of a run",
  programs,
  async () => {
    using folder = new TemporaryFolder();
    const events = Array(20_000).fill("deposit 1");
    const long = [customerRecord(1, ...events), customerRecord(2, ...events), ...queries.slice(2)];
    folder.write("scenario.json", JSON.stringify(long));
    const parent = start("run", ["scenario.json", "--data", "data", "--plan", "free"], { folder });
    const end = ended(parent);
    const processes = await eventually("both journals have grown", async () => {
      const running = await processesIn(folder.path);
      const sizes = [1, 2].map((id) => sizeOf(folder.at(`data/branch-${id}.journal-wal`)));
      return sizes.every((size) => size > 200_000) ? running : undefined;
    });
    for (const process of processes) await killProcess(process);
    await end;
    await noneLeft(folder.path);
    const [first = 0, second] = (await runOn(folder, queries)).balances;
    assert(first > 110 && first < 40_100, `${first} shows some of the deposits`);
    assertEquals(second, first);
    assertEquals((await runOn(folder, deposits)).balances, [first + 7, first + 7]);
  },
);

permitted(
  "a run refuses a bank of which a journal is lost, older, damaged or another's",
  programs,
  async () => {
    using folder = new TemporaryFolder();
    const journal = folder.at("data/branch-2.journal");
    await runOn(folder, deposits);
    const older = Deno.readFileSync(journal);
    await runOn(folder, deposits);
    const newest = Deno.readFileSync(journal);
    const failure = async (complaint: string) => {
      const { end } = await runOn(folder, queries);
      assertFailed(end, 1, `customer: the run failed: ${complaint}\n`);
    };

    // A journal is its file and what SQLite has put beside it: both are replaced.
    const replace = (bytes: Uint8Array) => {
      Deno.writeFileSync(journal, bytes);
      if (sizeOf(`${journal}-wal`) > 0) Deno.removeSync(`${journal}-wal`);
    };
    replace(older);
    await failure(
      "branch 2 has lost what it wrote: branch 1 knows its entry 2, its own journal ends with 1",
    );
    replace(new Uint8Array());
    await failure(
      "the journals of branches 1 and 2 are of different banks, or one of them was lost",
    );
    replace(flipped(newest));
    const damaged = "data/branch-2.journal is damaged at record 1; nothing of it was used";
    await failure(`branch 2 ended with exit code 1: branch: ${damaged}`);

    replace(newest);
    assertEquals((await runOn(folder, queries)).balances, [114, 114]);
    const richer = [customerRecord(1, "query"), ...records(2, (id) => branchRecord(id, 500))];
    const { end } = await runOn(folder, richer);
    assert(end.stderr.includes("its bank opened with 100, not with 500"), end.stderr);
  },
);

function sizeOf(path: string): number {
  try {
    return Deno.statSync(path).size;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return 0;
    throw error;
  }
}

/** Changes a bit of the first record: SQLite writes rows from the end of a page. */
function flipped(journal: Uint8Array): Uint8Array {
  const copy = journal.slice();
  const at = copy.length - 20;
  copy[at] = (copy[at] ?? 0) ^ 1;
  return copy;
}
