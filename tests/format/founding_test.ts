import { assert, assertEquals, assertNotEquals, assertThrows } from "@std/assert";
import { limits } from "../../lib/core/limits.ts";
import { money } from "../../lib/core/money.ts";
import {
  type BankFounding,
  foreignness,
  type Founding,
  readFounding,
  strangeness,
  writeBank,
  writeFounding,
} from "../../lib/format/founding.ts";
import { branch } from "../core/samples.ts";

const [one, two, three] = [branch(1), branch(2), branch(3)];

const bank: BankFounding = { bank: "5ec2e7", members: [one, two], opening: money(400) };
const founding: Founding = { ...bank, branch: one };

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

Deno.test("foreignness() says nothing of the journal that is wanted", () => {
  assertEquals(foreignness(founding, { ...founding }), undefined);
});

Deno.test("foreignness() says how a journal differs: its branch first, then its bank", () => {
  const cases = [
    [{ branch: two }, "it is the journal of branch 1, not of branch 2"],
    [{ branch: two, bank: "gold" }, "it is the journal of branch 1, not of branch 2"],
    [{ bank: "gold", members: [one] }, "it is of the bank 5ec2e7, not of the bank gold"],
    [{ members: [one, two, three] }, "its bank has the branches 1, 2, not 1, 2, 3"],
    [{ members: [one], opening: money(1) }, "its bank has the branches 1, 2, not 1"],
    [{ opening: money(401) }, "its bank opened with 400, not with 401"],
  ] as const;
  for (const [wanted, reason] of cases) {
    assertEquals(foreignness(founding, { ...founding, ...wanted }), reason);
  }
});

Deno.test("writeBank() gives all branches of a bank one text, and every other bank another", () => {
  const text = writeBank(bank);
  const journals = bank.members.map((member): Founding => ({ ...founding, branch: member }));
  for (const journal of journals) assertEquals(writeBank(journal), text);
  const others = [
    { ...bank, bank: "gold" },
    { ...bank, members: [one, two, three] },
    { ...bank, members: [one] },
    { ...bank, opening: money(401) },
  ];
  for (const other of others) assertNotEquals(writeBank(other), text);
});

Deno.test("writeBank() writes visible ASCII, as metadata and statuses carry it", () => {
  const members = Array.from({ length: limits.branchesMax }, (_, id) => branch(id));
  const opening = money(limits.openingBalanceMax);
  const longest = writeBank({ bank: "~".repeat(64), members, opening });
  for (const text of [writeBank(bank), longest]) assert(/^[!-~]+$/.test(text), text);
});

Deno.test("strangeness() says how the bank of another branch differs from its own", () => {
  const cases = [
    [{ bank: "gold", opening: money(1) }, "it is of the bank gold, not of the bank 5ec2e7"],
    [{ members: [one, three] }, "its bank has the branches 1, 3, not 1, 2"],
    [{ opening: money(401) }, "its bank opened with 401, not with 400"],
  ] as const;
  for (const [other, reason] of cases) {
    assertEquals(strangeness(writeBank({ ...bank, ...other }), bank), reason);
  }
});

Deno.test("strangeness() takes what it cannot read for another version", () => {
  const newer = writeBank(bank).replace(/"version":\d+/, '"version":999');
  assertNotEquals(newer, writeBank(bank));
  const text = writeBank(bank).replace("[1,2]", "2");
  for (const unread of ["", "{", "7", '"text"', "[]", "{}", newer, text]) {
    assertEquals(strangeness(unread, bank), "it speaks another version", unread);
  }
});

Deno.test("strangeness() of one that tells the same bank says that it thinks otherwise", () => {
  const reason = "it takes this branch for one of another bank";
  assertEquals(strangeness(writeBank(bank), bank), reason);
});
