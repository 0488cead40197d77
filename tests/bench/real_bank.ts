import { ServerProcess } from "./server.ts";

/** What callers of these banks have to show. */
export const secret = "the-secret-of-a-bank-that-is-measured";

/** A bank, whose branches each get a process of their own, with its journal on the disk. */
export class RealBank implements AsyncDisposable {
  readonly addresses: readonly string[];
  readonly #folder: string;
  readonly #propagation: readonly string[];
  readonly #started: ServerProcess[] = [];

  /**
   * Founds a bank of so many branches in a new folder below `parent`; none runs yet. What they write
   * goes over servers of NATS, where `nats` says so.
   */
  constructor(
    parent: string,
    { count = 3, balance = 1_000_000_000, nats }: {
      readonly count?: number;
      readonly balance?: number;
      readonly nats?: string | undefined;
    } = {},
  ) {
    this.#propagation = nats === undefined ? [] : ["--propagation", nats];
    this.#folder = Deno.makeTempDirSync({ dir: parent });
    this.addresses = freePorts(count).map((port) => `127.0.0.1:${port}`);
    const records = this.addresses.map((address, index) => (
      { id: index + 1, type: "branch", balance, address }
    ));
    Deno.writeTextFileSync(`${this.#folder}/bank.json`, JSON.stringify(records));
    Deno.writeTextFileSync(`${this.#folder}/secret.txt`, `${secret}\n`);
  }

  /** Starts a branch, and resolves when it listens. */
  async start(id: number): Promise<ServerProcess> {
    const process = new ServerProcess([...argsOf(id), ...this.#propagation], this.#folder);
    this.#started.push(process);
    await process.line();
    return process;
  }

  /** Starts all branches, and resolves when they listen. */
  startAll(): Promise<readonly ServerProcess[]> {
    return Promise.all(this.addresses.map((_, index) => this.start(index + 1)));
  }

  /** Ends all branches. */
  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all(this.#started.map((process) => process[Symbol.asyncDispose]()));
  }
}

function argsOf(id: number): readonly string[] {
  const program = new URL("../../branch.ts", import.meta.url).pathname;
  // As `deno task branch` starts it.
  const flags = ["--v8-flags=--max-semi-space-size=8"];
  const permissions = ["--allow-read", "--allow-write", "--allow-net=127.0.0.1", "--allow-env"];
  const files = [
    "--bank",
    "bank.json",
    "--secret",
    "secret.txt",
    "--data",
    `${id}.db`,
    "--log-level",
    "error",
  ];
  return [...flags, ...permissions, program, "--id", `${id}`, ...files];
}

/** Gives ports of loopback that were free a moment ago. */
export function freePorts(count: number): readonly number[] {
  const listen = () => Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const listeners = Array.from({ length: count }, listen);
  const ports = listeners.map(({ addr }) => addr.port);
  for (const listener of listeners) listener.close();
  return ports;
}
