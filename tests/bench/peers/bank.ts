import { carryOut, endless, type Load } from "../load.ts";
import { RealBank, secret } from "../real_bank.ts";
import type { Guarantees, Line, Pace, Running } from "./peer.ts";

const guarantees: Guarantees = {
  durable: "synced to the disks of all three branches; one out of reach is not waited for",
  retry: "the same command id has the same outcome, and counts once",
  history: "every entry is kept, with its command id",
  belowZero: "never; a branch pays out of its allowance without asking anyone",
  partition: "every side goes on, and pays out what allowance its branches hold",
};

/** Starts a bank of three branches, of which the first is asked. */
export async function startBank(folder: string): Promise<Running> {
  await using stack = new AsyncDisposableStack();
  const bank = stack.use(new RealBank(folder));
  await bank.startAll();
  const line = (name: string, { commands, inFlight }: {
    readonly commands: number;
    readonly inFlight: readonly number[];
  }): Line => ({
    name,
    inFlight,
    guarantees,
    measure: ({ signal, ...pace }: Pace) => {
      const [address = ""] = bank.addresses;
      const asked = { addresses: [address], branches: [1], secret, action: "deposit" } as const;
      const load: Load = { ...asked, ...pace, commands, commandsMax: endless };
      return carryOut(load, signal);
    },
  });
  const started = stack.move();
  return {
    lines: [
      line("deposit", { commands: 1, inFlight: [1, 64] }),
      line("Execute with 500 deposits", { commands: 500, inFlight: [4] }),
    ],
    [Symbol.asyncDispose]: () => started.disposeAsync(),
  };
}
