import { PeerProcess } from "./peers/peer_process.ts";
import { exists } from "./peers/peer.ts";
import { freePorts } from "./real_bank.ts";

const program = "/usr/sbin/nats-server";

/** Three servers of NATS with JetStream, on loopback, which begin with nothing. */
export class NatsCluster implements AsyncDisposable {
  /** Where they are, for `--propagation`. */
  readonly url: string;
  readonly #servers: readonly PeerProcess[];

  private constructor(url: string, servers: readonly PeerProcess[]) {
    this.url = url;
    this.#servers = servers;
  }

  /** Whether the servers are there to be started. */
  static get isInstalled(): boolean {
    return exists(program);
  }

  /** Starts them in a new folder below `parent`, and resolves when they serve. */
  static async start(parent: string): Promise<NatsCluster> {
    const folder = Deno.makeTempDirSync({ dir: parent });
    const ports = freePorts(6);
    const routes = ports.slice(3).map((port) => `nats://127.0.0.1:${port}`).join(",");
    const servers = ports.slice(0, 3).map((port, at) => {
      const cluster = ["--cluster_name", "bench", "--routes", routes];
      const own = ["--cluster", `nats://127.0.0.1:${ports[at + 3]}`];
      const named = ["--name", `n${at}`, "--addr", "127.0.0.1", "--port", `${port}`];
      const store = ["--jetstream", "--store_dir", `${folder}/${at}`];
      const command = [program, ...named, ...cluster, ...own, ...store];
      return new PeerProcess(command, "Server is ready", { folder });
    });
    await Promise.all(servers.map((server) => server.ready()));
    const url = `nats://${ports.slice(0, 3).map((port) => `127.0.0.1:${port}`).join(",")}`;
    return new NatsCluster(url, servers);
  }

  /** What they have used of the processors, in milliseconds. */
  get cpuMs(): number {
    return this.#servers.reduce((sum, server) => sum + server.cpuMs, 0);
  }

  /** Ends them. */
  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all(this.#servers.map((server) => server[Symbol.asyncDispose]()));
  }
}
