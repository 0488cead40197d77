import { type Seen, seenIn } from "./keep_calling.ts";
import { carryOut, endless, LoadClient } from "./load.ts";
import { RealBank, secret } from "./real_bank.ts";
import { here, ServerProcess, serving } from "./server.ts";
import { print, spreadOf, spreadText } from "./spread.ts";

/** What is done to a branch. */
export const attackNames = [
  "a peer that reads nothing",
  "a peer that sends garbage",
  "a caller that floods with garbage",
  "1,000 connections",
  "1,000 open calls",
] as const;

/** One of them. */
export type Attack = typeof attackNames[number];

/** What a hostile client is told. */
export interface Harm {
  readonly address: string;
  readonly secret: string;
  readonly attack: Attack;
  readonly durationMs: number;
}

/** How often each attack is made, and how long a customer is watched each time. */
export interface HostileTimes {
  readonly rounds: number;
  readonly warmUpMs: number;
  readonly durationMs: number;
  /** How many commands the bank has executed before. */
  readonly past: number;
}

/** What a customer saw before an attack and during it, and what the branch holds in MiB. */
export interface Endured {
  readonly before: Seen;
  readonly during: Seen;
  readonly heldBefore: number;
  readonly heldAfter: number;
  /** How often the attacker was answered what. */
  readonly answers: Readonly<Record<string, number>>;
}

/** What all rounds of an attack showed. */
export interface Endurance {
  readonly attack: Attack;
  readonly rounds: readonly Endured[];
}

/** Tells the memory that a server holds, in MiB. */
type HeldBy = (server: ServerProcess) => number;

/**
 * Measures what a customer with 16 deposits in flight sees of it that somebody attacks the branch
 * that it turns to. The attacker has the secret of the bank, as a customer or a branch that was taken
 * over would.
 */
export async function* measureHostile(
  folder: string,
  { rounds: count, ...times }: HostileTimes,
  heldBy: HeldBy = ({ residentMiB }) => residentMiB,
): AsyncGenerator<Endurance> {
  for (const attack of attackNames) {
    const rounds: Endured[] = [];
    for (let round = 0; round < count; round++) {
      rounds.push(await endure(folder, { ...times, attack, heldBy }));
    }
    yield { attack, rounds };
  }
}

async function endure(
  folder: string,
  { attack, heldBy, warmUpMs, durationMs, past }: Omit<HostileTimes, "rounds"> & {
    readonly attack: Attack;
    readonly heldBy: HeldBy;
  },
): Promise<Endured> {
  await using bank = new RealBank(folder);
  const [branch] = await bank.startAll();
  const [address] = bank.addresses;
  if (branch === undefined || address === undefined) throw new TypeError("a bank has a branch");
  const asked = { addresses: [address], branches: [1], secret, action: "deposit" } as const;
  // Old records for whoever fetches, and a branch that is warm.
  const many = { ...asked, commands: 500, inFlight: 4, warmUpMs: 0, durationMs: endless };
  await carryOut({ ...many, commandsMax: past });
  await using customer = new LoadClient({ ...asked, commands: 1, inFlight: 16 });
  const watch = async () => {
    await customer.take({ durationMs: warmUpMs, commandsMax: endless });
    return seenIn(await customer.take({ durationMs, commandsMax: endless }), 1);
  };
  const before = await watch();
  const heldBefore = heldBy(branch);
  const harm: Harm = { address, secret, attack, durationMs: warmUpMs + durationMs };
  const args = [...serving, here("hostile_client.ts"), JSON.stringify(harm)];
  await using attacker = new ServerProcess(args, folder);
  await attacker.line();
  const during = await watch();
  const answers = JSON.parse(await attacker.line());
  return { before, during, heldBefore, heldAfter: heldBy(branch), answers };
}

/** Prints what was measured. */
export function reportHostile({ attack, rounds }: Endurance): void {
  print(attack);
  const of = (pick: (round: Endured) => number, digits = 0) =>
    spreadText(spreadOf(rounds.map(pick)), digits);
  const before = of(({ before }) => before.perSecond);
  print(`  deposits a second    ${before} before, ${of(({ during }) => during.perSecond)} during`);
  const late = of(({ before }) => before.late99Ms, 1);
  print(`  99th percentile, ms  ${late} before, ${of(({ during }) => during.late99Ms, 1)} during`);
  const held = of(({ heldBefore }) => heldBefore);
  print(`  the branch, MiB      ${held} before, ${of(({ heldAfter }) => heldAfter)} after`);
  const [{ answers = {} } = {}] = rounds;
  const told = Object.entries(answers).map(([answer, count]) => `${answer} ${count}`).join(", ");
  print(`  the attacker got     ${told} in the first round`);
}
