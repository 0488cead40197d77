import { assert, assertEquals, assertMatch } from "@std/assert";
import { permitted } from "../permitted.ts";

const running = [{ name: "run", command: Deno.execPath() }] as const;
const script = new URL("logging_program.ts", import.meta.url).href;

function start(...args: readonly string[]): Deno.ChildProcess {
  return new Deno.Command(Deno.execPath(), {
    args: ["run", "--quiet", "--no-prompt", script, ...args],
    stdout: "piped",
    stderr: "piped",
    signal: AbortSignal.timeout(20_000),
  }).spawn();
}

async function logged(...args: readonly string[]): Promise<readonly string[]> {
  const { code, stderr } = await start(...args).output();
  assertEquals(code, 0);
  return new TextDecoder().decode(stderr).split("\n");
}

permitted(
  "writeLog() writes what matters enough to standard error, with the time",
  running,
  async () => {
    const lines = await logged("warn", "text");
    const time = String.raw`\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z`;
    assertMatch(lines[0] ?? "", new RegExp(`^${time} ERROR event: at error ✓$`));
    assertMatch(lines[1] ?? "", new RegExp(`^${time} WARN  event: at warn ✓$`));
    assertEquals(lines.slice(2), [""]);
  },
);

permitted("writeLog() writes JSON lines", running, async () => {
  const lines = await logged("debug", "json");
  assertEquals(lines.at(-1), "");
  const records = lines.slice(0, -1).map((line) => JSON.parse(line));
  assertEquals(records.map(({ level, message }) => `${level}: ${message}`), [
    ...["error: at error ✓", "warn: at warn ✓", "info: at info ✓", "debug: at debug ✓"],
  ]);
  assert(records.every(({ time }) => new Date(time).toISOString() === time));
});

permitted("writeLog() takes no harm from a reader that has gone", running, async () => {
  const program = start("debug", "text", "10000");
  await program.stderr.cancel();
  const [{ code }, stdout] = await Promise.all([
    program.status,
    new Response(program.stdout).text(),
  ]);
  assertEquals([code, stdout], [0, "error,warn,info,debug"]);
});
