import { jsonLine, readJsonLines } from "../format/json_lines.ts";
import { launch, type Origin } from "../format/launch.ts";
import { reasonOf } from "../format/reason.ts";
import { type Process, ProcessError, type ProcessRequest } from "../host/ports.ts";

/** What a subprocess gets of the environment: where Deno keeps its cache, and no more. */
const inherited = ["DENO_DIR", "HOME", "XDG_CACHE_HOME", "LOCALAPPDATA", "SystemRoot", "TMPDIR"];

/** How much of a subprocess's standard error is kept for a complaint, in characters. */
const complaintCharactersMax = 4_000;

/** A process of a run, spoken to in JSON lines over its standard input and output. */
export class Subprocess implements Process {
  /** What it is, for a sentence about it. */
  readonly name: string;
  readonly #child: Deno.ChildProcess;
  readonly #input: WritableStreamDefaultWriter<Uint8Array>;
  readonly #lines: AsyncGenerator<unknown>;
  readonly #complaint: Promise<string>;

  /**
   * Starts it.
   *
   * @throws {ProcessError} when there is nothing to start.
   */
  constructor(request: ProcessRequest, origin: Origin) {
    const { command, args } = launch(request, origin);
    this.name = request.name;
    try {
      this.#child = new Deno.Command(command, {
        args: [...args],
        clearEnv: true,
        env: environment(),
        stdin: "piped",
        stdout: "piped",
        stderr: "piped",
      }).spawn();
    } catch (error) {
      throw new ProcessError(`${this.name} cannot be started: ${reasonOf(error)}`);
    }
    this.#input = this.#child.stdin.getWriter();
    this.#lines = readJsonLines(this.#child.stdout);
    this.#complaint = endOf(this.#child.stderr);
  }

  /** Sends it a message. */
  tell(message: unknown): void {
    // A process that has ended takes no message; `next` says so.
    this.#input.write(jsonLine(message)).catch(() => undefined);
  }

  /** Gives its next message. */
  async next(): Promise<unknown> {
    const { done, value } = await this.#lines.next();
    if (done !== true) return value;
    throw await this.#ended();
  }

  /** Closes its input, and resolves when it has ended. */
  async finish(): Promise<void> {
    // Closed already, or gone: either way it ends.
    await this.#input.close().catch(() => undefined);
    await this.#child.status;
  }

  /** Ends it at once, and resolves when it has ended. */
  async kill(): Promise<void> {
    try {
      this.#child.kill("SIGKILL");
    } catch {
      // It has ended already, which is all that was wanted.
    }
    await this.#child.status;
  }

  async #ended(): Promise<ProcessError> {
    const { code, signal } = await this.#child.status;
    const how = signal === null ? `with exit code ${code}` : `by ${signal}`;
    const complaint = lastLine(await this.#complaint);
    const reason = complaint === "" ? "" : `: ${complaint}`;
    return new ProcessError(`${this.name} ended ${how}${reason}`, signal ?? undefined);
  }
}

function environment(): Record<string, string> {
  const pairs = inherited.map((name) => [name, Deno.env.get(name)] as const);
  const set = pairs.filter((pair): pair is readonly [string, string] => pair[1] !== undefined);
  return { ...Object.fromEntries(set), DENO_NO_UPDATE_CHECK: "1", NO_COLOR: "1" };
}

async function endOf(stream: ReadableStream<Uint8Array>): Promise<string> {
  const decoder = new TextDecoder();
  let text = "";
  for await (const bytes of stream) {
    text = (text + decoder.decode(bytes, { stream: true })).slice(-complaintCharactersMax);
  }
  return text;
}

/** Takes the last line that is a sentence, not a step of a stack. */
function lastLine(text: string): string {
  return text.trim().split("\n").findLast((line) => !/^\s+at /.test(line)) ?? "";
}
