import {
  assert,
  assertEquals,
  assertNotEquals,
  assertStrictEquals,
  assertThrows,
} from "@std/assert";
import fc from "fast-check";
import type { AccountState } from "../../lib/core/checkpoint_record.ts";
import type { Entry } from "../../lib/core/entry.ts";
import type { BranchId, CommandId } from "../../lib/core/ids.ts";
import { InvariantError } from "../../lib/core/invariant.ts";
import { type EntriesRecord, lastOf } from "../../lib/core/journal_record.ts";
import { Ledger } from "../../lib/core/ledger.ts";
import { limits } from "../../lib/core/limits.ts";
import { money } from "../../lib/core/money.ts";
import { beyond, nothingKnown, type VersionVector } from "../../lib/core/version_vector.ts";
import {
  branch,
  commandId,
  deposit,
  deposits,
  grant,
  record,
  vector,
  withdrawal,
} from "./samples.ts";

const [one, two, three] = [branch(1), branch(2), branch(3)];
const members = [one, two, three];

function opened(opening = 100): Ledger {
  return new Ledger({ opening: money(opening), members });
}

Deno.test("ledger.admits() takes the next record of an origin, and knows the ones before", () => {
  const ledger = opened();
  const first = record({ origin: one, first: 1, entries: deposits("a", 2) });
  assertEquals(ledger.admits(first), "next");
  ledger.apply(first);
  assertEquals(ledger.admits(first), "known");
  assertEquals(ledger.admits(record({ origin: one, first: 3 })), "next");
  assertEquals(ledger.admits(record({ origin: two, first: 1 })), "next");
});

Deno.test("ledger.admits() holds a record back that leaves a gap or overlaps what is known", () => {
  const ledger = opened();
  assertEquals(ledger.admits(record({ origin: one, first: 2 })), "early");
  ledger.apply(record({ origin: one, first: 1 }));
  const overlapping = record({ origin: one, first: 1, entries: deposits("a", 2) });
  assertEquals(ledger.admits(overlapping), "early");
});

Deno.test("ledger.admits() holds a record back until its version vector is covered", () => {
  const ledger = opened();
  const follower = record({ origin: one, first: 1, after: vector({ 2: 2 }) });
  ledger.apply(record({ origin: two, first: 1 }));
  assertEquals(ledger.admits(follower), "early");
  ledger.apply(record({ origin: two, first: 2 }));
  assertEquals(ledger.admits(follower), "next");
});

Deno.test("ledger.apply() refuses a record out of its turn", () => {
  const ledger = opened();
  const early = record({ origin: one, first: 2 });
  assertThrows(() => ledger.apply(early), InvariantError, "in its turn");
  assertEquals(ledger.balance, 100n);
});

Deno.test("ledger adds deposits and takes withdrawals away, whoever wrote them", () => {
  const ledger = opened();
  const entries = [deposit("a", 30), withdrawal("b", 50)];
  ledger.apply(record({ origin: two, first: 1, entries }));
  assertEquals(ledger.post(one, withdrawal("c", 5)), 1);
  assertEquals(ledger.balance, 75n);
  assertEquals(ledger.known, vector({ 1: 1, 2: 2 }));
  assertEquals(ledger.knownOf(three), 0);
});

Deno.test("ledger.known is a value that never changes, and the same one while nothing does", () => {
  const ledger = opened();
  ledger.post(one, deposit("a", 1));
  const before = ledger.known;
  assertStrictEquals(ledger.known, before);
  ledger.post(one, deposit("b", 1));
  assertEquals(before, vector({ 1: 1 }));
  assertNotEquals(ledger.known, before);
});

Deno.test("ledger.depositRoom() is an equal part of the largest balance, less own deposits", () => {
  const opening = 1_000;
  const ledger = opened(opening);
  const part = (BigInt(limits.balanceMax) - BigInt(opening)) / 3n;
  ledger.post(two, deposit("a", 400));
  ledger.post(two, withdrawal("b", 300));
  assertEquals(ledger.depositRoom(two), money(part - 400n));
  assertEquals(ledger.depositRoom(one), money(part));
});

Deno.test("ledger.admits() never takes a record that could pass what a balance may be", () => {
  const ledger = opened();
  const entries = Array.from({ length: 10 }, (_, at) => deposit(`${at}`, limits.amountMax));
  let first = 1;
  const next = () => record({ origin: two, first, entries });
  for (; ledger.admits(next()) === "next"; first += 10) ledger.apply(next());
  assertEquals(ledger.admits(next()), "early");
  assert(ledger.balance > 10n * BigInt(limits.amountMax));
});

Deno.test("ledger.admits() never takes a record whose deposits are too much together", () => {
  const ledger = new Ledger({ opening: money(limits.openingBalanceMax), members: [one, two] });
  const room = ledger.depositRoom(two);
  const half = Number(room / 2n) + 1;
  const twice = record({
    origin: two,
    first: 1,
    entries: [deposit("a", half), deposit("b", half)],
  });
  assertEquals(ledger.admits(twice), "early");
  assertEquals(ledger.admits({ ...twice, entries: twice.entries.slice(1) }), "next");
});

Deno.test("ledger deals the opening balance out, and moves allowance as entries say", () => {
  const ledger = opened(100);
  const allowances = () => members.map((id) => ledger.allowanceOf(id));
  assertEquals(allowances(), [34n, 33n, 33n].map(money));
  ledger.post(two, deposit("a", 7));
  ledger.post(one, withdrawal("b", 34));
  ledger.post(three, grant("c", 1, 30));
  assertEquals(allowances(), [30n, 40n, 3n].map(money));
  assertEquals(ledger.balance, 73n);
});

Deno.test("ledger.admits() never takes a record that spends more than its origin may", () => {
  const beyond: readonly (readonly Entry[])[] = [
    [withdrawal("a", 34)],
    [grant("a", 1, 34)],
    [deposit("a", 5), withdrawal("b", 20), grant("c", 3, 19)],
    [withdrawal("a", 34), deposit("b", 50)],
    [grant("a", 2, 1)],
    [grant("a", 4, 1)],
  ];
  for (const entries of beyond) {
    const spends = record({ origin: two, first: 1, entries });
    assertEquals(opened(100).admits(spends), "early", JSON.stringify(entries.map(String)));
  }
  const ledger = opened(100);
  const paid = record({ origin: two, first: 1, entries: [withdrawal("a", 33)] });
  assertEquals(ledger.admits(paid), "next");
  const spent = record({ origin: two, first: 1, entries: [withdrawal("a", 40)] });
  ledger.apply(record({ origin: one, first: 1, entries: [grant("b", 2, 7)] }));
  assertEquals(ledger.admits(spent), "next");
  assertEquals(ledger.admits(record({ origin: branch(9), first: 1 })), "early");
});

Deno.test("Ledger that begins with the state of another goes on as that one", () => {
  const ledger = opened();
  ledger.post(three, deposit("a", 40));
  ledger.post(one, withdrawal("b", 30));
  ledger.post(one, deposit("c", 7));
  ledger.post(one, grant("d", 2, 8));
  const { state } = ledger;
  assertEquals(state, {
    accounts: [
      account(one, { known: 3, lastId: commandId("d"), deposited: 7, allowance: 3 }),
      account(two, { allowance: 41 }),
      account(three, { known: 1, lastId: commandId("a"), deposited: 40, allowance: 73 }),
    ],
  });
  const again = new Ledger({ opening: money(100), members }, state);
  for (const each of [ledger, again]) each.apply(record({ origin: two, first: 1 }));
  assertEquals(again.state, ledger.state);
  assertEquals([again.balance, again.known], [ledger.balance, ledger.known]);
  for (const id of members) assertEquals(again.depositRoom(id), ledger.depositRoom(id));
  assertEquals(again.admits(record({ origin: one, first: 4, after: vector({ 3: 1 }) })), "next");
  assertEquals(again.admits(record({ origin: one, first: 2 })), "known");
});

function account(
  id: BranchId,
  { known = 0, lastId, deposited = 0, allowance }: {
    readonly known?: number;
    readonly lastId?: CommandId;
    readonly deposited?: number;
    readonly allowance: number;
  },
): AccountState {
  return {
    branch: id,
    known,
    lastId,
    deposited: money(deposited),
    allowance: money(allowance),
  };
}

Deno.test("ledger.lastIdOf() tells the command of the last entry of a log, if there is one", () => {
  const ledger = opened();
  ledger.post(three, deposit("a", 40));
  ledger.apply(record({ origin: two, first: 1, entries: [deposit("b", 1), deposit("c", 1)] }));
  const lastIds = members.map((origin) => ledger.lastIdOf(origin));
  assertEquals(lastIds, [undefined, commandId("c"), commandId("a")]);
  const again = new Ledger({ opening: money(100), members }, ledger.state);
  assertEquals(members.map((origin) => again.lastIdOf(origin)), lastIds);
});

interface Historic {
  readonly record: EntriesRecord;
  /** All that the origin knew of others when it wrote the record. */
  readonly knew: VersionVector;
}

type Deed =
  | {
    readonly kind: "write";
    readonly by: number;
    readonly amounts: readonly number[];
    readonly isGrant: boolean;
  }
  | { readonly kind: "learn"; readonly by: number; readonly from: number };

const deeds: fc.Arbitrary<Deed[]> = fc.array(
  fc.oneof(
    fc.record({
      kind: fc.constant("write" as const),
      by: fc.nat(2),
      isGrant: fc.boolean(),
      amounts: fc.array(fc.integer({ min: -20, max: 20 }), { minLength: 1, maxLength: 3 }),
    }),
    fc.record({ kind: fc.constant("learn" as const), by: fc.nat(2), from: fc.nat(2) }),
  ),
  { minLength: 4, maxLength: 40 },
);

/** Lets three origins write and learn from each other, and gives what they wrote. */
function history(script: readonly Deed[]): readonly Historic[] {
  const written: Historic[] = [];
  const authors = members.map((id) => ({ id, ledger: opened(), after: nothingKnown }));
  for (const deed of script) {
    const author = authors[deed.by];
    if (author === undefined) continue;
    const { id, ledger } = author;
    if (deed.kind === "learn") {
      const news = written.find(({ record }) =>
        record.origin === members[deed.from] && ledger.admits(record) === "next"
      );
      if (news !== undefined && news.record.origin !== id) ledger.apply(news.record);
      continue;
    }
    const knew = othersOf(ledger.known, id);
    const first = ledger.knownOf(id) + 1;
    const entries = deed.amounts.map((amount, index): Entry => {
      const name = `${id}/${first + index}`;
      const entry = amount >= 0
        ? deposit(name, amount)
        : deed.isGrant && id !== one
        ? grant(name, one, -amount)
        : withdrawal(name, -amount);
      // An origin spends no more than it may; then it takes in as much.
      const isSpent = amount < 0 && entry.amount > ledger.allowanceOf(id);
      const posted = isSpent ? deposit(name, -amount) : entry;
      ledger.post(id, posted);
      return posted;
    });
    const after = beyond(knew, author.after);
    author.after = knew;
    written.push({ record: record({ origin: id, first, after, entries }), knew });
  }
  return written;
}

function othersOf(known: VersionVector, id: BranchId): VersionVector {
  return new Map([...known].filter(([origin]) => origin !== id));
}

Deno.test("ledger is the same whatever was doubled, delayed or reordered on the way to it", () => {
  let reordered = 0;
  fc.assert(fc.property(deeds, fc.array(fc.nat(), { maxLength: 80 }), (script, picks) => {
    const written = history(script);
    const ledger = opened();
    const take = ({ record, knew }: Historic) => {
      const admission = ledger.admits(record);
      if (admission === "early") reordered += 1;
      if (admission !== "next") return;
      assertEquals(ledger.knownOf(record.origin) + 1, record.first, "in the order of its origin");
      assertEquals(ledger.covers(knew), true, "after all that its origin knew");
      ledger.apply(record);
    };
    for (const pick of picks) {
      const picked = written[pick % Math.max(written.length, 1)];
      if (picked !== undefined) take(picked);
    }
    // Each round opens the way for at least one record, however they are ordered.
    for (const _ of written) written.toReversed().forEach(take);

    const expected = opened();
    for (const { record } of written) expected.apply(record);
    assertEquals(ledger.known, expected.known);
    assertEquals(ledger.balance, expected.balance);
    for (const id of members) assertEquals(ledger.depositRoom(id), expected.depositRoom(id));
    for (const id of members) assertEquals(ledger.allowanceOf(id), expected.allowanceOf(id));
    assertEquals(members.reduce((sum, id) => sum + ledger.allowanceOf(id), 0n), ledger.balance);
    const entries = written.flatMap(({ record }) => record.entries);
    const sum = entries.reduce(
      (total, { action, amount }) =>
        action === "grant" ? total : action === "deposit" ? total + amount : total - amount,
      100n,
    );
    assertEquals(ledger.balance, money(sum));
    const sequences = written.reduce(
      (count, { record }) => count + lastOf(record) - record.first + 1,
      0,
    );
    assertEquals(sequences, entries.length);
  }));
  assertNotEquals(reordered, 0, "the property has seen records arrive early");
});
