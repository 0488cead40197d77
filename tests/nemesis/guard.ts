/**
 * Ends the processes of a nemesis that it leaves behind, also when it is killed itself.
 *
 * A branch that is started by hand lives on without whoever started it. So a shell, which hears
 * of each process that starts or ends, waits for the end of its standard input: that comes with
 * the end of the nemesis, whatever ends it. It ignores the signals of a terminal, which go to
 * all processes of a group. (In Deno this would need the permission to signal any process.)
 */
const script = [
  "trap '' INT TERM HUP; watched=;",
  "while read -r sign pid; do rest=;",
  'for one in $watched; do [ "$one" = "$pid" ] || rest="$rest $one"; done; watched=$rest;',
  '[ "$sign" = - ] || watched="$watched $pid";',
  "done;",
  'for one in $watched; do kill -9 "$one"; done 2> /dev/null',
].join(" ");

/** Watches over processes, and ends those that are left when this one has ended. */
export class Guard {
  readonly #shell: Deno.ChildProcess;
  readonly #input: WritableStreamDefaultWriter<Uint8Array>;

  /** Begins with none. */
  constructor() {
    this.#shell = new Deno.Command("sh", {
      args: ["-c", script],
      stdin: "piped",
      stdout: "null",
      stderr: "null",
    }).spawn();
    this.#input = this.#shell.stdin.getWriter();
  }

  /** Watches over a process, until it is said to have ended: its number may then be another's. */
  watch({ pid, status }: Deno.ChildProcess): void {
    this.#tell(`+ ${pid}`);
    void status.then(() => this.#tell(`- ${pid}`));
  }

  /** Ends all that it watches over, and itself. */
  async close(): Promise<void> {
    // A shell that is gone has done so already.
    await this.#input.close().catch(() => undefined);
    await this.#shell.status;
  }

  #tell(line: string): void {
    // After the end nothing is left to watch over.
    this.#input.write(new TextEncoder().encode(`${line}\n`)).catch(() => undefined);
  }
}
