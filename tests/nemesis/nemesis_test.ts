import { assert, assertEquals, assertMatch } from "@std/assert";
import { ended } from "../end_to_end/bank.ts";
import { killProcess, noneLeft, processesIn } from "../end_to_end/processes.ts";
import { permitted } from "../permitted.ts";
import { TemporaryFolder } from "../temporary_folder.ts";
import { figuresIn, startNemesis } from "./started.ts";

const needs = [
  { name: "run", command: Deno.execPath() },
  { name: "read" },
  { name: "write" },
  { name: "env" },
] as const;

/** Ends a nemesis with its test, also if that fails. */
class Ending implements AsyncDisposable {
  readonly child: Deno.ChildProcess;

  constructor(child: Deno.ChildProcess) {
    this.child = child;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    try {
      this.child.kill("SIGKILL");
    } catch {
      // It has ended, as it should have.
    }
    await this.child.status;
  }
}

/** Waits until a nemesis says that its branches listen. */
async function busy(child: Deno.ChildProcess): Promise<void> {
  const decoder = new TextDecoder();
  let text = "";
  for await (const bytes of child.stdout) {
    text += decoder.decode(bytes, { stream: true });
    if (text.includes("branches listen")) return;
  }
  assert(false, text);
}

permitted(
  "a bank that is killed, stopped and cut keeps its laws",
  needs,
  async () => {
    using folder = new TemporaryFolder();
    const { code, stdout, stderr } = await ended(
      startNemesis(["--minutes", "0", "--seed", "7", "--customers", "3"], folder),
    );
    assertEquals({ code, stderr }, { code: 0, stderr: "" }, `${stdout}${stderr}`);
    const figures = figuresIn(stdout);
    const happened = ["kills", "kills of all", "stops", "cuts", "delays", "stalls", "acknowledged"];
    for (const what of happened) assert((figures.get(what) ?? 0) > 0, `${what}\n${stdout}`);
    const [refused = 0, hopeless = 0, grants = 0] = [
      "refused",
      "withdrawals that no balance covers",
      "grants among them",
    ].map((name) => figures.get(name));
    assert(refused >= hopeless && grants > 0, stdout);
    assertEquals(figures.get("entries"), (figures.get("acknowledged") ?? 0) + grants, stdout);
    assertEquals(folder.names(), []);
    await noneLeft(folder.path);
  },
);

permitted("a nemesis that is interrupted leaves no process and no file", needs, async () => {
  using folder = new TemporaryFolder();
  await using nemesis = new Ending(startNemesis(["--minutes", "9"], folder));
  const { child } = nemesis;
  await busy(child);
  child.kill("SIGINT");
  const [stderr, { code }] = await Promise.all([
    new Response(child.stderr).text(),
    child.status,
  ]);
  assertEquals({ code, stderr }, { code: 130, stderr: "" });
  assertEquals(folder.names(), []);
  await noneLeft(folder.path);
});

permitted("a nemesis that is killed leaves no process", needs, async () => {
  using folder = new TemporaryFolder();
  await using nemesis = new Ending(startNemesis(["--minutes", "9"], folder));
  const { child } = nemesis;
  await busy(child);
  const all = await processesIn(folder.path);
  // Itself, its guard, and three branches.
  assertEquals(all.length, 5, JSON.stringify(all));
  await killProcess({ pid: child.pid, command: "" });
  await child.status;
  await child.stderr.cancel();
  await noneLeft(folder.path);
});

permitted("a nemesis lists what is wrong with its arguments", needs, async () => {
  using folder = new TemporaryFolder();
  const { code, stdout, stderr } = await ended(startNemesis(["--branches", "0", "x"], folder));
  assertEquals({ code, stdout }, { code: 2, stdout: "" });
  assertMatch(
    stderr,
    /"x" is one argument too many\n.*--minutes is missing\n.*--branches cannot be 0\n$/s,
  );
});
