import type { Seen } from "../keep_calling.ts";
import { print, spreadOf, spreadText } from "../spread.ts";
import { bank } from "./bank.ts";
import { etcd } from "./etcd.ts";
import type { Guarantees, Line, Peer, Place, System } from "./peer.ts";
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

/** A line, as it was measured with so many in flight. */
interface Measurement {
  readonly system: string;
  readonly line: Line;
  readonly inFlight: number;
  readonly seen: Seen;
}

/** A line, measured with so many in flight, once a round. */
export interface MeasuredLine extends Omit<Measurement, "seen"> {
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
 * Each round starts them one after the other, each with nothing in it and the machine to itself.
 */
export async function measurePeers(plan: PeersPlan): Promise<Comparison> {
  // A server with another user's rights has to get to what is its own.
  Deno.chmodSync(plan.folder, 0o711);
  const missing = new Set<Peer>();
  const rounds: (readonly Measurement[])[] = [];
  for (let count = 0; count < plan.rounds; count++) {
    const round = [...await measureSystem(bank, plan) ?? []];
    for (const peer of peers) {
      const measured = await measureSystem(peer, plan);
      if (measured === undefined) missing.add(peer);
      else round.push(...measured);
    }
    rounds.push(round);
  }
  const measured = (rounds[0] ?? []).map(({ seen: _, ...what }, at) => (
    { ...what, rounds: rounds.flatMap((round) => round[at]?.seen ?? []) }
  ));
  return { measured, missing: [...missing] };
}

async function measureSystem(
  { name: system, start }: System,
  { folder: parent, root, warmUpMs, durationMs, signal }: PeersPlan,
): Promise<readonly Measurement[] | undefined> {
  signal.throwIfAborted();
  const folder = `${parent}/${crypto.randomUUID()}`;
  Deno.mkdirSync(folder, { mode: 0o711 });
  const measured: Measurement[] = [];
  try {
    await using running = await start({ folder, root });
    if (running === undefined) return undefined;
    for (const line of running.lines) {
      for (const inFlight of line.inFlight) {
        const late = AbortSignal.timeout(warmUpMs + durationMs + graceMs);
        const pace = { inFlight, warmUpMs, durationMs, signal: AbortSignal.any([signal, late]) };
        measured.push({ system, line, inFlight, seen: await line.measure(pace) });
      }
    }
  } finally {
    Deno.removeSync(folder, { recursive: true });
  }
  return measured;
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
