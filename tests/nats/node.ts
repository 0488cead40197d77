import type { Guard } from "../nemesis/guard.ts";

/** What a server of NATS is started with. */
export interface NodeParts {
  readonly name: string;
  /** The `host:port` where clients reach it. */
  readonly address: string;
  /** The file that configures it. */
  readonly config: string;
  /** Ends it where whoever started it cannot. */
  readonly guard: Guard;
}

/** How much of what a server has said is kept, in characters. */
const saidCharactersMax = 4_000;

/** A server of NATS in a process of its own, started again and again with the same files. */
export class NatsNode {
  /** Its name. */
  readonly name: string;
  /** The `host:port` where clients reach it. */
  readonly address: string;
  readonly #parts: NodeParts;
  #running: {
    readonly child: Deno.ChildProcess;
    readonly said: Promise<void>;
    readonly text: () => string;
  } | undefined;

  /** Does not start it yet. */
  constructor(parts: NodeParts) {
    this.name = parts.name;
    this.address = parts.address;
    this.#parts = parts;
  }

  /** Starts it, unless it runs, and waits until it takes connections. */
  async start(): Promise<void> {
    if (this.#running !== undefined) return;
    const child = spawn(this.#parts.config);
    this.#parts.guard.watch(child);
    const { ready, said, text } = listen(child.stderr);
    this.#running = { child, said, text };
    await ready;
  }

  /** Ends it as a failing machine does, and resolves when it is gone. */
  async kill(): Promise<void> {
    const running = this.#running;
    if (running === undefined) return;
    this.#running = undefined;
    try {
      running.child.kill("SIGKILL");
    } catch {
      // It has ended by itself, and has said why.
    }
    await running.child.status;
    await running.said;
  }

  /** What it has said of late. */
  said(): string {
    return this.#running?.text() ?? "";
  }

  /** Stops it in the middle of whatever it does, or lets it go on. */
  signal(signal: "SIGSTOP" | "SIGCONT"): void {
    this.#running?.child.kill(signal);
  }
}

/** Debian keeps servers where only root looks for them. */
const script = 'PATH="$PATH:/usr/sbin" exec nats-server --config "$1"';

function spawn(config: string): Deno.ChildProcess {
  return new Deno.Command("sh", {
    args: ["-c", script, "sh", config],
    stdin: "null",
    stdout: "null",
    stderr: "piped",
  }).spawn();
}

/** Reads what it says to the end, and tells when it says that it is ready. */
function listen(stream: ReadableStream<Uint8Array>) {
  const { promise: ready, resolve, reject } = Promise.withResolvers<void>();
  let text = "";
  const hear = async () => {
    for await (const part of stream.pipeThrough(new TextDecoderStream())) {
      text = (text + part).slice(-saidCharactersMax);
      if (text.includes("Server is ready")) resolve();
    }
    reject(new Error(`nats-server, which has to be installed, ends: ${text}`));
  };
  // It may be killed before it is ready, which nobody waits for then.
  ready.catch(() => undefined);
  return { ready, said: hear(), text: () => text };
}
