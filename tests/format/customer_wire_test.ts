import { assert, assertEquals, assertThrows } from "@std/assert";
import fc from "fast-check";
import type { Result } from "../../lib/core/command.ts";
import { limits } from "../../lib/core/limits.ts";
import { money } from "../../lib/core/money.ts";
import { branchService } from "../../lib/format/contract.ts";
import {
  readDeposit,
  readExecute,
  readQuery,
  readWithdrawal,
  writeExecuted,
  writeQueried,
  writeWritten,
} from "../../lib/format/customer_wire.ts";
import { ExcessError, MalformedError } from "../../lib/format/malformed.ts";
import { branch, commandId, deposit, query, vector, withdrawal } from "../core/samples.ts";
import { messagesOf, type Method, seen, seenByCodec } from "./customer_codec.ts";

const { Deposit, Withdraw, Query, Execute } = branchService;
const session = vector({ 1: 4, 7: 1 });
const sequences = { 1: 4, 7: 1 };
const id = commandId("a");
const readers = {
  Deposit: readDeposit,
  Withdraw: readWithdrawal,
  Query: readQuery,
  Execute: readExecute,
} as const;
const methods = Object.entries(readers) as [Method, typeof readers[Method]][];

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

/** What a codec for any message reads of an answer with this result. */
function messageOf(result: Result) {
  const nothing = { outcome: "OUTCOME_SUCCESS", branches: 0, balance: 0 };
  if (result.kind === "written") return { ...nothing, branches: result.branches };
  if (result.kind === "balance") return { ...nothing, balance: Number(result.balance) };
  if (result.kind === "unavailable") {
    return { ...nothing, outcome: "OUTCOME_ALLOWANCE_UNAVAILABLE" };
  }
  const isLimit = result.refusal === "balance limit";
  const outcome = isLimit ? "OUTCOME_BALANCE_LIMIT" : "OUTCOME_INSUFFICIENT_FUNDS";
  return { ...nothing, outcome };
}

/** Bytes as a codec wants them; that it wants Node's is nothing to it. */
function asCodec(bytes: Uint8Array) {
  return bytes as Parameters<typeof Execute.responseDeserialize>[0];
}

Deno.test("readers of requests read any message as the codec does, or refuse it as that would be", () => {
  for (const [method, read] of methods) {
    let requests = 0;
    fc.assert(
      fc.property(messagesOf(method), (bytes) => {
        const found = seen(() => read(bytes));
        assertEquals(found, seenByCodec(method, bytes));
        if (typeof found === "object") requests += 1;
      }),
      { numRuns: 500 },
    );
    assert(requests > 50, `${requests} of ${method} were read`);
  }
});

Deno.test("readers of requests read no bytes as anything but what the codec reads", () => {
  const changes = fc.array(fc.tuple(fc.nat(), fc.nat(255)), { maxLength: 3 });
  for (const [method, read] of methods) {
    fc.assert(
      fc.property(messagesOf(method), changes, fc.nat(3), (message, flips, cut) => {
        const whole = message.slice(0, message.length - cut);
        const bytes = flips.reduce(
          (left, [at, byte]) => left.length === 0 ? left : left.with(at % left.length, byte),
          whole,
        );
        const found = seen(() => read(bytes));
        const expected = seenByCodec(method, bytes);
        // The codec refuses some numbers that are longer than they may be, and reads texts that
        // go beyond the end of their message.
        if (typeof found === "object" && expected !== "unreadable") assertEquals(found, expected);
      }),
      { numRuns: 1_000 },
    );
  }
});

Deno.test("readers of requests refuse a message that ends within a part", () => {
  const command = { action: "ACTION_DEPOSIT", commandId: id, amount: 300 } as const;
  const whole = {
    Deposit: Deposit.requestSerialize({ amount: 300, commandId: id, branch: 300 }),
    Withdraw: Withdraw.requestSerialize({ amount: 300, commandId: id, branch: 300 }),
    Query: Query.requestSerialize({ session: { sequences }, commandId: id }),
    Execute: Execute.requestSerialize({ commands: [command], branch: 300 }),
  };
  for (const [method, read] of methods) {
    read(whole[method]);
    assertThrows(() => read(whole[method].subarray(0, -1)), RangeError);
  }
});

Deno.test("writeExecuted() writes what the codec reads, of any results", () => {
  fc.assert(fc.property(fc.array(results, { maxLength: 20 }), (list) => {
    const bytes = writeExecuted({ results: list, session });
    const message = Execute.responseDeserialize(asCodec(bytes));
    assertEquals<unknown>(message, { results: list.map(messageOf), session: { sequences } });
  }));
});

Deno.test("writeWritten() says what became of a write, and how many branches have it", () => {
  const writes = results.filter(({ kind }) => kind !== "balance");
  fc.assert(fc.property(writes, (result) => {
    const bytes = writeWritten({ results: [result], session });
    const { outcome, branches } = messageOf(result);
    for (const { responseDeserialize } of [Deposit, Withdraw]) {
      const message = responseDeserialize(asCodec(bytes));
      assertEquals<unknown>(message, { outcome, branches, session: { sequences } });
    }
  }));
});

Deno.test("writeQueried() tells the largest balance exactly", () => {
  for (const balance of [0, limits.balanceMax]) {
    const result = { kind: "balance", balance: money(balance) } as const;
    const bytes = writeQueried({ results: [result], session });
    assertEquals(Query.responseDeserialize(asCodec(bytes)), { balance, session: { sequences } });
  }
});

Deno.test("writers of answers have room for the largest answers that there can be", () => {
  const many = Array.from({ length: limits.branchesMax }, (_, index) => limits.idMax - index);
  const all = new Map(many.map((one) => [branch(one), limits.balanceMax]));
  const written = { kind: "written", branches: limits.idMax } as const;
  const balance = { kind: "balance", balance: money(limits.balanceMax) } as const;
  const list = Array(limits.requestCommandsMax / 2).fill([written, balance]).flat();
  const executed = writeExecuted({ results: list, session: all });
  const message = Execute.responseDeserialize(asCodec(executed));
  assertEquals<unknown>(message.results, list.map(messageOf));
  assertEquals(Object.keys(message.session?.sequences ?? {}).length, limits.branchesMax);
  const balances = Array<Result>(limits.requestCommandsMax).fill(balance);
  const alone = Execute.responseDeserialize(
    asCodec(writeExecuted({ results: balances, session: vector({}) })),
  );
  assertEquals<unknown>(alone.results, balances.map(messageOf));
  const one = Deposit.responseDeserialize(
    asCodec(writeWritten({ results: [written], session: all })),
  );
  assertEquals([one.branches, Object.keys(one.session?.sequences ?? {}).length], [
    limits.idMax,
    limits.branchesMax,
  ]);
  const queried = writeQueried({ results: [balance], session: all });
  assertEquals(Query.responseDeserialize(asCodec(queried)).balance, limits.balanceMax);
});

Deno.test("readDeposit() and readWithdrawal() tell the branch that is to execute the write", () => {
  const message = { commandId: id, amount: 5, session: { sequences } };
  const cases = [[Deposit, readDeposit, deposit], [Withdraw, readWithdrawal, withdrawal]] as const;
  for (const [method, read, make] of cases) {
    for (const executor of [7, 0, limits.idMax]) {
      const bytes = method.requestSerialize({ ...message, branch: executor });
      assertEquals(read(bytes), { branch: branch(executor), commands: [make("a", 5)], session });
    }
  }
});

Deno.test("readQuery() names no branch: any may answer", () => {
  const expected = { branch: undefined, commands: [query], session: vector({}) };
  assertEquals(readQuery(Query.requestSerialize({})), expected);
});

Deno.test("readQuery() and readExecute() keep the name of a query, and name one that cannot be", () => {
  const named = { action: "query", id: commandId("q") } as const;
  const commands = [{ action: "ACTION_QUERY", commandId: named.id }, { action: "ACTION_QUERY" }];
  const bytes = Execute.requestSerialize(
    { commands } as { commands: { action: "ACTION_QUERY" }[] },
  );
  assertEquals(readExecute(bytes).commands, [named, query]);
  assertEquals(readQuery(Query.requestSerialize({ commandId: named.id })).commands, [named]);
  const hostile = Query.requestSerialize({ commandId: "q" });
  assertThrows(() => readQuery(hostile), MalformedError, 'command_id is "q";');
});

Deno.test("readDeposit() and readWithdrawal() name the field and the value that cannot be", () => {
  const message = { commandId: id, amount: 1, session: null };
  const cases = [
    [{ ...message, commandId: "" }, 'command_id is "";'],
    [{ ...message, commandId: "é" }, 'command_id is "é";'],
    [{ ...message, amount: -1 }, "amount is -1;"],
    [{ ...message, amount: 1e12 + 1 }, "amount is 1000000000001;"],
    [{ ...message, session: { sequences: { 2: 2 ** 63 } } }, "session.sequences[2] is 92233"],
  ] as const;
  for (const [hostile, complaint] of cases) {
    for (const [method, read] of [[Deposit, readDeposit], [Withdraw, readWithdrawal]] as const) {
      const bytes = method.requestSerialize(hostile);
      assertThrows(() => read(bytes), MalformedError, complaint);
    }
  }
});

Deno.test("readExecute() names the command that is wrong, and refuses too many", () => {
  const message = { action: "ACTION_DEPOSIT", commandId: id, amount: 1 } as const;
  const cases = [
    [[message, { ...message, amount: -5 }], "commands[1].amount is -5;"],
    [[{ ...message, commandId: "a b" }], 'commands[0].command_id is "a b";'],
    [[{ ...message, action: "ACTION_UNSPECIFIED" as const }], "commands[0].action is ACTION_UNSPE"],
  ] as const;
  for (const [commands, complaint] of cases) {
    const bytes = Execute.requestSerialize({ commands: [...commands] });
    assertThrows(() => readExecute(bytes), MalformedError, complaint);
  }
  const crowd = (count: number) => (
    readExecute(Execute.requestSerialize({ commands: Array(count).fill(message) }))
  );
  assertEquals(crowd(limits.requestCommandsMax).commands.length, limits.requestCommandsMax);
  const complaint = "commands has more than 1000 elements";
  assertThrows(() => crowd(limits.requestCommandsMax + 1), ExcessError, complaint);
});
