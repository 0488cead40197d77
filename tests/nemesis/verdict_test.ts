import { assertEquals } from "@std/assert";
import type { Write } from "../../lib/core/command.ts";
import type { Entry } from "../../lib/core/entry.ts";
import { branch, deposit, grant, record, vector, withdrawal } from "../core/samples.ts";
import type { Logs, Records } from "./logs.ts";
import { type Case, type Evidence, type Told, violations } from "./verdict.ts";

const [one, two] = [branch(1), branch(2)];
const ids = ["a", "b", "c", "d"].map((letter) => `019aa9f3-c2d1-run/1/${letter}`);
const [a = "", b = "", c = "", d = ""] = ids;

function asked(write: Write, at: 1 | 2, told: Told): Case {
  return { write, branch: branch(at), told };
}

function logs(first: readonly Entry[], second: readonly Entry[]): Logs {
  return new Map([[one, first], [two, second]]);
}

/** Makes a record of each entry, written when its branch knew of nothing else. */
function recordsOf(logs: Logs): Records {
  return new Map([...logs].map(([origin, log]) => [
    origin,
    log.map((entry, index) => record({ origin, first: index + 1, entries: [entry] })),
  ]));
}

const honest = {
  cases: [
    asked(deposit(a, 50), 1, "acknowledged"),
    asked(withdrawal(b, 20), 2, "acknowledged"),
    asked(withdrawal(c, 900), 1, "refused"),
    asked(deposit(d, 5), 1, "unknown"),
  ],
  logs: logs([deposit(a, 50)], [withdrawal(b, 20)]),
  balances: { 1: 130n, 2: 130n },
};

/** Makes the evidence of a bank of two branches that opened with 100. */
function evidence(
  { cases = honest.cases, first = honest.logs, second = first, balances = honest.balances, seen }: {
    readonly cases?: readonly Case[];
    /** The journals of both branches; the second is like the first if it is not given. */
    readonly first?: Logs;
    readonly second?: Logs;
    readonly balances?: Readonly<Record<1 | 2, bigint>>;
    readonly seen?: { readonly balance: bigint; readonly known: Readonly<Record<number, number>> };
  },
): Evidence {
  const sightings = seen === undefined
    ? []
    : [{ branch: two, balance: seen.balance, known: vector(seen.known) }];
  return {
    opening: 100n,
    cases,
    sightings,
    shows: [{ when: "at the end", balances: new Map([[one, balances[1]], [two, balances[2]]]) }],
    journals: new Map([[one, recordsOf(first)], [two, recordsOf(second)]]),
  };
}

function found(doctored: Parameters<typeof evidence>[0]): readonly string[] {
  return violations(evidence(doctored)).map(({ law, message }) => `${law}: ${message}`);
}

Deno.test("violations() finds nothing where every law holds", () => {
  assertEquals(found({}), []);
  assertEquals(found({ seen: { balance: 150n, known: { 1: 1, 2: 0 } } }), []);
  assertEquals(found({ seen: { balance: 130n, known: { 1: 1, 2: 1 } } }), []);
});

Deno.test("violations() lets a write that nobody was told of count once", () => {
  const both = [deposit(a, 50), deposit(d, 5)];
  assertEquals(
    found({ first: logs(both, [withdrawal(b, 20)]), balances: { 1: 135n, 2: 135n } }),
    [],
  );
});

Deno.test("violations() finds an acknowledged write that is in no journal", () => {
  assertEquals(
    found({ first: logs([deposit(a, 50)], []), balances: { 1: 150n, 2: 150n } }),
    [`durability: ${b} of branch 2 was acknowledged, and is in no journal`],
  );
});

Deno.test("violations() finds a write that counts twice", () => {
  const twice = [deposit(a, 50), deposit(a, 50)];
  assertEquals(
    found({ first: logs(twice, [withdrawal(b, 20)]), balances: { 1: 180n, 2: 180n } }),
    [
      `exactly once: ${a} of branch 1 counts 2 times: entry 1 of branch 1 and entry 2 of branch 1`,
    ],
  );
});

Deno.test("violations() finds a write that nobody was told of and that counts twice", () => {
  const own = [deposit(a, 50), deposit(d, 5), deposit(d, 5)];
  const [first, ...others] = found({
    first: logs(own, [withdrawal(b, 20)]),
    balances: { 1: 140n, 2: 140n },
  });
  assertEquals(others, []);
  assertEquals(first?.startsWith(`exactly once: ${d} of branch 1 counts 2 times`), true);
});

Deno.test("violations() finds a write that was refused and counts", () => {
  const own = [deposit(a, 50), withdrawal(c, 900)];
  assertEquals(
    found({ first: logs(own, [withdrawal(b, 20)]), balances: { 1: -770n, 2: -770n } }),
    [
      `exactly once: ${c} of branch 1 was refused, and is entry 2 of branch 1`,
      "no overdraft: at the end branch 1 shows -770",
      "no overdraft: at the end branch 2 shows -770",
      "no overdraft: entry 2 of branch 1 makes its allowance -800",
    ],
  );
});

Deno.test("violations() finds a write of another branch, another amount, or of nobody", () => {
  assertEquals(
    found({
      first: logs([withdrawal(b, 20)], [deposit(a, 51), deposit("019aa9f3-c2d1-x", 1)]),
      balances: { 1: 132n, 2: 132n },
    }),
    [
      `exactly once: ${a} of branch 1 is entry 1 of branch 2`,
      `exactly once: ${a} of branch 1 is a deposit of 50, and entry 1 of branch 2 a deposit of 51`,
      `exactly once: ${b} of branch 2 is entry 1 of branch 1`,
      "conservation: nobody asked for 019aa9f3-c2d1-x, which is entry 2 of branch 2",
    ],
  );
});

Deno.test("violations() finds branches that show different balances", () => {
  assertEquals(found({ balances: { 1: 130n, 2: 131n } }), [
    "convergence: at the end branches differ: branch 1 130, branch 2 131",
    "conservation: at the end branch 2 shows 131, and its journal makes 130",
  ]);
});

Deno.test("violations() finds a balance that all show and no journal makes", () => {
  assertEquals(found({ balances: { 1: 131n, 2: 131n } }), [
    "conservation: at the end branch 1 shows 131, and its journal makes 130",
    "conservation: at the end branch 2 shows 131, and its journal makes 130",
  ]);
});

Deno.test("violations() finds journals that lack entries, or have them in another order", () => {
  const lacking = logs([], [withdrawal(b, 20)]);
  assertEquals(found({ second: lacking, balances: { 1: 130n, 2: 80n } }), [
    "convergence: the journal of branch 2 has 0 of 1 entries of branch 1; " +
    `as entry 1, nothing and not ${a}`,
    "convergence: at the end branches differ: branch 1 130, branch 2 80",
  ]);
  const order = [deposit(a, 50), deposit(d, 5)];
  const doctored = {
    first: logs(order, [withdrawal(b, 20)]),
    second: logs(order.toReversed(), [withdrawal(b, 20)]),
    balances: { 1: 135n, 2: 135n },
  };
  assertEquals(found(doctored), [
    "convergence: the journal of branch 2 has 2 of 2 entries of branch 1; " +
    `as entry 1, ${d} and not ${a}`,
  ]);
});

Deno.test("violations() finds a query that was told what its entries do not make", () => {
  assertEquals(found({ seen: { balance: 131n, known: { 1: 1, 2: 1 } } }), [
    "conservation: branch 2 told a query 131 at 1:1 2:1, which makes 130",
  ]);
});

Deno.test("violations() finds a query that was told less than nothing", () => {
  const poor = logs([withdrawal(b, 50)], [withdrawal(a, 51)]);
  const cases = [
    asked(withdrawal(b, 50), 1, "acknowledged"),
    asked(withdrawal(a, 51), 2, "unknown"),
  ];
  const seen = { balance: -1n, known: { 1: 1, 2: 1 } };
  assertEquals(found({ cases, first: poor, balances: { 1: -1n, 2: -1n }, seen }), [
    "no overdraft: branch 2 told a query -1",
    "no overdraft: at the end branch 1 shows -1",
    "no overdraft: at the end branch 2 shows -1",
    "no overdraft: entry 1 of branch 2 makes its allowance -1",
  ]);
});

Deno.test("violations() lets a grant change no balance, and finds one that is given twice", () => {
  const granted = grant("claim/2/1", 2, 10);
  const once = logs([deposit(a, 50), granted], [withdrawal(b, 20)]);
  assertEquals(found({ first: once }), []);
  const twice = logs([deposit(a, 50), granted, granted], [withdrawal(b, 20)]);
  const where = "entry 2 of branch 1 and entry 3 of branch 1";
  assertEquals(found({ first: twice }), [
    `exactly once: claim ${granted.id} was granted more than once: ${where}`,
  ]);
});

Deno.test("violations() finds journals in which a grant is for different branches", () => {
  const [first, second] = [2, 1].map((to) =>
    logs([deposit(a, 50), grant("claim", to, 10)], [withdrawal(b, 20)])
  );
  assertEquals(found({ ...first && { first }, ...second && { second } }), [
    "convergence: the journal of branch 2 has 2 of 2 entries of branch 1; " +
    `as entry 2, ${grant("claim", 1, 1).id} and not ${grant("claim", 1, 1).id}`,
  ]);
});

Deno.test("violations() finds an entry that was shown and is lost", () => {
  assertEquals(found({ seen: { balance: 130n, known: { 1: 2, 2: 1 } } }), [
    "durability: branch 2 has shown entry 2 of branch 1, which is in no journal",
  ]);
});
