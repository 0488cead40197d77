import { assertEquals, assertGreater } from "@std/assert";
import { needs } from "../end_to_end/by_hand.ts";
import { permitted } from "../permitted.ts";
import { TemporaryFolder } from "../temporary_folder.ts";
import { attackNames, measureHostile } from "./hostile_bench.ts";

permitted(
  "measureHostile() sees a customer go on, whatever is done to its branch beside",
  needs,
  async () => {
    using folder = new TemporaryFolder();
    const times = { rounds: 1, warmUpMs: 0, durationMs: 300, past: 1_000 };
    const seen: string[] = [];
    // What it holds is for another program to read, which this test may not start.
    for await (const { attack, rounds } of measureHostile(folder.path, times, () => 0)) {
      seen.push(attack);
      for (const { before, during, answers } of rounds) {
        assertGreater(before.commands, 0, attack);
        assertGreater(during.commands, 0, attack);
        assertGreater(Object.keys(answers).length, 0, attack);
      }
    }
    assertEquals(seen, [...attackNames]);
  },
);
