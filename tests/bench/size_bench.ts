import type { Seen } from "./keep_calling.ts";
import { carryOut, endless, type Load } from "./load.ts";
import { RealBank, secret } from "./real_bank.ts";
import { print } from "./spread.ts";

/** What is asked of the first branch of a bank. */
function loadOf(bank: RealBank, load: Pick<Load, "commands" | "commandsMax" | "inFlight">): Load {
  return {
    ...load,
    ...{ addresses: bank.addresses.slice(0, 1), branches: [1], secret, action: "deposit" },
    ...{ warmUpMs: 0, durationMs: endless },
  };
}

const batches = { commands: 500, inFlight: 4 } as const;

/** Measures what branches hold in memory: at rest, and after more and more commands. */
export async function benchMemory(folder: string): Promise<void> {
  await using bank = new RealBank(folder);
  const processes = await bank.startAll();
  print("memory, MiB at each of three branches");
  for (const commandsMax of [0, 250_000, 250_000, 500_000, 1_000_000]) {
    if (commandsMax > 0) await carryOut(loadOf(bank, { ...batches, commandsMax }));
    const held = processes.map((process) => process.residentMiB.toFixed(0)).join(", ");
    const when = commandsMax === 0 ? "at rest" : `after ${commandsMax.toLocaleString("en")} more`;
    print(`  ${when.padEnd(22)} ${held}`);
  }
}

/**
 * Measures what commands cost that say that they were made long ago, so that the journal is asked
 * about each: them, and others beside them.
 */
export async function benchRecall(folder: string): Promise<void> {
  await using bank = new RealBank(folder);
  await bank.startAll();
  const begunMs = Date.now();
  await carryOut(loadOf(bank, { ...batches, commandsMax: 600_000 }));
  const tookMs = Date.now() - begunMs;
  // In turns from one generation and from another, so that what was read last is of no use.
  const madeMs = [0.1, 0.4].map((share) => Math.round(begunMs + share * tookMs));
  const singles = { ...loadOf(bank, { commands: 1, commandsMax: endless, inFlight: 1 }) };
  const old = { ...singles, madeMs, durationMs: 5_000 };
  const young = { ...singles, inFlight: 64, warmUpMs: 2_000, durationMs: 5_000 };
  const tell = (what: string, { perSecond, medianMs, late99Ms }: Seen) =>
    print(
      `  ${what.padEnd(36)} ${perSecond.toFixed(0)} a second, median ${medianMs.toFixed(1)} ms, ` +
        `99th percentile ${late99Ms.toFixed(1)} ms`,
    );
  print("commands that the journal has to be asked about, of 600,000 before");
  tell("one at a time", await carryOut(old));
  tell("64 new ones in flight, alone", await carryOut(young));
  const hostile = carryOut({ ...old, inFlight: 8, durationMs: 9_000 });
  tell("64 new ones in flight, beside 8 old", await carryOut(young));
  tell("the 8 old ones in flight", await hostile);
}

/** Measures what a deposit costs all branches together, in banks of more and more branches. */
export async function benchGrowth(folder: string): Promise<void> {
  print("cost of a deposit in all branch processes together, 64 in flight at one of them");
  for (const count of [1, 2, 4, 8, 16, 32]) {
    await using bank = new RealBank(folder, { count });
    const processes = await bank.startAll();
    const load = { ...loadOf(bank, { commands: 1, inFlight: 64, commandsMax: endless }) };
    const times = { warmUpMs: 0, durationMs: 3_000 };
    await carryOut({ ...load, ...times });
    const used = () => processes.reduce((sum, process) => sum + process.cpuMs, 0);
    const before = used();
    const { commands, perSecond } = await carryOut({ ...load, ...times });
    const microseconds = 1_000 * (used() - before) / commands;
    const cost = `${microseconds.toFixed(0)} µs of CPU`;
    print(`  ${String(count).padStart(2)} branches: ${cost}, ${perSecond.toFixed(0)} a second`);
  }
}

/** Measures how long a branch takes to fetch what it has missed. */
export async function benchCatchUp(folder: string): Promise<void> {
  await using bank = new RealBank(folder, { count: 3 });
  const [, , late] = await bank.startAll();
  // A branch with a new journal serves when it has heard from all others; so each is asked once.
  const once = loadOf(bank, { commands: 1, commandsMax: 1, inFlight: 1 });
  await Promise.all(
    bank.addresses.map((address, index) =>
      carryOut({ ...once, addresses: [address], branches: [index + 1] })
    ),
  );
  await late?.[Symbol.asyncDispose]();
  const commandsMax = 100_000;
  await carryOut(loadOf(bank, { ...batches, commandsMax }));
  const started = performance.now();
  await bank.start(3);
  const listens = performance.now();
  const session = { 1: commandsMax };
  await carryOut({ ...once, addresses: bank.addresses.slice(2), branches: [3], session });
  const done = performance.now();
  print(`a branch that missed ${commandsMax.toLocaleString("en")} entries`);
  print(`  listens after ${(listens - started).toFixed(0)} ms`);
  print(
    `  has answered a deposit that follows them all after ${
      (done - started).toFixed(0)
    } ms, its client's start included`,
  );
}
