import { assertLess } from "@std/assert";
import { patience } from "../../lib/core/patience.ts";

Deno.test("patience gives up the smaller thing before the larger one that waits for it", () => {
  assertLess(patience.holdTicks, patience.resendTicks);
  assertLess(patience.resendTicks, patience.unreachableTicks);
  assertLess(patience.unreachableTicks, patience.writeTicks);
  assertLess(patience.reviewTicks, patience.forwardTicks + 1);
});
