import { assertEquals, assertThrows } from "@std/assert";
import { money } from "../../lib/core/money.ts";
import { readBankFile } from "../../lib/format/bank_file.ts";
import { ScenarioError } from "../../lib/format/scenario_error.ts";
import { branch } from "../core/samples.ts";

const first = { id: 7, type: "branch", balance: 400, address: "127.0.0.1:5001" };
const second = { id: 2, type: "branch", balance: 400, address: "branch-2.example:0" };
const customer = { id: 7, type: "customer", events: [{ interface: "query" }] };

function read(records: unknown) {
  return readBankFile(JSON.stringify(records), { file: "bank.json" });
}

Deno.test("readBankFile() reads where each branch is, in the order of the file", () => {
  const bank = read([first, customer, second]);
  assertEquals([bank.name, bank.opening], ["unnamed", money(400)]);
  const addresses = [[branch(7), "127.0.0.1:5001"], [branch(2), "branch-2.example:0"]];
  assertEquals<unknown>([...bank.addresses], addresses);
});

Deno.test("readBankFile() reads the name of the bank", () => {
  assertEquals(read([first, second].map((record) => ({ ...record, bank: "gold" }))).name, "gold");
});

Deno.test("readBankFile() refuses a scenario whose branches are nowhere", () => {
  const { address: _, ...nowhere } = first;
  const claim = "bank.json:1:1: no branch has an address; each must, such as " +
    '"address": "127.0.0.1:5001"';
  assertEquals(assertThrows(() => read([nowhere]), ScenarioError).faults, [claim]);
});

Deno.test("readBankFile() names every fault with its place in the file", () => {
  const text = '[\n  {"type": "branch", "id": 1, "balance": -4, "address": "here"}\n]';
  const { faults } = assertThrows(() => readBankFile(text, { file: "b.json" }), ScenarioError);
  assertEquals(faults.map((fault) => fault.slice(0, 30)), [
    "b.json:2:42: branches[0].balan",
    "b.json:2:57: branches[0].addre",
  ]);
});

Deno.test("readBankFile() says where a file is no JSON", () => {
  const read = () => readBankFile('[{"id": }]', { file: "bank.json" });
  assertThrows(read, ScenarioError, "bank.json:1:9: not JSON");
});
