import { assert, assertEquals } from "@std/assert";
import { ended } from "../end_to_end/bank.ts";
import { noneLeft } from "../end_to_end/processes.ts";
import { figuresIn, startNemesis } from "../nemesis/started.ts";
import { TemporaryFolder } from "../temporary_folder.ts";

Deno.test("a bank over NATS keeps its laws while branches and servers are killed and stopped", async () => {
  using folder = new TemporaryFolder();
  const args = ["--minutes", "0", "--seed", "7", "--propagation"];
  const { code, stdout, stderr } = await ended(startNemesis(args, folder));
  assertEquals({ code, stderr }, { code: 0, stderr: "" }, `${stdout}${stderr}`);
  const figures = figuresIn(stdout);
  const happened = [
    ...["kills", "kills of all", "stops", "cuts", "delays", "stalls", "acknowledged"],
    ...["servers killed", "kills of all servers", "servers stopped", "logs lost"],
  ];
  for (const what of happened) assert((figures.get(what) ?? 0) > 0, `${what}\n${stdout}`);
  assertEquals(folder.names(), []);
  await noneLeft(folder.path);
});
