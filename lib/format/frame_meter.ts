/** How many bytes of its answer have left, of one HTTP/2 stream. */
export interface Departure {
  bytes: number;
}

const headBytes = 9;
const dataKind = 0;

/**
 * Reads along what an HTTP/2 connection sends, and counts how much of the answers has left on each
 * stream that is watched (RFC 9113, 4.1 and 6.1).
 *
 * Deno 2.9.3 takes in all that is written to a stream, says that it is sent, and keeps it for as
 * long as the other end opens no window: what was written and has not left can be known only so.
 */
export class FrameMeter {
  readonly #watched = new Map<number, Departure>();
  readonly #head = new Uint8Array(headBytes);
  readonly #view = new DataView(this.#head.buffer);
  /** How much of a frame's head has come, and how much of its payload is to come. */
  #headBytes = 0;
  #payloadBytes = 0;

  /** Counts from now on what leaves on a stream. */
  watch(stream: number): Departure {
    const departure = { bytes: 0 };
    this.#watched.set(stream, departure);
    return departure;
  }

  /** Forgets a stream. */
  forget(stream: number): void {
    this.#watched.delete(stream);
  }

  /** Reads what is sent next, cut anywhere. */
  pass(bytes: Uint8Array): void {
    for (let at = 0; at < bytes.length;) {
      const payload = Math.min(this.#payloadBytes, bytes.length - at);
      this.#payloadBytes -= payload;
      at += payload;
      if (this.#payloadBytes > 0) return;
      const head = bytes.subarray(at, at + headBytes - this.#headBytes);
      this.#head.set(head, this.#headBytes);
      this.#headBytes += head.length;
      at += head.length;
      if (this.#headBytes === headBytes) this.#begin();
    }
  }

  #begin(): void {
    this.#headBytes = 0;
    this.#payloadBytes = this.#view.getUint32(0) >>> 8;
    if (this.#head[3] !== dataKind) return;
    const departure = this.#watched.get(this.#view.getUint32(5));
    if (departure !== undefined) departure.bytes += this.#payloadBytes;
  }
}
