import { assert, assertEquals, assertLessOrEqual } from "@std/assert";
import fc from "fast-check";
import type { BranchId } from "../../lib/core/ids.ts";
import { firstUnknown, type LogLook, ReadUpTo } from "../../lib/host/log_position.ts";
import { branch } from "../core/samples.ts";

const [one, two, three] = [branch(1), branch(2), branch(3)];
const never = new Promise<void>(() => {});

/** A message: whose it is, and the how-manieth of that. */
interface Message {
  readonly number: number;
  readonly from: BranchId;
  readonly last: number;
}

/** Numbers messages of these origins from `first` on, in the order in which they were appended. */
function logOf(origins: readonly BranchId[], first = 1): readonly Message[] {
  const ends = new Map<BranchId, number>();
  return origins.map((from, index) => {
    const last = (ends.get(from) ?? 0) + 1;
    ends.set(from, last);
    return { number: first + index, from, last };
  });
}

/** Looks at a log of which so much is known of each origin, and counts how often. */
function lookAt(messages: readonly Message[], known: ReadonlyMap<BranchId, number>) {
  const seen = (message: Message | undefined) =>
    message && { number: message.number, isKnown: message.last <= (known.get(message.from) ?? 0) };
  let looks = 0;
  const look: LogLook = {
    newest: (origin) => {
      looks += 1;
      return Promise.resolve(seen(messages.findLast(({ from }) => from === origin)));
    },
    from: (origin, least) => {
      looks += 1;
      const found = messages.find(({ from, number }) => from === origin && number >= least);
      return Promise.resolve(seen(found));
    },
  };
  return { look, looks: () => looks };
}

const logs = fc.record({
  origins: fc.array(fc.constantFrom(one, two, three), { maxLength: 60 }),
  first: fc.integer({ min: 1, max: 1_000 }),
  known: fc.tuple(fc.nat(25), fc.nat(25), fc.nat(25)),
});

Deno.test("firstUnknown() finds the first message that brings something new of any origin", async () => {
  await fc.assert(fc.asyncProperty(logs, async ({ origins, first, known: [a, b, c] }) => {
    const messages = logOf(origins, first);
    const known = new Map([[one, a], [two, b], [three, c]]);
    const last = first + messages.length - 1;
    const found = await firstUnknown({ first, last }, known.keys(), lookAt(messages, known).look);
    const unknown = messages.find((message) => message.last > (known.get(message.from) ?? 0));
    assertEquals(found, unknown?.number ?? last + 1);
  }));
});

Deno.test("firstUnknown() passes over origins that it is not to look for", async () => {
  const messages = logOf([one, two, one]);
  const { look } = lookAt(messages, new Map());
  assertEquals(await firstUnknown({ first: 1, last: 3 }, [two], look), 2);
  assertEquals(await firstUnknown({ first: 1, last: 3 }, [three], look), 4);
});

Deno.test("firstUnknown() looks once at an origin of which all is known, and seldom at others", async () => {
  const origins = Array.from({ length: 4_096 }, (_, index) => index % 2 === 0 ? one : two);
  const messages = logOf(origins);
  const range = { first: 1, last: messages.length };
  const all = lookAt(messages, new Map([[one, 2_048], [two, 2_048]]));
  assertEquals(await firstUnknown(range, [one, two], all.look), 4_097);
  assertEquals(all.looks(), 2);
  const some = lookAt(messages, new Map([[one, 700], [two, 2_048]]));
  assertEquals(await firstUnknown(range, [one, two], some.look), 1_401);
  assertLessOrEqual(some.looks(), 15);
});

Deno.test("firstUnknown() reads from where it can where messages vanish while it looks", async () => {
  const look: LogLook = {
    newest: () => Promise.resolve({ number: 9, isKnown: false }),
    from: () => Promise.resolve(undefined),
  };
  assertEquals(await firstUnknown({ first: 1, last: 9 }, [one], look), 9);
});

Deno.test("ReadUpTo.reaches() waits until a message has been read", async () => {
  const read = new ReadUpTo();
  assertEquals([read.message, await read.reaches(0, never)], [0, true]);
  let reached: boolean | undefined;
  const waiting = read.reaches(5, never).then((is) => reached = is);
  read.set(4);
  for (let count = 0; count < 10; count++) await Promise.resolve();
  assertEquals(reached, undefined);
  read.set(7);
  await waiting;
  assertEquals([reached, read.message], [true, 7]);
  assert(await read.reaches(6, never));
});

Deno.test("ReadUpTo.reaches() waits no longer than it is told", async () => {
  const read = new ReadUpTo();
  const { promise, resolve } = Promise.withResolvers<void>();
  const waiting = read.reaches(5, promise);
  resolve();
  assertEquals(await waiting, false);
});

Deno.test("ReadUpTo.set() goes back, where the log is another one, and forgets what was reached", async () => {
  const read = new ReadUpTo();
  read.set(9);
  read.set(2);
  const { promise, resolve } = Promise.withResolvers<void>();
  const waiting = read.reaches(5, promise);
  resolve();
  assertEquals([read.message, await waiting], [2, false]);
});
