import { seenBy } from "../load.ts";
import { freePorts } from "../real_bank.ts";
import { here } from "../server.ts";
import { exists, type Guarantees, type Peer, type Place, type Running } from "./peer.ts";
import { PeerProcess } from "./peer_process.ts";

const guarantees: Guarantees = {
  durable: "synced to the disk of its one node",
  retry: "counts twice",
  history: "none",
  belowZero: "yes; a script on the server would have to look first",
  partition: "whoever cannot reach the node can do nothing",
};

/** One node of Redis that syncs its append-only file before it answers. */
export const redis: Peer = {
  name: "Redis, one node, appendfsync always",
  debianPackage: "redis-server",
  async start({ folder, root }: Place): Promise<Running | undefined> {
    const program = `${root}usr/bin/redis-server`;
    if (!exists(program)) return undefined;
    const [port = 0] = freePorts(1);
    const log = ["--appendonly", "yes", "--appendfsync", "always", "--save", ""];
    const args = ["--bind", "127.0.0.1", "--port", `${port}`, ...log];
    await using stack = new AsyncDisposableStack();
    const server = stack.use(
      new PeerProcess([program, ...args], "Ready to accept connections", { folder }),
    );
    await server.ready();
    const started = stack.move();
    return {
      lines: [{
        name: "INCRBY, a connection for each in flight",
        inFlight: [1, 64],
        guarantees,
        measure: ({ signal, ...pace }) =>
          seenBy(here("peers/redis_client.ts"), { ...pace, port }, signal),
      }],
      [Symbol.asyncDispose]: () => started.disposeAsync(),
    };
  },
};
