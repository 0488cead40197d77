import { cpuMsOf, residentMiBOf } from "./proc.ts";

/** Gives the path of a file of the bench. */
export function here(name: string): string {
  return new URL(name, import.meta.url).pathname;
}

/** The permissions of what only listens and calls. */
export const serving = ["--allow-net=127.0.0.1", "--allow-env"] as const;

/** A process that serves, and says in its first line that it does. */
export class ServerProcess implements AsyncDisposable {
  readonly #child: Deno.ChildProcess;
  readonly #reader: ReadableStreamDefaultReader<string>;
  #text = "";
  #hasEnded = false;

  /** Starts `deno run` with these arguments, in a folder. */
  constructor(args: readonly string[], folder: string) {
    this.#child = new Deno.Command(Deno.execPath(), {
      args: ["run", "--quiet", "--cached-only", "--no-prompt", ...args],
      cwd: folder,
      stdin: "null",
      stdout: "piped",
      stderr: "inherit",
    }).spawn();
    this.#reader = this.#child.stdout.pipeThrough(new TextDecoderStream()).getReader();
  }

  /** Gives the next line that it prints. */
  async line(): Promise<string> {
    while (!this.#text.includes("\n")) {
      const { value, done } = await this.#reader.read();
      if (done) throw new Error("a server ended before it said that it serves");
      this.#text += value;
    }
    const end = this.#text.indexOf("\n");
    const line = this.#text.slice(0, end);
    this.#text = this.#text.slice(end + 1);
    return line;
  }

  /** The memory that it holds, in MiB. */
  get residentMiB(): number {
    return residentMiBOf(this.#child.pid);
  }

  /** What it has used of the processors, in milliseconds. */
  get cpuMs(): number {
    return cpuMsOf(this.#child.pid);
  }

  /** Ends it, and resolves when it has ended. */
  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#hasEnded) return;
    this.#hasEnded = true;
    try {
      this.#child.kill("SIGTERM");
    } catch {
      // It has ended before: what asked it says so better.
    }
    await this.#reader.cancel();
    await this.#child.status;
  }
}
