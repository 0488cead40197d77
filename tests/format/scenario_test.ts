import { assertEquals, assertThrows } from "@std/assert";
import { limits } from "../../lib/core/limits.ts";
import type { Dialect } from "../../lib/format/dialect.ts";
import { readScenario, type ScenarioReading } from "../../lib/format/scenario.ts";
import { ScenarioError } from "../../lib/format/scenario_error.ts";

const file = "input1.json";

function read(text: string, dialect?: Dialect): ScenarioReading {
  return readScenario(text, { file, dialect });
}

function readRecords(...records: readonly unknown[]): ScenarioReading {
  return read(JSON.stringify(records));
}

function faultsOf(text: string): readonly string[] {
  return assertThrows(() => read(text), ScenarioError).faults;
}

/** The faults of records without their places, which the test of places is for. */
function claimsOf(...records: readonly unknown[]): readonly string[] {
  return faultsOf(JSON.stringify(records)).map((fault) => fault.replace(/^[^ ]+ /, ""));
}

const branch = { id: 1, type: "branch", balance: 400 };
const query = { id: 1, interface: "query", money: 400 };

function customer(...events: readonly unknown[]): unknown {
  return { id: 1, type: "customer", events };
}

Deno.test("readScenario() reads what customers do, and at which branch", () => {
  const { scenario } = readRecords(
    customer(query, { interface: "deposit", money: 170 }),
    { ...branch, id: 987 },
    { id: 987, type: "customer", events: [{ interface: "withdraw", money: 70, dest: 1 }] },
    branch,
    { id: 1, type: "customer", events: [] },
  );
  const events = scenario.customers.map((record) => [record.id, record.events]);
  assertEquals<unknown>([scenario.opening, scenario.branches], [400n, [987, 1]]);
  assertEquals<unknown>(events, [
    [1, [{ action: "query", branch: 1, label: 1 }, { action: "deposit", amount: 170n, branch: 1 }]],
    [987, [{ action: "withdraw", amount: 70n, branch: 1 }]],
    [1, []],
  ]);
});

Deno.test("readScenario() takes all words for types, interfaces and lists, in either case", () => {
  for (const type of ["customer", "client", "Customer", "CLIENT"]) {
    for (const bank of ["branch", "bank", "Bank"]) {
      for (const list of ["events", "customer-requests"]) {
        const event = { "customer-request-id": 1, interface: "DEPOSIT", money: 10.0 };
        const { scenario } = readRecords({ id: 1, type, [list]: [event] }, {
          ...branch,
          type: bank,
        });
        const expected = [{ action: "deposit", amount: 10n, branch: 1, label: 1 }];
        assertEquals<unknown>(scenario.customers[0]?.events, expected);
      }
    }
  }
});

Deno.test("readScenario() reads smart quotes, CRLF, trailing commas and broken numbers", () => {
  const text = "\ufeff[\r\n{“id”: 1, “type”: “customer”, “events”: [\r\n" +
    "\t{“id”: 1, “interface”: “deposit”, “money”: 1\r\n70,},],},\r\n" +
    "{“id”: 1, “type”: “branch”, “balance”: 4\r\n00}]";
  const { scenario, repairs } = read(text);
  assertEquals<unknown>(scenario, {
    opening: 400n,
    branches: [1],
    place: undefined,
    customers: [{ id: 1, events: [{ action: "deposit", amount: 170n, branch: 1, label: 1 }] }],
  });
  assertEquals(repairs.length, 2);
});

Deno.test("readScenario() takes 10.0, 1e2 and the largest amounts, exactly", () => {
  const { amountMax, openingBalanceMax } = limits;
  const events = ["10.0", "1e2", "0", "-0", `${amountMax}`].map((money) =>
    `{"interface": "deposit", "money": ${money}}`
  );
  const { scenario } = read(
    `[{"id": 1, "type": "bank", "balance": ${openingBalanceMax}},
      {"id": 1, "type": "client", "events": [${events}]}]`,
  );
  assertEquals<unknown>(scenario.opening, BigInt(openingBalanceMax));
  assertEquals<unknown>(
    scenario.customers[0]?.events.map((event) => event.action === "query" ? "" : event.amount),
    [10n, 100n, 0n, 0n, BigInt(amountMax)],
  );
});

Deno.test("readScenario() takes money on a query, other labels and unknown keys for noise", () => {
  const noise = { ...query, id: "x", money: -1.5, note: { deep: [null] } };
  const { scenario } = readRecords(customer(noise), { ...branch, name: "b" });
  assertEquals<unknown>(scenario.customers[0]?.events, [{ action: "query", branch: 1 }]);
});

Deno.test("readScenario() keeps a label that is a whole number, which may repeat", () => {
  const events = [
    { ...query, id: 7, "customer-request-id": 3 },
    { ...query, id: 3 },
    { ...query, "customer-request-id": -1, id: 4 },
    ...[1.5, "3", null].map((id) => ({ ...query, id })),
    { ...query, id: 3, "customer-request-id": "x" },
  ];
  const { scenario } = readRecords(customer(...events), branch);
  assertEquals(
    scenario.customers[0]?.events.map(({ label }) => label),
    [3, 3, -1, undefined, undefined, undefined, undefined],
  );
});

Deno.test("readScenario() needs no branch of a customer's own if each event names another", () => {
  const events = [{ interface: "query", branch: 1 }, { interface: "query", dest: 1 }];
  const { scenario } = readRecords({ id: 5, type: "customer", events }, branch);
  assertEquals<unknown>(scenario.customers[0]?.events.map((event) => event.branch), [1, 1]);
});

Deno.test("readScenario() tells the dialect, unless it is told", () => {
  const bare = { interface: "query" };
  assertEquals(readRecords(customer(query), branch).dialect, "classic");
  assertEquals(readRecords(branch).dialect, "classic");
  assertEquals(readRecords(customer(query, bare), branch).dialect, "sequential");
  assertEquals(readRecords(customer({ ...query, dest: 1 }), branch).dialect, "session-classic");
  assertEquals(readRecords(customer({ ...query, branch: 1 }), branch).dialect, "session");
  const clock = { id: 1, type: "customer", "customer-requests": [query] };
  assertEquals(readRecords(clock, branch).dialect, "clock");
  assertEquals(read(JSON.stringify([clock, branch]), "clock-classic").dialect, "clock-classic");
});

Deno.test("readScenario() says where a fault stands", () => {
  const text = `[
  {"id": 1, "type": "branch", "balance": 400},
  {"id": 1, "type": "customer", "events": []}, {"id": 1, "type": "customer", "events": []},
  {"id": 1, "type": "customer", "events": [{"interface": "query"},
    {"interface": "deposit", "money": -5}]}
]`;
  assertEquals(faultsOf(text), [
    "input1.json:5:39: customers[2].events[1].money is -5; " +
    "it must be a whole number from 0 to 1000000000000",
  ]);
});

Deno.test("readScenario() says where a fault stands in a file that had to be mended", () => {
  assertEquals(faultsOf("[\r\n{“id”: 1, “type”: “bank”,\r\n“balance”: 1\n2, “id”: 3}]"), [
    "input1.json:4:4: branches[0].id is 3; its key is there already",
  ]);
  const text = '[{"id": 1, "type": "bank", "balance": -1\n2}]';
  assertEquals(faultsOf(text), [
    "input1.json:1:39: branches[0].balance is -12; " +
    "it must be a whole number from 0 to 1000000000000000",
  ]);
});

const whole = "it must be a whole number from 0 to";
const wrongAmounts: readonly [unknown, string][] = [
  [-5, "-5"],
  [1.5, "1.5"],
  [limits.amountMax + 1, "1000000000001"],
  ["170", '"170"'],
  [null, "null"],
  [true, "true"],
  [[1], "an array"],
  [{}, "an object"],
  [undefined, "missing"],
  ["9".repeat(50), `"${"9".repeat(39)}…`],
  ["\u009b2J", '"\ufffd2J"'],
];

for (const [money, found] of wrongAmounts) {
  Deno.test(`readScenario() refuses money that is ${found}`, () => {
    assertEquals(claimsOf(customer({ interface: "withdraw", money }), branch), [
      `customers[0].events[0].money is ${found}; ${whole} 1000000000000`,
    ]);
  });
}

Deno.test("readScenario() refuses money too large for a number", () => {
  const text = `[{"id":1,"type":"bank","balance":1e999},
 {"id":1,"type":"client","events":[{"interface":"deposit","money":9007199254740993}]}]`;
  assertEquals(faultsOf(text), [
    `input1.json:1:34: branches[0].balance is 1e999; ${whole} 1000000000000000`,
    "input1.json:2:67: customers[0].events[0].money is 9007199254740993; " +
    `${whole} 1000000000000`,
  ]);
});

const words = 'it must be "query", "deposit" or "withdraw"';
const types = 'it must be "customer", "client", "branch" or "bank"';

const faulty: readonly [name: string, records: readonly unknown[], claims: readonly string[]][] = [
  ["a record that is no object", [branch, 7, [], null], [
    "records[1] is 7; it must be an object",
    "records[2] is an array; it must be an object",
    "records[3] is null; it must be an object",
  ]],
  ["an unknown type", [branch, { id: 1, type: "bnak" }, { id: 1 }, { type: 5 }], [
    `records[1].type is "bnak"; ${types}`,
    `records[2].type is missing; ${types}`,
    `records[3].type is 5; ${types}`,
  ]],
  ["ids that are none", [
    branch,
    { type: "client", events: [query] },
    { ...branch, id: "1" },
    { id: -1, type: "client", events: [] },
    { ...branch, id: 2 ** 32 },
  ], [
    `customers[0].id is missing; ${whole} 4294967295`,
    `branches[1].id is "1"; ${whole} 4294967295`,
    `customers[1].id is -1; ${whole} 4294967295`,
    `branches[2].id is 4294967296; ${whole} 4294967295`,
  ]],
  ["a customer without a list of events", [
    branch,
    { id: 1, type: "client" },
    { id: 1, type: "client", events: {} },
    { id: 1, type: "client", "customer-requests": 5 },
  ], [
    "customers[0].events is missing; it must be an array of events",
    "customers[1].events is an object; it must be an array of events",
    "customers[2].customer-requests is 5; it must be an array of events",
  ]],
  ["two lists of events", [
    branch,
    { id: 1, type: "client", "customer-requests": [query], events: [query] },
  ], ["customers[0].customer-requests is an array; it must not stand beside events"]],
  ["an event that is no object", [branch, customer(query, "query")], [
    'customers[0].events[1] is "query"; it must be an object',
  ]],
  ["an unknown interface", [
    branch,
    customer({ interface: "transfer", money: -1 }, { money: 1 }, { interface: 1 }),
  ], [
    `customers[0].events[0].interface is "transfer"; ${words}`,
    `customers[0].events[1].interface is missing; ${words}`,
    `customers[0].events[2].interface is 1; ${words}`,
  ]],
  ["a customer without its branch", [
    branch,
    { id: 9, type: "customer", events: [{ ...query, dest: 1 }, query] },
    { id: 8, type: "customer", events: [] },
  ], [
    "customers[0].id is 9; there must be a branch with this id",
    "customers[1].id is 8; there must be a branch with this id",
  ]],
  ["an event to a branch that is not there", [
    branch,
    customer({ ...query, dest: 2 }, { ...query, branch: 3 }, { ...query, branch: "1" }),
  ], [
    "customers[0].events[0].dest is 2; there must be a branch with this id",
    "customers[0].events[1].branch is 3; there must be a branch with this id",
    `customers[0].events[2].branch is "1"; ${whole} 4294967295`,
  ]],
  ["an event to two branches", [branch, customer({ ...query, branch: 1, dest: 2 })], [
    "customers[0].events[0].dest is 2; it must be 1, as branch says",
  ]],
  ["two branches with one id", [{ ...branch, id: 3 }, branch, { ...branch, id: 3 }], [
    "branches[2].id is 3; it must not be the id of branches[0] too",
  ]],
  ["unequal opening balances", [branch, { id: 2, type: "bank", balance: 300 }], [
    "branches[1].balance is 300; it must be 400, as branches[0] opens with",
  ]],
  ["opening balances that are none", [
    { ...branch, balance: -1 },
    { ...branch, id: 2, balance: 1.5 },
    { id: 3, type: "bank" },
    { ...branch, id: 4, balance: limits.openingBalanceMax + 1 },
  ], [
    `branches[0].balance is -1; ${whole} 1000000000000000`,
    `branches[1].balance is 1.5; ${whole} 1000000000000000`,
    `branches[2].balance is missing; ${whole} 1000000000000000`,
    `branches[3].balance is 1000000000000001; ${whole} 1000000000000000`,
  ]],
  ["no branch, said once", [customer(query), customer({ ...query, dest: 2 })], [
    "branches is empty; there must be at least one branch",
  ]],
  ["no record", [], ["branches is empty; there must be at least one branch"]],
];

for (const [name, records, claims] of faulty) {
  Deno.test(`readScenario() refuses ${name}`, () => {
    assertEquals(claimsOf(...records), claims);
  });
}

Deno.test("readScenario() refuses what is no array", () => {
  for (const [text, found] of [["{}", "an object"], [" 7", "7"], ['"a"', '"a"']] as const) {
    const column = text.length - text.trimStart().length + 1;
    assertEquals(faultsOf(text), [
      `input1.json:1:${column}: the scenario is ${found}; it must be an array of records`,
    ]);
  }
});

Deno.test("readScenario() refuses a key that stands in an object twice, wherever it is read", () => {
  const text = `[{"id": 1, "type": "bank", "balance": 1, "balance": 2, "a b": 1, "a b": 1},
{"id": 1, "type": "client", "events": [{"interface": "deposit", "money": 1, "money": 1}]}]`;
  assertEquals(faultsOf(text), [
    "input1.json:1:42: branches[0].balance is 2; its key is there already",
    'input1.json:1:66: branches[0]["a b"] is 1; its key is there already',
    "input1.json:2:77: customers[0].events[0].money is 1; its key is there already",
  ]);
});

Deno.test("readScenario() takes as many branches as a bank may have, and not one more", () => {
  const branches = Array.from({ length: limits.branchesMax + 1 }, (_, id) => ({ ...branch, id }));
  assertEquals(readRecords(...branches.slice(1)).scenario.branches.length, limits.branchesMax);
  assertEquals(claimsOf(...branches), [
    "branches has 1025 records; there must be at most 1024",
  ]);
});

Deno.test("readScenario() takes as many customers as a run may start, and not one more", () => {
  const customers = Array.from({ length: limits.customersMax + 1 }, (_, id) => (
    { id, type: "customer", events: [] }
  ));
  const branches = customers.slice(0, 1).map(() => branch);
  const named = customers.map((each) => ({ ...each, events: [{ ...query, branch: 1 }] }));
  assertEquals(readRecords(...branches, ...named.slice(1)).scenario.customers.length, 2_000);
  assertEquals(claimsOf(...branches, ...named), [
    "customers have 2001 ids; there must be at most 2000",
  ]);
});

Deno.test("readScenario() lists all faults, in the order of the file", () => {
  const text = `[
  {"id": 2, "type": "customer", "events": [{"interface": "steal"}, {"interface": "deposit"}]},
  {"id": 1, "type": "branch", "balance": 400},
  "x",
  {"id": 1, "type": "branch", "balance": 500},
  {"type": "customer"}
]`;
  const error = assertThrows(() => read(text), ScenarioError);
  assertEquals(error.faults, [
    "input1.json:2:10: customers[0].id is 2; there must be a branch with this id",
    `input1.json:2:58: customers[0].events[0].interface is "steal"; ${words}`,
    `input1.json:2:68: customers[0].events[1].money is missing; ${whole} 1000000000000`,
    'input1.json:4:3: records[2] is "x"; it must be an object',
    "input1.json:5:10: branches[1].id is 1; it must not be the id of branches[0] too",
    "input1.json:5:42: branches[1].balance is 500; it must be 400, as branches[0] opens with",
    `input1.json:6:3: customers[1].id is missing; ${whole} 4294967295`,
    "input1.json:6:3: customers[1].events is missing; it must be an array of events",
  ]);
  assertEquals(error.message, error.faults.join("\n"));
});
