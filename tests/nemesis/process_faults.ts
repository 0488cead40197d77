import { aWhile, type Fault } from "./fault.ts";
import { pause } from "./pause.ts";

/** One branch is killed, and comes back after a while. */
const kill: Fault = async ({ bank, random, diary }) => {
  const victim = random.pick(bank.branches);
  diary.count("kills");
  await victim.kill();
  await aWhile(random);
  victim.start();
  await victim.listens();
};

/** A branch is killed, and killed again while it starts or catches up. */
const killTwice: Fault = async ({ bank, random, diary }) => {
  const victim = random.pick(bank.branches);
  diary.count("kills");
  await victim.kill();
  victim.start();
  await pause(random.between(50, 900));
  diary.count("kills");
  await victim.kill();
  await aWhile(random);
  victim.start();
  await victim.listens();
};

/** All branches are killed at once, and come back in any order. */
const killAll: Fault = async ({ bank, random, diary }) => {
  diary.count("kills of all");
  await bank.kill();
  const [first, ...others] = bank.branches.toSorted(() => random.next() - 0.5);
  first?.start();
  await aWhile(random);
  for (const process of others) process.start();
  for (const process of bank.branches) await process.listens();
};

/** A branch stands still, its connections open, and goes on as if nothing had been. */
const stop: Fault = async ({ bank, random, diary }) => {
  const victim = random.pick(bank.branches);
  diary.count("stops");
  victim.signal("SIGSTOP");
  try {
    await aWhile(random);
  } finally {
    victim.signal("SIGCONT");
  }
};

/** What happens to the processes of branches. */
export const processFaults: readonly Fault[] = [kill, killTwice, stop, killAll];
