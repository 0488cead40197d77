import { assert, assertEquals } from "@std/assert";
import { commandIdPrefix } from "../../lib/core/ids.ts";
import type { Recall } from "../../lib/core/journal_record.ts";
import { limits } from "../../lib/core/limits.ts";
import type { Deposit } from "../../lib/core/command.ts";
import { branch, deposit, madeMs, record } from "../core/samples.ts";
import { Bench } from "./bench.ts";

const one = branch(1);

/** A deposit that was made so many milliseconds after the others. */
function made(ms: number): Deposit {
  return deposit(`${commandIdPrefix(madeMs + ms)}a`, 1);
}

/** How many outcomes are not in memory, where it does not matter. */
const old = 2 * limits.recallOutcomesMax + 1;

/** A host with so many outcomes that are not in memory, and what its journal was asked for. */
async function opened(old: number) {
  const recalls: (Recall & { read: number })[] = [];
  const bench: Bench = new Bench([one], {
    sizes: { checkpointEntries: old, heldOutcomesMax: 1 },
    recall: (recall) => {
      const asked = { ...recall, read: 0 };
      recalls.push(asked);
      return recorded(bench, asked).values().map((row) => {
        asked.read += row.entries.length;
        return row;
      });
    },
  });
  for (let ms = 1; ms <= old; ms += 1) bench.execute(made(ms));
  await bench.turns();
  bench.execute(made(old + 1));
  await bench.turns();
  bench.happened.length = 0;
  return { bench, recalls };
}

/** The entries that the bench was given to write down, one a record. */
function recorded(bench: Bench, { size }: Recall) {
  const entries = bench.commits.flat().flatMap((row) => row.kind === "entries" ? row.entries : []);
  return entries.slice(0, size).map((entry, index) =>
    record({ origin: one, first: index + 1, entries: [entry] })
  );
}

Deno.test("host reads what the replica wants to recall, some in each turn, and then replies", async () => {
  const { bench, recalls } = await opened(old);
  const executed = bench.execute(made(7));
  const read: number[] = [];
  for (let turn = 0; turn < 4; turn++) {
    await bench.turn();
    read.push(recalls[0]?.read ?? 0);
  }
  const most = limits.recallOutcomesMax;
  assertEquals(read, [most, 2 * most, old, old]);
  assertEquals(bench.happened, ["reply"], "nothing is written down");
  const reply = await executed;
  assertEquals(reply.kind === "executed" ? reply.results : reply, [
    { kind: "written", branches: 1 },
  ]);
  assertEquals([recalls.length, bench.turnsWaiting], [1, 0]);
});

Deno.test("host reads no more in a tick than is good for others, and goes on with the next", async () => {
  const most = limits.recallOutcomesTickMax;
  const { bench, recalls } = await opened(most + 1);
  bench.execute(made(7));
  await bench.turns();
  assertEquals([recalls[0]?.read, bench.happened], [most, []]);
  bench.host.tick(madeMs);
  await bench.turns();
  assertEquals([recalls[0]?.read, bench.happened], [most + 1, ["reply"]]);
});

Deno.test("host serves others while it reads", async () => {
  const { bench } = await opened(old);
  bench.execute(made(7));
  await bench.turn();
  const other = bench.execute(made(old + 2));
  await bench.turn();
  assertEquals(bench.happened, ["commit", "reply"]);
  assert((await other).kind === "executed");
  await bench.turns();
  assertEquals(bench.happened, ["commit", "reply", "reply"]);
});
