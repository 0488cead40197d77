import { limits } from "../core/limits.ts";
import type { ConnectionRefusal } from "./connection_refusal.ts";
import { type Identity, identityName } from "./identity.ts";
import { StatusError } from "./status_error.ts";

/** What is known of a connection. */
interface Guest {
  /** The host at its other end. */
  readonly host: string;
  /** Whether it is still to be seen who that is. */
  isStranger: boolean;
  identity: Identity | undefined;
  /** Whether its caller has more of them than it may. */
  isExcess: boolean;
}

/**
 * Who is at the other ends of a process's connections, and how many there may be.
 *
 * 1. Of one host only so many may be strangers, of whom it is still to be seen who they are.
 * 2. A caller may have so many connections. It is told so on as many more, and then not even that.
 * 3. All customers together leave room for branches.
 *
 * So none of them can take the room of others. A connection is named by its other end,
 * `address:port`; it counts until it leaves.
 */
export class Guests {
  readonly #guests = new Map<string, Guest>();
  readonly #strangers = new Map<string, number>();
  readonly #connections = new Map<string, number>();
  #customers = 0;

  /** How many connections there are. */
  get size(): number {
    return this.#guests.size;
  }

  /** Takes in a connection; tells why it may not stay, if it may not. */
  arrive(peer: string): ConnectionRefusal | undefined {
    if (this.#guests.size >= limits.connectionsMax) return "full";
    const host = hostIn(peer);
    this.#guests.set(peer, { host, isStranger: false, identity: undefined, isExcess: false });
    return undefined;
  }

  /** Takes note that it is to be seen who a connection is from; tells why it may not stay. */
  knock(peer: string): ConnectionRefusal | undefined {
    const guest = this.#guests.get(peer);
    if (guest === undefined) return "full";
    const strangers = this.#strangers.get(guest.host) ?? 0;
    if (strangers >= limits.strangersMax) return "strangers";
    guest.isStranger = true;
    this.#strangers.set(guest.host, strangers + 1);
    return undefined;
  }

  /** Tells whether it is still to be seen who a connection is from. */
  isStranger(peer: string): boolean {
    return this.#guests.get(peer)?.isStranger ?? false;
  }

  /** Takes note who it is, if it is someone of this bank; tells why it may not stay. */
  enter(peer: string, identity: Identity | undefined): ConnectionRefusal | undefined {
    const guest = this.#guests.get(peer);
    if (guest === undefined) return "unproven";
    this.#recognize(guest);
    // It hears from `identify` that it is nobody, and has no other use for the connection.
    if (identity === undefined) return undefined;
    const isCustomer = identity.kind === "customer";
    if (isCustomer && this.#customers >= limits.customerConnectionsMax) return "customers";
    const name = identityName(identity);
    const count = (this.#connections.get(name) ?? 0) + 1;
    if (count > 2 * limits.callerConnectionsMax) return "caller";
    this.#connections.set(name, count);
    if (isCustomer) this.#customers += 1;
    guest.identity = identity;
    guest.isExcess = count > limits.callerConnectionsMax;
    return undefined;
  }

  /** Takes note that a connection has ended. */
  leave(peer: string): void {
    const guest = this.#guests.get(peer);
    if (guest === undefined) return;
    this.#guests.delete(peer);
    this.#recognize(guest);
    if (guest.identity === undefined) return;
    if (guest.identity.kind === "customer") this.#customers -= 1;
    lower(this.#connections, identityName(guest.identity));
  }

  /** Tells who makes a call on a connection. @throws {StatusError} when it is nobody who may. */
  identify(peer: string): Identity {
    const { identity, isExcess } = this.#guests.get(peer) ?? {};
    if (identity === undefined) {
      throw new StatusError("UNAUTHENTICATED", "the certificate is of nobody in this bank");
    }
    if (isExcess !== true) return identity;
    throw new StatusError(
      "RESOURCE_EXHAUSTED",
      `${identity.kind} ${identity.id} has ${limits.callerConnectionsMax} connections already`,
    );
  }

  #recognize(guest: Guest): void {
    if (guest.isStranger) lower(this.#strangers, guest.host);
    guest.isStranger = false;
  }
}

/** Names the host at the other end of a connection. */
export function hostIn(peer: string): string {
  return peer.slice(0, peer.lastIndexOf(":"));
}

function lower(counts: Map<string, number>, name: string): void {
  const count = (counts.get(name) ?? 0) - 1;
  if (count > 0) counts.set(name, count);
  else counts.delete(name);
}
