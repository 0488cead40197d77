import { assertEquals, assertThrows } from "@std/assert";
import { limits } from "../../lib/core/limits.ts";
import { Guests } from "../../lib/format/guests.ts";
import type { Identity } from "../../lib/format/identity.ts";
import { StatusError } from "../../lib/format/status_error.ts";
import { branch, customer } from "../core/samples.ts";

const { connectionsMax, callerConnectionsMax, customerConnectionsMax, strangersMax } = limits;

function customerNamed(id: number): Identity {
  return { kind: "customer", id: customer(id) };
}

const second: Identity = { kind: "branch", id: branch(2) };

/** Lets connections come in and say who they are; tells how many may stay. */
function entered(guests: Guests, identity: Identity, ports: Iterable<number>): number {
  let staying = 0;
  for (const port of ports) {
    const peer = `10.0.0.1:${port}`;
    if ((guests.arrive(peer) ?? guests.knock(peer)) !== undefined) continue;
    if (guests.enter(peer, identity) === undefined) staying += 1;
    else guests.leave(peer);
  }
  return staying;
}

function numbers(from: number, count: number): readonly number[] {
  return Array.from({ length: count }, (_, index) => from + index);
}

function statusAt(guests: Guests, port: number): string {
  return assertThrows(() => guests.identify(`10.0.0.1:${port}`), StatusError).code;
}

Deno.test("Guests know who is at the other end of a connection, until it ends", () => {
  const guests = new Guests();
  entered(guests, customerNamed(7), [1]);
  entered(guests, second, [2]);
  assertEquals(guests.identify("10.0.0.1:1"), customerNamed(7));
  assertEquals(guests.identify("10.0.0.1:2"), second);
  guests.leave("10.0.0.1:1");
  assertEquals(statusAt(guests, 1), "UNAUTHENTICATED");
  assertEquals(guests.size, 1);
});

Deno.test("Guests take nobody for someone who has not said who it is, or nobody of the bank", () => {
  const guests = new Guests();
  guests.arrive("10.0.0.1:1");
  guests.knock("10.0.0.1:1");
  assertEquals(statusAt(guests, 1), "UNAUTHENTICATED");
  assertEquals(guests.enter("10.0.0.1:1", undefined), undefined);
  assertEquals(statusAt(guests, 1), "UNAUTHENTICATED");
});

Deno.test("Guests of one caller hear beyond a limit that there are too many, then are closed", () => {
  const guests = new Guests();
  const count = 2 * callerConnectionsMax;
  assertEquals(entered(guests, customerNamed(7), numbers(1, count + 5)), count);
  guests.arrive("10.0.0.1:55555");
  assertEquals(guests.enter("10.0.0.1:55555", customerNamed(7)), "caller");
  guests.leave("10.0.0.1:55555");
  assertEquals(guests.identify(`10.0.0.1:${callerConnectionsMax}`), customerNamed(7));
  assertEquals(statusAt(guests, callerConnectionsMax + 1), "RESOURCE_EXHAUSTED");
  assertEquals(statusAt(guests, count), "RESOURCE_EXHAUSTED");
  entered(guests, customerNamed(8), [60_000]);
  assertEquals(guests.identify("10.0.0.1:60000"), customerNamed(8), "others have their own");
  for (const port of numbers(1, count)) guests.leave(`10.0.0.1:${port}`);
  entered(guests, customerNamed(7), [50_000]);
  assertEquals(guests.identify("10.0.0.1:50000"), customerNamed(7), "those that left make room");
});

Deno.test("Guests leave room for branches, however many customers there are", () => {
  const guests = new Guests();
  let staying = 0;
  for (let id = 0; id < customerConnectionsMax; id++) {
    staying += entered(guests, customerNamed(id), [2 * id + 1, 2 * id + 2]);
  }
  assertEquals(staying, customerConnectionsMax);
  assertEquals(entered(guests, second, [60_000]), 1);
  guests.arrive("10.0.0.1:60001");
  assertEquals(guests.enter("10.0.0.1:60001", customerNamed(1)), "customers");
});

Deno.test("Guests let so many strangers of one host wait, and others of another one", () => {
  const guests = new Guests();
  const knock = (peer: string) => guests.arrive(peer) ?? guests.knock(peer);
  const ports = numbers(1, strangersMax);
  assertEquals(ports.every((port) => knock(`10.0.0.1:${port}`) === undefined), true);
  assertEquals(knock("10.0.0.1:9999"), "strangers");
  assertEquals(knock("[::1]:1"), undefined);
  guests.enter("10.0.0.1:1", second);
  guests.leave("10.0.0.1:2");
  guests.leave("10.0.0.1:2");
  assertEquals([knock("10.0.0.1:101"), knock("10.0.0.1:102"), knock("10.0.0.1:103")], [
    undefined,
    undefined,
    "strangers",
  ]);
});

Deno.test("Guests are so many at most", () => {
  const guests = new Guests();
  for (const port of numbers(1, connectionsMax)) guests.arrive(`10.0.0.1:${port}`);
  assertEquals(guests.arrive("10.0.0.2:1"), "full");
  guests.leave("10.0.0.1:1");
  assertEquals(guests.arrive("10.0.0.2:1"), undefined);
});
