import { isAddress, isLoopback } from "./address.ts";
import { limits } from "../core/limits.ts";

/** The servers of NATS that carry a bank's messages. */
export interface NatsServers {
  /** The `host:port` of each; a process is connected to one of them, and turns to no others. */
  readonly addresses: readonly string[];
  /** Whether they are spoken to over TLS, and not otherwise. */
  readonly isSecure: boolean;
}

/** What is said on the command line of where messages go, and what of it is wrong. */
const shape = /^(?:(nats|tls):\/\/)?([^/@]+?)(:\d+)?\/?$/;

/** The port that servers of NATS listen on, unless they are told otherwise. */
const usualPort = ":4222";

/**
 * Reads where servers of NATS are: `nats://HOST,HOST:PORT`, or `tls://` for those that are spoken to
 * over TLS; adds to `complaints` what is wrong with that.
 */
export function readNatsServers(
  text: string,
  complaints: string[],
): NatsServers | undefined {
  const all = text.split(",").map((part) => part.trim());
  const [scheme] = /^(?:nats|tls):\/\//.exec(text) ?? [];
  const wrong: string[] = [];
  const addresses = all.map((part) => {
    const [, own, host = "", port = usualPort] = shape.exec(part) ?? [];
    const address = host + port;
    const isAlike = own === undefined || `${own}://` === scheme;
    if (scheme === undefined || !isAlike || !isAddress(address)) wrong.push(part);
    return address;
  });
  const [first] = wrong;
  if (first !== undefined) {
    // Whatever stands before an @ may be a password, commas and all.
    const shown = JSON.stringify(text.includes("@") ? text.replace(/^[^]*@/, "…@") : first);
    complaints.push(
      `--propagation has ${shown}; it must be nats://HOST:PORT,HOST:PORT or tls://HOST:PORT, ` +
        "without names and passwords",
    );
    return undefined;
  }
  if (addresses.length > limits.natsServersMax) {
    complaints.push(
      `--propagation has ${addresses.length} servers; at most ${limits.natsServersMax}`,
    );
  }
  const isSecure = scheme === "tls://";
  for (const address of isSecure ? [] : addresses) {
    if (isLoopback(address)) continue;
    complaints.push(
      `--propagation has ${address}, which is not on loopback: others could read along and write, ` +
        "so it needs tls://",
    );
  }
  return { addresses, isSecure };
}

/** Gives the URLs of servers. */
export function urlsOf({ addresses, isSecure }: NatsServers): readonly string[] {
  return addresses.map((address) => `${isSecure ? "tls" : "nats"}://${address}`);
}

/** How many servers are to keep a bank's stream: an odd number of those that are named. */
export function replicasOf({ addresses }: Pick<NatsServers, "addresses">): number {
  return Math.min(addresses.length - (addresses.length + 1) % 2, limits.natsReplicasMax);
}
