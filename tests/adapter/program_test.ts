import { assertEquals, assertMatch } from "@std/assert";
import { permitted } from "../permitted.ts";

const running = [{ name: "run", command: Deno.execPath() }] as const;
const script = new URL("ending_program.ts", import.meta.url).href;

function command(end: string): Deno.Command {
  return new Deno.Command(Deno.execPath(), {
    args: ["run", "--quiet", "--no-prompt", script, end],
    env: { NO_COLOR: "1" },
    stdout: "piped",
    stderr: "piped",
    // A program that does not end is ended, and so fails its test.
    signal: AbortSignal.timeout(20_000),
  });
}

async function ended(end: string): Promise<readonly [code: number, stderr: string]> {
  const { code, stderr } = await command(end).output();
  return [code, new TextDecoder().decode(stderr)];
}

permitted(
  "runProgram() ends with the program's own exit code, whatever still runs",
  running,
  async () => {
    assertEquals(await ended("done"), [0, ""]);
    assertEquals(await ended("done while a timer runs"), [0, ""]);
  },
);

permitted(
  "runProgram() makes of an error a message and an exit code, and no stack",
  running,
  async () => {
    assertEquals(await ended("an exit"), [
      2,
      "ending: the input is wrong\nending: in two places\n",
    ]);
    assertEquals(await ended("an error"), [1, "ending: it failed\n"]);
    assertEquals(await ended("an exit with places"), [2, "a.json:1:2: one\na.json:3:4: two\n"]);
    assertEquals(await ended("no error"), [1, "ending: just a text\n"]);
  },
);

permitted("runProgram() lets another one tell of what a program ends", running, async () => {
  const told = "70: a bug: it does not hold that it holds\ntwice\n";
  assertEquals(await ended("an error that is reported"), [70, told]);
});

permitted("runProgram() says that a bug is one, in one line, with 70", running, async () => {
  const line = "ending: a bug: it does not hold that money is conserved\n";
  assertEquals(await ended("a bug"), [70, line]);
});

permitted(
  "runProgram() ends by what goes wrong outside of the program's flow",
  running,
  async () => {
    const line = "ending: a bug: it does not hold that it holds\n";
    for (const end of ["a bug of a timer", "a bug of nobody", "a bug reported"]) {
      assertEquals(await ended(end), [70, line], end);
    }
    assertEquals(await ended("an exit of nobody"), [2, "ending: wrong\n"]);
  },
);

permitted("print() writes all of a long text", running, async () => {
  const { stdout } = await command("much text").output();
  assertEquals(stdout.length, 1_000_001);
});

permitted("print() takes no harm from a reader that has gone", running, async () => {
  const child = command("much text").spawn();
  await child.stdout.cancel();
  const stderr = await new Response(child.stderr).text();
  const { code } = await child.status;
  assertEquals([code, stderr], [0, "printed all\n"]);
});

permitted(
  "beforePrinting() lets something be cleared before all that is printed",
  running,
  async () => {
    const stderr = "<1><2>a note\n<3>ending: it failed\n";
    assertEquals(await ended("something in the way"), [1, stderr]);
  },
);

permitted("versionLine() names the program, its version and that of Deno", running, async () => {
  const { stdout } = await command("version").output();
  const { deno } = Deno.version;
  assertMatch(new TextDecoder().decode(stdout), /^ending \d+\.\d+\.\d+ \(Deno [\d.]+\)\n$/);
  assertMatch(new TextDecoder().decode(stdout), new RegExp(deno.replaceAll(".", "\\.")));
});
