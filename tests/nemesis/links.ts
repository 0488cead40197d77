import type { BranchId } from "../../lib/core/ids.ts";
import { TcpProxy } from "./tcp_proxy.ts";

/** All customers together, as an end of links. */
export const customers = "customers";

/** Who may be at the near end of a link. */
export type Caller = BranchId | typeof customers;

/** A directed link: who calls whom. */
export interface Link {
  readonly from: Caller;
  /** A branch, or the server of NATS that carries messages of branches. */
  readonly to: BranchId | string;
  readonly proxy: TcpProxy;
}

/** The links of a bank, each through a proxy of its own: between branches, and of customers. */
export class Links {
  /** All of them. */
  readonly all: readonly Link[];

  /**
   * Opens the links to branches, each of which listens at the `host:port` that is given, and to
   * the servers by which branches reach each other, if they do not do it themselves.
   */
  constructor(
    addresses: ReadonlyMap<BranchId, string>,
    servers?: ReadonlyMap<string, string>,
  ) {
    const callers: readonly Caller[] = [customers, ...addresses.keys()];
    this.all = callers.flatMap((from) => {
      const called = from === customers ? addresses : servers ?? addresses;
      return [...called].filter(([to]) => to !== from)
        .map(([to, address]) => ({ from, to, proxy: new TcpProxy(address) }));
    });
  }

  /** Where a caller finds each branch that it calls. */
  addressesFor(from: Caller): ReadonlyMap<BranchId, string> {
    return new Map(
      this.#of(from).flatMap(([to, address]) => typeof to === "string" ? [] : [[to, address]]),
    );
  }

  /** Where a branch finds the servers that carry its messages, if there are any. */
  serversFor(from: BranchId): readonly string[] {
    return this.#of(from).flatMap(([to, address]) => typeof to === "string" ? [address] : []);
  }

  #of(from: Caller): readonly (readonly [Link["to"], string])[] {
    const own = this.all.filter((link) => link.from === from);
    return own.map(({ to, proxy }) => [to, proxy.address] as const);
  }

  /** The links by which branches reach each other. */
  get amongBranches(): readonly Link[] {
    return this.all.filter(({ from }) => from !== customers);
  }

  /** Lets everything through. */
  heal(): void {
    for (const { proxy } of this.all) proxy.heal();
  }

  /** Ends them. */
  close(): void {
    for (const { proxy } of this.all) proxy.close();
  }
}

/** Names a link. */
export function nameOf({ from, to }: Link): string {
  return `${from}->${to}`;
}
