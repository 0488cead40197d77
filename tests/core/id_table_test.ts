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

Deno.test("IdTable tells ids apart that meet in one place, however many there are", () => {
  const table = new IdTable();
  const ids = Array.from({ length: 20_000 }, (_, index) => commandId(`${index}`));
  for (const id of ids) assertEquals(table.add(id), true);
  assertEquals(ids.map((id) => table.numberOf(id)), ids.map((_, index) => index));
  assertEquals(ids.filter((id) => table.add(id)), []);
  assertEquals([...table.ids()], ids);
});
