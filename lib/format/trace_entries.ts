import type { TraceEvent } from "./trace.ts";
import { numberOf } from "./trace_knowledge.ts";
import type { GrantEntry, KnownEntries, WriteEntry } from "./trace_message.ts";

/** An entry of a log, as some event of a trace tells it. */
export interface ToldEntry {
  readonly origin: number;
  readonly sequence: number;
  readonly entry: WriteEntry | GrantEntry;
  readonly event: TraceEvent;
}

/** Gives the entries that an event tells: those that it makes count at its branch. */
export function entriesOf(event: TraceEvent): readonly ToldEntry[] {
  switch (event.event) {
    case "executed": {
      const { action, command, amount, sequence } = event;
      const entry = { action, command, amount };
      return [{ origin: numberOf(event.by), sequence, entry, event }];
    }
    case "granted": {
      const { claim, to, amount, sequence } = event;
      const entry = { action: "grant", claim, to, amount } as const;
      return [{ origin: numberOf(event.by), sequence, entry, event }];
    }
    case "applied":
    case "found":
      return event.entries.map((entry, index) => (
        { origin: event.origin, sequence: event.first + index, entry, event }
      ));
    default:
      return [];
  }
}

/** Tells by how much an entry changes the balance of the account. */
export function changeOf(entry: WriteEntry | GrantEntry): number {
  if (entry.action === "grant") return 0;
  return entry.action === "deposit" ? entry.amount : -entry.amount;
}

/** The entries of all logs that a trace tells of, and what they add up to. */
export class TraceEntries {
  readonly #logs = new Map<number, Map<number, ToldEntry>>();
  /** Of each log, what its entries add up to, up to each sequence that is told. */
  readonly #sums = new Map<number, ReadonlyMap<number, number>>();
  readonly #all: readonly ToldEntry[];
  /** What is told otherwise than it was told first: nothing, if all is well. */
  readonly contradictions: readonly ToldEntry[];

  /** Takes the entries that events tell. */
  constructor(events: readonly TraceEvent[]) {
    this.contradictions = events.flatMap(entriesOf).filter((told) => !this.#put(told));
    this.#all = this.#inOrder();
    for (const [origin, log] of this.#logs) this.#sums.set(origin, summed(log));
  }

  /** Gives an entry, as it was told first. */
  at(origin: number, sequence: number): ToldEntry | undefined {
    return this.#logs.get(origin)?.get(sequence);
  }

  /** Gives all entries of all logs, log by log, each in its order. */
  all(): readonly ToldEntry[] {
    return this.#all;
  }

  #inOrder(): readonly ToldEntry[] {
    const logs = [...this.#logs].sort(([left], [right]) => left - right);
    return logs.flatMap(([, log]) => (
      [...log.values()].sort((left, right) => left.sequence - right.sequence)
    ));
  }

  /** Gives the entries that `known` has beyond `base`, as far as they are told. */
  within(base: KnownEntries, known: KnownEntries): readonly ToldEntry[] {
    return this.all().filter(({ origin, sequence }) => (
      sequence > (base[origin] ?? 0) && sequence <= (known[origin] ?? 0)
    ));
  }

  /**
   * Tells by how much the balance of who has `known` differs from that of who has `base`, or
   * nothing if some entry in between is not told.
   */
  change(base: KnownEntries, known: KnownEntries): number | undefined {
    let change = 0;
    for (const origin of Object.keys({ ...base, ...known })) {
      const [from, to] = [base[origin] ?? 0, known[origin] ?? 0];
      if (from === to) continue;
      const sums = this.#sums.get(Number(origin));
      const [before, after] = [sums?.get(from), sums?.get(to)];
      if (before === undefined || after === undefined) return undefined;
      change += after - before;
    }
    return change;
  }

  /** Tells whether an entry is new, or the same as it was told before. */
  #put(told: ToldEntry): boolean {
    const { origin, sequence } = told;
    const log = this.#logs.get(origin) ?? new Map<number, ToldEntry>();
    this.#logs.set(origin, log);
    const first = log.get(sequence);
    if (first === undefined) log.set(sequence, told);
    return first === undefined || isSame(first.entry, told.entry);
  }
}

function isSame(left: WriteEntry | GrantEntry, right: WriteEntry | GrantEntry): boolean {
  if (left.action !== right.action || left.amount !== right.amount) return false;
  if (left.action === "grant") {
    return right.action === "grant" && left.claim === right.claim && left.to === right.to;
  }
  return right.action !== "grant" && left.command === right.command;
}

/** Adds up a log from its first entry that is told, as far as there is no gap. */
function summed(log: ReadonlyMap<number, ToldEntry>): ReadonlyMap<number, number> {
  const first = log.keys().reduce((least, sequence) => Math.min(least, sequence), Infinity);
  let sum = 0;
  const sums = new Map([[first - 1, sum]]);
  for (let sequence = first;; sequence++) {
    const told = log.get(sequence);
    if (told === undefined) return sums;
    sum += changeOf(told.entry);
    sums.set(sequence, sum);
  }
}
