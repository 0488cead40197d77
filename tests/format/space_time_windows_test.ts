import { assertEquals } from "@std/assert";
import { windowsOf } from "../../lib/format/space_time_windows.ts";
import { brings, type Told, traceOf } from "./false_trace.ts";

const begun = (phase: number): Told => ({ by: "run", event: "phase begun", phase });
const events = traceOf([
  begun(1),
  ...brings(1, 2, 1),
  begun(2),
  ...brings(1, 2, 2),
  ...brings(1, 2, 3),
  begun(3),
  ...brings(1, 2, 4),
]).events;

function sizesOf(sizes: { readonly least: number; readonly most: number; readonly all: number }) {
  const { windows, leftOut } = windowsOf(events, sizes);
  return { windows: windows.map(({ picked, phases }) => [picked.length, phases]), leftOut };
}

Deno.test("windowsOf() cuts at phases, once there is enough", () => {
  assertEquals(sizesOf({ least: 1, most: 99, all: 99 }), {
    windows: [[3, [1]], [5, [2]], [3, [3]]],
    leftOut: 0,
  });
  assertEquals(sizesOf({ least: 5, most: 99, all: 99 }), {
    windows: [[8, [1, 2]], [3, [3]]],
    leftOut: 0,
  });
});

Deno.test("windowsOf() cuts where it would be too much, and ends where all would be", () => {
  assertEquals(sizesOf({ least: 99, most: 4, all: 10 }), {
    windows: [[4, [1, 2]], [4, [2]], [2, [3]]],
    leftOut: 1,
  });
});
