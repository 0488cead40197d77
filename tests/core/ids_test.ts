import { assert, assertEquals } from "@std/assert";
import {
  ascending,
  commandIdPrefix,
  isBranchId,
  isCommandId,
  isCustomerId,
  isSequence,
  issuedMs,
} from "../../lib/core/ids.ts";

Deno.test("isBranchId() and isCustomerId() take whole numbers from 0 to 2^32 - 1, no more", () => {
  for (const is of [isBranchId, isCustomerId]) {
    for (const id of [0, 1, 2 ** 32 - 1]) assertEquals(is(id), true, `${id}`);
    const wrong = [-1, 2 ** 32, 1.5, NaN, Infinity, "1", 1n, null, undefined, {}, [1]];
    for (const id of wrong) assertEquals(is(id), false, `${id}`);
  }
});

Deno.test("isCommandId() takes a time and up to 114 more visible ASCII characters", () => {
  const time = "019aa9f3-c2d1-";
  const uuid = "019aa9f3-c2d1-7cc3-98c4-dc0c0c07398f";
  for (const id of [`${time}!`, `${time}~`, `${time}run/1/2`, time + "x".repeat(114), uuid]) {
    assertEquals(isCommandId(id), true, id);
  }
  const tails = ["", "x".repeat(115), "a b", "a\n", "a\u0000", "é"];
  for (const tail of tails) assertEquals(isCommandId(time + tail), false, time + tail);
  for (const id of ["run/1/2", 7, undefined, null]) assertEquals(isCommandId(id), false, `${id}`);
});

Deno.test("isCommandId() wants the time as a UUIDv7 writes it", () => {
  const wrong = [
    "019aa9f3c2d1-x",
    "019AA9F3-C2D1-x",
    "19aa9f3-c2d1-x",
    "019aa9f3-c2d1x",
    " 019aa9f3-c2d1-x",
  ];
  for (const id of wrong) assertEquals(isCommandId(id), false, id);
});

Deno.test("issuedMs() tells the time that commandIdPrefix() writes down, to the millisecond", () => {
  for (const ms of [0, 1, 0xffff, 0x10000, Date.UTC(2025, 10, 22), 2 ** 48 - 1]) {
    const id = `${commandIdPrefix(ms)}x`;
    assert(isCommandId(id), id);
    assertEquals(issuedMs(id), ms, id);
  }
  assertEquals(commandIdPrefix(0x019aa9f3c2d1 + 0.9), "019aa9f3-c2d1-");
});

Deno.test("commandIdPrefix() sorts like the times that it is made of", () => {
  const times = [0, 255, 0xffff, 0x10000, 2 ** 40, 2 ** 48 - 1];
  assertEquals(times.map(commandIdPrefix).toSorted(), times.map(commandIdPrefix));
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
