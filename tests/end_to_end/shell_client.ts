import { fail } from "@std/assert";
import { jsonLine, readJsonLines } from "../../lib/format/json_lines.ts";

/** What came of a line of shell. */
interface Ran {
  readonly code: number;
  readonly said: string;
  readonly complaint: string;
}

/** Runs lines of shell, one after the other, in a process that goes with the file of tests. */
class Shell {
  readonly #input: WritableStreamDefaultWriter<Uint8Array>;
  readonly #answers: AsyncGenerator<unknown>;
  #last: Promise<unknown> = Promise.resolve();

  constructor() {
    const program = new URL("shell_server.ts", import.meta.url).href;
    const child = new Deno.Command(Deno.execPath(), {
      args: ["run", "--quiet", "--no-prompt", "--allow-run=nice", program],
      env: { NO_COLOR: "1" },
      stdin: "piped",
      stdout: "piped",
      stderr: "inherit",
    }).spawn();
    this.#input = child.stdin.getWriter();
    this.#answers = readJsonLines(child.stdout);
  }

  run(args: readonly string[]): Promise<Ran> {
    const ran = this.#last.then(async () => {
      await this.#input.write(jsonLine(args));
      const { value, done } = await this.#answers.next();
      return done === true ? fail("the shell of these tests has ended") : value as Ran;
    });
    this.#last = ran;
    return ran;
  }
}

const { state } = Deno.permissions.querySync({ name: "run", command: Deno.execPath() });
// Before the first test: what one of them starts, it would have to end.
const shell = state === "granted" ? new Shell() : undefined;

/** Runs a line of shell, in which `$1` is the argument, and gives what it prints. */
export async function shellSays(line: string, argument: string): Promise<string> {
  if (shell === undefined) return fail("a shell needs the permission to start Deno");
  const { code, said, complaint } = await shell.run([line, "sh", argument]);
  if (code !== 0) fail(`${line}: ${complaint}`);
  return said;
}
