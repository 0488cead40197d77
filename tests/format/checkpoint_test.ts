import { assertEquals, assertThrows } from "@std/assert";
import fc from "fast-check";
import type { CheckpointRecord } from "../../lib/core/checkpoint_record.ts";
import { limits } from "../../lib/core/limits.ts";
import { money } from "../../lib/core/money.ts";
import { decodeCheckpoint, encodeCheckpoint } from "../../lib/format/checkpoint.ts";
import { checkpointRecord } from "../../lib/format/contract.ts";
import { MalformedError } from "../../lib/format/malformed.ts";
import { branch, commandId, generation, vector } from "../core/samples.ts";

const ids = fc.integer({ min: 0, max: limits.idMax });
const sequences = fc.integer({ min: 0, max: Number.MAX_SAFE_INTEGER });

const plain = { noNullPrototype: true } as const;

const checkpoints: fc.Arbitrary<CheckpointRecord> = fc.record({
  kind: fc.constant("checkpoint"),
  number: sequences,
  ledger: fc.record({
    accounts: fc.array(fc.record({
      branch: ids.map(branch),
      known: sequences,
      lastId: fc.option(fc.stringMatching(/^[!-~]{1,100}$/).map(commandId), { nil: undefined }),
      deposited: sequences.map(money),
      allowance: sequences.map(money),
    }, plain)),
  }, plain),
  after: fc.dictionary(ids.map(String), sequences).map((entries) => vector(entries)),
  hasBegun: fc.boolean(),
  expiredMs: sequences,
  generations: fc.array(
    fc.record({
      number: sequences,
      size: sequences,
      oldest: sequences,
      earliestMs: sequences,
      latestMs: sequences,
      usualFromMs: sequences,
      usualUntilMs: sequences,
      strays: fc.array(sequences),
    }, plain),
  ),
  heldFrom: sequences,
}, plain);

Deno.test("decodeCheckpoint() reads what encodeCheckpoint() wrote", () => {
  fc.assert(fc.property(checkpoints, (written) => {
    assertEquals(decodeCheckpoint(encodeCheckpoint(written)), written);
  }));
});

Deno.test("encodeCheckpoint() keeps accounts and generations in their order", () => {
  const written: CheckpointRecord = {
    kind: "checkpoint",
    number: 9,
    ledger: {
      accounts: [3, 1, 2].map((id) => ({
        branch: branch(id),
        known: id,
        lastId: commandId(`${id}`),
        deposited: money(id),
        allowance: money(limits.balanceMax - id),
      })),
    },
    after: vector({ 2: 7 }),
    hasBegun: true,
    expiredMs: 5,
    generations: [5, 2, 8].map((number) => generation({ number, size: 0, strays: [3, 1, 2] })),
    heldFrom: 2,
  };
  assertEquals(decodeCheckpoint(encodeCheckpoint(written)), written);
});

Deno.test("decodeCheckpoint() holds all in memory that one remembers that says no more of it", () => {
  const bytes = checkpointRecord.serialize({
    number: 9,
    generations: [{ number: 3, size: 5, latestMs: 7 }],
  });
  const { generations, heldFrom } = decodeCheckpoint(bytes);
  assertEquals(heldFrom, 0);
  const unknown = { oldest: 0, earliestMs: 0, usualFromMs: 0, usualUntilMs: 0, strays: [] };
  assertEquals(generations, [{ number: 3, size: 5, latestMs: 7, ...unknown }]);
});

Deno.test("decodeCheckpoint() names the field and the value that cannot be", () => {
  const large = "18446744073709551615";
  const sums = { deposited: 1, allowance: 1 };
  const account = { branch: 1, known: 1, lastCommandId: commandId("a"), ...sums };
  const one = { number: 1, size: 1, latestMs: 1 };
  const cases = [
    [{ number: large }, "checkpoint.number is 18446744073709552000;"],
    [{ after: { sequences: { 4: large } } }, "checkpoint.after.sequences[4] is 184467440737"],
    [{ expiredMs: large }, "checkpoint.expired_ms is 18446744073709552000;"],
    [{ accounts: [account, { ...account, known: large }] }, "checkpoint.accounts.known is 18446"],
    [{ accounts: [{ ...account, deposited: large }] }, "checkpoint.accounts.deposited is -1;"],
    [{ accounts: [{ ...account, allowance: -1 }] }, "checkpoint.accounts.allowance is -1;"],
    [
      { accounts: [{ ...account, allowance: "9223372036854775807" }] },
      "checkpoint.accounts.allowance is 9223372036854776000;",
    ],
    [
      { accounts: [{ ...account, lastCommandId: "a b" }] },
      'checkpoint.accounts.last_command_id is "a b";',
    ],
    [{ generations: [{ ...one, number: large }] }, "checkpoint.generations.number is 18"],
    [{ generations: [{ ...one, size: large }] }, "checkpoint.generations.size is 184"],
    [{ generations: [{ ...one, oldest: large }] }, "checkpoint.generations.oldest is 184"],
    [{ generations: [{ ...one, earliestMs: large }] }, "checkpoint.generations.earliest_ms is"],
    [{ generations: [{ ...one, latestMs: large }] }, "checkpoint.generations.latest_ms is"],
    [{ generations: [{ ...one, usualFromMs: large }] }, "checkpoint.generations.usual_from_ms is"],
    [{ generations: [{ ...one, usualUntilMs: large }] }, "checkpoint.generations.usual_until_ms"],
    [{ generations: [{ ...one, strays: [large] }] }, "checkpoint.generations.strays is 184"],
    [{ heldFrom: large }, "checkpoint.held_from is 184"],
  ] as const;
  for (const [hostile, complaint] of cases) {
    const message = hostile as Parameters<typeof checkpointRecord.serialize>[0];
    const bytes = checkpointRecord.serialize(message);
    assertThrows(() => decodeCheckpoint(bytes), MalformedError, complaint);
  }
});

Deno.test("decodeCheckpoint() reads any bytes, or says that they are malformed", () => {
  const wrong = Uint8Array.of(255, 255, 255);
  assertThrows(() => decodeCheckpoint(wrong), MalformedError, "a checkpoint cannot be read: ");
  fc.assert(fc.property(fc.uint8Array({ maxLength: 60 }), (bytes) => {
    try {
      decodeCheckpoint(bytes);
    } catch (error) {
      assertEquals(error instanceof MalformedError, true, String(error));
    }
  }));
});
