import { assertEquals } from "@std/assert";
import { money } from "../../lib/core/money.ts";
import { nothingKnown } from "../../lib/core/version_vector.ts";
import {
  commandIn,
  entryIn,
  knownIn,
  nameIn,
  propagateIn,
  rangesIn,
  resultIn,
  standingIn,
} from "../../lib/format/trace_form.ts";
import {
  branch,
  commandId,
  deposit,
  deposits,
  grant,
  query,
  record,
  vector,
} from "../core/samples.ts";

const [one, two] = [branch(1), branch(2)];
const run = commandId("run");

Deno.test("nameIn() shortens ids of the run itself, and of no other, however alike", () => {
  assertEquals(nameIn(run, commandId(`${run}/7/1`)), "7/1");
  for (const other of [`${run}2/7/1`, run, "else/7/1"].map(commandId)) {
    assertEquals(nameIn(run, other), other);
  }
});

Deno.test("commandIn() gives a query no amount, and one without a name no place", () => {
  assertEquals(commandIn(run, query), undefined);
  const named = { ...query, id: commandId(`${run}/7/1`) };
  assertEquals(commandIn(run, named), { command: "7/1", action: "query" });
  const write = { command: "7/2", action: "deposit", amount: 0 } as const;
  assertEquals(commandIn(run, deposit(`${run}/7/2`, 0)), write);
});

Deno.test("entryIn() names a claim by its whole id", () => {
  const id = `${run}/claim/1`;
  const claim = commandId(id);
  assertEquals(entryIn(run, grant(id, 2, 5)), { action: "grant", claim, to: 2, amount: 5 });
});

Deno.test("knownIn() and standingIn() give what JSON can carry", () => {
  assertEquals(knownIn(vector({ 2: 1, 1: 3 })), { 1: 3, 2: 1 });
  const most = money(Number.MAX_SAFE_INTEGER);
  const standing = { balance: Number.MAX_SAFE_INTEGER, allowance: 0 };
  assertEquals(standingIn({ balance: most, allowance: money(0) }), standing);
});

Deno.test("rangesIn() joins records of one log that follow each other, and no others", () => {
  const records = [
    record({ origin: one, first: 1, entries: deposits("a", 3) }),
    record({ origin: one, first: 4 }),
    record({ origin: two, first: 5 }),
    record({ origin: one, first: 5 }),
    record({ origin: one, first: 9 }),
  ];
  assertEquals(rangesIn(records), [
    { origin: 1, first: 1, last: 4 },
    { origin: 2, first: 5, last: 5 },
    { origin: 1, first: 5, last: 5 },
    { origin: 1, first: 9, last: 9 },
  ]);
  assertEquals(rangesIn([]), []);
});

Deno.test("propagateIn() leaves out what is not offered", () => {
  const request = { attempt: 1, last: 0, everywhere: 0, asks: false, records: [] };
  const message = { message: "propagate", attempt: 1, carries: [], last: 0, everywhere: 0 };
  const has = vector({ 1: 1 });
  assertEquals<unknown>(propagateIn({ ...request, has }), {
    ...message,
    has: { 1: 1 },
    asks: false,
  });
  assertEquals<unknown>(propagateIn({ ...request, has: nothingKnown }), {
    ...message,
    asks: false,
  });
});

Deno.test("resultIn() tells every result", () => {
  assertEquals(resultIn({ kind: "written", branches: 2 }), { result: "written", branches: 2 });
  const refusal = "balance limit";
  assertEquals(resultIn({ kind: "refused", refusal }), { result: "refused", refusal });
  assertEquals(resultIn({ kind: "unavailable" }), { result: "unavailable" });
  const balance = { result: "balance", balance: 0 } as const;
  assertEquals(resultIn({ kind: "balance", balance: money(0) }), balance);
});
