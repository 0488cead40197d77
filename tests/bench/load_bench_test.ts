import { assertEquals, assertGreater } from "@std/assert";
import { needs } from "../end_to_end/by_hand.ts";
import { permitted } from "../permitted.ts";
import { TemporaryFolder } from "../temporary_folder.ts";
import { measureLoad } from "./load_bench.ts";

permitted(
  "measureLoad() sees bank and yardstick do all that it asks, in turns",
  needs,
  async () => {
    using folder = new TemporaryFolder();
    const times = { rounds: 1, turns: 2, turnMs: 10, warmUpTurns: 1 };
    const names: string[] = [];
    for await (const { name, rounds } of measureLoad(folder.path, times)) {
      names.push(name);
      assertEquals(rounds.length, 1);
      for (const seen of rounds.flatMap(({ bank, echo }) => [bank, echo])) {
        assertGreater(seen.commands, 0, name);
        assertGreater(seen.perSecond, 0, name);
        assertEquals(seen.medianMs <= seen.late99Ms, true, name);
      }
    }
    assertEquals(names.length, 5);
  },
);
