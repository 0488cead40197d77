import { type BranchId, isBranchId } from "../core/ids.ts";
import type { Cut, Faults } from "../host/faulty_transport.ts";
import { masked } from "./text_place.ts";

/** What a text says is to go wrong; or all that is wrong with the text, a sentence each. */
export type FaultsReading =
  | { readonly kind: "faults"; readonly faults: Faults }
  | { readonly kind: "wrong"; readonly complaints: readonly string[] };

/** The most that a message may be late, and the latest that a cut may begin or end. */
const durationMsMax = 10_000;
/** Branches must hear from each other now and then, or they never agree. */
const probabilityMax = 0.9;

/**
 * Reads which faults a run is to have, in a bank of `branches`: items separated by commas, such
 * as `delay=20ms..200ms,drop=0.1,double=0.1,cut=1|2,3@0.5s..2s`.
 *
 * A piece without `=` belongs to the cut before it, since groups of branches have commas too.
 *
 * ```ts
 * import { readFaults } from "./faults.ts";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(readFaults("drop=1.5", []), {
 *   kind: "wrong",
 *   complaints: ["--faults drop is 1.5; it must be from 0 to 0.9"],
 * });
 * ```
 */
export function readFaults(text: string, branches: readonly BranchId[]): FaultsReading {
  const reader = new FaultsReader(branches);
  const items = itemsIn(text);
  for (const [name, values] of Map.groupBy(items, (item) => item.name)) reader.take(name, values);
  const { complaints, faults } = reader;
  return complaints.length > 0 ? { kind: "wrong", complaints } : { kind: "faults", faults };
}

interface Item {
  readonly name: string;
  /** What stands behind the `=`, if there is one. */
  readonly value: string | undefined;
}

function itemsIn(text: string): readonly Item[] {
  const items: Item[] = [];
  for (const piece of text.split(",").map((each) => masked(each.trim()))) {
    const [name = "", ...rest] = piece.split("=").map((part) => part.trim());
    const last = items.at(-1);
    if (rest.length === 0 && last?.name === "cut") {
      items.splice(-1, 1, { name: "cut", value: `${last.value},${piece}` });
    } else items.push({ name, value: rest.length === 0 ? undefined : rest.join("=") });
  }
  return items;
}

/** Collects faults, and what is wrong with them. */
class FaultsReader {
  readonly complaints: string[] = [];
  readonly #branches: ReadonlySet<number>;
  readonly #cuts: Cut[] = [];
  #delayMs: Faults["delayMs"];
  #drop = 0;
  #double = 0;

  constructor(branches: readonly BranchId[]) {
    this.#branches = new Set(branches);
  }

  get faults(): Faults {
    const delayMs = this.#delayMs;
    const rest = { drop: this.#drop, double: this.#double, cuts: this.#cuts };
    return delayMs === undefined ? rest : { delayMs, ...rest };
  }

  /** Takes all items of a name. */
  take(name: string, items: readonly Item[]): void {
    if (!(["delay", "drop", "double", "cut"].includes(name))) {
      for (const { value } of items) this.#refuseItem(name, value);
      return;
    }
    if (name !== "cut" && items.length > 1) {
      this.complaints.push(
        `--faults ${name} is given ${items.length} times; it must be given once`,
      );
    }
    for (const { value } of items) {
      if (value === undefined || value === "") {
        this.complaints.push(`--faults ${name} has no value`);
      } else if (name === "delay") this.#delayMs = this.#delay(value);
      else if (name === "drop") this.#drop = this.#probability(name, value);
      else if (name === "double") this.#double = this.#probability(name, value);
      else this.#cut(value);
    }
  }

  #refuseItem(name: string, value: string | undefined): void {
    const item = value === undefined ? name : `${name}=${value}`;
    const found = item === "" ? "an empty item" : JSON.stringify(item);
    this.complaints.push(`--faults has ${found}; an item must be delay=, drop=, double= or cut=`);
  }

  #refuse(name: string, value: string, condition: string): void {
    this.complaints.push(`--faults ${name} is ${value}; ${condition}`);
  }

  #probability(name: string, value: string): number {
    const probability = /^(?:\d+\.?\d*|\.\d+)$/.test(value) ? Number(value) : NaN;
    if (probability >= 0 && probability <= probabilityMax) return probability;
    this.#refuse(name, value, `it must be from 0 to ${probabilityMax}`);
    return 0;
  }

  #delay(value: string): Faults["delayMs"] {
    const [least = NaN, most = least, ...more] = value.split("..").map(durationMs);
    if (more.length === 0 && isDuration(least) && isDuration(most) && least <= most) {
      return { least, most };
    }
    const condition = "such as 20ms or 0.02s..0.2s, the smaller one first, of at most 10s";
    this.#refuse("delay", value, `it must be one or two durations, ${condition}`);
    return undefined;
  }

  #cut(value: string): void {
    const [sides = "", ...times] = value.split("@");
    const window = times.length === 0 ? { fromMs: 0 } : windowIn(times.join("@"));
    if (window === undefined) {
      const condition = "such as 0.5s..2s, the smaller one first, of at most 10s";
      this.#refuse("cut", value, `behind @ there must be two durations, ${condition}`);
    }
    const groups = sides.split("|").map((side) => side.split(",").map((id) => id.trim()));
    const [left = [], right = [], ...more] = groups;
    if (groups.length < 2 || more.length > 0 || [...left, ...right].includes("")) {
      this.#refuse("cut", value, "it must be two groups of branches, such as 1|2,3");
      return;
    }
    for (const id of new Set([...left, ...right])) {
      if (this.#branchOf(id) === undefined) {
        this.#refuse("cut", value, `${id} must be a branch of the scenario`);
      } else if (left.includes(id) && right.includes(id)) {
        this.#refuse("cut", value, `branch ${id} must be on one side only`);
      }
    }
    const members = (side: readonly string[]) => side.flatMap((id) => this.#branchOf(id) ?? []);
    if (window !== undefined) {
      this.#cuts.push({ left: members(left), right: members(right), ...window });
    }
  }

  #branchOf(id: string): BranchId | undefined {
    const branch: unknown = /^(?:0|[1-9]\d*)$/.test(id) ? Number(id) : undefined;
    return isBranchId(branch) && this.#branches.has(branch) ? branch : undefined;
  }
}

function windowIn(text: string): Pick<Required<Cut>, "fromMs" | "untilMs"> | undefined {
  const [fromMs = NaN, untilMs = NaN, ...more] = text.split("..").map(durationMs);
  const isWindow = isDuration(fromMs) && isDuration(untilMs) && fromMs < untilMs;
  return more.length === 0 && isWindow ? { fromMs, untilMs } : undefined;
}

/** Reads milliseconds; what is no duration is no number. */
function durationMs(text: string): number {
  const [, digits, unit] = /^(\d+\.?\d*|\.\d+)(ms|s)$/.exec(text) ?? [];
  return Number(digits) * (unit === "s" ? 1_000 : 1);
}

function isDuration(ms: number): boolean {
  return ms >= 0 && ms <= durationMsMax;
}
