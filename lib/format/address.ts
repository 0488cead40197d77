const shape = /^(\[[\da-f:.]+\]|[^:\s]+):(\d{1,5})$/i;

/** A label of a host name (RFC 1123, 2.1). */
const label = /^[a-z\d]([a-z\d-]{0,61}[a-z\d])?$/i;

/**
 * Tells whether `value` is a `host:port`: a host name, an IPv4 address or an IPv6 address in
 * brackets, and a port from 0 to 65535.
 */
export function isAddress(value: unknown): value is string {
  if (typeof value !== "string") return false;
  const [, host = "", port = ""] = shape.exec(value) ?? [];
  return port !== "" && Number(port) <= 65_535 && isHost(host);
}

/** Gives the host of a `host:port`, an IPv6 address without its brackets. */
export function hostOf(address: string): string {
  return address.slice(0, address.lastIndexOf(":")).replace(/^\[(.*)\]$/, "$1");
}

/** Tells whether only processes of the same machine can reach what listens at a `host:port`. */
export function isLoopback(address: string): boolean {
  const host = hostOf(address).toLowerCase();
  return host === "localhost" || host === "::1" || isIpv4(host) && host.startsWith("127.");
}

function isHost(host: string): boolean {
  if (host.startsWith("[")) return URL.canParse(`http://${host}/`);
  const labels = host.split(".");
  // What ends in a number is meant as an IPv4 address.
  if (/^\d+$/.test(labels.at(-1) ?? "")) return isIpv4(host);
  return host.length <= 253 && labels.every((each) => label.test(each));
}

function isIpv4(host: string): boolean {
  const bytes = host.split(".");
  return bytes.length === 4 && bytes.every((byte) => /^(0|[1-9]\d{0,2})$/.test(byte)) &&
    bytes.every((byte) => Number(byte) <= 255);
}
