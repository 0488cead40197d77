import { assertEquals, assertStrictEquals } from "@std/assert";
import fc from "fast-check";
import {
  beyond,
  covers,
  knownOf,
  merged,
  nothingKnown,
  type VersionVector,
  within,
} from "../../lib/core/version_vector.ts";
import { branch, vector } from "./samples.ts";

const vectors: fc.Arbitrary<VersionVector> = fc.uniqueArray(
  fc.tuple(fc.integer({ min: 1, max: 5 }).map(branch), fc.integer({ min: 0, max: 6 })),
  { selector: ([origin]) => origin },
).map((pairs) => new Map(pairs));

const origins = [1, 2, 3, 4, 5].map(branch);

function same(left: VersionVector, right: VersionVector): boolean {
  return origins.every((origin) => knownOf(left, origin) === knownOf(right, origin));
}

Deno.test("knownOf() counts a branch that is not named as 0", () => {
  assertEquals(knownOf(vector({ 1: 4 }), branch(1)), 4);
  assertEquals(knownOf(vector({ 1: 4 }), branch(2)), 0);
});

Deno.test("covers() holds where each branch is known as far or further", () => {
  assertEquals(covers(vector({ 1: 4, 2: 1 }), vector({ 1: 4 })), true);
  assertEquals(covers(vector({ 1: 4 }), vector({ 1: 5 })), false);
  assertEquals(covers(vector({ 1: 4 }), vector({ 2: 1 })), false);
  assertEquals(covers(nothingKnown, vector({ 2: 0 })), true);
});

Deno.test("merged() is the least vector that covers both, whichever comes first", () => {
  fc.assert(fc.property(vectors, vectors, (left, right) => {
    const union = merged(left, right);
    for (const origin of origins) {
      const most = Math.max(knownOf(left, origin), knownOf(right, origin));
      assertEquals(knownOf(union, origin), most);
    }
    assertEquals(same(union, merged(right, left)), true);
  }));
});

Deno.test("merged() changes neither of its vectors, and makes none when nothing is new", () => {
  const [left, right] = [vector({ 1: 2 }), vector({ 1: 1, 2: 3 })];
  merged(left, right);
  assertEquals([left, right], [vector({ 1: 2 }), vector({ 1: 1, 2: 3 })]);
  assertStrictEquals(merged(left, vector({ 1: 1 })), left);
  assertStrictEquals(merged(vector({ 1: 1 }), right), right);
});

Deno.test("beyond() is what merges with the earlier vector to the later, and nothing else", () => {
  fc.assert(fc.property(vectors, vectors, (earlier, more) => {
    const later = merged(earlier, more);
    const difference = beyond(later, earlier);
    assertEquals(same(merged(earlier, difference), later), true);
    for (const [origin, sequence] of difference) {
      assertEquals(sequence > knownOf(earlier, origin), true);
    }
  }));
});

Deno.test("within() is what a vector knows of some logs, and the vector itself if that is all", () => {
  const known = vector({ 1: 2, 2: 3 });
  assertEquals(within(known, new Set([branch(2), branch(3)])), vector({ 2: 3 }));
  assertStrictEquals(within(known, new Set([branch(1), branch(2)])), known);
});
