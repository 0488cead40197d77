import type { Seen } from "./keep_calling.ts";
import { carryOut, endless } from "./load.ts";
import { NatsCluster } from "./nats_cluster.ts";
import { loopbackBytes } from "./proc.ts";
import { RealBank, secret } from "./real_bank.ts";
import { print, type Spread, spreadOf, spreadText } from "./spread.ts";

/** What a write costs. */
interface Cost extends Pick<Seen, "perSecond" | "medianMs"> {
  /** Of the processors, in all branch processes and servers, in microseconds. */
  readonly cpu: number;
  /** Of that, in the first branch, which is asked, maybe beside others. */
  readonly askedCpu: number;
  /** Of that, in the servers that carry entries. */
  readonly carriersCpu: number;
  /** On the loopback device, the client's call included. */
  readonly bytes: number;
}

/** The writes that are measured: at one branch, and spread over all of them. */
const loads = { "at one": 1, "at all": Infinity } as const;

const counts = [3, 8, 16, 32];

/**
 * Measures what a deposit costs in banks of more and more branches, with each branch calling each
 * other one, and with entries over three servers of NATS that keep a stream together.
 */
export async function benchCarriers(folder: string, rounds: number): Promise<void> {
  if (!NatsCluster.isInstalled) {
    return print("nats-server is not installed (on Debian: apt-get install nats-server)");
  }
  print("deposits, 64 in flight, each at all branches before it is answered");
  for (const count of counts) {
    for (const load of ["at one", "at all"] as const) {
      const mesh: Cost[] = [];
      const nats: Cost[] = [];
      for (let round = 0; round < rounds; round++) {
        mesh.push(await costOf(folder, { count, load }));
        await using cluster = await NatsCluster.start(folder);
        nats.push(await costOf(folder, { count, load, cluster }));
      }
      report(`${count} branches, ${load}, mesh`, mesh);
      report(`${count} branches, ${load}, NATS`, nats);
    }
  }
}

async function costOf(
  folder: string,
  { count, load, cluster }: {
    readonly count: number;
    readonly load: keyof typeof loads;
    readonly cluster?: NatsCluster;
  },
): Promise<Cost> {
  await using bank = new RealBank(folder, { count, nats: cluster?.url });
  const processes = await bank.startAll();
  const addresses = bank.addresses.slice(0, loads[load]);
  const calls = {
    ...{ addresses, branches: addresses.map((_, index) => index + 1), secret },
    ...{ action: "deposit", commands: 1, inFlight: 64, commandsMax: endless } as const,
    ...{ warmUpMs: 0, durationMs: 4_000 },
  };
  await carryOut(calls);
  const used = () => processes.reduce((sum, process) => sum + process.cpuMs, 0);
  const asked = () => processes[0]?.cpuMs ?? 0;
  const before = {
    cpu: used(),
    asked: asked(),
    carriers: cluster?.cpuMs ?? 0,
    bytes: loopbackBytes(),
  };
  const { commands, perSecond, medianMs } = await carryOut(calls);
  const carriersCpu = 1_000 * ((cluster?.cpuMs ?? 0) - before.carriers) / commands;
  return {
    ...{ perSecond, medianMs, carriersCpu },
    askedCpu: 1_000 * (asked() - before.asked) / commands,
    cpu: 1_000 * (used() - before.cpu) / commands + carriersCpu,
    bytes: (loopbackBytes() - before.bytes) / commands,
  };
}

function report(what: string, costs: readonly Cost[]): void {
  const spread = (of: (cost: Cost) => number): Spread => spreadOf(costs.map(of));
  print(
    `  ${what.padEnd(30)} ${spreadText(spread(({ perSecond }) => perSecond))} a second, ` +
      `${spreadText(spread(({ medianMs }) => medianMs), 1)} ms, ` +
      `${spreadText(spread(({ cpu }) => cpu))} µs of CPU, ` +
      `of which the first branch ${spreadText(spread(({ askedCpu }) => askedCpu))}, ` +
      `servers ${spreadText(spread(({ carriersCpu }) => carriersCpu))}, ` +
      `${spreadText(spread(({ bytes }) => bytes))} bytes`,
  );
}
