import type { JsonNode } from "./json_tree.ts";
import { masked, placesIn } from "./text_place.ts";

/** A place of a JSON text where something is expected, and what is there, if anything. */
export interface Spot {
  /** How faults name it, such as `customers[2].events[1].money`. */
  readonly path: string;
  /** The offset of what is there; of what it is missing from, if it is missing. */
  readonly at: number;
  /** What is there; undefined if it is missing. */
  readonly node: JsonNode | undefined;
}

/** The text that faults are about: with repairs, to quote, and without, to name places in. */
export interface FaultySource {
  /** The text as it was parsed. */
  readonly text: string;
  /** The text as its owner sees it; offsets are the same in both. */
  readonly original: string;
}

/** Collects what is wrong with a JSON text. */
export class FaultList {
  readonly #source: FaultySource;
  readonly #faults: { readonly at: number; readonly claim: string }[] = [];

  /** Starts with no fault. */
  constructor(source: FaultySource) {
    this.#source = source;
  }

  /** Tells whether nothing was found wrong. */
  get isEmpty(): boolean {
    return this.#faults.length === 0;
  }

  /** Adds the fault that what is at `spot` is not what it must be. */
  refuse(spot: Spot, condition: string): void {
    this.add(spot.at, `${spot.path} is ${this.#found(spot.node)}; ${condition}`);
  }

  /** Adds a fault in words of its own. */
  add(at: number, claim: string): void {
    this.#faults.push({ at, claim });
  }

  /** Takes the value at `spot` if it `fits`, and else adds the fault that it does not. */
  take<Value>(
    spot: Spot,
    { fits, condition }: { fits: (value: unknown) => value is Value; condition: string },
  ): Value | undefined {
    const value: unknown = spot.node?.kind === "scalar" ? spot.node.value : undefined;
    if (fits(value)) return value;
    this.refuse(spot, condition);
    return undefined;
  }

  /** Writes all faults out, in the order of the text, each behind `FILE:LINE:COLUMN: `. */
  inFile(file: string): readonly string[] {
    const placeOf = placesIn(this.#source.original);
    return this.#faults.toSorted((left, right) => left.at - right.at).map(({ at, claim }) => {
      const { line, column } = placeOf(at);
      return `${file}:${line}:${column}: ${claim}`;
    });
  }

  #found(node: JsonNode | undefined): string {
    if (node === undefined) return "missing";
    if (node.kind !== "scalar") return `an ${node.kind}`;
    const length = node.end - node.at;
    const { text } = this.#source;
    if (length <= foundCharactersMax) return masked(text.slice(node.at, node.end));
    return `${masked(text.slice(node.at, node.at + foundCharactersMax))}…`;
  }
}

const foundCharactersMax = 40;
