import { assert, assertEquals, assertMatch } from "@std/assert";
import config from "../../deno.json" with { type: "json" };
import { ended } from "../end_to_end/bank.ts";
import { killProcess, noneLeft, processesIn } from "../end_to_end/processes.ts";
import { permitted } from "../permitted.ts";
import { TemporaryFolder } from "../temporary_folder.ts";

const needs = [
  { name: "run", command: Deno.execPath() },
  { name: "read" },
  { name: "write" },
  { name: "env" },
] as const;

const tasks: Readonly<Record<string, { readonly command: string }>> = config.tasks;

/** Starts the nemesis as its task does, with a folder for all that it writes. */
function start(args: readonly string[], folder: TemporaryFolder): Deno.ChildProcess {
  const command = tasks["nemesis"]?.command ?? "";
  const flags = command.replace(/"\$\(deno eval .*?'\)"/, "DENO").split(" ").filter((word) =>
    word.startsWith("--")
  );
  const home = ["DENO_DIR", "HOME", "XDG_CACHE_HOME", "PATH"].flatMap((name) => {
    const value = Deno.env.get(name);
    return value === undefined ? [] : [[name, value]];
  });
  const script = new URL("nemesis.ts", import.meta.url).href;
  const permissions = flags.map((flag) => flag.replace(/DENO$/, () => Deno.execPath()));
  return new Deno.Command(Deno.execPath(), {
    args: ["run", "--no-prompt", ...permissions, script, ...args],
    clearEnv: true,
    // By this folder `processesIn` finds the processes of this nemesis, and no others.
    env: { ...Object.fromEntries(home), NO_COLOR: "1", TMPDIR: folder.path },
    stdin: "null",
    stdout: "piped",
    stderr: "piped",
    // One that does not end is ended, and so fails its test.
    signal: AbortSignal.timeout(240_000),
  }).spawn();
}

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

/** Reads the summary, `name: figure` a line. */
function figuresIn(text: string): ReadonlyMap<string, number> {
  const lines = [...text.matchAll(/^(.+): (\d+)(?: ms)?$/gm)];
  return new Map(lines.map(([, name = "", figure]) => [name, Number(figure)]));
}

permitted(
  "a bank that is killed, stopped and cut keeps its laws",
  needs,
  async () => {
    using folder = new TemporaryFolder();
    const { code, stdout, stderr } = await ended(
      start(["--minutes", "0", "--seed", "7", "--customers", "3"], folder),
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
  await using nemesis = new Ending(start(["--minutes", "9"], folder));
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
  await using nemesis = new Ending(start(["--minutes", "9"], folder));
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
  const { code, stdout, stderr } = await ended(start(["--branches", "0", "x"], folder));
  assertEquals({ code, stdout }, { code: 2, stdout: "" });
  assertMatch(
    stderr,
    /"x" is one argument too many\n.*--minutes is missing\n.*--branches cannot be 0\n$/s,
  );
});
