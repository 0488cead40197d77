import { assertEquals } from "@std/assert";
import { money } from "../../lib/core/money.ts";
import { openingShare } from "../../lib/core/opening_share.ts";
import { branch } from "./samples.ts";

function shares(opening: number, ids: readonly number[]): readonly bigint[] {
  const members = ids.map(branch);
  return members.map((id) => openingShare(id, { opening: money(opening), members }));
}

Deno.test("openingShare() deals out equal shares, and the rest to the lowest id", () => {
  assertEquals(shares(400, [7, 3, 5, 9]), [100n, 100n, 100n, 100n]);
  assertEquals(shares(403, [7, 3, 5, 9]), [100n, 103n, 100n, 100n]);
  assertEquals(shares(3, [2, 1, 4, 3]), [0n, 3n, 0n, 0n]);
  assertEquals(shares(0, [1, 2]), [0n, 0n]);
  assertEquals(shares(9, [6]), [9n]);
});
