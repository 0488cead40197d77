import { assertEquals } from "@std/assert";
import { packed } from "../../lib/host/packing.ts";
import { branch } from "../core/samples.ts";

function branches(count: number) {
  return Array.from({ length: count }, (_, index) => branch(index + 1));
}

Deno.test("packed() gives each branch a process while there are at most two for every core", () => {
  for (const count of [0, 1, 3, 4]) {
    assertEquals(packed(branches(count), 2), branches(count).map((id) => [id]));
  }
});

Deno.test("packed() deals more branches out to a process per core, evenly, neighbours together", () => {
  for (const [count, cores] of [[5, 2], [50, 8], [50, 1], [7, 3]] as const) {
    const groups = packed(branches(count), cores);
    assertEquals(groups.length, cores);
    assertEquals(groups.flat(), branches(count));
    const sizes = groups.map(({ length }) => length);
    assertEquals(Math.max(...sizes) - Math.min(...sizes) <= 1, true, `${sizes}`);
  }
});
