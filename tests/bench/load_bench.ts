import { type Kept, type Seen, seenIn } from "./keep_calling.ts";
import { type Calls, endless, LoadClient } from "./load.ts";
import { RealBank, secret } from "./real_bank.ts";
import { here, ServerProcess, serving } from "./server.ts";
import { print, spreadOf, spreadText } from "./spread.ts";

/**
 * How often each load is measured, and in how many turns of bank and yardstick: what else the
 * machine does from one second to the next hits both alike where turns are short.
 */
export interface LoadTimes {
  readonly rounds: number;
  readonly turns: number;
  readonly turnMs: number;
  /** Turns of both before the first round, which do not count. */
  readonly warmUpTurns: number;
}

/** What is asked of a bank of three branches; of how many of them, and how. */
interface Row extends Pick<Calls, "action" | "commands" | "inFlight"> {
  readonly name: string;
  readonly branches: number;
}

const one = { action: "deposit", commands: 1, inFlight: 64, branches: 1 } as const;
const rows: readonly Row[] = [
  { ...one, name: "deposits, 64 in flight at one branch" },
  { ...one, name: "deposits, 64 in flight over three branches", branches: 3 },
  { ...one, name: "deposits, one at a time", inFlight: 1 },
  { ...one, name: "Execute with 500 deposits, 4 in flight", commands: 500, inFlight: 4 },
  { ...one, name: "withdrawals within the allowance, 64 in flight", action: "withdraw" },
];

/** A row, measured: in each round first the yardstick, then the bank. */
export interface Measured {
  readonly name: string;
  readonly rounds: readonly { readonly echo: Seen; readonly bank: Seen }[];
}

/**
 * Measures a bank of three branches under load, in turns with a server that only answers: the
 * same messages, the same client, one process, nothing written, nothing propagated.
 */
export async function* measureLoad(folder: string, times: LoadTimes): AsyncGenerator<Measured> {
  await using echo = new ServerProcess([...serving, here("echo_server.ts")], folder);
  const echoAddress = await echo.line();
  await using bank = new RealBank(folder);
  await bank.startAll();
  for (const { name, branches, ...row } of rows) {
    const asked = { ...row, secret };
    await using calling = new LoadClient({ ...asked, addresses: [echoAddress], branches: [1] });
    await using customer = new LoadClient({
      ...asked,
      addresses: bank.addresses.slice(0, branches),
      branches: Array.from({ length: branches }, (_, index) => index + 1),
    });
    const take = (turns: number) => inTurns([calling, customer], { ...times, turns });
    if (times.warmUpTurns > 0) await take(times.warmUpTurns);
    const rounds: { echo: Seen; bank: Seen }[] = [];
    for (let round = 0; round < times.rounds; round++) {
      const [echo, bank] = await take(times.turns);
      rounds.push({ echo: seenIn(echo, row.commands), bank: seenIn(bank, row.commands) });
    }
    yield { name, rounds };
  }
}

/** Lets two clients take so many turns each, and gives how long the calls of each took. */
async function inTurns(
  [one, other]: readonly [LoadClient, LoadClient],
  { turns, turnMs }: Pick<LoadTimes, "turns" | "turnMs">,
): Promise<readonly [Kept, Kept]> {
  const turn = { durationMs: turnMs, commandsMax: endless };
  let [ones, others]: [Kept, Kept] = [nothingKept, nothingKept];
  for (let count = 0; count < turns; count++) {
    ones = together(ones, await one.take(turn));
    others = together(others, await other.take(turn));
  }
  return [ones, others];
}

const nothingKept: Kept = { latenciesMs: [], ms: 0 };

function together(one: Kept, other: Kept): Kept {
  return { latenciesMs: [...one.latenciesMs, ...other.latenciesMs], ms: one.ms + other.ms };
}

/** Prints what was measured. */
export function reportLoad({ name, rounds }: Measured): void {
  print(name);
  const kinds = [
    ["commands a second", "perSecond", 0],
    ["median ms", "medianMs", 2],
    ["99th percentile ms", "late99Ms", 2],
  ] as const;
  for (const [what, key, digits] of kinds) {
    const of = (
      pick: (round: Measured["rounds"][number]) => number,
      precision = digits as number,
    ) => spreadText(spreadOf(rounds.map(pick)), precision).padEnd(26);
    const ratio = of(({ bank, echo }) => bank[key] / echo[key], 2).trim();
    const values = `${of(({ bank }) => bank[key])} echo ${of(({ echo }) => echo[key])}`;
    print(`  ${what.padEnd(19)} ${values} ratio ${ratio}`);
  }
}
