import { type BranchId, type CustomerId, isBranchId, isCustomerId } from "../core/ids.ts";
import { limits } from "../core/limits.ts";
import { isAmount, isOpeningBalance, type Money, money } from "../core/money.ts";
import { type Dialect, dialectOf } from "./dialect.ts";
import { FaultList, type Spot } from "./fault_list.ts";
import { JsonRecord } from "./json_record.ts";
import type { JsonNode } from "./json_tree.ts";
import { type Place, PlaceReader } from "./place_reader.ts";
import { ScenarioError } from "./scenario_error.ts";
import { readScenarioText, type Repair } from "./scenario_text.ts";

/** A scenario file, read: a bank, and what its customers do. */
export interface Scenario {
  /** The balance that every branch opens with: they are replicas of one account. */
  readonly opening: Money;
  /** The branches in the order of the file. */
  readonly branches: readonly BranchId[];
  /** Where the branches are, if they run already. */
  readonly place: Place | undefined;
  /** The customer records in the order of the file; ids may repeat. */
  readonly customers: readonly CustomerRecord[];
}

/** One customer record of a scenario. */
export interface CustomerRecord {
  /** Whose record it is. */
  readonly id: CustomerId;
  /** What the customer does, one after another. */
  readonly events: readonly ScenarioEvent[];
}

/** One event of a customer record: what it asks of which branch. */
export type ScenarioEvent =
  & {
    readonly branch: BranchId;
    /** What the file calls it, if by a whole number; it may repeat, and is never a key. */
    readonly label?: number;
  }
  & ({ readonly action: "deposit" | "withdraw"; readonly amount: Money } | {
    readonly action: "query";
  });

/** What {@linkcode readScenario} makes of a file. */
export interface ScenarioReading {
  /** What the file says. */
  readonly scenario: Scenario;
  /** The dialect asked for, or else the one that the file is written in. */
  readonly dialect: Dialect;
  /** What was mended to read the file, for a note to its owner. */
  readonly repairs: readonly Repair[];
}

/** What {@linkcode readScenario} is told about a text. */
export interface ReadScenarioOptions {
  /** The name that its faults begin with. */
  readonly file: string;
  /** The dialect that was asked for; told from the text if it is undefined. */
  readonly dialect?: Dialect | undefined;
}

/**
 * Reads a scenario, and refuses one that cannot be run before anything starts.
 *
 * ```ts
 * import { readScenario } from "./scenario.ts";
 * import { assertEquals } from "@std/assert";
 *
 * const text = `[
 *   {"id": 1, "type": "customer", "events": [{"id": 1, "interface": "query"}]},
 *   {"id": 1, "type": "branch", "balance": 400}
 * ]`;
 * const { scenario, dialect } = readScenario(text, { file: "input.json" });
 * assertEquals(scenario.opening, 400n);
 * assertEquals(dialect, "sequential");
 * ```
 *
 * @throws {ScenarioError} with all that is wrong with the file.
 */
export function readScenario(text: string, options: ReadScenarioOptions): ScenarioReading {
  const source = readScenarioText(text, options);
  const faults = new FaultList(source);
  const reader = new ScenarioReader(faults);
  const scenario = reader.read(source.root);
  if (!faults.isEmpty) throw new ScenarioError(faults.inFile(options.file));
  const dialect = options.dialect ?? dialectOf(reader.shape);
  return { scenario, dialect, repairs: source.repairs };
}

/** Reads in two passes, branches first, so that each reference is judged where it stands. */
class ScenarioReader {
  readonly shape = {
    hasCustomerRequests: false,
    hasBranch: false,
    hasDest: false,
    hasMoneyOnQueries: true,
  };
  readonly #faults: FaultList;
  readonly #branches = new Map<BranchId, string>();
  readonly #place: PlaceReader;
  #opening: { readonly balance: number; readonly path: string } | undefined;

  constructor(faults: FaultList) {
    this.#faults = faults;
    this.#place = new PlaceReader(faults);
  }

  read(root: JsonNode): Scenario {
    const { branches, customers } = this.#sort(root);
    for (const branch of branches) this.#readBranch(branch);
    const read = customers.map((customer) => this.#readCustomer(customer));
    const ids = new Set(read.map((customer) => customer?.id));
    if (ids.size > limits.customersMax) {
      const claim = `customers have ${ids.size} ids; there must be at most ${limits.customersMax}`;
      this.#faults.add(root.at, claim);
    }
    return {
      opening: money(this.#opening?.balance ?? 0),
      branches: [...this.#branches.keys()],
      place: this.#place.place,
      customers: read.filter((customer) => customer !== undefined),
    };
  }

  #sort(root: JsonNode): { branches: readonly JsonRecord[]; customers: readonly JsonRecord[] } {
    const sorted: Record<"branches" | "customers", JsonRecord[]> = { branches: [], customers: [] };
    if (root.kind !== "array") {
      const spot = { path: "the scenario", at: root.at, node: root };
      this.#faults.refuse(spot, "it must be an array of records");
      return sorted;
    }
    for (const [index, node] of root.items.entries()) {
      const where = kindOf(node);
      const path = where === undefined ? `records[${index}]` : `${where}[${sorted[where].length}]`;
      const record = this.#open({ path, at: node.at, node }, "it must be an object");
      if (where !== undefined && record !== undefined) sorted[where].push(record);
      else if (record !== undefined) this.#faults.refuse(record.field("type"), typeCondition);
    }
    this.#judgeCount(sorted.branches, root);
    return sorted;
  }

  #judgeCount(branches: readonly JsonRecord[], root: JsonNode): void {
    const { branchesMax } = limits;
    if (branches.length === 0) {
      this.#faults.add(root.at, "branches is empty; there must be at least one branch");
    }
    const surplus = branches[branchesMax];
    if (surplus === undefined) return;
    const claim = `branches has ${branches.length} records; there must be at most ${branchesMax}`;
    this.#faults.add(surplus.at, claim);
  }

  #readBranch(record: JsonRecord): void {
    const idSpot = record.field("id");
    const id = this.#faults.take(idSpot, { fits: isBranchId, condition: idCondition });
    if (id !== undefined) {
      const other = this.#branches.get(id);
      if (other === undefined) this.#branches.set(id, record.path);
      else this.#faults.refuse(idSpot, `it must not be the id of ${other} too`);
    }
    this.#place.read(record, id);
    const spot = record.field("balance");
    const condition = openingCondition;
    const balance = this.#faults.take(spot, { fits: isOpeningBalance, condition });
    if (balance === undefined) return;
    this.#opening ??= { balance, path: record.path };
    if (balance === this.#opening.balance) return;
    const { balance: first, path } = this.#opening;
    this.#faults.refuse(spot, `it must be ${first}, as ${path} opens with`);
  }

  #readCustomer(record: JsonRecord): CustomerRecord | undefined {
    const idSpot = record.field("id");
    const id = this.#faults.take(idSpot, { fits: isCustomerId, condition: idCondition });
    const key = !record.has("events") && record.has("customer-requests")
      ? "customer-requests"
      : "events";
    if (record.has("customer-requests")) {
      this.shape.hasCustomerRequests = true;
      const spot = record.field("customer-requests");
      if (key === "events") this.#faults.refuse(spot, "it must not stand beside events");
    }
    const list = record.field(key);
    if (list.node?.kind !== "array") {
      this.#faults.refuse(list, "it must be an array of events");
      return undefined;
    }
    const own = id === undefined ? undefined : this.#ownBranch(idSpot, list.node.items);
    const events = list.node.items.map((node, index) =>
      this.#readEvent({ path: `${list.path}[${index}]`, at: node.at, node }, own)
    );
    if (id === undefined) return undefined;
    return { id, events: events.filter((event) => event !== undefined) };
  }

  #readEvent(spot: Spot, own: BranchId | undefined): ScenarioEvent | undefined {
    const record = this.#open(spot, "it must be an object");
    if (record === undefined) return undefined;
    const branch = this.#branchOf(record, own);
    const label = labelOf(record);
    const action = record.word("interface");
    if (action === "query") {
      if (!record.has("money")) this.shape.hasMoneyOnQueries = false;
      return branch === undefined ? undefined : { action, branch, ...label };
    }
    if (action !== "deposit" && action !== "withdraw") {
      this.#faults.refuse(record.field("interface"), actionCondition);
      return undefined;
    }
    const spotted = record.field("money");
    const amount = this.#faults.take(spotted, { fits: isAmount, condition: amountCondition });
    if (amount === undefined || branch === undefined) return undefined;
    return { action, amount: money(amount), branch, ...label };
  }

  /** The branch that a customer turns to when its event names none: that of its own id. */
  #ownBranch(spot: Spot, events: readonly JsonNode[]): BranchId | undefined {
    const id = spot.node?.kind === "scalar" ? spot.node.value : undefined;
    if (!isBranchId(id)) return undefined;
    const turnsToOwn = events.length === 0 || !events.every(namesBranch);
    return turnsToOwn ? this.#existing(id, spot) : undefined;
  }

  #branchOf(event: JsonRecord, own: BranchId | undefined): BranchId | undefined {
    const named: BranchId[] = [];
    for (const key of ["branch", "dest"]) {
      if (!event.has(key)) continue;
      this.shape[key === "branch" ? "hasBranch" : "hasDest"] = true;
      const spot = event.field(key);
      const id = this.#faults.take(spot, { fits: isBranchId, condition: idCondition });
      if (id === undefined) return undefined;
      const [other] = named;
      if (other === undefined) this.#existing(id, spot);
      else if (other !== id) this.#faults.refuse(spot, `it must be ${other}, as branch says`);
      named.push(id);
    }
    return named[0] ?? own;
  }

  #existing(id: BranchId, spot: Spot): BranchId {
    // Without any branch that would follow for each customer, and has been said once.
    if (this.#branches.size > 0 && !this.#branches.has(id)) {
      this.#faults.refuse(spot, "there must be a branch with this id");
    }
    return id;
  }

  #open(spot: Spot, condition: string): JsonRecord | undefined {
    if (spot.node?.kind === "object") {
      return new JsonRecord(spot.node, { path: spot.path, faults: this.#faults });
    }
    this.#faults.refuse(spot, condition);
    return undefined;
  }
}

const idCondition = `it must be a whole number from 0 to ${limits.idMax}`;
const amountCondition = `it must be a whole number from 0 to ${limits.amountMax}`;
const openingCondition = `it must be a whole number from 0 to ${limits.openingBalanceMax}`;
const actionCondition = 'it must be "query", "deposit" or "withdraw"';
const typeCondition = 'it must be "customer", "client", "branch" or "bank"';

const kinds: ReadonlyMap<unknown, "branches" | "customers"> = new Map([
  ["customer", "customers"],
  ["client", "customers"],
  ["branch", "branches"],
  ["bank", "branches"],
]);

function kindOf(node: JsonNode): "branches" | "customers" | undefined {
  if (node.kind !== "object") return undefined;
  const type = node.fields.find((field) => field.key === "type")?.value;
  if (type?.kind !== "scalar" || typeof type.value !== "string") return undefined;
  return kinds.get(type.value.toLowerCase());
}

function labelOf(event: JsonRecord): Pick<ScenarioEvent, "label"> {
  const key = event.has("customer-request-id") ? "customer-request-id" : "id";
  const { node } = event.field(key);
  const value = node?.kind === "scalar" ? node.value : undefined;
  return Number.isSafeInteger(value) ? { label: Number(value) } : {};
}

function namesBranch(event: JsonNode): boolean {
  return event.kind !== "object" ||
    event.fields.some(({ key }) => key === "branch" || key === "dest");
}
