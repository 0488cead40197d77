import { assertEquals, assertThrows } from "@std/assert";
import fc from "fast-check";
import type { Command, Result } from "../../lib/core/command.ts";
import type { BranchId } from "../../lib/core/ids.ts";
import { limits } from "../../lib/core/limits.ts";
import { money } from "../../lib/core/money.ts";
import { branchService } from "../../lib/format/contract.ts";
import {
  readDeposit,
  readQuery,
  readWithdrawal,
  writeQueried,
  writeWritten,
} from "../../lib/format/customer_wire.ts";
import { MalformedError } from "../../lib/format/malformed.ts";
import { openResponse, sealCall } from "../../lib/format/sealed_call.ts";
import descriptor from "../../lib/gen/bank.json" with { type: "json" };
import { branch, commandId, deposit, query, vector, withdrawal } from "../core/samples.ts";

const { Deposit, Withdraw, Query } = branchService;
const session = vector({ 1: 4, 7: Number.MAX_SAFE_INTEGER, 4294967295: 1 });

const amounts = fc.integer({ min: 0, max: limits.amountMax });
const commands: fc.Arbitrary<Command> = fc.oneof(
  amounts.map((amount) => deposit("run/1/1", amount)),
  amounts.map((amount) => withdrawal("run/1/2", amount)),
  fc.constant(query),
  fc.constant({ ...query, id: commandId("run/1/3") }),
);

/** Reads a sealed call as the branch does that gets it. */
function served(command: Command, id: BranchId) {
  const { path, request } = sealCall(command, { branch: id, session });
  switch (path) {
    case Deposit.path:
      return readDeposit(request);
    case Withdraw.path:
      return readWithdrawal(request);
    case Query.path:
      return readQuery(request);
    default:
      throw new Error(`no branch serves ${path}`);
  }
}

/** Answers a command as a branch does. */
function answered(command: Command, result: Result): Uint8Array {
  const response = { results: [result], session };
  return command.action === "query" ? writeQueried(response) : writeWritten(response);
}

Deno.test("sealCall() makes a request of the command's own method, which the branch reads", () => {
  const ids = fc.integer({ min: 0, max: limits.idMax }).map(branch);
  fc.assert(fc.property(commands, ids, (command, id) => {
    const meant = command.action === "query" ? undefined : id;
    assertEquals(served(command, id), { branch: meant, commands: [command], session });
  }));
});

Deno.test("sealCall() may take a withdrawal for a deposit: their fields are the same", () => {
  const { DepositRequest, WithdrawRequest, DepositResponse, WithdrawResponse } =
    descriptor.nested.bank.nested.v1.nested;
  assertEquals(WithdrawRequest.fields, DepositRequest.fields);
  assertEquals(WithdrawResponse.fields, DepositResponse.fields);
});

Deno.test("openResponse() reads what the branch answered to a write", () => {
  const answers: readonly Result[] = [
    { kind: "written", branches: 3 },
    { kind: "refused", refusal: "insufficient funds" },
    { kind: "refused", refusal: "balance limit" },
    { kind: "unavailable" },
  ];
  for (const command of [deposit("a", 1), withdrawal("a", 1)]) {
    for (const result of answers) {
      assertEquals(openResponse(command, answered(command, result)), { result, session });
    }
  }
});

Deno.test("openResponse() reads the balance that the branch answered to a query", () => {
  for (const amount of [0, 400, limits.balanceMax]) {
    const result: Result = { kind: "balance", balance: money(amount) };
    assertEquals(openResponse(query, answered(query, result)), { result, session });
  }
});

Deno.test("openResponse() takes a session that is not there for one that has seen nothing", () => {
  const bytes = Query.responseSerialize({ balance: 5 });
  const result: Result = { kind: "balance", balance: money(5) };
  assertEquals(openResponse(query, bytes), { result, session: vector({}) });
});

Deno.test("openResponse() passes over fields that a later version may add", () => {
  const later = Uint8Array.of(0x7a, 2, 1, 2, 0x69, 1, 2, 3, 4, 5, 6, 7, 8);
  const bytes = Uint8Array.from([...later, ...Query.responseSerialize({ balance: 5 }), ...later]);
  assertEquals(openResponse(query, bytes).result, { kind: "balance", balance: money(5) });
  // A session with a field 2, which may be anything.
  const session = Uint8Array.of(0x12, 3, 0x12, 1, 0);
  assertEquals(openResponse(query, session).session, vector({}));
});

Deno.test("openResponse() refuses an answer that does not say what became of the command", () => {
  const open = (outcome: 0) =>
    openResponse(deposit("a", 1), Deposit.responseSerialize({ outcome }));
  assertThrows(() => open(0), MalformedError, "outcome is OUTCOME_UNSPECIFIED;");
  assertThrows(
    () => openResponse(deposit("a", 1), Uint8Array.of(8, 99)),
    MalformedError,
    "outcome is 99;",
  );
});

Deno.test("openResponse() refuses bytes that are no response, and sequences that cannot be", () => {
  const command = deposit("a", 1);
  const whole = answered(command, { kind: "written", branches: 1 });
  assertThrows(() => openResponse(command, whole.slice(0, -3)), MalformedError, "response");
  const outcomeOfBytes = Uint8Array.of(0x0a, 1, 1);
  const sessionOfNumber = Uint8Array.of(8, 1, 0x18, 1);
  for (const bytes of [outcomeOfBytes, sessionOfNumber]) {
    assertThrows(() => openResponse(command, bytes), MalformedError, "response");
  }
  const large = { sequences: { 1: "18446744073709551615" } };
  const bytes = Deposit.responseSerialize({ outcome: 1, branches: 1, session: large });
  assertThrows(() => openResponse(command, bytes), MalformedError, "session.sequences[1] is");
});

Deno.test("openResponse() names a balance that cannot be, and breaks no invariant", () => {
  for (const balance of [2n ** 63n - 1n, 2n ** 53n, -1n, -(2n ** 53n), -(2n ** 63n)]) {
    const bytes = Query.responseSerialize({ balance: `${balance}` });
    const complaint = `balance is ${Number(balance)};`;
    assertThrows(() => openResponse(query, bytes), MalformedError, complaint);
  }
});

Deno.test("openResponse() opens any bytes, or says that they are malformed", () => {
  const whole = answered(query, { kind: "balance", balance: money(400) });
  const flipped = fc.tuple(fc.nat(whole.length - 1), fc.nat(255)).map(([index, byte]) =>
    whole.with(index, byte)
  );
  const bytes = fc.oneof(flipped, fc.uint8Array({ maxLength: 60 }));
  fc.assert(fc.property(fc.constantFrom(query, deposit("a", 1)), bytes, (command, response) => {
    try {
      openResponse(command, response);
    } catch (error) {
      assertEquals(error instanceof MalformedError, true, String(error));
    }
  }));
});
