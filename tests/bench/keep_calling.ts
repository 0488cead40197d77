/** Makes a call, and says when it is done. */
export type Call = (done: (error: Error | null) => void) => void;

/** How calls are made. */
export interface Calling {
  readonly inFlight: number;
  /** Whether no more are to be made after so long, and with so many made. */
  isOver(ms: number, calls: number): boolean;
}

/** How long each call took that was kept in flight, and all together, in milliseconds. */
export interface Kept {
  readonly latenciesMs: readonly number[];
  readonly ms: number;
}

/** What calls show together. */
export interface Seen {
  readonly commands: number;
  /** Commands, not calls. */
  readonly perSecond: number;
  /** Of a call. */
  readonly medianMs: number;
  readonly late99Ms: number;
}

/** Keeps calls in flight until it is over, and tells how long they took. */
export function keepCalling(call: Call, { inFlight, isOver }: Calling): Promise<Kept> {
  const latencies: number[] = [];
  const began = performance.now();
  let open = 0;
  return new Promise((resolve, reject) => {
    const next = () => {
      const started = performance.now();
      if (isOver(started - began, latencies.length + open)) {
        if (open === 0) resolve({ latenciesMs: latencies, ms: started - began });
        return;
      }
      open += 1;
      call((error) => {
        open -= 1;
        if (error !== null) return reject(error);
        latencies.push(performance.now() - started);
        next();
      });
    };
    for (let count = 0; count < inFlight; count++) next();
  });
}

/** Tells what calls with so many commands each show together. */
export function seenIn({ latenciesMs, ms }: Kept, commands: number): Seen {
  const sorted = Float64Array.from(latenciesMs).sort();
  const at = (share: number) => sorted[Math.floor(share * (sorted.length - 1))] ?? NaN;
  return {
    commands: latenciesMs.length * commands,
    perSecond: latenciesMs.length * commands / (ms / 1_000),
    medianMs: at(0.5),
    late99Ms: at(0.99),
  };
}
