import { assertEquals, assertThrows } from "@std/assert";
import fc from "fast-check";
import type { Command, Result } from "../../lib/core/command.ts";
import { limits } from "../../lib/core/limits.ts";
import { money } from "../../lib/core/money.ts";
import { branchService } from "../../lib/format/contract.ts";
import {
  readDeposit,
  readExecute,
  readExecuted,
  readQuery,
  readWithdrawal,
  writeExecute,
  writeExecuted,
  writeQueried,
  writeWritten,
} from "../../lib/format/customer_wire.ts";
import { ExcessError, MalformedError } from "../../lib/format/malformed.ts";
import { branch, commandId, deposit, query, vector, withdrawal } from "../core/samples.ts";

const { Deposit, Withdraw, Execute } = branchService;
const session = vector({ 1: 4, 7: 1 });
const seven = branch(7);

const amounts = fc.integer({ min: 0, max: limits.amountMax });
const commands: fc.Arbitrary<Command> = fc.oneof(
  amounts.map((amount) => deposit("run/1/1", amount)),
  amounts.map((amount) => withdrawal("run/1/2", amount)),
  fc.constant(query),
);

const results: fc.Arbitrary<Result> = fc.oneof(
  fc.integer({ min: 1, max: limits.branchesMax }).map((branches) =>
    ({ kind: "written", branches }) as const
  ),
  fc.constantFrom("insufficient funds", "balance limit").map((refusal) =>
    ({ kind: "refused", refusal }) as Result
  ),
  fc.constant({ kind: "unavailable" } as const),
  fc.integer({ min: 0, max: limits.balanceMax }).map((balance) =>
    ({ kind: "balance", balance: money(balance) }) as const
  ),
);

Deno.test("writeWritten() says what became of a write, and how many branches have it", () => {
  const seen = { sequences: { 1: 4, 7: 1 } };
  const cases = [
    [{ kind: "written", branches: 3 }, { outcome: "OUTCOME_SUCCESS", branches: 3 }],
    [
      { kind: "refused", refusal: "insufficient funds" },
      { outcome: "OUTCOME_INSUFFICIENT_FUNDS", branches: 0 },
    ],
    [
      { kind: "refused", refusal: "balance limit" },
      { outcome: "OUTCOME_BALANCE_LIMIT", branches: 0 },
    ],
    [{ kind: "unavailable" }, { outcome: "OUTCOME_ALLOWANCE_UNAVAILABLE", branches: 0 }],
  ] as const;
  for (const [result, answer] of cases) {
    assertEquals(writeWritten({ results: [result], session }), { ...answer, session: seen });
  }
});

Deno.test("writeQueried() tells the largest balance exactly", () => {
  const result = { kind: "balance", balance: money(limits.balanceMax) } as const;
  const { balance } = writeQueried({ results: [result], session });
  assertEquals(balance, 9007199254740991);
});

Deno.test("readExecute() reads what writeExecute() wrote", () => {
  const ids = fc.integer({ min: 0, max: limits.idMax }).map(branch);
  fc.assert(fc.property(fc.array(commands, { maxLength: 20 }), ids, (list, id) => {
    const written = { branch: id, commands: list, session };
    const bytes = Execute.requestSerialize(writeExecute(written));
    assertEquals(readExecute(Execute.requestDeserialize(bytes)), written);
  }));
});

Deno.test("readExecuted() reads what writeExecuted() wrote", () => {
  fc.assert(fc.property(fc.array(results, { maxLength: 20 }), (list) => {
    const bytes = Execute.responseSerialize(writeExecuted({ results: list, session }));
    assertEquals(readExecuted(Execute.responseDeserialize(bytes)), { results: list, session });
  }));
});

Deno.test("readExecuted() names what is wrong in an answer, and breaks no invariant", () => {
  const success = { outcome: "OUTCOME_SUCCESS", branches: 0 } as const;
  const cases = [
    [{ ...success, balance: "9223372036854775807" }, "balance is 9223372036854776000;"],
    [{ ...success, balance: `${-(2n ** 53n)}` }, "balance is -9007199254740992;"],
    [{ ...success, balance: -1 }, "balance is -1;"],
    [{ outcome: 0, branches: 1 }, "outcome is OUTCOME_UNSPECIFIED;"],
    [{ outcome: 77, branches: 1 }, "outcome is 77;"],
  ] as const;
  for (const [result, complaint] of cases) {
    const hostile = { results: [result] } as Parameters<typeof Execute.responseSerialize>[0];
    const carried = Execute.responseDeserialize(Execute.responseSerialize(hostile));
    assertThrows(() => readExecuted(carried), MalformedError, complaint);
  }
  const wrong = { results: [], session: { sequences: { 2: 2 ** 53 } } };
  assertThrows(() => readExecuted(wrong), MalformedError, "session.sequences[2] is 90071992547409");
});

Deno.test("readDeposit() and readWithdrawal() tell the branch that is to execute the write", () => {
  const message = { commandId: commandId("a"), amount: 5, session: { sequences: { 1: 4, 7: 1 } } };
  const cases = [[Deposit, readDeposit, deposit], [Withdraw, readWithdrawal, withdrawal]] as const;
  for (const [method, read, make] of cases) {
    for (const id of [7, 0, limits.idMax]) {
      const bytes = method.requestSerialize({ ...message, branch: id });
      const commands = [make("a", 5)];
      assertEquals(read(method.requestDeserialize(bytes)), {
        branch: branch(id),
        commands,
        session,
      });
    }
  }
});

Deno.test("readQuery() names no branch: any may answer", () => {
  const read = readQuery({ session: null, commandId: "" });
  assertEquals(read, { branch: undefined, commands: [query], session: vector({}) });
});

Deno.test("readQuery() and readExecute() keep the name of a query, and name one that cannot be", () => {
  const named = { action: "query", id: commandId("q") } as const;
  const { commands } = readQuery({ session: null, commandId: commandId("q") });
  assertEquals(commands, [named]);
  const written = writeExecute({ branch: branch(1), commands: [named, query], session });
  const carried = Execute.requestDeserialize(Execute.requestSerialize(written));
  assertEquals(readExecute(carried).commands, [named, query]);
  const hostile = { session: null, commandId: "q" };
  assertThrows(() => readQuery(hostile), MalformedError, 'command_id is "q";');
});

Deno.test("readDeposit() and readWithdrawal() name the field and the value that cannot be", () => {
  const message = { commandId: commandId("a"), amount: 1, session: null };
  const cases = [
    [{ ...message, commandId: "" }, 'command_id is "";'],
    [{ ...message, commandId: "é" }, 'command_id is "é";'],
    [{ ...message, amount: -1 }, "amount is -1;"],
    [{ ...message, amount: 1e12 + 1 }, "amount is 1000000000001;"],
    [{ ...message, session: { sequences: { 2: 2 ** 63 } } }, "session.sequences[2] is 92233"],
  ] as const;
  for (const [hostile, complaint] of cases) {
    for (const [method, read] of [[Deposit, readDeposit], [Withdraw, readWithdrawal]] as const) {
      const carried = method.requestDeserialize(method.requestSerialize(hostile));
      assertThrows(() => read(carried), MalformedError, complaint);
    }
  }
});

Deno.test("readQuery() names the sequence that cannot be", () => {
  const hostile = { session: { sequences: { 2: -1 } }, commandId: "" };
  assertThrows(() => readQuery(hostile), MalformedError, "session.sequences[2] is -1;");
});

Deno.test("readExecute() names the command that is wrong, and refuses too many", () => {
  const message = { action: "ACTION_DEPOSIT", commandId: commandId("a"), amount: 1 } as const;
  const cases = [
    [[message, { ...message, amount: -5 }], "commands[1].amount is -5;"],
    [[{ ...message, commandId: "a b" }], 'commands[0].command_id is "a b";'],
    [[{ ...message, action: "ACTION_UNSPECIFIED" as const }], "commands[0].action is ACTION_UNSPE"],
  ] as const;
  for (const [list, complaint] of cases) {
    const read = () => readExecute({ commands: [...list], session: null, branch: seven });
    assertThrows(read, MalformedError, complaint);
  }
  const many = Array(limits.requestCommandsMax + 1).fill(message);
  const crowd = () => readExecute({ commands: many, session: null, branch: seven });
  assertThrows(crowd, ExcessError, "commands has 1001 elements;");
  const wrong = { commands: [], session: { sequences: { 9: 0.5 } }, branch: 7 };
  assertThrows(() => readExecute(wrong), MalformedError, "session.sequences[9] is 0.5;");
  const nobody = { commands: [], session: null, branch: -1 };
  assertThrows(() => readExecute(nobody), MalformedError, "branch is -1;");
});
