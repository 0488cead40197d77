import type { CommandId } from "./ids.ts";

/**
 * A set of command ids that numbers them 0, 1, 2 … in the order in which they were added.
 *
 * It keeps them in a few large arrays, since there may be millions for a day: a `Map` of as many
 * strings takes half as much again, and the garbage collector goes through all of them whenever it
 * looks at the whole heap. It is a hash table with open addressing and linear probing (Knuth, "The
 * Art of Computer Programming", volume 3, 6.4).
 */
export class IdTable {
  readonly #seed: number;
  #size = 0;
  /** The ids, one behind the other; each character is a byte, since ids are ASCII. */
  #bytes = new Uint8Array(1024);
  /** Of each id, where it ends in the bytes. */
  #ends = new Uint32Array(32);
  #hashes = new Uint32Array(32);
  /** 1 and the number of an id, where its hash or a free place behind that leads; 0 is free. */
  #slots = new Uint32Array(64);

  /** Holds nothing yet. A seed that nobody knows keeps others from choosing ids that collide. */
  constructor(seed = 0) {
    this.#seed = seed;
  }

  /** How many ids there are. */
  get size(): number {
    return this.#size;
  }

  /** Adds an id, unless it is there; tells whether it was not. */
  add(id: CommandId): boolean {
    const hash = this.#hash(id);
    if (this.#find(id, hash) !== -1) return false;
    if (5 * this.#size >= 4 * this.#slots.length) this.#spread(2 * this.#slots.length);
    const number = this.#size++;
    if (number === this.#ends.length) {
      this.#resize({ ids: Math.max(2 * number, 32), bytes: this.#bytes.length });
    }
    const start = this.#start(number);
    const end = start + id.length;
    if (end > this.#bytes.length) this.#resize({ ids: this.#ends.length, bytes: 2 * end });
    for (let at = 0; at < id.length; at++) this.#bytes[start + at] = id.charCodeAt(at);
    this.#ends[number] = end;
    this.#hashes[number] = hash;
    this.#place(number);
    return true;
  }

  /** Tells the number of an id; -1 if it is not there. */
  numberOf(id: CommandId): number {
    return this.#find(id, this.#hash(id));
  }

  /** Gives all ids, in the order in which they were added. */
  *ids(): Generator<CommandId> {
    for (let number = 0; number < this.#size; number++) yield this.idOf(number);
  }

  /** Gives the id that has a number. */
  idOf(number: number): CommandId {
    const end = this.#ends[number] ?? 0;
    // Not the bytes themselves: an argument of each of them takes six times as long.
    const codes: number[] = [];
    for (let at = this.#start(number); at < end; at++) codes.push(this.#bytes[at] ?? 0);
    return String.fromCharCode(...codes) as CommandId;
  }

  /** Lets go of the room that was kept for more ids. */
  trim(): void {
    this.#resize({ ids: this.#size, bytes: this.#start(this.#size) });
  }

  #resize({ ids, bytes }: { readonly ids: number; readonly bytes: number }): void {
    this.#bytes = new Uint8Array(this.#bytes.buffer.transfer(bytes));
    this.#ends = new Uint32Array(this.#ends.buffer.transfer(4 * ids));
    this.#hashes = new Uint32Array(this.#hashes.buffer.transfer(4 * ids));
  }

  #start(number: number): number {
    return number === 0 ? 0 : this.#ends[number - 1] ?? 0;
  }

  #hash(id: CommandId): number {
    let hash = this.#seed;
    for (let at = 0; at < id.length; at++) {
      hash = Math.imul(hash ^ id.charCodeAt(at), 0x5bd1e995);
      hash ^= hash >>> 15;
    }
    return hash >>> 0;
  }

  #find(id: CommandId, hash: number): number {
    const mask = this.#slots.length - 1;
    for (let slot = hash & mask;; slot = (slot + 1) & mask) {
      const number = (this.#slots[slot] ?? 0) - 1;
      if (number === -1) return -1;
      if (this.#hashes[number] === hash && this.#is(number, id)) return number;
    }
  }

  #is(number: number, id: CommandId): boolean {
    const start = this.#start(number);
    if (this.#ends[number] !== start + id.length) return false;
    for (let at = 0; at < id.length; at++) {
      if (this.#bytes[start + at] !== id.charCodeAt(at)) return false;
    }
    return true;
  }

  #place(number: number): void {
    const mask = this.#slots.length - 1;
    let slot = (this.#hashes[number] ?? 0) & mask;
    while (this.#slots[slot] !== 0) slot = (slot + 1) & mask;
    this.#slots[slot] = number + 1;
  }

  #spread(length: number): void {
    this.#slots = new Uint32Array(length);
    for (let number = 0; number < this.#size; number++) this.#place(number);
  }
}
