import { carryOut, endless, type Load, type Seen } from "./load.ts";
import { RealBank, secret } from "./real_bank.ts";
import { here, ServerProcess, serving } from "./server.ts";
import { print, spreadOf, spreadText } from "./spread.ts";

/** How long each load lasts, and how often bank and yardstick take turns. */
export interface LoadTimes {
  readonly rounds: number;
  readonly warmUpMs: number;
  readonly durationMs: number;
}

/** What is asked of a bank of three branches; of how many of them, and how. */
interface Row extends Pick<Load, "action" | "commands" | "inFlight"> {
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
  const { warmUpMs, durationMs } = times;
  for (const { name, branches, ...row } of rows) {
    const load = { ...row, secret, warmUpMs, durationMs, commandsMax: endless };
    const ids = Array.from({ length: branches }, (_, index) => index + 1);
    const rounds: { echo: Seen; bank: Seen }[] = [];
    for (let round = 0; round < times.rounds; round++) {
      rounds.push({
        echo: await carryOut({ ...load, addresses: [echoAddress], branches: [1] }),
        bank: await carryOut({
          ...load,
          addresses: bank.addresses.slice(0, branches),
          branches: ids,
        }),
      });
    }
    yield { name, rounds };
  }
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
