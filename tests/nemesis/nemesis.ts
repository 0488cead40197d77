/**
 * Puts a bank of real processes under load, kills, stops and cuts, and then holds what customers
 * were told against what branches show and journals hold.
 *
 * The seed decides which faults happen, to whom and for how long, and what customers ask. It does
 * not decide what falls together with what: that is up to real processes and a real network, so
 * the same seed may find in one run what it does not find in the next.
 *
 * @module
 */
import {
  complain,
  exitCodes,
  ExitError,
  print,
  runProgram,
  versionLine,
} from "../../lib/adapter/program.ts";
import { readArguments } from "../../lib/format/arguments.ts";
import { Diary } from "./diary.ts";
import { type Finding, Ordeal, type OrdealPlan } from "./ordeal.ts";
import { failureText, summaryText } from "./summary.ts";

const help = `Puts a bank of real processes under load and faults, and judges it.

  deno task nemesis --minutes 10

  --minutes M     how long; each kind of fault happens at least once, also with 0
  --seed S        what happens; another one each time, unless it is given
  --branches N    how many branches; 3
  --customers N   how many customers; 6
  --lose-disks    branches also lose their journals, one at a time
  --propagation   branches reach each other over three servers of NATS, which are killed and stopped
  --help, --version

It needs SIGSTOP and a shell, and nats-server for --propagation. Exit code 0: all laws held; 1: one was broken, and the folder with the
journals and a diary is kept; 130, 143 or 129: a signal ended it, and nothing was judged.
`;

/** What the bank opens with: so little that a few withdrawals are all of it. */
const opening = 3_000;

const signals = { SIGINT: 130, SIGTERM: 143, SIGHUP: 129 } as const;

async function main(): Promise<number> {
  const options = readArguments(Deno.args, {
    values: { minutes: "any", seed: "any", branches: "any", customers: "any" },
    flags: ["lose-disks", "propagation"],
    positional: [],
  });
  const { flags, values, faults } = options;
  if (flags.has("help")) print(help);
  if (flags.has("version")) print(versionLine("nemesis"));
  if (flags.has("help") || flags.has("version")) return exitCodes.done;
  const wrong = [...faults];
  const take = (name: string, fallback: number | undefined, [least, most]: readonly number[]) => {
    const given = values.get(name);
    const value = given === undefined ? fallback : Number(given);
    const fits = value !== undefined && value >= (least ?? 0) && value <= (most ?? Infinity);
    if (fits && (name === "minutes" || Number.isInteger(value))) return value;
    wrong.push(given === undefined ? `--${name} is missing` : `--${name} cannot be ${given}`);
    return 0;
  };
  const plan = {
    minutes: take("minutes", undefined, [0, 10_000]),
    seed: take("seed", crypto.getRandomValues(new Uint32Array(1))[0] ?? 0, [0, 2 ** 32]),
    branches: take("branches", 3, [2, 16]),
    customers: take("customers", 6, [1, 100]),
    losesDisks: flags.has("lose-disks"),
    opening,
    run: crypto.randomUUID().slice(0, 8),
  };
  if (wrong.length > 0) throw new ExitError(exitCodes.wrongInput, wrong.join("\n"));
  return await undergo(plan, flags.has("propagation"));
}

async function undergo(
  plan: Omit<OrdealPlan, "folder">,
  isOverNats: boolean,
): Promise<number> {
  const cluster = isOverNats ? await startCluster() : undefined;
  const folder = Deno.realPathSync(Deno.makeTempDirSync({ prefix: "bank-nemesis-" }));
  const diary = new Diary(`${folder}/diary.txt`);
  print(`seed ${plan.seed}\n`);
  const tell = (line: string) => print(`${line}\n`);
  const ordeal = new Ordeal({ ...plan, folder }, { diary, tell, cluster });
  const close = async () => {
    await ordeal.close();
    diary.close();
  };
  for (const [signal, code] of Object.entries(signals)) {
    Deno.addSignalListener(signal as Deno.Signal, () => {
      void close().then(() => {
        Deno.removeSync(folder, { recursive: true });
        Deno.exit(code);
      });
    });
  }
  let finding: Finding;
  try {
    finding = await ordeal.run();
  } catch (error) {
    complain(`nemesis: ${folder} is kept; seed ${plan.seed}`);
    throw error;
  } finally {
    await close();
  }
  print(summaryText(plan, { finding, tally: ordeal.book.tally, counts: diary.counts }));
  if (finding.violations.length === 0) {
    Deno.removeSync(folder, { recursive: true });
    return exitCodes.done;
  }
  print(failureText(plan, { finding, folder, latest: diary.latest }));
  return exitCodes.failed;
}

async function startCluster() {
  const { NatsCluster } = await import("../nats/cluster.ts");
  return await NatsCluster.start();
}

await runProgram("nemesis", main);
