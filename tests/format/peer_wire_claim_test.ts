import { assertEquals, assertThrows } from "@std/assert";
import fc from "fast-check";
import type { Claim } from "../../lib/core/escrow.ts";
import { limits } from "../../lib/core/limits.ts";
import { money } from "../../lib/core/money.ts";
import { replicationService } from "../../lib/format/contract.ts";
import { MalformedError } from "../../lib/format/malformed.ts";
import { readClaim, readClaimed, writeClaim, writeClaimed } from "../../lib/format/peer_wire.ts";
import { branch, commandId } from "../core/samples.ts";

const { requestSerialize, requestDeserialize, responseSerialize, responseDeserialize } =
  replicationService.Claim;

const ids = fc.integer({ min: 0, max: limits.idMax }).map(branch);
const amounts = fc.integer({ min: 0, max: limits.balanceMax }).map(money);

Deno.test("readClaim() reads what writeClaim() wrote, amounts up to the largest balance too", () => {
  const claims: fc.Arbitrary<Claim> = fc.record({
    from: ids,
    to: ids,
    attempt: fc.constant(7),
    id: fc.stringMatching(/^[!-~]{1,100}$/).map(commandId),
    need: amounts,
    wanted: amounts,
  }, { noNullPrototype: true });
  fc.assert(fc.property(claims, (claim) => {
    assertEquals(readClaim(requestDeserialize(requestSerialize(writeClaim(claim)))), claim);
  }));
  const all = money(limits.balanceMax);
  const ends = { from: branch(1), to: branch(2), attempt: 1 };
  const largest = { ...ends, id: commandId("a"), need: all, wanted: all };
  const carried = requestDeserialize(requestSerialize(writeClaim(largest)));
  assertEquals(readClaim(carried), largest);
});

Deno.test("readClaim() names the field and the value that cannot be", () => {
  const message = { from: 1, to: 2, claimId: commandId("a"), need: 1, wanted: 1 };
  const cases = [
    [{ claimId: "" }, 'claim_id is "";'],
    [{ claimId: "claim/1/1" }, 'claim_id is "claim/1/1";'],
    [{ need: -1 }, "need is -1;"],
    [{ need: "9007199254740992" }, "need is 9007199254740992;"],
    [{ wanted: -5 }, "wanted is -5;"],
    [{ wanted: "9223372036854775807" }, "wanted is 9223372036854776000;"],
  ] as const;
  for (const [hostile, complaint] of cases) {
    const carried = requestDeserialize(requestSerialize({ ...message, ...hostile }));
    assertThrows(() => readClaim(carried), MalformedError, complaint);
  }
  const nobody = requestDeserialize(requestSerialize(message));
  assertThrows(() => readClaim({ ...nobody, to: -1 }), MalformedError, "to is -1;");
  assertThrows(
    () => readClaim({ ...nobody, from: 2 ** 32 }),
    MalformedError,
    "from is 4294967296;",
  );
});

Deno.test("readClaimed() reads what writeClaimed() wrote", () => {
  for (const isGranted of [true, false]) {
    for (const last of [0, 1, Number.MAX_SAFE_INTEGER]) {
      const claimed = { isGranted, last, expiredMs: Date.UTC(2026, 1) };
      const bytes = responseSerialize(writeClaimed(claimed));
      assertEquals(readClaimed(responseDeserialize(bytes)), claimed);
    }
  }
});

Deno.test("readClaimed() names a last entry that cannot be", () => {
  const large = { granted: true, last: "18446744073709551615" };
  const carried = responseDeserialize(responseSerialize(large));
  assertThrows(() => readClaimed(carried), MalformedError, "last is 18446744073709552000;");
});
