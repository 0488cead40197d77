import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import { scaleOf } from "../../lib/format/plot_scale.ts";

Deno.test("scaleOf() maps values to pixels, and gives round ticks", () => {
  const { ticks, at } = scaleOf({ least: 0, most: 470 }, { from: 300, to: 20, ticksMax: 6 });
  assertEquals(ticks, [0, 100, 200, 300, 400]);
  assertEquals([at(0), at(470)], [300, 20]);
});

Deno.test("scaleOf() never gives more ticks than it may, nor one that is outside", () => {
  const value = fc.integer({ min: -1e9, max: 1e9 });
  fc.assert(fc.property(value, value, fc.integer({ min: 2, max: 12 }), (one, other, ticksMax) => {
    const [least, most] = [Math.min(one, other), Math.max(one, other)];
    const { ticks, at } = scaleOf({ least, most }, { from: 0, to: 100, ticksMax });
    assert(ticks.length <= ticksMax, `${ticks.length}`);
    for (const tick of ticks) assert(at(tick) >= -0.1 && at(tick) <= 100.1, `${tick}`);
  }));
});

Deno.test("scaleOf() makes room where all values are the same", () => {
  const { at } = scaleOf({ least: 5, most: 5 }, { from: 0, to: 100, ticksMax: 3 });
  assertEquals([at(5), at(6)], [0, 100]);
});
