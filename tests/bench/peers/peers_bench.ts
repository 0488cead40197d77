import type { Seen } from "../load.ts";
import { print, spreadOf, spreadText } from "../spread.ts";
import { startBank } from "./bank.ts";
import { etcd } from "./etcd.ts";
import type { Guarantees, Line, Peer, Place, Running } from "./peer.ts";
import { postgres } from "./postgres.ts";
import { redis } from "./redis.ts";

/** The systems that one could choose instead of a bank. */
export const peers: readonly Peer[] = [etcd, redis, postgres];

/** Where, how often and how long is measured. */
export interface PeersPlan extends Place {
  readonly rounds: number;
  readonly warmUpMs: number;
  readonly durationMs: number;
  /** Ends it before its time. */
  readonly signal: AbortSignal;
}

/** A line, measured with so many in flight, once a round. */
export interface MeasuredLine {
  readonly system: string;
  readonly line: Line;
  readonly inFlight: number;
  readonly rounds: readonly Seen[];
}

/** What was measured, and what could not be. */
export interface Comparison {
  readonly measured: readonly MeasuredLine[];
  readonly missing: readonly Peer[];
}

/** How much longer than it should a load may take. */
const graceMs = 30_000;

/**
 * Measures increments of one account at a bank and at the systems that are installed here.
 *
 * All of them run, and each round measures them one after the other: so the machine's moods meet
 * all of them.
 */
export async function measurePeers(plan: PeersPlan): Promise<Comparison> {
  await using stack = new AsyncDisposableStack();
  const running: { readonly name: string; readonly system: Running }[] = [];
  const missing: Peer[] = [];
  const start = async (name: string, starting: Promise<Running | undefined>) => {
    const system = await starting;
    if (system !== undefined) running.push({ name, system: stack.use(system) });
    return system !== undefined;
  };
  await start("the bank, three branches, one asked over grpc-js", startBank(plan.folder));
  for (const peer of peers) {
    plan.signal.throwIfAborted();
    if (!await start(peer.name, peer.start(plan))) missing.push(peer);
  }
  const measured = running.flatMap(({ name, system }) =>
    system.lines.flatMap((line) =>
      line.inFlight.map((inFlight) => ({ system: name, line, inFlight, rounds: [] as Seen[] }))
    )
  );
  for (let round = 0; round < plan.rounds; round++) {
    for (const { line, inFlight, rounds } of measured) {
      const { warmUpMs, durationMs } = plan;
      const late = AbortSignal.timeout(warmUpMs + durationMs + graceMs);
      const signal = AbortSignal.any([plan.signal, late]);
      rounds.push(await line.measure({ inFlight, warmUpMs, durationMs, signal }));
    }
  }
  return { measured, missing };
}

const promises = [
  ["durable", "durable"],
  ["retry", "sent again"],
  ["history", "history"],
  ["belowZero", "below zero"],
  ["partition", "partition"],
] as const;

/** Writes what was measured, each line with what it promises. */
export function comparisonText({ measured, missing }: Comparison): readonly string[] {
  const lines: string[] = [];
  for (const [at, { system, line, inFlight, rounds }] of measured.entries()) {
    const before = measured[at - 1];
    if (system !== before?.system) lines.push(system);
    if (line !== before?.line) lines.push(`  ${line.name}`, ...promisesOf(line.guarantees));
    const rate = spreadText(spreadOf(rounds.map(({ perSecond }) => perSecond)));
    const median = spreadText(spreadOf(rounds.map(({ medianMs }) => medianMs)), 2);
    lines.push(
      `    ${String(inFlight).padStart(2)} in flight: ${rate} a second, ${median} ms each`,
    );
  }
  return [
    ...lines,
    ...missing.map(({ name, debianPackage }) =>
      `${name}: not installed (Debian's ${debianPackage}), left out`
    ),
  ];
}

function promisesOf(guarantees: Guarantees): readonly string[] {
  return promises.map(([key, name]) => `    ${`${name}:`.padEnd(12)} ${guarantees[key]}`);
}

const signals = ["SIGINT", "SIGTERM"] as const;

/** Measures and prints that; a signal ends it, and what it has started. */
export async function benchPeers(folder: string, rounds: number): Promise<void> {
  const interrupted = new AbortController();
  const interrupt = () => interrupted.abort();
  for (const signal of signals) Deno.addSignalListener(signal, interrupt);
  try {
    const times = { rounds, warmUpMs: 2_000, durationMs: 4_000 };
    const plan = { folder, root: "/", ...times, signal: interrupted.signal };
    for (const line of comparisonText(await measurePeers(plan))) print(line);
  } catch (error) {
    // A terminal also interrupts clients, which then fail each in its own way.
    if (!interrupted.signal.aborted) throw error;
    print("interrupted; what was started has ended");
    Deno.exitCode = 130;
  } finally {
    for (const signal of signals) Deno.removeSignalListener(signal, interrupt);
  }
}
