import { assertEquals } from "@std/assert";
import { hostOf, isAddress, isLoopback } from "../../lib/format/address.ts";

Deno.test("isAddress() takes names and addresses of both kinds, with a port", () => {
  const taken = ["127.0.0.1:5001", "localhost:0", "branch-2.bank.example:65535", "[::1]:5001"];
  for (const address of [...taken, "10.1.2.3:80", "[fe80::1]:1", "a:1"]) {
    assertEquals(isAddress(address), true, address);
  }
});

Deno.test("isAddress() refuses what is none", () => {
  const refused = [
    "127.0.0.1",
    "127.0.0.1:65536",
    "127.0.0.256:1",
    "127.0.1:1",
    "01.0.0.1:1",
    "127.0.0.1:5001 ",
    " localhost:1",
    "::1:5001",
    "[::g]:1",
    "[::1]",
    "a..b:1",
    "-a:1",
    `${"a".repeat(64)}:1`,
    "user@host:1",
    "host/:1",
    "http://host:1",
    ":1",
    "",
    5001,
    undefined,
  ];
  for (const address of refused) assertEquals(isAddress(address), false, String(address));
});

Deno.test("isLoopback() knows what others can reach", () => {
  for (const address of ["127.0.0.1:1", "127.8.9.10:1", "localhost:1", "LOCALHOST:1", "[::1]:1"]) {
    assertEquals(isLoopback(address), true, address);
  }
  const others = ["0.0.0.0:1", "10.0.0.1:1", "[::]:1", "127.0.0.1.example:1", "localhost.com:1"];
  for (const address of others) assertEquals(isLoopback(address), false, address);
});

Deno.test("hostOf() leaves the port and the brackets out", () => {
  assertEquals(["a.b:1", "127.0.0.1:5", "[::1]:80"].map(hostOf), ["a.b", "127.0.0.1", "::1"]);
});
