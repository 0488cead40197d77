import { Teller } from "../../lib/adapter/teller.ts";
import type { Command } from "../../lib/core/command.ts";
import { commandIdPrefix } from "../../lib/core/ids.ts";
import { nothingKnown } from "../../lib/core/version_vector.ts";
import { CallError, frameOf, messageIn } from "../../lib/format/grpc_frame.ts";
import { openResponse, sealCall } from "../../lib/format/sealed_call.ts";
import { authorization, authorizationKey } from "../../lib/format/secret.ts";
import { carry } from "../adapter/carry.ts";
import { branch } from "../core/samples.ts";
import type { TemporaryFolder } from "../temporary_folder.ts";
import { branchRecord, programs, start } from "./bank.ts";

/** What a test needs that starts branches by hand and calls them. */
export const needs = [...programs, { name: "net", host: "127.0.0.1" }] as const;

/** What callers of these banks have to show. */
export const secret = "the-secret-of-a-bank-by-hand-0123456789";

/** Gives addresses that were free a moment ago. */
export function freeAddresses(count: number): readonly string[] {
  const listeners = Array.from(
    { length: count },
    () => Deno.listen({ hostname: "127.0.0.1", port: 0 }),
  );
  const addresses = listeners.map(({ addr }) => `127.0.0.1:${addr.port}`);
  for (const listener of listeners) listener.close();
  return addresses;
}

/** A branch, and where it listens. */
export interface Place {
  readonly id: number;
  readonly address: string;
}

/** Tells where each branch of a bank is that listens at these addresses. */
export function placesAt(addresses: readonly string[]): readonly Place[] {
  return addresses.map((address, index) => ({ id: index + 1, address }));
}

/** Writes the file of a bank, and its secret. */
export function writeBank(
  folder: TemporaryFolder,
  addresses: readonly string[],
  { balance = 400, file = "bank.json", bank }: {
    readonly balance?: number;
    readonly file?: string;
    /** Its name, if it has one. */
    readonly bank?: string;
  } = {},
): void {
  const named = bank === undefined ? {} : { bank };
  const records = addresses.map((address, index) => ({
    ...branchRecord(index + 1, balance),
    ...named,
    address,
  }));
  folder.write(file, JSON.stringify(records));
  folder.write("secret.txt", `${secret}\n`);
}

/** Branches of a bank, started by hand in one process. */
export class ByHand implements AsyncDisposable {
  readonly #child: Deno.ChildProcess;
  readonly #lines: AsyncIterator<string>;
  readonly #complaints: AsyncIterator<string>;

  /** Starts them; more arguments may follow those that they need. */
  constructor(folder: TemporaryFolder, ids: readonly number[], ...more: readonly string[]) {
    const given = ids.flatMap((id) => ["--id", `${id}`]);
    const bank = more.includes("--bank") ? [] : ["--bank", "bank.json"];
    const trust = more.includes("--tls") ? [] : ["--secret", "secret.txt"];
    // Of what is logged only what is wrong, unless a test asks for more.
    const level = more.includes("--log-level") ? [] : ["--log-level", "error"];
    const args = [...bank, ...level, ...trust, ...given, ...more];
    this.#child = start("branch", args, { folder });
    this.#lines = linesOf(this.#child.stdout);
    this.#complaints = linesOf(this.#child.stderr);
  }

  /** Gives the next line that it prints. */
  async line(): Promise<string | undefined> {
    const { value } = await this.#lines.next();
    return value;
  }

  /** Gives the next line of its complaints. */
  async complaint(): Promise<string | undefined> {
    const { value } = await this.#complaints.next();
    return value;
  }

  /** Ends it by a signal; gives the next line that it said of each kind, and its exit code. */
  async end(signal: "SIGINT" | "SIGTERM") {
    this.#child.kill(signal);
    const { code } = await this.#child.status;
    return { code, stdout: await this.line(), stderr: await this.complaint() };
  }

  /** Waits until it ends by itself; gives its exit code. */
  async ended(): Promise<number> {
    return (await this.#child.status).code;
  }

  /** Lets it read its certificates anew, and resolves when it says what has come of it. */
  async renew(): Promise<string> {
    this.#child.kill("SIGHUP");
    for (;;) {
      const line = await this.complaint();
      if (line === undefined || / certificates /.test(line)) return line ?? "";
    }
  }

  /** Lets it copy its journal, and gives the line that says what has come of it. */
  async backUp(): Promise<string> {
    this.#child.kill("SIGUSR2");
    for (;;) {
      const line = await this.complaint();
      if (line === undefined || / backup_(made|failed): /.test(line)) return line ?? "";
    }
  }

  /** Stops it where it is, as if its machine were gone, or lets it go on. */
  hold(isHeld: boolean): void {
    this.#child.kill(isHeld ? "SIGSTOP" : "SIGCONT");
  }

  /** Ends it without a chance to say anything, and resolves when it has ended. */
  async kill(): Promise<void> {
    this.#child.kill("SIGKILL");
    await this.#child.status;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    try {
      this.#child.kill("SIGKILL");
    } catch {
      // It has ended, as it should have.
    }
    await this.#child.status;
  }
}

async function* linesOf(stream: ReadableStream<Uint8Array>): AsyncGenerator<string, undefined> {
  const decoder = new TextDecoder();
  let rest = "";
  for await (const bytes of stream) {
    const lines = (rest + decoder.decode(bytes, { stream: true })).split("\n");
    rest = lines.pop() ?? "";
    yield* lines;
  }
  return undefined;
}

/**
 * Gives the id of a command that is made now, after the branches that are there have started: a
 * branch with a new journal executes none that is older.
 */
export function freshId(name: string): string {
  return commandIdPrefix(Date.now() + 1) + name;
}

/** Makes a call once, and gives the balance or what else came of it. */
export async function attempt({ id, address }: Place, command: Command): Promise<string> {
  const session = nothingKnown;
  const { path, request } = sealCall(command, { branch: branch(id), session });
  using client = Deno.createHttpClient({ http1: false, http2: true });
  const response = await fetch(`http://${address}${path}`, {
    method: "POST",
    client,
    headers: {
      "content-type": "application/grpc",
      te: "trailers",
      [authorizationKey]: authorization(secret),
    },
    body: frameOf(new Uint8Array(request)),
  });
  const bytes = new Uint8Array(await response.arrayBuffer());
  try {
    const { result } = openResponse(command, messageIn(response.headers, bytes));
    return result.kind === "balance" ? `${result.balance}` : result.kind;
  } catch (error) {
    if (!(error instanceof CallError)) throw error;
    return error.message;
  }
}

/** A customer who shows the secret, or another one. */
export function openTeller(shown = secret) {
  const teller = new Teller({ secret: shown });
  return ({ id, address }: Place, command: Command, session = nothingKnown) =>
    carry(teller, { branch: branch(id), address, command, session });
}
