import { assertEquals, assertThrows } from "@std/assert";
import { limits } from "../../lib/core/limits.ts";
import { money } from "../../lib/core/money.ts";
import { readBankFile } from "../../lib/format/bank_file.ts";
import { ScenarioError } from "../../lib/format/scenario_error.ts";
import { branch } from "../core/samples.ts";

interface BranchRecord {
  readonly id?: unknown;
  readonly balance?: unknown;
  readonly address?: unknown;
  readonly bank?: unknown;
}

function recordOf(changes: BranchRecord = {}): BranchRecord {
  return { id: 1, balance: 400, address: "127.0.0.1:5001", ...changes };
}

function read(records: unknown) {
  return readBankFile(JSON.stringify(records), { file: "bank.json" });
}

function faults(...records: readonly unknown[]): readonly string[] {
  return assertThrows(() => read(records), ScenarioError).faults
    .map((fault) => fault.replace(/^bank\.json:1:\d+: /, ""));
}

Deno.test("readBankFile() reads where each branch is, in the order of the file", () => {
  const bank = read([
    { type: "branch", ...recordOf({ id: 7 }) },
    { type: "branch", ...recordOf({ id: 2, address: "127.8.9.10:0" }) },
  ]);
  assertEquals(bank.opening, money(400));
  assertEquals([...bank.addresses], [[branch(7), "127.0.0.1:5001"], [branch(2), "127.8.9.10:0"]]);
});

Deno.test("readBankFile() refuses what is no address", () => {
  for (const address of ["127.0.0.1", "127.0.0.256:1", "a b:1", 5001, undefined]) {
    const [fault, ...others] = faults(recordOf({ address }));
    assertEquals(others, []);
    const found = address === undefined ? "missing" : JSON.stringify(address);
    assertEquals(fault, `branches[0].address is ${found}; it must be "HOST:PORT"`);
  }
});

Deno.test("readBankFile() refuses ids and balances that cannot be", () => {
  for (const id of [-1, 1.5, 2 ** 32, "1", null]) {
    assertEquals(faults(recordOf({ id })), [
      `branches[0].id is ${JSON.stringify(id)}; it must be an id`,
    ]);
  }
  const most = limits.openingBalanceMax;
  for (const balance of [-1, 0.5, most + 1, "400"]) {
    const found = JSON.stringify(balance);
    const fault = `branches[0].balance is ${found}; it must be a whole number from 0 to ${most}`;
    assertEquals(faults(recordOf({ balance })), [fault]);
  }
});

Deno.test("readBankFile() refuses a second branch of an id, and a second opening balance", () => {
  const other = recordOf({ address: "127.0.0.1:5002" });
  assertEquals(faults(recordOf(), other), ["branches[1].id is 1; another branch has this id"]);
  const richer = recordOf({ id: 2, balance: 500 });
  const fault = "branches[1].balance is 500; all must open with the same";
  assertEquals(faults(recordOf(), richer), [fault]);
});

Deno.test("readBankFile() reads the name of the bank, and names one that has none", () => {
  assertEquals(read([recordOf()]).name, "unnamed");
  const other = { id: 2, address: "127.0.0.1:5002" };
  for (const bank of ["savings", "!".repeat(64), "~"]) {
    assertEquals(read([recordOf({ bank }), recordOf({ ...other, bank })]).name, bank);
  }
});

Deno.test("readBankFile() refuses a name that cannot be, and a second one", () => {
  const condition = "it must be 1 to 64 visible ASCII characters";
  for (const bank of ["", "two words", "é", 7, null]) {
    const fault = `branches[0].bank is ${JSON.stringify(bank)}; ${condition}`;
    assertEquals(faults(recordOf({ bank })), [fault]);
  }
  assertEquals(faults(recordOf({ bank: "x".repeat(65) })).length, 1);
  const other = { id: 2, address: "127.0.0.1:5002" };
  const second = faults(recordOf({ bank: "savings" }), recordOf({ ...other, bank: "gold" }));
  assertEquals(second, ['branches[1].bank is "gold"; all must be of the same bank']);
  const none = faults(recordOf({ bank: "savings" }), recordOf(other));
  assertEquals(none, ["branches[1].bank is missing; all must be of the same bank"]);
});

Deno.test("readBankFile() refuses a bank without branches, with too many, or of something else", () => {
  const noArray = "the bank must be an array of branch records";
  assertEquals(faults(), [noArray]);
  assertThrows(() => read({ branches: [] }), ScenarioError, noArray);
  assertEquals(faults(7), ["branches[0] is 7; it must be an object"]);
  const crowd = Array.from({ length: limits.branchesMax + 1 }, (_, id) => recordOf({ id }));
  assertEquals(faults(...crowd), ["there are 1025 records; at most 1024 may be"]);
});

Deno.test("readBankFile() names every fault with its place in the file", () => {
  const text = '[\n  {"id": 1, "balance": -4, "address": "here"}\n]';
  const { faults } = assertThrows(() => readBankFile(text, { file: "b.json" }), ScenarioError);
  assertEquals(faults.map((fault) => fault.slice(0, 30)), [
    "b.json:2:24: branches[0].balan",
    "b.json:2:39: branches[0].addre",
  ]);
});

Deno.test("readBankFile() says where a file is no JSON", () => {
  const read = () => readBankFile('[{"id": }]', { file: "bank.json" });
  assertThrows(read, ScenarioError, "bank.json:1:9: not JSON");
});
