import { assertEquals } from "@std/assert";
import { branch, deposit, grant, record, vector, withdrawal } from "../core/samples.ts";
import { judgeRefusals } from "./refusals.ts";

const [one, two] = [branch(1), branch(2)];
const id = withdrawal("w", 1).id;

/** The journal of branch 1, of a bank that opened with 100: 100, 150, 30, 30, 90. */
const journal = [
  record({ origin: two, first: 1, entries: [deposit("a", 50)] }),
  record({ origin: one, first: 1, entries: [withdrawal("b", 120), grant("c", 2, 9)] }),
  record({ origin: two, first: 2, entries: [deposit("d", 60)] }),
];

function found(amount: number, since: Record<number, number>, until: Record<number, number>) {
  const refused = { write: withdrawal("w", amount), branch: one };
  const refusals = [{ ...refused, since: vector(since), until: vector(until) }];
  const journals = new Map([[one, journal], [two, []]]);
  return [...judgeRefusals(100n, { refusals, journals })].map(({ message }) => message);
}

Deno.test("judgeRefusals() finds nothing where there was too little at some moment", () => {
  assertEquals(found(101, {}, {}), []);
  assertEquals(found(31, {}, { 1: 2, 2: 2 }), []);
  assertEquals(found(31, { 1: 1, 2: 1 }, { 1: 2, 2: 2 }), []);
  assertEquals(found(91, { 1: 2, 2: 2 }, { 1: 2, 2: 2 }), []);
});

Deno.test("judgeRefusals() finds a refusal of what there was all the time", () => {
  const least = (amount: number) => [
    `${id} of branch 1 asks for ${amount}, and there was at least ${amount}`,
  ];
  assertEquals(found(100, {}, { 2: 1 }), least(100));
  assertEquals(found(150, { 2: 1 }, { 2: 1 }), least(150));
  assertEquals(found(30, {}, { 1: 2, 2: 2 }), least(30));
  assertEquals(found(90, { 1: 2, 2: 2 }, { 1: 2, 2: 2 }), least(90));
});

Deno.test("judgeRefusals() finds a refusal by a branch that had not heard of others", () => {
  assertEquals(found(1_000, { 2: 2 }, { 1: 2, 2: 1 }), [
    `${id} of branch 1 was refused without what others had shown before`,
  ]);
});
