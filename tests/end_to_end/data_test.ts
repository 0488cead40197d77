import { assert, assertEquals } from "@std/assert";
import { DatabaseSync } from "node:sqlite";
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
import { eventually, killAll, noneLeft, processesIn } from "./processes.ts";

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
  assertEquals(names, ["bank.json", "branch-1.journal", "branch-2.journal"]);
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
    await killAll(processes);
    await end;
    await noneLeft(folder.path);
    const [first = 0, second] = (await runOn(folder, queries)).balances;
    assert(first > 110 && first < 40_100, `${first} shows some of the deposits`);
    assertEquals(second, first);
    assertEquals((await runOn(folder, deposits)).balances, [first + 7, first + 7]);
  },
);

/** Puts a journal in the place of that of branch 2, with what SQLite has put beside it. */
function replace(folder: TemporaryFolder, bytes: Uint8Array | undefined): void {
  const journal = folder.at("data/branch-2.journal");
  for (const path of [journal, `${journal}-wal`]) if (sizeOf(path) > 0) Deno.removeSync(path);
  if (bytes !== undefined) Deno.writeFileSync(journal, bytes);
}

permitted(
  "a run recovers what a journal lacks that is lost, emptied or older",
  programs,
  async () => {
    using folder = new TemporaryFolder();
    await runOn(folder, deposits);
    const older = Deno.readFileSync(folder.at("data/branch-2.journal"));
    assertEquals((await runOn(folder, deposits)).balances, [114, 114]);
    let balance = 114;
    for (const bytes of [undefined, new Uint8Array(), older]) {
      replace(folder, bytes);
      balance += 7;
      const { end, balances } = await runOn(folder, deposits);
      assertEquals([balances, end.stderr], [[balance, balance], ""]);
    }
  },
);

permitted(
  "a run refuses a bank of which a journal is damaged or another's, and changes nothing",
  programs,
  async () => {
    using folder = new TemporaryFolder();
    await runOn(folder, deposits);
    const journal = Deno.readFileSync(folder.at("data/branch-2.journal"));
    const failure = async (complaint: string, scenario: readonly unknown[] = queries) => {
      const { end } = await runOn(folder, scenario);
      const said = `branch [12] ended with exit code 1: branch: data/branch-[12]\\.journal`;
      assertFailed(end, 1, new RegExp(`^customer: the run failed: ${said} ${complaint}\n$`));
    };
    damage(folder.at("data/branch-2.journal"));
    await failure("is damaged at record \\d+; nothing of it was used");
    replace(folder, journal);

    const richer = [customerRecord(1, "query"), ...records(2, (id) => branchRecord(id, 500))];
    await failure("cannot serve: its bank opened with 100, not with 500", richer);
    const larger = [customerRecord(1, "query"), ...records(3, (id) => branchRecord(id, 100))];
    await failure("cannot serve: its bank has the branches 1, 2, not 1, 2, 3", larger);

    const bank = Deno.readTextFileSync(folder.at("data/bank.json"));
    Deno.writeTextFileSync(folder.at("data/bank.json"), `{"bank":"${"0f".repeat(16)}"}`);
    await failure("cannot serve: it is of the bank [0-9a-f]{32}, not of the bank [0-9a-f]{32}");
    Deno.writeTextFileSync(folder.at("data/bank.json"), bank);
    assertEquals((await runOn(folder, queries)).balances, [107, 107]);
  },
);

permitted("a run that cannot use its folder starts nothing", programs, async () => {
  using folder = new TemporaryFolder();
  folder.write("scenario.json", JSON.stringify(queries));
  folder.write("data", "a file");
  const args = ["scenario.json", "--data", "data", "--output", "x.json"];
  const end = await run(args, folder, { starts: false });
  assertFailed(end, 2, /^customer: the folder data cannot be used: [^\n]+\n$/);
  assertEquals(folder.names(), ["data", "scenario.json"]);
  assertEquals(folder.read("data"), "a file");
});

function sizeOf(path: string): number {
  try {
    return Deno.statSync(path).size;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return 0;
    throw error;
  }
}

/** Changes the last record of a journal. */
function damage(path: string): void {
  using database = new DatabaseSync(path);
  database.exec(
    "UPDATE records SET bytes = x'00' WHERE number = (SELECT max(number) FROM records)",
  );
}
