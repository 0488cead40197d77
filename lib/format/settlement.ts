import type { BranchId } from "../core/ids.ts";
import { type Money, money } from "../core/money.ts";
import type { Injected } from "../host/faulty_transport.ts";
import type { Settled } from "./control_line.ts";

/** What the branches of a bank have come to. */
export interface Settlement {
  /** The balance of every branch, once each has all that any customer has seen. */
  readonly balances: ReadonlyMap<BranchId, Money>;
  /** Whether they went on to change while they were asked: others use the bank, too. */
  readonly isMoving: boolean;
  /** What went wrong with their messages, if anything was to. */
  readonly injected: Injected | undefined;
}

/** Adds up what the processes of all branches said. */
export function settlementOf(lines: readonly Settled[]): Settlement {
  const balances = lines.flatMap((line) => line.balances);
  const injected = lines.flatMap((line) => line.injected ?? []);
  return {
    balances: new Map(balances.map(([branch, balance]) => [branch, money(BigInt(balance))])),
    isMoving: false,
    injected: injected.length === 0 ? undefined : injected.reduce(summed),
  };
}

function summed(left: Injected, right: Injected): Injected {
  return {
    delayed: left.delayed + right.delayed,
    dropped: left.dropped + right.dropped,
    doubled: left.doubled + right.doubled,
    cut: left.cut + right.cut,
  };
}
