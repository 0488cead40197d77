import { assertEquals, assertThrows } from "@std/assert";
import { limits } from "../../lib/core/limits.ts";
import {
  MalformedError,
  readAmount,
  readBalance,
  readBranchId,
  readCommandId,
  readSequence,
  readVector,
} from "../../lib/format/malformed.ts";
import { vector } from "../core/samples.ts";

Deno.test("readBranchId(), readSequence() and readAmount() take what is in range", () => {
  assertEquals(Number(readBranchId("from", 2 ** 32 - 1)), 2 ** 32 - 1);
  assertEquals(readSequence("first", 2 ** 53 - 1), 2 ** 53 - 1);
  assertEquals(BigInt(readAmount("amount", limits.amountMax)), BigInt(limits.amountMax));
});

Deno.test("readBranchId(), readSequence() and readAmount() name the field and the value", () => {
  for (const value of [-1, 1.5, 2 ** 53, NaN, Infinity]) {
    for (const read of [readBranchId, readSequence, readAmount]) {
      assertThrows(() => read("some.field", value), MalformedError, `some.field is ${value};`);
    }
  }
  const tooMuch = limits.amountMax + 1;
  assertThrows(() => readAmount("amount", tooMuch), MalformedError, `amount is ${tooMuch};`);
});

Deno.test("readBalance() takes what a balance can be, and names the field and the value", () => {
  for (const value of [0, 7, limits.balanceMax]) {
    assertEquals(BigInt(readBalance("balance", value)), BigInt(value));
    assertEquals(readBalance("balance", BigInt(value)), readBalance("balance", value));
  }
  for (
    const value of [-1, -1n, 0.5, 2 ** 53, -(2 ** 53), 2n ** 53n, -(2n ** 53n), 2n ** 63n - 1n]
  ) {
    assertThrows(() => readBalance("some.field", value), MalformedError, `some.field is ${value};`);
  }
});

Deno.test("readCommandId() names the field, and quotes no more than an id may have", () => {
  assertThrows(() => readCommandId("id", ""), MalformedError, 'id is "";');
  assertThrows(() => readCommandId("id", "a\nb"), MalformedError, 'id is "a\\nb";');
  const long = "x".repeat(1_000_000);
  const { message } = assertThrows(() => readCommandId("id", long), MalformedError);
  assertEquals(message.length < 250, true);
});

Deno.test("readCommandId() takes a UUIDv7, and what else begins like one", () => {
  const prefix = "019aa9f3-c2d1-";
  const longest = prefix.padEnd(limits.commandIdCharactersMax, "~");
  for (const id of [`${prefix}7cc3-98c4-dc0c0c07398f`, `${prefix}run/1/1`, longest]) {
    assertEquals(readCommandId("id", id).toString(), id);
  }
  const wrong = [
    "run/1/1",
    prefix,
    "019AA9F3-C2D1-a",
    "019aa9f3c2d1a",
    `${prefix}a b`,
    `${longest}~`,
  ];
  for (const id of wrong) {
    const found = JSON.stringify(id.slice(0, limits.commandIdCharactersMax));
    assertThrows(() => readCommandId("some.id", id), MalformedError, `some.id is ${found};`);
  }
});

Deno.test("readVector() reads sequences by branch, and takes a missing one for nothing", () => {
  assertEquals(readVector("known", null), vector({}));
  assertEquals(readVector("known", { sequences: { 7: 3, 1: 0 } }), vector({ 1: 0, 7: 3 }));
});

Deno.test("readVector() names the sequence that is wrong, and refuses too many branches", () => {
  const wrong = { sequences: { 7: -3 } };
  const message = "known.sequences[7] is -3;";
  assertThrows(() => readVector("known", wrong), MalformedError, message);
  const stranger = { sequences: { [2 ** 32]: 1 } };
  assertThrows(
    () => readVector("known", stranger),
    MalformedError,
    "known.sequences is 4294967296;",
  );
  const many = Array.from({ length: limits.branchesMax + 1 }, (_, index) => [index, 1]);
  const crowd = { sequences: Object.fromEntries(many) };
  assertThrows(() => readVector("known", crowd), MalformedError, "known names 1025 branches;");
});
