import { carryOut, endless } from "../load.ts";
import { RealBank, secret } from "../real_bank.ts";
import type { Guarantees, Line, Place, Running, System } from "./peer.ts";

const guarantees: Guarantees = {
  durable: "synced to the disks of all three branches; one out of reach is not waited for",
  retry: "the same command id has the same outcome, and counts once",
  history: "every entry is kept, with its command id",
  belowZero: "never; a branch pays out of its allowance without asking anyone",
  partition: "every side goes on, and pays out what allowance its branches hold",
};

/** What the others are measured beside: a bank of three branches. */
export const bank: System = {
  name: "the bank, three branches, one asked over grpc-js",
  async start({ folder }: Place): Promise<Running> {
    await using stack = new AsyncDisposableStack();
    const real = stack.use(new RealBank(folder));
    await real.startAll();
    const addresses = real.addresses.slice(0, 1);
    const asked = { addresses, branches: [1], secret, action: "deposit" } as const;
    const started = stack.move();
    const line = (name: string, commands: number, inFlight: readonly number[]): Line => ({
      ...{ name, inFlight, guarantees },
      measure: ({ signal, ...pace }) =>
        carryOut({ ...asked, ...pace, commands, commandsMax: endless }, signal),
    });
    return {
      lines: [line("deposit", 1, [1, 64]), line("Execute with 500 deposits", 500, [4])],
      [Symbol.asyncDispose]: () => started.disposeAsync(),
    };
  },
};
