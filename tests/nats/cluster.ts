import { type JetStreamManager, jetstreamManager } from "@nats-io/jetstream";
import { connect, type NatsConnection } from "@nats-io/transport-node";
import { freePorts } from "../nemesis/free_ports.ts";
import { Guard } from "../nemesis/guard.ts";
import { Random } from "../simulation/random.ts";
import { TemporaryFolder } from "../temporary_folder.ts";
import { NatsNode } from "./node.ts";
import { until } from "./until.ts";

/** How a cluster is made. */
export interface ClusterPlan {
  /** How many servers. */
  readonly nodes: number;
  /** What more each is configured with. */
  readonly more: string;
  /** Whether it keeps streams. */
  readonly hasStreams: boolean;
  /** Gives all that each is configured with, where that is something else. */
  readonly configure?: (place: ClusterPlace) => readonly string[];
}

/** Where servers are, each by its place in the list. */
export interface ClusterPlace {
  readonly folder: TemporaryFolder;
  /** The `host:port` for clients. */
  readonly addresses: readonly string[];
  /** The `host:port` for other servers. */
  readonly routes: readonly string[];
}

/** How long a request to the servers may take, in milliseconds. */
const patienceMs = 2_000;

/** Servers of NATS with JetStream on loopback, which end with whoever started them. */
export class NatsCluster implements AsyncDisposable {
  /** Its servers. */
  readonly nodes: readonly NatsNode[];
  readonly #folder = new TemporaryFolder();
  readonly #guard = new Guard();
  readonly #plan: ClusterPlan;

  private constructor(plan: ClusterPlan) {
    this.#plan = plan;
    const { nodes, configure } = plan;
    const seed = crypto.getRandomValues(new Uint32Array(1))[0] ?? 0;
    const places = freePorts(2 * nodes, new Random(seed, "ports")).map((port) => (
      `127.0.0.1:${port}`
    ));
    const addresses = places.slice(0, nodes);
    const place = { folder: this.#folder, addresses, routes: places.slice(nodes) };
    const configs = (configure ?? ((place) => this.#configs(place)))(place);
    this.nodes = addresses.map((address, index) => {
      const name = `nats-${index + 1}`;
      const config = this.#folder.write(`${name}.conf`, configs[index] ?? "");
      return new NatsNode({ name, address, config, guard: this.#guard });
    });
  }

  /** Starts one, and waits until it keeps streams. */
  static async start(
    { nodes = 3, more = "", hasStreams = true, ...others }: Partial<ClusterPlan> = {},
  ): Promise<NatsCluster> {
    const cluster = new NatsCluster({ nodes, more, hasStreams, ...others });
    try {
      await Promise.all(cluster.nodes.map((node) => node.start()));
      if (hasStreams) await cluster.ready();
      return cluster;
    } catch (error) {
      await cluster[Symbol.asyncDispose]();
      throw error;
    }
  }

  /** What branches and runs are told of it. */
  get url(): string {
    return `nats://${this.nodes.map(({ address }) => address).join(",")}`;
  }

  /** Waits until it takes a stream that all servers keep, as it does once they have agreed. */
  async ready(): Promise<void> {
    await using admin = await this.admin();
    const name = "is-it-ready";
    await until("the servers of NATS agree", async () => {
      try {
        await admin.streams.add({ name, subjects: [name], num_replicas: this.#plan.nodes });
        return await admin.streams.delete(name);
      } catch {
        // They are about to agree, or somebody does not take part yet.
        return undefined;
      }
    });
  }

  /** Connects as an operator. */
  async admin(): Promise<Operator> {
    return await Operator.connect(this.nodes.map(({ address }) => address));
  }

  /** Ends all servers. */
  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all(this.nodes.map((node) => node.kill()));
    await this.#guard.close();
    this.#folder[Symbol.dispose]();
  }

  #configs({ folder, addresses, routes }: ClusterPlace): readonly string[] {
    const urls = routes.map((address) => `nats://${address}`).join(", ");
    return addresses.map((address, index) =>
      [
        `server_name: nats-${index + 1}`,
        `listen: "${address}"`,
        this.#plan.hasStreams ? `jetstream { store_dir: "${folder.at(`store-${index}`)}" }` : "",
        // One by itself is no cluster, which would wait for others.
        routes.length > 1
          ? `cluster { name: bank, listen: "${routes[index]}", routes: [${urls}] }`
          : "",
        this.#plan.more,
      ].join("\n")
    );
  }
}

/** Who looks after streams, and has nothing to do with the bank. */
export class Operator implements AsyncDisposable {
  readonly nats: NatsConnection;
  readonly streams: JetStreamManager["streams"];

  private constructor(nats: NatsConnection, { streams }: JetStreamManager) {
    this.nats = nats;
    this.streams = streams;
  }

  /** Connects to one of the servers that listen there, and to another one if that ends. */
  static async connect(addresses: readonly string[]): Promise<Operator> {
    const nats = await connect({ servers: [...addresses], maxReconnectAttempts: -1 });
    return new Operator(
      nats,
      await jetstreamManager(nats, { checkAPI: false, timeout: patienceMs }),
    );
  }

  /** Tells which streams there are. */
  async names(): Promise<readonly string[]> {
    const names: string[] = [];
    for await (const name of this.streams.names()) names.push(name);
    return names;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.nats.close();
  }
}
