import { fail } from "@std/assert";
import type { TemporaryFolder } from "../temporary_folder.ts";
import { permissionsOf } from "./bank.ts";

/** How a run on a terminal differs from the usual one. */
export interface TerminalOptions {
  readonly folder: TemporaryFolder;
  /** How wide the terminal is; without it, it does not say. */
  readonly columns?: number;
  /** The environment variable of that name; empty is the same as none. */
  readonly noColor?: string;
}

/**
 * `deno task run` on a terminal of its own, as a person would sit before it.
 *
 * The system's `script` makes the terminal, which it has in common with the person's own
 * (`bsdutils`, which no Debian lacks).
 */
export class Terminal {
  readonly #child: Deno.ChildProcess;
  readonly #keyboard: WritableStreamDefaultWriter<Uint8Array>;
  readonly #output: ReadableStreamDefaultReader<string>;
  #written = "";

  /** Starts a run. */
  constructor(args: readonly string[], { folder, columns, noColor = "1" }: TerminalOptions) {
    const program = new URL("../../customer.ts", import.meta.url).href;
    const run = [Deno.execPath(), "run", "--no-prompt", ...permissionsOf("run"), program, ...args];
    const size = columns === undefined ? [] : [`stty cols ${columns}`];
    const script = new URL("shell.ts", import.meta.url).href;
    const line = 'exec script --quiet --return --command "$1" /dev/null';
    this.#child = new Deno.Command(Deno.execPath(), {
      args: [
        ...["run", "--quiet", "--no-prompt", "--allow-run=sh", script, line, "sh"],
        [...size, `exec ${run.map(quoted).join(" ")}`].join(" && "),
      ],
      cwd: folder.path,
      // By this folder `processesIn` finds the processes of this run, and no others.
      env: { NO_COLOR: noColor, SHELL: "/bin/sh", TMPDIR: folder.path },
      stdin: "piped",
      stdout: "piped",
      stderr: "inherit",
      // A program that does not end is ended, and so fails its test.
      signal: AbortSignal.timeout(120_000),
    }).spawn();
    this.#keyboard = this.#child.stdin.getWriter();
    this.#output = this.#child.stdout.pipeThrough(new TextDecoderStream()).getReader();
  }

  /** All that was written to the terminal so far. */
  get written(): string {
    return this.#written;
  }

  /** Waits until what was written has such a place. */
  async shows(pattern: RegExp): Promise<void> {
    while (!pattern.test(this.#written)) {
      if (!await this.#read()) fail(`there is no ${pattern} in ${JSON.stringify(this.#written)}`);
    }
  }

  /** Presses keys. */
  async type(keys: string): Promise<void> {
    await this.#keyboard.write(new TextEncoder().encode(keys));
  }

  /** Waits until the run has ended, and tells its exit code. */
  async end(): Promise<number> {
    while (await this.#read());
    const { code } = await this.#child.status;
    // There is nobody any more who could read it.
    await this.#keyboard.close().catch(() => undefined);
    return code;
  }

  async #read(): Promise<boolean> {
    const { done, value = "" } = await this.#output.read();
    this.#written += value;
    return !done;
  }
}

/** Tells what stands on a terminal after all that was written to it, line by line. */
export function screenOf(written: string): readonly string[] {
  const lines = [""];
  let column = 0;
  const steps = written.replaceAll("\x1b[", escape).matchAll(step);
  for (const [step, command] of steps) {
    const line = lines.at(-1) ?? "";
    if (command === "K") lines.splice(-1, 1, line.slice(0, column));
    else if (command !== undefined && command !== "m") fail(`no terminal was told ${step} before`);
    else if (step === "\r") column = 0;
    else if (step === "\n") lines.push(" ".repeat(column));
    else if (command === undefined) {
      lines.splice(-1, 1, line.slice(0, column).padEnd(column) + step + line.slice(column + 1));
      column += 1;
    }
  }
  return lines;
}

const escape = "\u241b";
const step = /\u241b\d*([A-Za-z])|[^]/gu;

function quoted(word: string): string {
  return `'${word.replaceAll("'", "'\\''")}'`;
}
