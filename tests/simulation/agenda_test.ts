import { assertEquals } from "@std/assert";
import { Agenda } from "./agenda.ts";
import { Random } from "./random.ts";

Deno.test("agenda.next() gives what happens by moment, and in order within one", () => {
  const agenda = new Agenda();
  const random = new Random(1, "agenda");
  const due = Array.from({ length: 500 }, (_, order) => ({ moment: random.below(40), order }));
  const happened: typeof due = [];
  for (const event of due) agenda.after(event.moment, () => happened.push(event));
  for (let next = agenda.next(); next !== undefined; next = agenda.next()) {
    next();
    assertEquals(agenda.now, happened.at(-1)?.moment);
  }
  const sorted = due.toSorted((left, right) =>
    left.moment - right.moment || left.order - right.order
  );
  assertEquals(happened, sorted);
});

Deno.test("random.next() depends on the seed and the stream, and is spread evenly", () => {
  const drawn = (seed: number, stream: string) => {
    const random = new Random(seed, stream);
    return Array.from({ length: 1_000 }, () => random.below(10));
  };
  assertEquals(drawn(1, "a"), drawn(1, "a"));
  const streams = [drawn(1, "a"), drawn(2, "a"), drawn(1, "b")];
  assertEquals(new Set(streams.map(String)).size, 3);
  for (const numbers of streams) {
    for (let digit = 0; digit < 10; digit++) {
      const times = numbers.filter((number) => number === digit).length;
      assertEquals(times > 60 && times < 140, true, `${digit} is drawn ${times} times`);
    }
  }
});
