import { cpuMsOf } from "../proc.ts";

/** How programs of other systems are started. */
export interface Surroundings {
  readonly folder: string;
  /** Whose rights it gets, if not one's own; only root can give them. */
  readonly user?: string | undefined;
  /** Ends it before its time. */
  readonly signal?: AbortSignal;
}

/** How long a server may take until it serves, and until it has ended. */
const patienceMs = { start: 60_000, end: 10_000 };

/** What is kept of what a server says, to tell why it ended. */
const wordsMax = 4_000;

/**
 * A server of another system. It ends when it is disposed of, and with the bench, even if that is
 * killed: the kernel tells it so.
 */
export class PeerProcess implements AsyncDisposable {
  readonly #child: Deno.ChildProcess;
  readonly #ready = Promise.withResolvers<void>();
  readonly #ended: Promise<unknown>;
  #words = "";
  #runs = true;

  /** Starts a program that serves once it has said `sign`. */
  constructor(command: readonly string[], sign: string, surroundings: Surroundings) {
    this.#child = commandOf(command, surroundings).spawn();
    const { status, stdout, stderr } = this.#child;
    const end = status.then(() => this.#runs = false);
    this.#ended = Promise.all([end, this.#hear(stdout, sign), this.#hear(stderr, sign)]).then(
      () => this.#ready.reject(new Error(`${command[0]} does not serve:\n${this.#words}`)),
    );
    // Only who waits for it needs to hear that it never will.
    this.#ready.promise.catch(() => {});
  }

  /** Resolves when it serves. */
  async ready(): Promise<void> {
    const timer = setTimeout(() => this.#kill("SIGKILL"), patienceMs.start);
    try {
      await this.#ready.promise;
    } finally {
      clearTimeout(timer);
    }
  }

  /** What it has used of the processors, in milliseconds. */
  get cpuMs(): number {
    return cpuMsOf(this.#child.pid);
  }

  /** Hears all that it says, so that it never waits for a listener. */
  async #hear(stream: ReadableStream<Uint8Array<ArrayBuffer>>, sign: string): Promise<void> {
    for await (const text of stream.pipeThrough(new TextDecoderStream())) {
      this.#words = (this.#words + text).slice(-wordsMax);
      if (this.#words.includes(sign)) this.#ready.resolve();
    }
  }

  #kill(signal: Deno.Signal): void {
    if (this.#runs) this.#child.kill(signal);
  }

  /** Ends it, and resolves when it has ended. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.#kill("SIGINT");
    const timer = setTimeout(() => this.#kill("SIGKILL"), patienceMs.end);
    await this.#ended;
    clearTimeout(timer);
  }
}

/** Runs a program of another system to its end, and gives what it printed. */
export async function outputOf(
  command: readonly string[],
  surroundings: Surroundings,
): Promise<string> {
  const { success, stdout, stderr } = await commandOf(command, surroundings).output();
  surroundings.signal?.throwIfAborted();
  if (!success) throw new Error(`${command[0]} failed:\n${new TextDecoder().decode(stderr)}`);
  return new TextDecoder().decode(stdout);
}

/** The program becomes what is given: the process that is started is its own. */
function commandOf(
  command: readonly string[],
  { folder, user, signal }: Surroundings,
): Deno.Command {
  const rights = user === undefined ? [] : [`--reuid=${user}`, `--regid=${user}`, "--clear-groups"];
  return new Deno.Command("/usr/bin/setpriv", {
    args: ["--pdeathsig=INT", ...rights, "--", ...command],
    cwd: folder,
    stdin: "null",
    stdout: "piped",
    stderr: "piped",
    ...(signal === undefined ? {} : { signal }),
  });
}
