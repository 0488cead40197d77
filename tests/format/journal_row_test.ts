import { assertEquals, assertStrictEquals, assertThrows } from "@std/assert";
import type { CheckpointRecord } from "../../lib/core/checkpoint_record.ts";
import type { RefusalRecord } from "../../lib/core/journal_record.ts";
import { limits } from "../../lib/core/limits.ts";
import { money } from "../../lib/core/money.ts";
import { refusalRecord } from "../../lib/format/contract.ts";
import { readRow, writeRow } from "../../lib/format/journal_row.ts";
import { MalformedError } from "../../lib/format/malformed.ts";
import { encodeRecord } from "../../lib/format/record.ts";
import {
  branch,
  commandId,
  deposit,
  generation,
  grant,
  record,
  vector,
  withdrawal,
} from "../core/samples.ts";

const entries = record({
  origin: branch(7),
  first: 3,
  after: vector({ 2: 9 }),
  entries: [deposit("a", 5), withdrawal("b", 3), grant("c", 2, limits.balanceMax)],
});

const longest = "~".repeat(limits.commandIdCharactersMax + 1 - commandId("~").length);

const refusals: readonly RefusalRecord[] = [
  { kind: "refusal", write: withdrawal("c", 1), refusal: "insufficient funds" },
  { kind: "refusal", write: deposit("d", 0), refusal: "balance limit" },
  { kind: "refusal", write: withdrawal(longest, limits.amountMax), refusal: "balance limit" },
];

const checkpoint: CheckpointRecord = {
  kind: "checkpoint",
  number: 12,
  ledger: {
    accounts: [
      {
        branch: branch(2),
        known: 0,
        lastId: undefined,
        deposited: money(0),
        allowance: money(400),
      },
      {
        branch: branch(7),
        known: 4,
        lastId: commandId("b"),
        deposited: money(5),
        allowance: money(2),
      },
    ],
  },
  after: vector({ 2: 9 }),
  hasBegun: true,
  expiredMs: 1_764_000_000_000,
  generations: [generation({ number: 3, size: 2, latestMs: 1_764_000_000_001, strays: [7] })],
  heldFrom: 3,
};

Deno.test("readRow() reads what writeRow() wrote", () => {
  for (const written of [entries, ...refusals, checkpoint]) {
    const row = writeRow(written);
    assertEquals(row.kind, written.kind);
    assertEquals(readRow(row), written);
  }
});

Deno.test("writeRow() keeps of entries the very bytes that are propagated", () => {
  assertStrictEquals(writeRow(entries).bytes, encodeRecord(entries));
});

Deno.test("readRow() refuses a refusal of nothing, for no reason, of a write that was done, or of a grant", () => {
  const write = { commandId: commandId("a"), change: "CHANGE_DEPOSIT", amount: 1 } as const;
  const outcome = "OUTCOME_INSUFFICIENT_FUNDS";
  const cases = [
    [{ outcome }, "a refusal is not the record that it should be"],
    [{ write, outcome: "OUTCOME_SUCCESS" }, "a refusal is not the record that it should be"],
    [{ write }, "outcome is OUTCOME_UNSPECIFIED;"],
    [{ write: { ...write, commandId: "" }, outcome }, 'command_id is "";'],
    [{ write: { ...write, amount: -1 }, outcome }, "amount is -1;"],
    [{ write, outcome: "OUTCOME_ALLOWANCE_UNAVAILABLE" }, "a refusal is not the record that"],
    [{ write: { ...write, change: "CHANGE_GRANT", to: 2 }, outcome }, "change is CHANGE_GRANT;"],
    [{ write: { ...write, change: 0 }, outcome }, "change is CHANGE_UNSPECIFIED;"],
  ] as const;
  for (const [message, complaint] of cases) {
    const bytes = refusalRecord.serialize(message);
    assertThrows(() => readRow({ kind: "refusal", bytes }), MalformedError, complaint);
  }
});

Deno.test("readRow() refuses bytes that are no row, of any kind", () => {
  const wrong = Uint8Array.of(255, 255, 255);
  assertThrows(() => readRow({ kind: "checkpoint", bytes: wrong }), MalformedError);
  for (const kind of ["entries", "refusal"] as const) {
    for (const bytes of [wrong, new Uint8Array(), Uint8Array.of(8)]) {
      assertThrows(() => readRow({ kind, bytes }), MalformedError);
    }
  }
});
