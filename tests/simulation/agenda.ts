interface Event {
  readonly moment: number;
  readonly order: number;
  readonly action: () => void;
}

/** What will happen in the false world, and when: its only clock. Equal moments keep their order. */
export class Agenda {
  readonly #heap: Event[] = [];
  #order = 0;
  #now = 0;

  /** The present moment. */
  get now(): number {
    return this.#now;
  }

  /** Lets something happen so many moments from now. */
  after(moments: number, action: () => void): void {
    const heap = this.#heap;
    heap.push({ moment: this.#now + moments, order: this.#order++, action });
    for (let at = heap.length - 1; at > 0;) {
      const parent = (at - 1) >> 1;
      if (!this.#swapped(parent, at)) return;
      at = parent;
    }
  }

  /** Goes on to the next thing that happens, and gives it. */
  next(): (() => void) | undefined {
    const heap = this.#heap;
    const [first] = heap;
    const last = heap.pop();
    if (first === undefined || last === undefined) return undefined;
    this.#now = first.moment;
    if (heap.length === 0) return first.action;
    heap[0] = last;
    for (let at = 0; at < heap.length;) {
      const left = 2 * at + 1;
      const least = isEarlier(heap[left + 1], heap[left]) ? left + 1 : left;
      if (!this.#swapped(at, least)) break;
      at = least;
    }
    return first.action;
  }

  #swapped(upper: number, lower: number): boolean {
    const heap = this.#heap;
    const [above, below] = [heap[upper], heap[lower]];
    if (above === undefined || below === undefined || !isEarlier(below, above)) return false;
    heap[upper] = below;
    heap[lower] = above;
    return true;
  }
}

function isEarlier(left: Event | undefined, right: Event | undefined): boolean {
  if (left === undefined || right === undefined) return false;
  return left.moment === right.moment ? left.order < right.order : left.moment < right.moment;
}
