import { assertEquals } from "@std/assert";
import { hostPortOf, readAdminAddress } from "../../lib/format/admin_address.ts";

/** What is read, and what is wrong with it. */
function read(text: string) {
  const faults: string[] = [];
  return { address: readAdminAddress(text, faults), faults };
}

Deno.test("readAdminAddress() reads a port, and an address of loopback with one", () => {
  const cases = [
    ["5080", "127.0.0.1", 5080],
    ["0", "127.0.0.1", 0],
    ["localhost:5080", "127.0.0.1", 5080],
    ["127.0.0.1:65535", "127.0.0.1", 65_535],
    ["127.9.255.1:80", "127.9.255.1", 80],
    ["[::1]:80", "::1", 80],
  ] as const;
  for (const [text, hostname, port] of cases) {
    assertEquals(read(text), { address: { hostname, port }, faults: [] });
  }
});

Deno.test("hostPortOf() writes an address as it is read, and as a permission and a URL have it", () => {
  for (const text of ["127.0.0.1:5080", "[::1]:5080"]) {
    const { address } = read(text);
    assertEquals(address && hostPortOf(address), text);
  }
});

Deno.test("readAdminAddress() refuses what is not on loopback, and says why and what to do", () => {
  assertEquals(read("0.0.0.0:5080"), {
    address: undefined,
    faults: [
      '--admin is "0.0.0.0:5080"; it must be on loopback, such as 127.0.0.1:5080: the page asks ' +
      "nobody who they are; to see it from elsewhere, put an SSH tunnel before it, or a reverse " +
      "proxy that asks",
    ],
  });
  for (const host of ["example.org", "[::]", "10.0.0.1", "localhost.evil"]) {
    const { faults: [fault = ""] } = read(`${host}:80`);
    assertEquals(fault.includes("it must be on loopback"), true, host);
  }
});

Deno.test("readAdminAddress() refuses what is no address", () => {
  for (const text of ["", "localhost", "127.0.0.1:", "65536", ":80", "5080x", "127.0.0.256:80"]) {
    assertEquals(read(text), {
      address: undefined,
      faults: [`--admin is ${JSON.stringify(text)}; it must be PORT or HOST:PORT`],
    });
  }
});
