import { seenBy } from "../load.ts";
import { freePorts } from "../real_bank.ts";
import { here } from "../server.ts";
import { exists, type Guarantees, type Line, type Peer, type Place, type Running } from "./peer.ts";
import type { EtcdLoad } from "./etcd_client.ts";
import { PeerProcess } from "./peer_process.ts";

const replicated = {
  durable: "synced to two of three disks, a majority",
  history: "earlier revisions, until they are compacted",
  partition: "the side with the majority goes on, the others can neither write nor read",
} as const;

const comparing: Guarantees = {
  ...replicated,
  retry: "an answer that was lost leaves open whether the increment counted",
  belowZero: "never, if each client looks before it writes; the comparison holds it to what it saw",
};

const putting: Guarantees = {
  ...replicated,
  retry: "the same put again changes nothing",
  belowZero: "nobody adds the keys up: this is no account, only what a write costs",
};

/** Three nodes of etcd. */
export const etcd: Peer = {
  name: "etcd, three nodes, its leader asked over grpc-js",
  debianPackage: "etcd-server",
  async start({ folder, root }: Place): Promise<Running | undefined> {
    const program = `${root}usr/bin/etcd`;
    if (!exists(program)) return undefined;
    const ports = freePorts(6);
    const clients = ports.slice(0, 3);
    const nodes = clients.map((client, at) => ({ name: `n${at}`, client, peer: ports[at + 3] }));
    const cluster = nodes.map(({ name, peer }) => `${name}=${urlOf(peer)}`).join(",");
    await using stack = new AsyncDisposableStack();
    const servers = nodes.map(({ name, client, peer }) => {
      const files = ["--name", name, "--data-dir", `${name}.etcd`, "--initial-cluster", cluster];
      const own = ["--listen-peer-urls", "--initial-advertise-peer-urls"];
      const open = ["--listen-client-urls", "--advertise-client-urls"];
      const urls = [
        ...own.flatMap((flag) => [flag, urlOf(peer)]),
        ...open.flatMap((flag) => [flag, urlOf(client)]),
      ];
      const command = [program, ...files, ...urls];
      return stack.use(new PeerProcess(command, "ready to serve client requests", { folder }));
    });
    await Promise.all(servers.map((server) => server.ready()));
    const started = stack.move();
    const line = (name: string, action: EtcdLoad["action"], guarantees: Guarantees): Line => ({
      name,
      inFlight: [1, 64],
      guarantees,
      measure: ({ signal, ...pace }) =>
        seenBy(here("peers/etcd_client.ts"), { ...pace, ports: clients, action }, signal),
    });
    return {
      lines: [
        line("increment by compare-and-set", "increment", comparing),
        line("put of separate keys", "put", putting),
      ],
      [Symbol.asyncDispose]: () => started.disposeAsync(),
    };
  },
};

function urlOf(port: number | undefined): string {
  return `http://127.0.0.1:${port}`;
}
