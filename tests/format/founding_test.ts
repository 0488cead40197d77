import { assertEquals, assertThrows } from "@std/assert";
import { limits } from "../../lib/core/limits.ts";
import { money } from "../../lib/core/money.ts";
import {
  disagreement,
  foreignness,
  type Founding,
  type JournalState,
  readFounding,
  writeFounding,
} from "../../lib/format/founding.ts";
import { branch, vector } from "../core/samples.ts";

const [one, two, three] = [branch(1), branch(2), branch(3)];

const founding: Founding = {
  bank: "5ec2e7",
  branch: one,
  members: [one, two],
  opening: money(400),
};

function state(id: number, known: Record<number, number>, bank = "5ec2e7"): JournalState {
  return { branch: branch(id), bank, known: vector(known) };
}

Deno.test("readFounding() reads what writeFounding() wrote, up to the limits", () => {
  const largest = {
    ...founding,
    branch: branch(limits.idMax),
    members: [branch(0), branch(limits.idMax)],
    opening: money(limits.openingBalanceMax),
  };
  for (const written of [founding, largest, { ...founding, opening: money(0) }]) {
    assertEquals(readFounding(writeFounding(written)), written);
  }
});

Deno.test("writeFounding() gives what was read the very text that it was read from", () => {
  const text = writeFounding(founding);
  assertEquals(writeFounding(readFounding(text)), text);
});

Deno.test("readFounding() refuses text that is no founding", () => {
  for (const text of ["", "{", "null", "{}", '{"opening": 0.5}']) {
    assertThrows(() => readFounding(text));
  }
});

Deno.test("foreignness() says nothing of the bank that the journal is of, whatever its id", () => {
  assertEquals(foreignness(founding, { ...founding, bank: "drawn anew" }), undefined);
});

Deno.test("foreignness() says how the bank differs: its branch first, then its members", () => {
  const cases = [
    [{ branch: two }, "it is the journal of branch 1, not of branch 2"],
    [{ branch: two, opening: money(1) }, "it is the journal of branch 1, not of branch 2"],
    [{ members: [one, two, three] }, "its bank has the branches 1, 2, not 1, 2, 3"],
    [{ members: [one], opening: money(1) }, "its bank has the branches 1, 2, not 1"],
    [{ opening: money(401) }, "its bank opened with 400, not with 401"],
  ] as const;
  for (const [wanted, reason] of cases) {
    assertEquals(foreignness(founding, { ...founding, ...wanted }), reason);
  }
});

Deno.test("disagreement() finds none among journals that have heard of each other, or not yet", () => {
  const together = [
    [],
    [state(1, { 1: 5 })],
    [state(1, {}), state(2, {})],
    [state(1, { 1: 5 }), state(2, { 1: 5, 2: 1 }), state(3, { 2: 1 })],
  ];
  for (const states of together) assertEquals(disagreement(states), undefined);
});

Deno.test("disagreement() finds a journal of another bank, or one that was founded anew", () => {
  const reason = "the journals of branches 1 and 3 are of different banks, or one of them was lost";
  const states = [state(1, { 1: 5 }), state(2, { 2: 1 }), state(3, {}, "0ther")];
  assertEquals(disagreement(states), reason);
});

Deno.test("disagreement() tells a founding that broke off from a journal that was lost", () => {
  const reason = "the bank was not founded to its end, and nothing is in it; remove its journals";
  assertEquals(disagreement([state(1, {}), state(2, {}, "0ther")]), reason);
});

Deno.test("disagreement() finds a journal that lacks what another knows of its branch", () => {
  const reason = "branch 2 has lost what it wrote: branch 3 knows its entry 9, " +
    "its own journal ends with 7";
  const states = [state(1, { 2: 7 }), state(2, { 2: 7 }), state(3, { 2: 9 })];
  assertEquals(disagreement(states), reason);
  assertEquals(disagreement(states.toReversed()), reason);
  const empty = [state(1, { 2: 1 }), state(2, { 1: 0 })];
  assertEquals(
    disagreement(empty)?.endsWith("knows its entry 1, its own journal ends with 0"),
    true,
  );
});
