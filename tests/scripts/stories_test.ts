import { assertEquals } from "@std/assert";
import { programs } from "../end_to_end/bank.ts";
import { permitted } from "../permitted.ts";
import { Stage } from "./stage.ts";
import { readStory, record, type Scene, writeStory } from "./story.ts";

const stories = [
  "first_run",
  "from_branch_to_branch",
  "logical_clocks",
  "refused_files",
  "cut_and_healed",
  "bank_in_a_folder",
  "branch_that_was_away",
  "lost_journal",
  "older_copy",
  "cut_off_from_the_money",
] as const;

/** `UPDATE=1 deno task test` writes what came of it into the stories; the diff is the review. */
function updates(): boolean {
  return Deno.env.get("UPDATE") === "1";
}

for (const name of stories) {
  permitted(
    `the story "${name.replaceAll("_", " ")}" comes out as it is told`,
    [...programs, { name: "net", host: "127.0.0.1" }],
    async () => {
      const path = new URL(`${name}.txt`, import.meta.url);
      const text = Deno.readTextFileSync(path);
      const { scenes, after } = readStory(text);
      await using stage = new Stage();
      const played: Scene[] = [];
      for (const scene of scenes) {
        played.push({ ...scene, recorded: record(await stage.play(scene)) });
      }
      const told = writeStory({ scenes: played, after });
      if (updates()) Deno.writeTextFileSync(path, told);
      else assertEquals(told, text);
    },
  );
}

Deno.test("a story is written as it was read", () => {
  const text =
    "# A comment.\n\n$ write a.json\n< 1\n\n$ run a.json\n| x\n! y\nexit 2\n\nThe end.\n";
  assertEquals(writeStory(readStory(text)), text);
});
