import type { BranchId } from "../core/ids.ts";
import { isAddress } from "./address.ts";
import type { FaultList } from "./fault_list.ts";
import type { JsonRecord } from "./json_record.ts";

/** The name of a bank to which its file gives none. */
const unnamed = "unnamed";

/** Where branches are, and of which bank, as their records say. */
export interface Place {
  /** Tells the bank from others. */
  readonly name: string;
  /** The `host:port` of every branch, in the order of the records. */
  readonly addresses: ReadonlyMap<BranchId, string>;
}

/**
 * Reads of branch records where each branch is, `address`, and of which bank it is, `bank`: all of
 * them have an address or none has, and all are of the same bank.
 */
export class PlaceReader {
  readonly #faults: FaultList;
  readonly #addresses = new Map<BranchId, string>();
  readonly #names = new Set<string>();
  #first: { readonly path: string; readonly hasAddress: boolean } | undefined;

  /** Adds what is wrong to `faults`. */
  constructor(faults: FaultList) {
    this.#faults = faults;
  }

  /** Where they are, if they are somewhere. */
  get place(): Place | undefined {
    if (this.#addresses.size === 0) return undefined;
    return { name: [...this.#names][0] ?? unnamed, addresses: this.#addresses };
  }

  /** Reads the record of a branch, whose id may be one that cannot be. */
  read(record: JsonRecord, id: BranchId | undefined): void {
    const name = record.has("bank")
      ? this.#faults.take(record.field("bank"), {
        fits: isBankName,
        condition: "it must be 1 to 64 visible ASCII characters",
      })
      : unnamed;
    if (name !== undefined) this.#names.add(name);
    if (this.#names.size > 1) {
      this.#faults.refuse(record.field("bank"), "all must be of the same bank");
    }
    const hasAddress = record.has("address");
    this.#first ??= { path: record.path, hasAddress };
    if (hasAddress !== this.#first.hasAddress) {
      const says = this.#first.hasAddress ? "one" : "none";
      const condition = `all branches must have one or none, and ${this.#first.path} has ${says}`;
      this.#faults.refuse(record.field("address"), condition);
    } else if (hasAddress) {
      const condition = 'it must be "HOST:PORT"';
      const address = this.#faults.take(record.field("address"), { fits: isAddress, condition });
      if (id !== undefined && address !== undefined) this.#addresses.set(id, address);
    }
  }
}

function isBankName(value: unknown): value is string {
  return typeof value === "string" && /^[!-~]{1,64}$/.test(value);
}
