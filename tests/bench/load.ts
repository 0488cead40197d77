import { jsonLine, readJsonLines } from "../../lib/format/json_lines.ts";
import { type Kept, type Seen, seenIn } from "./keep_calling.ts";
import { here, serving } from "./server.ts";

/** What a client of the load bench calls, and how. */
export interface Calls {
  readonly addresses: readonly string[];
  /** Which branch is at each of them. */
  readonly branches: readonly number[];
  readonly secret: string;
  readonly action: "deposit" | "withdraw";
  /** Commands in one call. */
  readonly commands: number;
  readonly inFlight: number;
  /** What its calls have seen, by branch; nothing, unless it says more. */
  readonly session?: Readonly<Record<number, number>>;
  /** When its commands say that they were made, in turns, in milliseconds since 1970; else now. */
  readonly madeMs?: readonly number[];
}

/** How long a client keeps at it: for so long, or until so many commands are done. */
export interface Turn {
  readonly durationMs: number;
  readonly commandsMax: number;
}

/** What a client of the load bench is to do, once. */
export interface Load extends Calls, Turn {
  readonly warmUpMs: number;
}

/** A duration or a number of commands that no load comes to; JSON has no infinity. */
export const endless = Number.MAX_SAFE_INTEGER;

/** A client of the load bench, in a process of its own: what it calls stays warm between its turns. */
export class LoadClient implements AsyncDisposable {
  readonly #child: Deno.ChildProcess;
  readonly #input: WritableStreamDefaultWriter<Uint8Array>;
  readonly #kept: AsyncGenerator<unknown>;
  readonly #complaint: Promise<string>;

  /** Starts it; `signal` ends it. */
  constructor(calls: Calls, signal?: AbortSignal) {
    this.#child = new Deno.Command(Deno.execPath(), {
      args: argsOf(here("load_client.ts"), calls),
      stdin: "piped",
      stdout: "piped",
      stderr: "piped",
      ...(signal === undefined ? {} : { signal }),
    }).spawn();
    this.#input = this.#child.stdin.getWriter();
    this.#kept = readJsonLines(this.#child.stdout);
    this.#complaint = new Response(this.#child.stderr).text();
  }

  /** Lets it call for a turn, and gives how long its calls took. */
  async take(turn: Turn): Promise<Kept> {
    // One that has ended takes nothing; it says why.
    await this.#input.write(jsonLine(turn)).catch(() => undefined);
    const { value, done } = await this.#kept.next();
    if (done === true) throw new Error(await this.#complaint);
    return value as Kept;
  }

  /** Lets it end. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.#input.close().catch(() => undefined);
    await this.#complaint;
    await this.#kept.return(undefined);
    await this.#child.status;
  }
}

/** Lets a client do that, in a process of its own, and gives what it saw. */
export async function carryOut(load: Load, signal?: AbortSignal): Promise<Seen> {
  const { warmUpMs, durationMs, commandsMax, ...calls } = load;
  try {
    await using client = new LoadClient(calls, signal);
    if (warmUpMs > 0) await client.take({ durationMs: warmUpMs, commandsMax: endless });
    return seenIn(await client.take({ durationMs, commandsMax }), load.commands);
  } catch (error) {
    signal?.throwIfAborted();
    throw error;
  }
}

/** Lets a client do what it is told, in a process of its own, and gives what it saw. */
export async function seenBy(client: string, told: object, signal?: AbortSignal): Promise<Seen> {
  const { success, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args: argsOf(client, told),
    stdin: "null",
    ...(signal === undefined ? {} : { signal }),
  }).output();
  signal?.throwIfAborted();
  if (!success) throw new Error(new TextDecoder().decode(stderr));
  return JSON.parse(new TextDecoder().decode(stdout));
}

function argsOf(client: string, told: object): string[] {
  const flags = ["run", "--quiet", "--cached-only", "--no-prompt", ...serving];
  return [...flags, client, JSON.stringify(told)];
}
