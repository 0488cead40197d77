import { assertEquals } from "@std/assert";
import fc from "fast-check";
import { Books } from "../../lib/core/books.ts";
import { answerClaims, type Giver, grantable } from "../../lib/core/grants.ts";
import { contentsOf } from "../../lib/core/journal_record.ts";
import { commandIdPrefix } from "../../lib/core/ids.ts";
import { limits } from "../../lib/core/limits.ts";
import { money } from "../../lib/core/money.ts";
import type { ClaimInput } from "../../lib/core/step.ts";
import { branch, commandId, deposits, grant, madeMs, withdrawal } from "./samples.ts";

const [one, two, three] = [branch(1), branch(2), branch(3)];

/** What branch 2 grants; of a balance of 1,000, unless it says otherwise. */
function given(
  { from = 3, need, wanted = need, allowance, reserved = 0, balance = 1_000, members = 3 }: {
    readonly from?: number;
    readonly need: number;
    readonly wanted?: number;
    readonly allowance: number;
    readonly reserved?: number;
    readonly balance?: number;
    readonly members?: number;
  },
): bigint {
  return grantable({ from: branch(from), need: money(need), wanted: money(wanted) }, {
    self: two,
    allowance: money(allowance),
    reserved: money(reserved),
    balance: money(balance),
    members,
  });
}

Deno.test("grantable() gives what is needed, or all that there is", () => {
  assertEquals(given({ need: 30, allowance: 100 }), 30n);
  assertEquals(given({ need: 30, allowance: 30 }), 30n);
  assertEquals(given({ need: 30, allowance: 12 }), 12n);
  assertEquals(given({ need: 30, allowance: 0 }), 0n);
});

Deno.test("grantable() gives some more to who asks for it, at most half of what is left", () => {
  assertEquals(given({ need: 30, wanted: 60, allowance: 100 }), 60n);
  assertEquals(given({ need: 30, wanted: 500, allowance: 100 }), 65n);
  assertEquals(given({ need: 30, wanted: 10, allowance: 100 }), 30n);
});

Deno.test("grantable() lets the lower id go first where both need allowance", () => {
  assertEquals(given({ from: 3, need: 30, allowance: 100, reserved: 100 }), 0n);
  assertEquals(given({ from: 3, need: 30, allowance: 100, reserved: 90 }), 10n);
  assertEquals(given({ from: 3, need: 30, wanted: 60, allowance: 100, reserved: 20 }), 30n);
  assertEquals(given({ from: 1, need: 30, wanted: 60, allowance: 100, reserved: 90 }), 30n);
  assertEquals(given({ from: 1, need: 30, allowance: 20, reserved: 20 }), 20n);
  assertEquals(given({ from: 3, need: 30, allowance: 20, reserved: 50 }), 0n);
});

Deno.test("grantable() gives all away where shares would be too small for what is needed", () => {
  assertEquals(given({ need: 30, allowance: 80, balance: 89 }), 80n);
  assertEquals(given({ need: 30, allowance: 80, balance: 90 }), 30n);
});

Deno.test("grantable() gives nothing to who needs nothing, and never more than there is", () => {
  assertEquals(given({ need: 0, wanted: 50, allowance: 100, balance: 0 }), 0n);
  const amount = fc.integer({ min: 0, max: 1_000 });
  fc.assert(fc.property(amount, amount, amount, amount, fc.nat(3), (need, wanted, ...rest) => {
    const [allowance, part, from] = rest;
    const reserved = Math.min(part, allowance);
    const gift = given({ from, need, wanted, allowance, reserved });
    assertEquals(gift >= 0n && gift <= BigInt(allowance), true);
  }));
});

/** Branch 2 of three, in a bank of 300. */
function giver(): Giver & { readonly books: Books } {
  const members = [one, two, three];
  const config = { self: two, members, opening: money(300), outcomeMs: limits.outcomeMsMin };
  const books = new Books(config, contentsOf(two, []));
  return {
    ...{ books, members: new Set(members), reserved: money(0) },
    ...{ isSure: true, nowMs: madeMs },
  };
}

function claim(id: string, { from = 3, need = 30, ticket = 1 } = {}): ClaimInput {
  const needed = money(need);
  return {
    kind: "claim",
    ticket,
    from: branch(from),
    attempt: 1,
    id: commandId(id),
    need: needed,
    wanted: needed,
  };
}

Deno.test("answerClaims() grants a claim once, however often it comes, and says how far its log goes", () => {
  const bank = giver();
  const granted = { kind: "claimed", isGranted: true, last: 1, expiredMs: 0 } as const;
  assertEquals(answerClaims([claim("a")], bank), [{ ...granted, ticket: 1 }]);
  assertEquals(answerClaims([claim("a", { ticket: 2, need: 50 })], bank), [
    { ...granted, ticket: 2 },
  ]);
  assertEquals(
    bank.books.turnPage(madeMs).flatMap((row) => row.kind === "entries" ? row.entries : []),
    [
      grant("a", 3, 30),
    ],
  );
});

Deno.test("answerClaims() serves lower ids first, and writes nothing down where it grants nothing", () => {
  const bank = giver();
  const answers = answerClaims([
    claim("a", { from: 3, need: 80, ticket: 1 }),
    claim("b", { from: 1, need: 90, ticket: 2 }),
    claim("c", { from: 3, need: 80, ticket: 3 }),
  ], bank);
  assertEquals(answers.map((answer) => answer.kind === "claimed" ? answer.isGranted : answer), [
    true,
    true,
    false,
  ]);
  assertEquals(answers.map(({ ticket }) => ticket), [2, 1, 3]);
  assertEquals(bank.books.ledger.allowanceOf(one), 190n);
  assertEquals(bank.books.last, 2);
});

Deno.test("answerClaims() grants nothing to strangers, to itself, in a full step, or to untimely claims", () => {
  for (const from of [2, 9]) {
    const bank = giver();
    assertEquals(answerClaims([claim("a", { from })], bank).map(isGranted), [false]);
    assertEquals(bank.books.last, 0);
  }
  const full = giver();
  const claims = (count: number) => (
    Array.from({ length: count }, (_, at) => claim(`${at}`, { ticket: at, need: 1 }))
  );
  for (const write of deposits("d", limits.recordEntriesMax - 1)) {
    full.books.execute(write, { isSure: true });
  }
  assertEquals(answerClaims(claims(2), full).map(isGranted), [true, false]);
  const ahead = claim(`${commandIdPrefix(madeMs + limits.commandAheadMsMax + 1)}a`);
  assertEquals(answerClaims([ahead], giver()).map(isGranted), [false]);
  const forgetful = giver();
  forgetful.books.expire(madeMs);
  assertEquals(answerClaims([claim("a")], forgetful), [
    { kind: "claimed", ticket: 1, isGranted: false, last: 0, expiredMs: madeMs },
  ]);
});

Deno.test("answerClaims() says nothing of its log while it is not sure of it", () => {
  const bank = { ...giver(), isSure: false };
  const nothing = { kind: "claimed", ticket: 1, isGranted: false, last: undefined } as const;
  const expiredMs = 0;
  assertEquals(answerClaims([claim("a")], bank), [{ ...nothing, expiredMs }]);
  assertEquals(bank.books.last, 0);
});

Deno.test("answerClaims() grants nothing under the id of a command", () => {
  const bank = giver();
  bank.books.execute(withdrawal("a", 1), { isSure: true });
  answerClaims([claim("a")], bank);
  assertEquals(bank.books.last, 1);
});

function isGranted(answer: ReturnType<typeof answerClaims>[number]): boolean | undefined {
  return answer.kind === "claimed" ? answer.isGranted : undefined;
}
