const types = { varint: 0, bytes: 2 } as const;

/** Writes fields one behind the other (Protocol Buffers, "Encoding"), into room that is enough. */
export class WireWriter {
  readonly #room: Uint8Array;
  #end = 0;

  /** Has room for so many bytes. */
  constructor(most: number) {
    this.#room = new Uint8Array(most);
  }

  /** What was written, and nothing of the room behind it. */
  get bytes(): Uint8Array {
    return this.#room.slice(0, this.#end);
  }

  /** Writes a whole number from 0 to 2^53 - 1; 0 is what a field is that is not there. */
  number(field: number, value: number): void {
    if (value === 0) return;
    this.#varint(8 * field + types.varint);
    this.#varint(value);
  }

  /** Writes a text that is ASCII. */
  ascii(field: number, text: string): void {
    this.#varint(8 * field + types.bytes);
    this.#varint(text.length);
    for (let at = 0; at < text.length; at++) this.#room[this.#end + at] = text.charCodeAt(at);
    this.#end += text.length;
  }

  /** Writes a message in a field; its length, which is known behind it, stands before it. */
  message(field: number, write: () => void): void {
    this.#varint(8 * field + types.bytes);
    const start = this.#end;
    write();
    const length = this.#end - start;
    this.#room.copyWithin(start + varintBytes(length), start, this.#end);
    this.#end = start;
    this.#varint(length);
    this.#end += length;
  }

  #varint(value: number): void {
    let rest = value;
    while (rest > 0x7f) {
      this.#room[this.#end++] = 0x80 | rest % 0x80;
      rest = Math.floor(rest / 0x80);
    }
    this.#room[this.#end++] = rest;
  }
}

function varintBytes(value: number): number {
  let bytes = 1;
  for (let rest = value; rest > 0x7f; rest = Math.floor(rest / 0x80)) bytes += 1;
  return bytes;
}
