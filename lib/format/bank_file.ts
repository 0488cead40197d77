import { type BranchId, isBranchId } from "../core/ids.ts";
import { limits } from "../core/limits.ts";
import { isOpeningBalance, type Money, money } from "../core/money.ts";
import { isAddress } from "./address.ts";
import { FaultList } from "./fault_list.ts";
import { JsonRecord } from "./json_record.ts";
import { ScenarioError } from "./scenario_error.ts";
import { readScenarioText } from "./scenario_text.ts";

/** A bank whose branches are started by hand, each where its record says. */
export interface Bank {
  /** Tells it from other banks. */
  readonly name: string;
  readonly opening: Money;
  /** The `host:port` of every branch, in the order of the file. */
  readonly addresses: ReadonlyMap<BranchId, string>;
}

/** The name of a bank to which its file gives none. */
const unnamed = "unnamed";

/**
 * Reads a bank file: the branch records of a scenario, each with an `address`, and with the name
 * of the bank as `bank`, if it has one.
 *
 * @throws {ScenarioError} with all that is wrong with the file.
 */
export function readBankFile(text: string, { file }: { file: string }): Bank {
  const source = readScenarioText(text, { file });
  const { root } = source;
  const faults = new FaultList(source);
  const addresses = new Map<BranchId, string>();
  const openings = new Set<number>();
  const names = new Set<string>();
  const items = root.kind === "array" ? root.items : [];
  if (items.length === 0) faults.add(root.at, "the bank must be an array of branch records");
  if (items.length > limits.branchesMax) {
    faults.add(root.at, `there are ${items.length} records; at most ${limits.branchesMax} may be`);
  }
  for (const [index, node] of items.entries()) {
    const path = `branches[${index}]`;
    if (node.kind !== "object") {
      faults.refuse({ path, at: node.at, node }, "it must be an object");
      continue;
    }
    const record = new JsonRecord(node, { path, faults });
    const id = faults.take(record.field("id"), { fits: isBranchId, condition: "it must be an id" });
    const address = faults.take(record.field("address"), {
      fits: isAddress,
      condition: 'it must be "HOST:PORT"',
    });
    const opening = faults.take(record.field("balance"), {
      fits: isOpeningBalance,
      condition: `it must be a whole number from 0 to ${limits.openingBalanceMax}`,
    });
    const name = record.has("bank")
      ? faults.take(record.field("bank"), {
        fits: isBankName,
        condition: "it must be 1 to 64 visible ASCII characters",
      })
      : unnamed;
    if (name !== undefined) names.add(name);
    if (names.size > 1) faults.refuse(record.field("bank"), "all must be of the same bank");
    if (opening !== undefined) openings.add(opening);
    if (openings.size > 1) faults.refuse(record.field("balance"), "all must open with the same");
    if (id === undefined || address === undefined) continue;
    if (addresses.has(id)) faults.refuse(record.field("id"), "another branch has this id");
    addresses.set(id, address);
  }
  if (!faults.isEmpty) throw new ScenarioError(faults.inFile(file));
  return { name: [...names][0] ?? unnamed, opening: money([...openings][0] ?? 0), addresses };
}

function isBankName(value: unknown): value is string {
  return typeof value === "string" && /^[!-~]{1,64}$/.test(value);
}
