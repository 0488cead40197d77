import { assertEquals } from "@std/assert";
import {
  ascending,
  isBranchId,
  isCommandId,
  isCustomerId,
  isSequence,
} from "../../lib/core/ids.ts";

Deno.test("isBranchId() and isCustomerId() take whole numbers from 0 to 2^32 - 1, no more", () => {
  for (const is of [isBranchId, isCustomerId]) {
    for (const id of [0, 1, 2 ** 32 - 1]) assertEquals(is(id), true, `${id}`);
    const wrong = [-1, 2 ** 32, 1.5, NaN, Infinity, "1", 1n, null, undefined, {}, [1]];
    for (const id of wrong) assertEquals(is(id), false, `${id}`);
  }
});

Deno.test("isCommandId() takes 1 to 128 visible ASCII characters, no more", () => {
  for (const id of ["!", "~", "run/1/2", "x".repeat(128)]) assertEquals(isCommandId(id), true, id);
  const wrong = ["", "x".repeat(129), "a b", "a\n", "a\u0000", "é", 7, undefined, null];
  for (const id of wrong) assertEquals(isCommandId(id), false, `${id}`);
});

Deno.test("isSequence() takes 0 and whole numbers that a double carries exactly", () => {
  for (const sequence of [0, 1, 2 ** 53 - 1]) assertEquals(isSequence(sequence), true);
  for (const wrong of [-1, 0.5, 2 ** 53, NaN, "1", 1n, null]) {
    assertEquals(isSequence(wrong), false);
  }
});

Deno.test("ascending() sorts numbers by size and not by their digits", () => {
  assertEquals([10, 9, 100, 1].sort(ascending), [1, 9, 10, 100]);
});
