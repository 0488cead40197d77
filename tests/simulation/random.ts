/**
 * Draws numbers that a seed and the name of a stream decide.
 *
 * Each part of the world draws from its own stream, so that one which draws more often does not
 * change what the others meet. The generator is sfc32 of Chris Doty-Humphrey's PractRand
 * (https://pracrand.sourceforge.net), its words filled by splitmix32 (Steele, Lea and Flood,
 * "Fast Splittable Pseudorandom Number Generators", 2014) from the FNV-1a hash of both names.
 */
export class Random {
  #a: number;
  #b: number;
  #c: number;
  #counter = 1;

  /** Starts the stream of that name. */
  constructor(seed: number, stream: string) {
    let state = fnv1a(`${seed}/${stream}`);
    const word = () => {
      state = (state + 0x9e3779b9) | 0;
      let mixed = state ^ (state >>> 16);
      mixed = Math.imul(mixed, 0x21f0aaad);
      mixed ^= mixed >>> 15;
      mixed = Math.imul(mixed, 0x735a2d97);
      return mixed ^ (mixed >>> 15);
    };
    this.#a = word();
    this.#b = word();
    this.#c = word();
    for (let count = 0; count < 12; count++) this.next();
  }

  /** Draws from 0 up to, not including, 1. */
  next(): number {
    const drawn = (this.#a + this.#b + this.#counter) | 0;
    this.#counter = (this.#counter + 1) | 0;
    this.#a = this.#b ^ (this.#b >>> 9);
    this.#b = (this.#c + (this.#c << 3)) | 0;
    this.#c = ((this.#c << 21) | (this.#c >>> 11)) + drawn | 0;
    return (drawn >>> 0) / 2 ** 32;
  }

  /** Draws a whole number from 0 up to, not including, `end`. */
  below(end: number): number {
    return Math.floor(this.next() * end);
  }

  /** Draws a whole number; both ends can come. */
  between(least: number, most: number): number {
    return least + this.below(most - least + 1);
  }

  /** Says yes so often: never at 0, always at 1. */
  chance(probability: number): boolean {
    return this.next() < probability;
  }

  /** Picks one of them. */
  pick<Item>(items: readonly [Item, ...Item[]] | readonly Item[]): Item {
    const picked = items[this.below(items.length)];
    if (picked === undefined) throw new RangeError("there is nothing to pick from");
    return picked;
  }
}

/** Hashes a text, or goes on from an earlier hash (Fowler, Noll and Vo's FNV-1a, 32 bits). */
export function fnv1a(text: string, from = 0x811c9dc5): number {
  let hash = from;
  for (let index = 0; index < text.length; index++) {
    hash = Math.imul(hash ^ text.charCodeAt(index), 0x01000193);
  }
  return hash >>> 0;
}
