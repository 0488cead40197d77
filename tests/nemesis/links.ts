import type { BranchId } from "../../lib/core/ids.ts";
import { TcpProxy } from "./tcp_proxy.ts";

/** All customers together, as an end of links. */
export const customers = "customers";

/** Who may be at the near end of a link. */
export type Caller = BranchId | typeof customers;

/** A directed link: who calls whom. */
export interface Link {
  readonly from: Caller;
  readonly to: BranchId;
  readonly proxy: TcpProxy;
}

/** The links of a bank, each through a proxy of its own: between branches, and of customers. */
export class Links {
  /** All of them. */
  readonly all: readonly Link[];

  /** Opens the links to branches, each of which listens at the `host:port` that is given. */
  constructor(addresses: ReadonlyMap<BranchId, string>) {
    const callers: readonly Caller[] = [customers, ...addresses.keys()];
    this.all = callers.flatMap((from) =>
      [...addresses].filter(([to]) => to !== from)
        .map(([to, address]) => ({ from, to, proxy: new TcpProxy(address) }))
    );
  }

  /** Where a caller finds each branch that it calls. */
  addressesFor(from: Caller): ReadonlyMap<BranchId, string> {
    const own = this.all.filter((link) => link.from === from);
    return new Map(own.map(({ to, proxy }) => [to, proxy.address]));
  }

  /** The links among branches. */
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
