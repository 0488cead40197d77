import { assertEquals, assertRejects } from "@std/assert";
import fc from "fast-check";
import { jsonLine, readJsonLines } from "../../lib/format/json_lines.ts";

async function* streamed(chunks: readonly Uint8Array[]): AsyncGenerator<Uint8Array> {
  for (const chunk of chunks) yield await Promise.resolve(chunk);
}

/** Cuts bytes into chunks at the given places. */
function cut(bytes: Uint8Array, at: readonly number[]): readonly Uint8Array[] {
  const cuts = [...new Set(at.map((place) => place % (bytes.length + 1)))].sort((a, b) => a - b);
  return [0, ...cuts].map((start, index) => bytes.slice(start, cuts[index]));
}

function joined(values: readonly unknown[]): Uint8Array {
  return Uint8Array.from(values.flatMap((value) => [...jsonLine(value)]));
}

Deno.test("jsonLine() is one line, whatever the text in it", () => {
  const text = new TextDecoder().decode(jsonLine({ text: "a\nb" }));
  assertEquals(text, '{"text":"a\\nb"}\n');
});

Deno.test("readJsonLines() reads what jsonLine() wrote, wherever the stream is cut", async () => {
  const value = fc.record({ kind: fc.string({ unit: "binary" }), amount: fc.integer() });
  const values = fc.array(value, { maxLength: 5 });
  await fc.assert(fc.asyncProperty(values, fc.array(fc.nat()), async (written, at) => {
    const read = await Array.fromAsync(readJsonLines(streamed(cut(joined(written), at))));
    assertEquals(JSON.stringify(read), JSON.stringify(written));
  }));
});

Deno.test("readJsonLines() reads characters whose bytes come one by one", async () => {
  const written = ["Zürich €5 🏦", { next: "次" }];
  const bytes = [...joined(written)].map((byte) => Uint8Array.of(byte));
  assertEquals(await Array.fromAsync(readJsonLines(streamed(bytes))), written);
});

Deno.test("readJsonLines() gives a value as soon as its line has come", async () => {
  const lines = readJsonLines(streamed([jsonLine(1), jsonLine(2)]));
  assertEquals(await lines.next(), { done: false, value: 1 });
});

Deno.test("readJsonLines() ends with the stream, and gives no line that was cut off", async () => {
  const chunks = [jsonLine(1), jsonLine("whole").slice(0, -1)];
  assertEquals(await Array.fromAsync(readJsonLines(streamed(chunks))), [1]);
});

Deno.test("readJsonLines() throws at a line that is no JSON", async () => {
  const chunks = [new TextEncoder().encode("not JSON\n")];
  await assertRejects(() => Array.fromAsync(readJsonLines(streamed(chunks))), SyntaxError);
});
