import { assertEquals, assertThrows } from "@std/assert";
import { commandIdPrefix } from "../../lib/core/ids.ts";
import { InvariantError } from "../../lib/core/invariant.ts";
import { contentOf, type Outcome, Remembered } from "../../lib/core/remembered.ts";
import { commandId, deposit, deposits, generation, grant, madeMs, withdrawal } from "./samples.ts";

const entry = (sequence: number): Outcome => ({ kind: "entry", sequence });
const refused: Outcome = { kind: "refused", refusal: "insufficient funds" };
const limited: Outcome = { kind: "refused", refusal: "balance limit" };

function begun(number = 1, size = 0): Remembered {
  return new Remembered({ number, size, latestMs: 0 }, undefined);
}

/** Has these deposits, from sequence `first` on. */
function filled(name: string, { count, first }: { count: number; first: number }): Remembered {
  const table = begun(first);
  deposits(name, count).forEach((write, index) => table.keep(write, entry(first + index)));
  return table;
}

Deno.test("remembered.find() tells what became of a command, and what that asked for", () => {
  const table = begun();
  const writes = [deposit("a", 5), withdrawal("b", 9), deposit("c", 1), grant("d", 3, 7)] as const;
  const outcomes = [entry(4), refused, limited, entry(5)];
  writes.forEach((write, index) => table.keep(write, outcomes[index] ?? refused));
  const found = writes.map(({ id }) => table.find(id));
  assertEquals<unknown>(
    found,
    writes.map((write, index) => ({ outcome: outcomes[index], content: contentOf(write) })),
  );
  assertEquals([table.find(commandId("e")), table.size, table.oldest], [undefined, 4, 4]);
});

Deno.test("contentOf() tells one content from another", () => {
  const all = [deposit("a", 5), deposit("a", 6), withdrawal("a", 5), grant("a", 1, 9)];
  assertEquals(new Set([...all, grant("a", 2, 9)].map(contentOf)).size, 5);
  assertEquals(contentOf(grant("a", 1, 9)), contentOf(grant("a", 1, 2)), "the giver says how much");
});

Deno.test("remembered.spans() knows from when to when its commands were made", () => {
  const table = begun();
  for (const ms of [20, 10]) table.keep(deposit(`${commandIdPrefix(madeMs + ms)}a`, 1), entry(ms));
  assertEquals([9, 10, 15, 20, 21].map((ms) => table.spans(madeMs + ms)), [
    false,
    true,
    true,
    true,
    false,
  ]);
});

Deno.test("remembered.isWhole is so once it has all that a checkpoint counted", () => {
  const table = begun(1, 2);
  const seen = deposits("a", 2).map((write, index) => {
    table.keep(write, entry(index + 1));
    return table.isWhole;
  });
  assertEquals(seen, [false, true]);
});

Deno.test("remembered.summary says what is left of it, sealed or not", () => {
  const table = filled("a", { count: 100, first: 7 });
  const summary = generation({ number: 7, size: 100, oldest: 7 });
  assertEquals(table.summary, summary);
  table.seal();
  assertEquals(table.summary, summary);
  assertEquals(table.find(commandId("a/99"))?.outcome, entry(106));
  const only = begun(3);
  only.keep(withdrawal("refused", 5), refused);
  assertEquals(only.summary, generation({ number: 3, size: 1 }), "it has no entry");
});

Deno.test("remembered.keep() takes nothing twice, and nothing once it is sealed", () => {
  const table = filled("a", { count: 2, first: 1 });
  assertThrows(() => table.keep(deposit("a/0", 1), entry(3)), InvariantError, "one outcome");
  table.seal();
  assertThrows(() => table.keep(deposit("b", 1), entry(3)), InvariantError, "summed up");
});

Deno.test("remembered.absorb() takes over all of the next generation", () => {
  const [first, second] = [
    filled("a", { count: 40, first: 1 }),
    filled("b", { count: 50, first: 41 }),
  ];
  for (const table of [first, second]) table.seal();
  first.absorb(second);
  assertEquals(first.summary, generation({ number: 1, size: 90, oldest: 1 }));
  assertEquals([first.size, first.find(commandId("a/39"))?.outcome], [90, entry(40)]);
  assertEquals(first.find(commandId("b/49"))?.outcome, entry(90));
});
