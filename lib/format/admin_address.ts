import { hostOf, isAddress, isLoopback } from "./address.ts";

/** Where the status page is served: on loopback; port 0 lets the system choose. */
export interface AdminAddress {
  readonly hostname: string;
  readonly port: number;
}

/** Gives the `host:port` of where it is served, an IPv6 address in brackets. */
export function hostPortOf({ hostname, port }: AdminAddress): string {
  return `${hostname.includes(":") ? `[${hostname}]` : hostname}:${port}`;
}

/**
 * Reads where the status page is to be served: `HOST:PORT`, or a port of 127.0.0.1. What is wrong
 * with it is added to `complaints`.
 *
 * It has to be on loopback: the page asks nobody who they are.
 */
export function readAdminAddress(text: string, complaints: string[]): AdminAddress | undefined {
  const address = /^\d+$/.test(text) ? `127.0.0.1:${text}` : text;
  if (!isAddress(address)) {
    complaints.push(`--admin is ${JSON.stringify(text)}; it must be PORT or HOST:PORT`);
    return undefined;
  }
  const [hostname, port] = [hostOf(address), Number(address.slice(address.lastIndexOf(":") + 1))];
  // Not by its name: that is one of two addresses, and which of them depends on the machine.
  if (hostname === "localhost") return { hostname: "127.0.0.1", port };
  if (isLoopback(address)) return { hostname, port };
  complaints.push(
    `--admin is ${JSON.stringify(text)}; it must be on loopback, such as 127.0.0.1:${port}: the ` +
      "page asks nobody who they are; to see it from elsewhere, put an SSH tunnel before it, or " +
      "a reverse proxy that asks",
  );
  return undefined;
}
