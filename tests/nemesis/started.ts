import config from "../../deno.json" with { type: "json" };
import type { TemporaryFolder } from "../temporary_folder.ts";

const tasks: Readonly<Record<string, { readonly command: string }>> = config.tasks;

/** Starts the nemesis as its task does, with a folder for all that it writes. */
export function startNemesis(args: readonly string[], folder: TemporaryFolder): Deno.ChildProcess {
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

/** Reads the summary, `name: figure` a line. */
export function figuresIn(text: string): ReadonlyMap<string, number> {
  const lines = [...text.matchAll(/^(.+): (\d+)(?: ms)?$/gm)];
  return new Map(lines.map(([, name = "", figure]) => [name, Number(figure)]));
}
