import { assertEquals } from "@std/assert";
import { readStory, writeStory } from "./story.ts";
import { comeOutAsTold } from "./told.ts";

comeOutAsTold([
  "first_run",
  "from_branch_to_branch",
  "logical_clocks",
  "refused_files",
  "cut_and_healed",
  "bank_in_a_folder",
]);

Deno.test("a story is written as it was read", () => {
  const text =
    "# A comment.\n\n$ write a.json\n< 1\n\n$ run a.json\n| x\n! y\nexit 2\n\nThe end.\n";
  assertEquals(writeStory(readStory(text)), text);
});
