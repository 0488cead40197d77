import { assertEquals, assertMatch } from "@std/assert";
import { permitted } from "../permitted.ts";
import { branchRecord, event, programs, records, runScenario } from "./bank.ts";

/** An event and the branch it turns to; without one, that with the customer's id. */
type Stop = readonly [words: string, branch?: number];

/** Makes a customer record of stops, which name their branches under the key of a dialect. */
function traveller(id: number, { by, stops }: { by: "branch" | "dest"; stops: readonly Stop[] }) {
  const events = stops.map(([words, branch]) => ({
    ...event(words),
    ...branch === undefined ? {} : { [by]: branch },
  }));
  return { id, type: "customer", events };
}

/** Up through all branches with a deposit at each, and again with a withdrawal at each. */
const roundTrip: readonly Stop[] = ["deposit 10", "withdraw 10"].flatMap((write) =>
  records(10, (branch): readonly Stop[] => [["query", branch], [write, branch], ["query", branch]])
    .flat()
);

const dialects = [
  {
    dialect: "session",
    by: "branch",
    expected: [
      ...records(10, (branch) => [10 * branch - 10, branch, 10 * branch] as const),
      ...records(10, (branch) => [110 - 10 * branch, branch, 100 - 10 * branch] as const),
    ].flatMap(([before, branch, after], turn) => [
      { id: 1, recv: [{ interface: "query", branch, balance: before }] },
      {
        id: 1,
        recv: [{ interface: turn < 10 ? "deposit" : "withdraw", branch, result: "success" }],
      },
      { id: 1, recv: [{ interface: "query", branch, balance: after }] },
    ]),
  },
  { dialect: "session-classic", by: "dest", expected: [{ id: 1, balance: 0 }] },
] as const;

for (const { dialect, by, expected } of dialects) {
  permitted(
    `a run of ${dialect} takes one customer through 10 branches and back to 0`,
    programs,
    async () => {
      const scenario = [
        traveller(1, { by, stops: roundTrip }),
        ...records(10, (id) => branchRecord(id, 0)),
      ];
      const { code, stdout, stderr, files } = await runScenario(scenario);
      assertEquals(code, 0, stderr);
      assertEquals([...files], [["output.json", stdout]]);
      assertEquals<unknown>(JSON.parse(stdout), expected);
      const summary = `^${dialect} scenario: 10 branches, 1 customer, 60 commands in `;
      assertMatch(stderr, new RegExp(summary, "m"));
      assertMatch(stderr, /^all 10 branches agree on 0$/m);
    },
  );
}

permitted(
  "a customer reads its own writes at every branch, however late and doubled their propagation",
  programs,
  async () => {
    const [{ by, expected }] = dialects;
    const scenario = [
      traveller(1, { by, stops: roundTrip }),
      ...records(10, (id) => branchRecord(id, 0)),
    ];
    // Nothing but its session makes a branch wait: others are not waited for by anyone.
    const options = ["--plan=free", "--ack=local", "--faults=delay=10ms..40ms,double=0.3"];
    const { code, stdout, stderr } = await runScenario(scenario, ...options);
    assertEquals(code, 0, stderr);
    assertEquals<unknown>(JSON.parse(stdout), expected);
    assertMatch(stderr, /^faults injected: \d+ messages delayed, 0 dropped, [1-9]\d* doubled/m);
  },
);

/** Customers of which 77 has no branch of its own, and 1 has two records. */
function travellers(by: "branch" | "dest") {
  return [
    traveller(77, { by, stops: [["deposit 5", 3], ["query", 1], ["withdraw 26", 2]] }),
    traveller(2, { by, stops: [["withdraw 25", 1]] }),
    traveller(1, { by, stops: [["query"], ["deposit 9", 2], ["query", 3]] }),
    traveller(3, { by, stops: [] }),
    traveller(1, { by, stops: [["withdraw 9", 3], ["query", 2]] }),
    ...records(3, (id) => branchRecord(id, 20)),
  ];
}

permitted("a run of session answers customers one after another", programs, async () => {
  const { code, stdout, stderr } = await runScenario(travellers("branch"));
  assertEquals(code, 0, stderr);
  assertEquals(
    stdout,
    `[{"id":77,"recv":[{"interface":"deposit","branch":3,"result":"success"}]},
 {"id":77,"recv":[{"interface":"query","branch":1,"balance":25}]},
 {"id":77,"recv":[{"interface":"withdraw","branch":2,"result":"fail"}]},
 {"id":2,"recv":[{"interface":"withdraw","branch":1,"result":"success"}]},
 {"id":1,"recv":[{"interface":"query","branch":1,"balance":0}]},
 {"id":1,"recv":[{"interface":"deposit","branch":2,"result":"success"}]},
 {"id":1,"recv":[{"interface":"query","branch":3,"balance":9}]},
 {"id":1,"recv":[{"interface":"withdraw","branch":3,"result":"success"}]},
 {"id":1,"recv":[{"interface":"query","branch":2,"balance":0}]}]
`,
  );
  assertMatch(stderr, /^all 3 branches agree on 0$/m);
});

permitted("a run of session-classic tells each record its last balance", programs, async () => {
  const { code, stdout, stderr } = await runScenario(travellers("dest"));
  assertEquals(code, 0, stderr);
  assertEquals(
    stdout,
    `[{"id":77,"balance":25},
 {"id":2},
 {"id":1,"balance":9},
 {"id":3},
 {"id":1,"balance":0}]
`,
  );
});
