const utf8 = new TextDecoder("utf-8", { ignoreBOM: true });
/** Makes a character of each byte; of ASCII the one that it stands for. */
const bytewise = new TextDecoder("latin1");

/**
 * Reads a message field by field, out of bytes that anyone may have sent (Protocol Buffers,
 * "Encoding").
 *
 * 1. Nothing is read beyond the end of the message that is being read, also of one in another.
 * 2. A field is read as what the contract has it for, whatever its tag says, as codecs for any
 *    message do.
 *
 * Whatever reads throws a `RangeError` where the bytes are no message.
 */
export class WireReader {
  readonly #bytes: Uint8Array;
  #at = 0;
  #end: number;
  #type = 0;
  /** The halves of the last varint. */
  #low = 0;
  #high = 0;
  /** All bytes as characters, of which all texts but the first are parts: that costs them least. */
  #characters: string | undefined;
  #texts = 0;

  /** Begins with the first field. */
  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
    this.#end = bytes.length;
  }

  /** How many bytes there are. */
  get length(): number {
    return this.#bytes.length;
  }

  /** How many of them are read. */
  get at(): number {
    return this.#at;
  }

  /** Whether the message that is being read has another field. */
  get isMore(): boolean {
    return this.#at < this.#end;
  }

  /** Begins the next field, and gives its number. */
  field(): number {
    const tag = this.uint32();
    this.#type = tag & 7;
    return tag >>> 3;
  }

  /** Reads a `uint32`; of a larger number the lower half. */
  uint32(): number {
    this.#varint();
    return this.#low >>> 0;
  }

  /** Reads an `int32` or an `enum`. */
  int32(): number {
    this.#varint();
    return this.#low;
  }

  /** Reads an `int64`, as the double that is closest to it. */
  int64(): number {
    this.#varint();
    return this.#high * 2 ** 32 + (this.#low >>> 0);
  }

  /** Reads a `uint64`, as the double that is closest to it. */
  uint64(): number {
    this.#varint();
    return (this.#high >>> 0) * 2 ** 32 + (this.#low >>> 0);
  }

  /** Reads a `string`. */
  text(): string {
    const end = this.#endOfPart();
    const start = this.#at;
    this.#at = end;
    if (this.#texts++ === 0 || !this.#isAscii(start, end)) {
      return utf8.decode(this.#bytes.subarray(start, end));
    }
    this.#characters ??= bytewise.decode(this.#bytes);
    return this.#characters.slice(start, end);
  }

  /** Goes on within a message in a field; gives what {@linkcode leave} is to be told behind it. */
  enter(): number {
    const outer = this.#end;
    this.#end = this.#endOfPart();
    return outer;
  }

  /** Goes on behind a message in which there is no more. */
  leave(outer: number): void {
    this.#end = outer;
  }

  /** Passes over a field that nobody knows; over a group with all that is in it. */
  passOver(): void {
    switch (this.#type) {
      case 0:
        return this.#varint();
      case 1:
        return this.#pass(8);
      case 2:
        this.#at = this.#endOfPart();
        return;
      case 3:
        return this.#passGroup();
      case 5:
        return this.#pass(4);
      default:
        throw new RangeError(`no field has the type ${this.#type}`);
    }
  }

  #passGroup(): void {
    for (let open = 1; open > 0;) {
      this.field();
      if (this.#type === 3) open += 1;
      else if (this.#type === 4) open -= 1;
      else this.passOver();
    }
  }

  #isAscii(start: number, end: number): boolean {
    for (let at = start; at < end; at++) if ((this.#bytes[at] ?? 0) > 0x7f) return false;
    return true;
  }

  #pass(bytes: number): void {
    if (this.#at + bytes > this.#end) throw new RangeError("a message ends within a field");
    this.#at += bytes;
  }

  #endOfPart(): number {
    const length = this.uint32();
    const end = this.#at + length;
    if (end > this.#end) throw new RangeError("a message ends before its part does");
    return end;
  }

  #varint(): void {
    let byte = this.#byte();
    this.#low = byte & 0x7f;
    this.#high = 0;
    for (let shift = 7; byte > 0x7f; shift += 7) {
      if (shift > 63) throw new RangeError("a number has more than ten bytes");
      byte = this.#byte();
      const bits = byte & 0x7f;
      if (shift < 32) this.#low |= bits << shift;
      if (shift === 28) this.#high = bits >> 4;
      else if (shift > 32) this.#high |= bits << shift - 32;
    }
  }

  #byte(): number {
    if (this.#at >= this.#end) throw new RangeError("a message ends within a number");
    return this.#bytes[this.#at++] ?? 0;
  }
}
