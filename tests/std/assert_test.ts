import {
  assert,
  assertEquals,
  assertExists,
  assertGreater,
  AssertionError,
  assertLess,
  assertLessOrEqual,
  assertMatch,
  assertNotEquals,
  assertRejects,
  assertStrictEquals,
  assertStringIncludes,
  assertThrows,
  fail,
} from "@std/assert";

// The checks themselves are judged by hand: an assertion that never fails would pass its test.
function messageOf(check: () => unknown): string {
  try {
    check();
  } catch (error) {
    if (error instanceof AssertionError) return error.message;
    throw error;
  }
  throw new Error("the assertion did not fail");
}

async function rejectionOf(check: () => Promise<unknown>): Promise<string> {
  const reason = await check().then(() => undefined, (error) => error);
  if (reason instanceof AssertionError) return reason.message;
  throw new Error("the assertion did not fail");
}

const failing: Record<string, () => unknown> = {
  "assert()": () => assert(0),
  "assertEquals()": () => assertEquals({ a: [1n] }, { a: [2n] }),
  "assertNotEquals()": () => assertNotEquals(new Map([[1, 2]]), new Map([[1, 2]])),
  "assertStrictEquals()": () => assertStrictEquals([], []),
  "assertExists()": () => assertExists(null),
  "assertMatch()": () => assertMatch("abc", /^b/),
  "assertStringIncludes()": () => assertStringIncludes("abc", "d"),
  "assertGreater()": () => assertGreater(1, 1),
  "assertLess()": () => assertLess(1n, 1n),
  "assertLessOrEqual()": () => assertLessOrEqual(2, 1),
  "assertThrows()": () => assertThrows(() => 1),
  "fail()": () => fail("why"),
};

for (const [name, check] of Object.entries(failing)) {
  Deno.test(`${name} fails when it must`, () => {
    messageOf(check);
  });
}

Deno.test("each assertion passes when it must", async () => {
  assert("x");
  assertEquals({ a: [1n] }, { a: [1n] });
  assertNotEquals([1], [2]);
  assertStrictEquals(NaN, NaN);
  assertExists(0);
  assertMatch("abc", /b/);
  assertStringIncludes("abc", "bc");
  assertGreater(2, 1);
  assertLess(1, 2);
  assertLessOrEqual(1, 1);
  assertThrows(() => fail());
  await assertRejects(() => Promise.reject(new Error("x")));
});

Deno.test("assertEquals() says what differs, and why it matters", () => {
  const message = messageOf(() => assertEquals([1, 2], [1, 3], "the count"));
  assert(message.includes("+   2") && message.includes("-   3"), message);
  assert(message.endsWith(": the count"), message);
});

Deno.test("assertThrows() returns the error and judges its class and message", () => {
  const broken = () => {
    throw new RangeError("too large");
  };
  assertEquals(assertThrows(broken, RangeError, "large").message, "too large");
  assert(messageOf(() => assertThrows(broken, TypeError)).includes("to be a TypeError"));
  assertEquals(
    messageOf(() => assertThrows(broken, RangeError, "small")),
    "Expected error message 'too large' to include 'small'",
  );
});

Deno.test("assertRejects() wants a rejection, not a return and not a throw", async () => {
  const error = await assertRejects(() => Promise.reject(new TypeError("x")), TypeError);
  assertEquals(error.message, "x");
  assertEquals(
    await rejectionOf(() => assertRejects(() => Promise.resolve(1), "once")),
    "Expected function to reject: once",
  );
  assertEquals(await rejectionOf(() => assertRejects(() => fail())), notRejecting);
});

const notRejecting = "Function throws when expected to reject";
