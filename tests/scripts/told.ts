import { assertEquals } from "@std/assert";
import { programs } from "../end_to_end/bank.ts";
import { permitted } from "../permitted.ts";
import { Stage } from "./stage.ts";
import { readStory, record, type Scene, writeStory } from "./story.ts";

/** `UPDATE=1 deno task test` writes what came of it into the stories; the diff is the review. */
function updates(): boolean {
  return Deno.env.get("UPDATE") === "1";
}

/** Registers a test for each of these stories: that it comes out as it is told in its file. */
export function comeOutAsTold(names: readonly string[]): void {
  for (const name of names) {
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
}
