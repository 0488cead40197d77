import { assertEquals } from "@std/assert";
import fc from "fast-check";
import { IdTable } from "../../lib/core/id_table.ts";
import type { CommandId } from "../../lib/core/ids.ts";
import { commandId } from "./samples.ts";

/** Few names, so that some come again, and of all lengths. */
const names = fc.array(
  fc.string({ unit: fc.constantFrom("a", "b", "/"), minLength: 1, maxLength: 100 }),
  {
    maxLength: 300,
  },
);

Deno.test("IdTable numbers ids in the order in which they came, each once, as a Map does", () => {
  fc.assert(fc.property(names, fc.nat(), fc.nat(20), (given, seed, trimmed) => {
    const table = new IdTable(seed);
    const model = new Map<CommandId, number>();
    for (const [index, id] of given.map(commandId).entries()) {
      assertEquals(table.numberOf(id), model.get(id) ?? -1);
      assertEquals(table.add(id), !model.has(id));
      if (!model.has(id)) model.set(id, model.size);
      if (index % 20 === trimmed) table.trim();
    }
    assertEquals([...table.ids()], [...model.keys()]);
    assertEquals(table.size, model.size);
    for (const [id, number] of model) assertEquals(table.numberOf(id), number);
    assertEquals(table.numberOf(commandId("none")), -1);
  }));
});

Deno.test("IdTable tells ids apart whose hashes are equal, as some of so many are", () => {
  // Of 200,000 hashes of 32 bits, five pairs or so are equal; of ids that are alike, fewer.
  const table = new IdTable();
  const scattered = (index: number) => Math.imul(index, 0x9e3779b1) >>> 0;
  const ids = Array.from(
    { length: 200_000 },
    (_, index) => commandId(scattered(index).toString(36).padStart(7, "0")),
  );
  assertEquals(ids.filter((id) => !table.add(id)), []);
  assertEquals(ids.findIndex((id, index) => table.numberOf(id) !== index), -1);
  assertEquals(ids.filter((id) => table.add(id)), []);
});
