import { assertGreater, assertLessOrEqual } from "@std/assert";
import { limits } from "../../lib/core/limits.ts";

Deno.test("limits are whole numbers above zero that a double carries exactly", () => {
  for (const [name, limit] of Object.entries(limits)) {
    assertGreater(limit, 0, name);
    assertLessOrEqual(limit, Number.MAX_SAFE_INTEGER, name);
  }
});

Deno.test("limits let what is accepted in one place pass in the next", () => {
  const vectorBytes = limits.branchesMax * limits.vectorElementBytesMax;
  const recordBytes = limits.recordBytesMax + limits.stepCommandsMax * limits.entryBytesMax +
    vectorBytes;
  const propagateBytes = limits.propagateBytesMax + vectorBytes;
  const executeBytes = limits.requestCommandsMax * limits.entryBytesMax + vectorBytes;
  assertLessOrEqual(limits.requestCommandsMax, limits.stepCommandsMax, "request in a step");
  assertLessOrEqual(recordBytes, limits.propagateBytesMax, "record in a request");
  assertLessOrEqual(limits.stepCommandsMax, limits.inboxCommandsMax, "step in the inbox");
  assertLessOrEqual(limits.branchesMax, limits.openRequestsMax, "a request of each peer");
  assertLessOrEqual(propagateBytes, limits.messageBytesMax, "request to a peer in a message");
  assertLessOrEqual(executeBytes, limits.messageBytesMax, "request of a customer in a message");
});

Deno.test("limits leave every branch of the richest bank room for the largest deposit", () => {
  const room = (limits.balanceMax - limits.openingBalanceMax) / limits.branchesMax;
  assertLessOrEqual(limits.amountMax, Math.floor(room));
});
