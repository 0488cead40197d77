/** Where bytes come from: a stream, or standard input itself, which a stream costs 4 ms more. */
export type ByteSource = AsyncIterable<Uint8Array> | ByteReader;

/** What reads bytes into a buffer, and tells how many; `null` at the end. */
export interface ByteReader {
  read(into: Uint8Array): Promise<number | null>;
}

/** Reads the JSON values of a source, one a line, until it ends. */
export async function* readJsonLines(source: ByteSource): AsyncGenerator<unknown> {
  const decoder = new TextDecoder();
  let rest = "";
  for await (const bytes of "read" in source ? chunksOf(source) : source) {
    const lines = (rest + decoder.decode(bytes, { stream: true })).split("\n");
    rest = lines.pop() ?? "";
    for (const line of lines) yield JSON.parse(line);
  }
}

/** Gives a value as a line of bytes. */
export function jsonLine(value: unknown): Uint8Array<ArrayBuffer> {
  return new TextEncoder().encode(JSON.stringify(value) + "\n");
}

async function* chunksOf(reader: ByteReader): AsyncGenerator<Uint8Array> {
  const buffer = new Uint8Array(64 * 1024);
  for (;;) {
    const length = await reader.read(buffer);
    if (length === null) return;
    yield buffer.subarray(0, length);
  }
}
