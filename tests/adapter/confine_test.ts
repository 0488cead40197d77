import { assertEquals, assertMatch } from "@std/assert";
import { permitted } from "../permitted.ts";
import { TemporaryFolder } from "../temporary_folder.ts";
import { needs, writeBank } from "../end_to_end/by_hand.ts";
import { eventually, noneLeft, processesIn } from "../end_to_end/processes.ts";

const script = new URL("../../lib/adapter/confine.ts", import.meta.url).href;

/** Starts a branch as `deno task branch` does, and gives its starter and what it says first. */
async function startBranch(folder: TemporaryFolder, ...args: readonly string[]) {
  const permissions = ["--allow-read", `--allow-run=${Deno.execPath()}`];
  const child = new Deno.Command(Deno.execPath(), {
    args: ["run", "--no-prompt", ...permissions, script, ...args],
    cwd: folder.path,
    env: { NO_COLOR: "1", TMPDIR: folder.path },
    stdin: "null",
    stdout: "piped",
    stderr: "piped",
    signal: AbortSignal.timeout(120_000),
  }).spawn();
  const reader = child.stdout.pipeThrough(new TextDecoderStream()).getReader();
  const { value } = await reader.read();
  return { child, said: value ?? "", reader };
}

function bankOfOne(): TemporaryFolder {
  const folder = new TemporaryFolder();
  writeBank(folder, ["127.0.0.1:0"]);
  return folder;
}

const args = ["--bank", "bank.json", "--secret", "secret.txt", "--id", "1", "--data", "1.db"];

permitted("confine() passes a signal on, and ends as the branch does", needs, async () => {
  using folder = bankOfOne();
  for (const signal of ["SIGTERM", "SIGINT"] as const) {
    const { child, said, reader } = await startBranch(folder, ...args);
    assertMatch(said, /^branch 1 listens on 127\.0\.0\.1:\d+\n$/);
    child.kill(signal);
    assertEquals((await child.status).code, 0);
    await reader.cancel();
    await child.stderr.cancel();
    await noneLeft(folder.path);
  }
});

permitted("confine() passes on that the journal is to be copied", needs, async () => {
  using folder = bankOfOne();
  const { child, reader } = await startBranch(folder, ...args, "--backup", "copy.db");
  child.kill("SIGUSR2");
  let said = "";
  for await (const text of child.stderr.pipeThrough(new TextDecoderStream())) {
    said += text;
    if (/ backup_(made|failed): .*\n/.test(said)) break;
  }
  assertMatch(said, / INFO {2}backup_made: branch 1 copied its journal to copy\.db: /);
  assertEquals(folder.names().filter((name) => name.startsWith("copy")), ["copy.db"]);
  child.kill("SIGTERM");
  assertEquals((await child.status).code, 0);
  await reader.cancel();
  await noneLeft(folder.path);
});

permitted("confine() leaves no branch behind when it is killed", needs, async () => {
  using folder = bankOfOne();
  const { child, said, reader } = await startBranch(folder, ...args);
  assertMatch(said, /^branch 1 listens/);
  await eventually("both processes are there", async () => (
    (await processesIn(folder.path)).length === 2 ? true : undefined
  ));
  child.kill("SIGKILL");
  await child.status;
  await noneLeft(folder.path);
  await reader.cancel();
  await child.stderr.cancel();
});

permitted("confine() lets the branch say what is wrong with its arguments", needs, async () => {
  using folder = bankOfOne();
  const { child, reader } = await startBranch(
    folder,
    "--bank",
    "absent.json",
    "--id",
    "1",
    "--tls",
    "t",
  );
  const complaint = await new Response(child.stderr).text();
  assertEquals((await child.status).code, 2);
  assertEquals(complaint, "branch: absent.json cannot be read: no such file or directory\n");
  await reader.cancel();
});
