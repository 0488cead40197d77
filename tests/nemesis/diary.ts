/** How many of the latest lines are kept at hand. */
const latestMax = 25;

/** Writes down what a nemesis does, and when, in milliseconds since it began. */
export class Diary {
  readonly #file: Deno.FsFile;
  readonly #latest: string[] = [];
  readonly #began = performance.now();
  /** How often each kind of thing was done. */
  readonly counts = new Map<string, number>();

  /** Begins a file. */
  constructor(path: string) {
    this.#file = Deno.openSync(path, { create: true, append: true });
  }

  /** Its last lines. */
  get latest(): readonly string[] {
    return this.#latest;
  }

  /** Adds a line. */
  note(line: string): void {
    const at = String(Math.round(performance.now() - this.#began)).padStart(7);
    const text = `${at} ${line}`;
    this.#file.writeSync(new TextEncoder().encode(`${text}\n`));
    this.#latest.push(text);
    if (this.#latest.length > latestMax) this.#latest.shift();
  }

  /** Counts a thing that was done. */
  count(kind: string): void {
    this.counts.set(kind, (this.counts.get(kind) ?? 0) + 1);
  }

  /** Closes the file. */
  close(): void {
    this.#file.close();
  }
}
