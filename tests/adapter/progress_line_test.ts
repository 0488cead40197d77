import { assertEquals, assertLessOrEqual } from "@std/assert";
import { ProgressLine, type ProgressTerminal } from "../../lib/adapter/progress_line.ts";

/** A terminal that keeps what is written to it, in a time that goes by as the test says. */
class FalseTerminal implements ProgressTerminal {
  hasStyle = false;
  columnCount = 80;
  readonly written: string[] = [];
  readonly #turns = new Map<() => void, number>();
  #nowMs = 5_000;

  columns(): number {
    return this.columnCount;
  }

  write(text: string): void {
    this.written.push(text);
  }

  nowMs(): number {
    return this.#nowMs;
  }

  every(ms: number, turn: () => void): () => void {
    this.#turns.set(turn, ms);
    return () => void this.#turns.delete(turn);
  }

  pass(ms: number): void {
    for (const end = this.#nowMs + ms; this.#nowMs < end;) {
      this.#nowMs += 1;
      for (const [turn, between] of this.#turns) if (this.#nowMs % between === 0) turn();
    }
  }

  /** What was written since this was last asked. */
  take(): readonly string[] {
    return this.written.splice(0);
  }
}

const clear = "\r\x1b[K";
const progress = { phase: 1, phases: 2, done: 10, commands: 40 };

function painted(line: string): string {
  return `\r${line}\x1b[K`;
}

Deno.test("ProgressLine shows nothing of a run that takes less than a second", () => {
  const terminal = new FalseTerminal();
  const line = new ProgressLine(terminal);
  terminal.pass(500);
  line.tell(progress);
  terminal.pass(499);
  line.clear();
  line[Symbol.dispose]();
  assertEquals(terminal.take(), []);
});

Deno.test("ProgressLine shows how far a run has come once it has taken a second", () => {
  const terminal = new FalseTerminal();
  using line = new ProgressLine(terminal);
  line.tell(progress);
  terminal.pass(1_000);
  assertEquals(terminal.take(), [painted("phase 1 of 2: 10 of 40 commands, 10 a second")]);
  line.tell({ ...progress, phase: 2, done: 33 });
  terminal.pass(100);
  assertEquals(terminal.take(), [painted("phase 2 of 2: 33 of 40 commands, 30 a second")]);
});

Deno.test("ProgressLine shows also that nothing has been told yet", () => {
  const terminal = new FalseTerminal();
  using _line = new ProgressLine(terminal);
  terminal.pass(5_000);
  assertEquals(terminal.take(), [painted("waiting for the branches")]);
});

Deno.test("ProgressLine writes at most ten times a second, however often it is told", () => {
  const terminal = new FalseTerminal();
  using line = new ProgressLine(terminal);
  terminal.pass(1_000);
  terminal.take();
  for (let done = 0; done < 1_000; done++) {
    line.tell({ ...progress, done, commands: 5_000 });
    terminal.pass(1);
  }
  const { length } = terminal.take();
  assertLessOrEqual(length, 10);
  assertEquals(length > 1, true);
});

Deno.test("ProgressLine goes on while nothing is told, and writes only what has changed", () => {
  const terminal = new FalseTerminal();
  using line = new ProgressLine(terminal);
  line.tell(progress);
  terminal.pass(1_000);
  terminal.take();
  terminal.pass(4_000);
  const rates = terminal.take().map((text) => /[\d.]+(?= a second)/.exec(text)?.[0]);
  assertEquals([rates[0], rates.at(-1)], ["9.1", "2.0"]);
  assertEquals(new Set(rates).size, rates.length);
});

Deno.test("ProgressLine makes way for what else is printed, and comes back", () => {
  const terminal = new FalseTerminal();
  using line = new ProgressLine(terminal);
  terminal.pass(1_000);
  const shown = terminal.take();
  line.clear();
  line.clear();
  assertEquals(terminal.take(), [clear]);
  terminal.pass(100);
  assertEquals(terminal.take(), shown);
});

Deno.test("ProgressLine is gone when it is disposed of, and stays away", () => {
  const terminal = new FalseTerminal();
  const line = new ProgressLine(terminal);
  terminal.pass(1_000);
  terminal.take();
  line[Symbol.dispose]();
  assertEquals(terminal.take(), [clear]);
  line.tell(progress);
  terminal.pass(2_000);
  line.clear();
  assertEquals(terminal.take(), []);
});

Deno.test("ProgressLine fits the terminal, also after its size has changed", () => {
  const terminal = new FalseTerminal();
  using line = new ProgressLine(terminal);
  line.tell({ phase: 2, phases: 2, done: 5, commands: 5 });
  terminal.columnCount = 12;
  terminal.pass(1_000);
  terminal.columnCount = 20;
  terminal.pass(100);
  assertEquals(terminal.take(), [painted("waiting for"), painted("waiting for the bra")]);
});

Deno.test("ProgressLine is dim, and without any style where that is not wanted", () => {
  const terminal = new FalseTerminal();
  terminal.hasStyle = true;
  using _line = new ProgressLine(terminal);
  terminal.pass(1_000);
  assertEquals(terminal.take(), ["\r\x1b[2mwaiting for the branches\x1b[22m\x1b[K"]);
});
