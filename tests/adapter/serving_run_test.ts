import { assertEquals } from "@std/assert";
import type { BranchSetup } from "../../lib/format/control_line.ts";
import { jsonLine } from "../../lib/format/json_lines.ts";
import { launch } from "../../lib/format/launch.ts";
import { branch } from "../core/samples.ts";
import { programs } from "../end_to_end/bank.ts";
import { permitted } from "../permitted.ts";
import { TemporaryFolder } from "../temporary_folder.ts";

const needs = [...programs, { name: "net", host: "127.0.0.1" }] as const;
const root = new URL("../../", import.meta.url).href;

/** Starts the process of a branch whose journal is in a folder, and tells it what it is. */
async function startBranch(folder: string, isTemporary: boolean) {
  const origin = { standalone: false, execPath: Deno.execPath(), folder: root };
  const request = { name: "branch 1", program: "branch", hosts: ["127.0.0.1"], folder } as const;
  const { command, args } = launch(request, origin);
  const streams = { stdin: "piped", stdout: "piped", stderr: "piped" } as const;
  const child = new Deno.Command(command, { args: [...args], ...streams }).spawn();
  const setup: BranchSetup = {
    ...{ kind: "branch setup", secret: "s".repeat(32), opening: 1, members: [branch(1)] },
    ...{ serve: [[branch(1), "127.0.0.1:0"]], acknowledge: "all", bank: "b", folder },
    ...{ isTemporary, mayBeOld: false, ranUntilMs: 0 },
  };
  const input = child.stdin.getWriter();
  await input.write(new Uint8Array(jsonLine(setup)));
  return { child, input };
}

/** Lets its run be gone before it can tell that anything: nobody reads, and the input ends. */
async function abandoned(folder: string, isTemporary: boolean) {
  const { child, input } = await startBranch(folder, isTemporary);
  await child.stdout.cancel();
  await input.close();
  const stderr = await new Response(child.stderr).text();
  return { code: (await child.status).code, stderr };
}

permitted(
  "serveRun() leaves no folder of a run that was killed before it heard anything",
  needs,
  async () => {
    using outer = new TemporaryFolder();
    Deno.mkdirSync(outer.at("run"));
    assertEquals(await abandoned(outer.at("run"), true), { code: 0, stderr: "" });
    assertEquals(outer.names(), []);
  },
);

permitted("serveRun() leaves the folder of a bank that is to be kept", needs, async () => {
  using outer = new TemporaryFolder();
  assertEquals(await abandoned(outer.path, false), { code: 0, stderr: "" });
  assertEquals(outer.names(), ["branch-1.journal"]);
});
