import type { NatsCluster } from "../nats/cluster.ts";
import { aWhile, type Fault } from "./fault.ts";

/** What happens to the servers of NATS that carry messages, and to the log that they keep. */
export function natsFaults(cluster: NatsCluster): readonly Fault[] {
  /** One server is killed, and comes back after a while. */
  const kill: Fault = async ({ random, diary }) => {
    const victim = random.pick(cluster.nodes);
    diary.count("servers killed");
    diary.note(`${victim.name} is killed`);
    await victim.kill();
    await aWhile(random);
    await victim.start();
    diary.note(`${victim.name} is back`);
  };

  /** All servers are killed at once, and come back. */
  const killAll: Fault = async ({ random, diary }) => {
    diary.count("kills of all servers");
    diary.note("all servers are killed");
    await Promise.all(cluster.nodes.map((node) => node.kill()));
    await aWhile(random);
    await Promise.all(cluster.nodes.map((node) => node.start()));
    diary.note("all servers are back");
  };

  /** A server stands still, its connections open, and goes on as if nothing had been. */
  const stop: Fault = async ({ random, diary }) => {
    const victim = random.pick(cluster.nodes);
    diary.count("servers stopped");
    diary.note(`${victim.name} is stopped`);
    victim.signal("SIGSTOP");
    try {
      await aWhile(random);
    } finally {
      victim.signal("SIGCONT");
      diary.note(`${victim.name} goes on`);
    }
  };

  /** Somebody removes the log, whole or what is in it. */
  const lose: Fault = async ({ random, diary }) => {
    await using admin = await cluster.admin();
    const isWhole = random.chance(0.5);
    diary.count("logs lost");
    diary.note(isWhole ? "the log is deleted" : "the log is emptied");
    // Servers that are about to agree again may not do it.
    for (const name of await admin.names().catch(() => [])) {
      const lost = isWhole ? admin.streams.delete(name) : admin.streams.purge(name);
      await lost.catch((error) => diary.note(`it is not: ${error}`));
    }
  };

  return [kill, killAll, stop, lose];
}
