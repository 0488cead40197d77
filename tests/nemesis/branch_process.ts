import type { BranchId } from "../../lib/core/ids.ts";
import type { Diary } from "./diary.ts";
import type { Guard } from "./guard.ts";

/** What a branch's process is started with, and who is told of it. */
export interface BranchParts {
  readonly id: BranchId;
  /** The arguments of `deno`. */
  readonly args: readonly string[];
  readonly folder: string;
  readonly guard: Guard;
  readonly diary: Diary;
}

/** How much of a process's standard error is kept, in characters. */
const complaintCharactersMax = 2_000;

/** A branch in a process of its own, started by hand again and again by the same command line. */
export class BranchProcess {
  /** Which branch it is. */
  readonly id: BranchId;
  /** Where its files are. */
  readonly folder: string;
  readonly #parts: BranchParts;
  #running: Running | undefined;
  #ownEnd: string | undefined;

  /** Does not start it yet. */
  constructor(parts: BranchParts) {
    this.id = parts.id;
    this.folder = parts.folder;
    this.#parts = parts;
  }

  /** How it has ended without being told to; a branch never should. */
  get ownEnd(): string | undefined {
    return this.#ownEnd;
  }

  /** Starts it, unless it runs; it does not wait until the branch listens. */
  start(): void {
    if (this.#running !== undefined) return;
    const { args, guard, diary } = this.#parts;
    const child = new Deno.Command(Deno.execPath(), {
      args: [...args],
      cwd: this.folder,
      clearEnv: true,
      env: environment(),
      stdin: "null",
      stdout: "piped",
      stderr: "piped",
    }).spawn();
    guard.watch(child);
    diary.note(`branch ${this.id} starts as process ${child.pid}`);
    const running = { child, listens: firstBytes(child.stdout), complaint: endOf(child.stderr) };
    this.#running = running;
    void this.#watch(running);
  }

  /** Resolves when it listens, or has ended. */
  async listens(): Promise<void> {
    await this.#running?.listens;
  }

  /** Ends it as a failing machine does, and resolves when it is gone. */
  async kill(): Promise<void> {
    const running = this.#running;
    if (running === undefined) return;
    this.#running = undefined;
    this.#parts.diary.note(`branch ${this.id} is killed`);
    send(running, "SIGKILL");
    await running.child.status;
  }

  /** Stops it in the middle of whatever it does, or lets it go on. */
  signal(signal: "SIGSTOP" | "SIGCONT"): void {
    this.#parts.diary.note(`branch ${this.id} gets ${signal}`);
    if (this.#running !== undefined) send(this.#running, signal);
  }

  /** Asks it to end, and resolves when it has; it should do so with exit code 0. */
  async end(): Promise<void> {
    const running = this.#running;
    if (running === undefined) return;
    this.#running = undefined;
    send(running, "SIGTERM");
    const { code } = await running.child.status;
    if (code !== 0) this.#ownEnd = await howItEnded(running);
  }

  /** Notes an end that nobody asked for. */
  async #watch(running: Running): Promise<void> {
    await running.child.status;
    if (this.#running !== running) return;
    this.#running = undefined;
    this.#ownEnd = await howItEnded(running);
    this.#parts.diary.note(`branch ${this.id} ended by itself ${this.#ownEnd}`);
  }
}

interface Running {
  readonly child: Deno.ChildProcess;
  readonly listens: Promise<void>;
  readonly complaint: Promise<string>;
}

function send({ child }: Running, signal: Deno.Signal): void {
  try {
    child.kill(signal);
  } catch {
    // It has ended by itself just now, which is noted where its end is watched.
  }
}

async function howItEnded({ child, complaint }: Running): Promise<string> {
  const { code, signal } = await child.status;
  return `${signal === null ? `with exit code ${code}` : `by ${signal}`}: ${
    (await complaint).trim()
  }`;
}

function environment(): Record<string, string> {
  const names = ["DENO_DIR", "HOME", "XDG_CACHE_HOME", "TMPDIR"];
  const set = names.flatMap((name) => {
    const value = Deno.env.get(name);
    return value === undefined ? [] : [[name, value] as const];
  });
  return { ...Object.fromEntries(set), DENO_NO_UPDATE_CHECK: "1", NO_COLOR: "1" };
}

/** Resolves with the first bytes of a stream or its end, and reads on so that it never fills. */
function firstBytes(stream: ReadableStream<Uint8Array>): Promise<void> {
  return new Promise((resolve) => {
    stream.pipeTo(new WritableStream({ write: () => resolve(), close: () => resolve() }))
      // A process that was killed has nothing more to say.
      .catch(() => resolve());
  });
}

async function endOf(stream: ReadableStream<Uint8Array>): Promise<string> {
  const decoder = new TextDecoder();
  let text = "";
  for await (const bytes of stream) {
    text = (text + decoder.decode(bytes, { stream: true })).slice(-complaintCharactersMax);
  }
  return text;
}
