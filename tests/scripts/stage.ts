import { Teller } from "../../lib/adapter/teller.ts";
import type { Command } from "../../lib/core/command.ts";
import { commandIdPrefix } from "../../lib/core/ids.ts";
import { nothingKnown, type VersionVector } from "../../lib/core/version_vector.ts";
import { openResponse, sealCall } from "../../lib/format/sealed_call.ts";
import { branch, deposit, query, withdrawal } from "../core/samples.ts";
import { ended, run, start } from "../end_to_end/bank.ts";
import { TemporaryFolder } from "../temporary_folder.ts";
import type { Outcome, Scene } from "./story.ts";

const secret = "the-secret-of-a-bank-in-a-story-0123456789";
/** After so long a withdrawal that nothing is decided about is left at that, in milliseconds. */
const decideMs = 20_000;
const done: Outcome = { code: 0, stdout: "", stderr: "" };

interface Started {
  readonly child: Deno.ChildProcess;
  readonly stderr: Promise<string>;
}

/**
 * Where a story takes place: a folder of its own, and the branches that are started in it.
 *
 * | command                              | what it does                                         |
 * | ------------------------------------ | ---------------------------------------------------- |
 * | `run ARGUMENTS`                      | `deno task run ARGUMENTS`                            |
 * | `write FILE`, `show FILE`, `remove FILE`, `move FILE TO` | what they say                    |
 * | `found COUNT BALANCE`                | writes the bank file of so many branches             |
 * | `start ID`, `stop ID`, `kill ID`     | `deno task branch` with a journal; SIGTERM; SIGKILL  |
 * | `await ID`                           | waits until the branch ends by itself                |
 * | `lose ID`, `copy ID`, `restore ID`   | removes a branch's journal; copies it; puts the copy back |
 * | `deposit ID NAME AMOUNT`, `withdraw …` | a command at a branch; the same NAME is the same id |
 * | `decide ID NAME AMOUNT`              | a withdrawal, asked for until something is decided   |
 * | `newcomer`                           | the customer is now one that has seen nothing        |
 * | `query ID`                           | a query, with all that was seen in the story so far  |
 */
export class Stage implements AsyncDisposable {
  readonly #folder = new TemporaryFolder();
  readonly #branches = new Map<string, Started>();
  readonly #teller = new Teller({ secret });
  readonly #ids = new Map<string, string>();
  #addresses: readonly string[] = [];
  #seen: VersionVector = nothingKnown;

  /** Does what a scene says, and tells what came of it. */
  async play({ words: [verb = "", ...words], given }: Scene): Promise<Outcome> {
    const [first = "", second = "", third = ""] = words;
    switch (verb) {
      case "run":
        return await run(words, this.#folder);
      case "write":
        this.#folder.write(first, `${given.join("\n")}\n`);
        return done;
      case "show":
        return { ...done, stdout: this.#folder.read(first) ?? `there is no ${first}\n` };
      case "remove":
        Deno.removeSync(this.#folder.at(first));
        return done;
      case "move":
        Deno.renameSync(this.#folder.at(first), this.#folder.at(second));
        return done;
      case "newcomer":
        this.#seen = nothingKnown;
        return done;
      case "await":
        return await this.#end(first);
      case "found":
        return this.#found(Number(first), Number(second));
      case "start":
        return await this.#start(first);
      case "stop":
        return await this.#end(first, "SIGTERM");
      case "kill":
        return await this.#end(first, "SIGKILL");
      case "lose":
        this.#eachFile(first, (path) => Deno.removeSync(path));
        return done;
      case "copy":
        this.#eachFile(first, (path) => Deno.copyFileSync(path, `${path}.copy`));
        return done;
      case "restore":
        this.#eachFile(first, (path) => Deno.renameSync(`${path}.copy`, path));
        return done;
      case "deposit":
        return await this.#ask(first, deposit(this.#idOf(second), Number(third)));
      case "withdraw":
        return await this.#ask(first, withdrawal(this.#idOf(second), Number(third)));
      case "decide":
        return await this.#decide(first, withdrawal(this.#idOf(second), Number(third)));
      case "query":
        return await this.#ask(first, query);
      default:
        throw new TypeError(`no story knows the command ${verb}`);
    }
  }

  /** Ends what was started, and removes the folder. */
  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all([...this.#branches.keys()].map((id) => this.#end(id, "SIGKILL")));
    this.#folder[Symbol.dispose]();
  }

  #found(count: number, balance: number): Outcome {
    const listeners = Array.from(
      { length: count },
      () => Deno.listen({ hostname: "127.0.0.1", port: 0 }),
    );
    this.#addresses = listeners.map(({ addr }) => `127.0.0.1:${addr.port}`);
    for (const listener of listeners) listener.close();
    const records = this.#addresses.map((address, index) => (
      { id: index + 1, type: "branch", balance, address }
    ));
    this.#folder.write("bank.json", JSON.stringify(records));
    this.#folder.write("secret.txt", secret);
    return done;
  }

  async #start(id: string): Promise<Outcome> {
    const args = ["--bank", "bank.json", "--secret", "secret.txt", "--id", id];
    const data = ["--data", `branch-${id}.journal`, "--log-level", "error"];
    const child = start("branch", [...args, ...data], { folder: this.#folder });
    const lines = child.stdout.pipeThrough(new TextDecoderStream()).getReader();
    const { value } = await lines.read();
    if (value === undefined) return await ended(child);
    this.#branches.set(id, { child, stderr: new Response(child.stderr).text() });
    return { ...done, stdout: value };
  }

  async #end(id: string, signal?: "SIGTERM" | "SIGKILL"): Promise<Outcome> {
    const branch = this.#branches.get(id);
    if (branch === undefined) throw new TypeError(`branch ${id} was not started`);
    this.#branches.delete(id);
    if (signal !== undefined) branch.child.kill(signal);
    const { code } = await branch.child.status;
    // That of a branch that was killed says nothing.
    return { code: signal === "SIGKILL" ? 0 : code, stdout: "", stderr: await branch.stderr };
  }

  /** A journal is its file and, while it is open or after a crash, SQLite's beside it. */
  #eachFile(id: string, act: (path: string) => void): void {
    const names = this.#folder.names().map((name) => name.replace(/\.copy$/, ""));
    for (const name of new Set(names)) {
      if (name.startsWith(`branch-${id}.journal`)) act(this.#folder.at(name));
    }
  }

  /** The same name is the same id, made when it is first used. */
  #idOf(name: string): string {
    const id = this.#ids.get(name) ?? commandIdPrefix(Date.now()) + name;
    this.#ids.set(name, id);
    return id;
  }

  /** Asks again and again: a peer that is back is taken for away until it has answered. */
  async #decide(id: string, command: Command): Promise<Outcome> {
    const deadline = AbortSignal.timeout(decideMs);
    for (;;) {
      const outcome = await this.#ask(id, command);
      if (outcome.stdout !== `${undecided}\n` || deadline.aborted) return outcome;
    }
  }

  async #ask(id: string, command: Command): Promise<Outcome> {
    const counter = branch(Number(id));
    const address = this.#addresses[counter - 1] ?? "";
    const { path, request } = sealCall(command, { branch: counter, session: this.#seen });
    try {
      const response = await this.#teller.call({ address, path, request: request.slice() });
      const { result, session } = openResponse(command, response);
      this.#seen = session;
      return { ...done, stdout: `${said(result)}\n` };
    } catch (error) {
      return { code: 1, stdout: "", stderr: `${error instanceof Error ? error.message : error}\n` };
    }
  }
}

const undecided = "nothing is decided: ask again";

function said(result: ReturnType<typeof openResponse>["result"]): string {
  if (result.kind === "balance") return `the balance is ${result.balance}`;
  if (result.kind === "refused") return `refused: ${result.refusal}`;
  if (result.kind === "unavailable") return undecided;
  return `done, at ${result.branches} ${result.branches === 1 ? "branch" : "branches"}`;
}
