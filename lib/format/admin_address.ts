/** Where the status page is served: on loopback; port 0 lets the system choose. */
export interface AdminAddress {
  readonly hostname: string;
  readonly port: number;
}

/**
 * Reads where the status page is to be served: `HOST:PORT`, or a port of 127.0.0.1. What is wrong
 * with it is added to `faults`.
 *
 * It has to be on loopback: the page asks nobody who they are.
 */
export function readAdminAddress(text: string, faults: string[]): AdminAddress | undefined {
  const [, host = "127.0.0.1", digits = ""] = /^(?:(.+):)?(\d{1,5})$/.exec(text) ?? [];
  const port = Number(digits);
  if (digits === "" || port > 65_535) {
    faults.push(`--admin is ${JSON.stringify(text)}; it must be PORT or HOST:PORT`);
    return undefined;
  }
  if (host === "localhost") return { hostname: "127.0.0.1", port };
  if (isLoopback(host)) return { hostname: host, port };
  faults.push(
    `--admin is ${JSON.stringify(text)}; it must be on loopback, such as 127.0.0.1:${port}: the ` +
      "page asks nobody who they are; to see it from elsewhere, put an SSH tunnel before it, or " +
      "a reverse proxy that asks",
  );
  return undefined;
}

function isLoopback(host: string): boolean {
  const bytes = /^127\.(\d{1,3})\.(\d{1,3})\.(\d{1,3})$/.exec(host)?.slice(1) ?? [];
  return bytes.length === 3 && bytes.every((byte) => Number(byte) <= 255);
}
