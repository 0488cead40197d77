import { assertEquals } from "@std/assert";
import { permitted } from "./permitted.ts";
import { importsOf, readTree, withoutComments, withoutStrings } from "./source_tree.ts";
import * as rules from "./tidy_rules.ts";

const root = new URL("../", import.meta.url);
const readRoot = [{ name: "read", path: root }] as const;

/** The files of lib without a test of their name, and why. */
const unmirrored = new Map([
  ["lib/core/step.ts", "types only"],
  ["lib/core/entry.ts", "types only"],
  ["lib/core/propagation.ts", "types only"],
  ["lib/core/replica_config.ts", "types only"],
  ["lib/core/replica_view.ts", "types only"],
  ["lib/format/run_options.ts", "types only"],
  ["lib/host/carrier.ts", "types only"],
  ["lib/wiring/branches.ts", "assembly; tests/end_to_end starts it"],
  ["lib/wiring/carriage.ts", "assembly; tests/end_to_end starts it"],
  ["lib/host/ports.ts", "types, and an error; run_restart_test sees which ends it tells apart"],
  ["lib/format/scenario_error.ts", "an error that says what it is given"],
  ["lib/format/loader_options.ts", "one constant, which the generator compares with its output"],
  ["lib/format/contract.ts", "names for codecs; the tests of all wires go through it"],
  ["lib/format/standard_contract.ts", "the same; grpc_health_test and grpc_reflection_test do"],
  [
    "lib/format/record_fields.ts",
    "numbers of the contract; those of the codec agree in record_writer_test",
  ],
  ["lib/format/fault_list.ts", "what scenario_test and bank_file_test read is its output"],
  ["lib/format/json_record.ts", "the scenarios of scenario_test are read through it"],
  ["lib/core/checkpoint_record.ts", "types only"],
  ["lib/format/run_options.ts", "types only"],
  ["lib/format/connection_refusal.ts", "words; guests_test and branch_log_test hear them"],
  ["lib/format/journal_schema.ts", "SQL; sqlite_journal_test carries it out"],
  ["lib/format/trace.ts", "types, and the number of their version"],
  ["lib/format/trace_message.ts", "types only"],
  ["lib/format/branch_opening.ts", "types only"],
  ["lib/adapter/operations.ts", "puts parts together; end_to_end/operations_test hears of all"],
  ["lib/adapter/serving_bank.ts", "a program's main part; tests/end_to_end starts it by hand"],
  ["lib/adapter/call_spans.ts", "only Deno exports spans; end_to_end/telemetry_test receives them"],
  ["lib/adapter/nats_carrier.ts", "needs servers of NATS; tests/nats runs it on real ones"],
  ["lib/adapter/nats_dial.ts", "the same; tests/nats kills servers under it"],
  ["lib/adapter/nats_log.ts", "the same; tests/nats loses what it has appended"],
  ["lib/adapter/nats_messages.ts", "the same; all of tests/nats goes over it"],
  ["lib/wiring/branches.ts", "puts parts together; tests/end_to_end and tests/nats start it"],
  ["lib/wiring/carriage.ts", "the same; tests/nats starts it with both kinds"],
  ["lib/format/trace_shape.ts", "trace_reader_test reads through it, and hears what it says"],
  ["lib/format/report_style.ts", "a style; tests/browser looks at what it does"],
  ["lib/format/page_style.ts", "a style; tests/browser looks at what it does"],
  ["lib/format/status_style.ts", "a style; tests/browser looks at what it does"],
  ["lib/adapter/tick_clock.ts", "lets real time go by; seen from outside in tests/end_to_end"],
]);

/** What belongs at the top level, and what tools and runs leave there. */
const entries = [
  ...["branch.ts", "customer.ts", "lib", "proto", "tests", "docs", "input1.json"],
  ...["deno.json", "deno.lock", "README.md", "LICENSE", ".ci", ".git", ".gitignore"],
  ...["bin", "coverage", "node_modules", "output.txt", "output.json", "output.jsonl"],
  ...["customer_events.json", "branch_events.json", "all_events.json"],
];

interface Case {
  readonly claim: string;
  readonly rule: rules.Rule;
  /** A tree that breaks the rule, as many times as it says. */
  readonly broken: Readonly<Record<string, string>>;
  readonly faults: number;
}

const cases: readonly Case[] = [
  {
    claim: "every import points to a lower floor or its own folder",
    rule: rules.importsPointDown,
    broken: {
      "lib/core/a.ts": 'import { b } from "../host/b.ts";\nimport type { G } from "../gen/g.ts";',
      "lib/host/b.ts": 'export * from "../format/c.ts";\nimport "../../tests/d.ts";',
      "lib/format/c.ts": 'const e = await import("../adapter/e.ts");\nimport "../core/a.ts";',
      "lib/adapter/f.ts": 'import "../../branch.ts";\nimport "../gen/g.ts";',
      "lib/wiring/w.ts": 'import "../adapter/f.ts";\nimport "../adapter/g.ts";',
      "lib/std/s.ts": 'import "../core/a.ts";',
    },
    faults: 7,
  },
  {
    claim: "adapters do not import each other",
    rule: rules.adaptersStandAlone,
    broken: { "lib/adapter/a.ts": 'import {\n  b,\n} from "./b.ts";\nimport "../core/c.ts";' },
    faults: 1,
  },
  {
    claim: "only programs import what puts them together",
    rule: rules.wiringIsForPrograms,
    broken: {
      "branch.ts": 'const { a } = await import("./lib/wiring/a.ts");',
      "lib/wiring/a.ts": 'import "./b.ts";\nimport "../adapter/c.ts";',
      "lib/adapter/c.ts": 'import type { A } from "../wiring/a.ts";',
      "tests/adapter/c_test.ts": 'import { a } from "../../lib/wiring/a.ts";',
    },
    faults: 2,
  },
  {
    claim: "the stand-ins of @std go by their names",
    rule: rules.standInsGoByName,
    broken: {
      "lib/format/a.ts": 'import { parseArgs } from "../std/parse_args.ts";',
      "tests/a_test.ts": 'import { assert } from "../lib/std/assert.ts";',
    },
    faults: 2,
  },
  {
    claim: "only adapters and programs name a technology, as the import map does",
    rule: rules.technologyStaysOutside,
    broken: {
      "deno.json": '{"imports": {"@grpc/grpc-js": "npm:x", "@std/cli/parse-args": "y"}}',
      "lib/core/a.ts": 'import { inspect } from "node:util";',
      "lib/host/b.ts": 'import { parseArgs } from "@std/cli/parse-args";',
      "lib/format/c.ts": 'import "@grpc/grpc-js";\nimport "@std/cli/parse-args";',
      "lib/adapter/d.ts": 'import "npm:chalk@5";\nimport "@grpc/grpc-js";\nimport "node:fs";',
      "lib/wiring/e.ts": 'import "@grpc/grpc-js";\nimport "node:fs";',
      "branch.ts": 'import "https://example.com/x.ts";\nawait import(name);',
    },
    faults: 8,
  },
  {
    claim: "the simulation imports no adapter",
    rule: rules.simulationIsFalse,
    broken: { "tests/simulation/a.ts": 'import "../../lib/adapter/b.ts";' },
    faults: 1,
  },
  {
    claim: "imports make no circle",
    rule: rules.importsMakeNoCircle,
    broken: {
      "lib/core/a.ts": 'import "./b.ts";',
      "lib/core/b.ts": 'import type { C } from "./c.ts";',
      "lib/core/c.ts": 'export { a } from "./a.ts";',
      "lib/core/d.ts": 'import "./a.ts";',
    },
    faults: 1,
  },
  {
    claim: "core, host and format touch nothing",
    rule: rules.pureFloorsTouchNothing,
    broken: {
      "lib/core/a.ts": "const now = Date.now();",
      "lib/host/b.ts": "setTimeout(turn, 5);",
      "lib/format/c.ts": "export const token = crypto.randomUUID();",
      "lib/format/d.ts": 'Deno.readTextFileSync("x");',
      "lib/format/e.ts": "// Deno.env\nexport const fine = 'performance of crypto';",
      "lib/adapter/f.ts": "setTimeout(turn, 5);",
    },
    faults: 4,
  },
  {
    claim: "the core waits for nothing",
    rule: rules.coreIsSynchronous,
    broken: {
      "lib/core/a.ts": "export async function step() {}",
      "lib/core/b.ts": "export const later: Promise<void> = start();",
      "lib/host/c.ts": "await turn();",
    },
    faults: 2,
  },
  {
    claim: "tests mirror lib, or say why not",
    rule: rules.testsMirrorLib(
      new Map([["lib/core/gone.ts", "types"], ["lib/core/b.ts", "types"]]),
    ),
    broken: {
      "lib/core/a.ts": "",
      "lib/core/b.ts": "",
      "tests/core/b_test.ts": "",
      "tests/core/b_under_faults_test.ts": "",
      "tests/core/c_test.ts": "",
      "lib/gen/d.ts": "",
    },
    faults: 4,
  },
  {
    claim: "every export of lib is documented",
    rule: rules.exportsAreDocumented,
    broken: {
      "lib/core/a.ts": [
        "/** Adds. */\nexport function add(left: number): number;",
        "export function add(left: string): string;",
        "export function add(left: unknown): unknown {}",
        "export async function subtract() {}",
        "/** Multiplies. */\nfunction multiply() {}\nexport function* divide() {}",
      ].join("\n"),
      "lib/host/b.ts": "/** Far away. */\n\nexport class B {\n  /** In it. */\n  b = 1;\n}",
      "lib/format/c.ts": "// No JSDoc.\nexport interface C {}\n/* Nor this. */\nexport type D = 1;",
      "lib/adapter/e.ts": "/** E. */\nexport const e = 1;\nexport const f = from;",
      "lib/std/g.ts": "const g = 1;\nexport { g };\nexport abstract class H {}",
      "lib/core/i.ts": [
        '/** An example.\n *\n * ```ts\n * import "./i.ts";\n * ```\n */\nexport const i = 1;',
        'export * from "./j.ts";\nexport {\n  k,\n} from "./k.ts";',
        '/** A constant. */\nexport const text = "export const no = 1;";',
      ].join("\n"),
      "lib/gen/l.ts": "export interface L {}",
      "tests/core/m.ts": "export const m = 1;",
    },
    faults: 8,
  },
  {
    claim: "files are short",
    rule: rules.filesAreShort,
    broken: { "lib/core/a.ts": "\n".repeat(321), "lib/core/b.ts": "\n".repeat(320) },
    faults: 1,
  },
  {
    claim: "permissions are named, never given all at once",
    rule: rules.permissionsAreNamed,
    broken: {
      "deno.json": '{"tasks": {"run": "deno run -A customer.ts"}}',
      ".ci/run": "deno test --allow-all",
      "lib/format/launch.ts": 'const args = ["run", "-A"];',
      "tests/end_to_end/a_test.ts": "-Applause --allow-all-of",
    },
    faults: 3,
  },
  {
    claim: "nothing refers to a folder beside the project",
    rule: rules.nothingRefersOutside,
    broken: { "README.md": `see ../${"shar"}${"ed/"}DESIGN.md`, "LICENSE": "shared" },
    faults: 1,
  },
  {
    claim: "no test is skipped but for want of a permission",
    rule: rules.noTestIsSkipped,
    broken: {
      "tests/a_test.ts": 'Deno.test.only("x", () => {});',
      "tests/b_test.ts": "Deno.test({ name, ignore: true, fn });",
      "tests/permitted.ts": "Deno.test({ name, ignore: true, fn });",
      "tests/c_test.ts": "const only = 1; // ignore: no",
    },
    faults: 2,
  },
  {
    claim: "a rule is silenced with its reason on the same line",
    rule: rules.silenceHasReason,
    broken: {
      "lib/core/a.ts": "// deno-lint-ignore no-explicit-any\n// @ts-expect-error -- it is wrong",
      "lib/core/b.ts": "// @ts-ignore",
    },
    faults: 2,
  },
];

for (const { claim, rule, broken, faults } of cases) {
  Deno.test(`tidy finds every breach of the rule that ${claim}`, () => {
    const found = rule(new Map(Object.entries(broken)));
    assertEquals(found.length, faults, found.join("\n"));
  });
}

permitted("the project keeps the rules of its architecture", readRoot, async (context) => {
  const tree = new Map(readTree(root));
  // The false trees above break every rule.
  tree.delete("tests/tidy_test.ts");
  for (const { claim, rule } of cases) {
    if (claim.startsWith("tests mirror")) continue;
    await context.step(claim, () => assertEquals(rule(tree), []));
  }
  await context.step("tests mirror lib, or say why not", () => {
    assertEquals(rules.testsMirrorLib(unmirrored)(tree), []);
  });
});

permitted("the project has no unknown entry at its top level", readRoot, () => {
  const names = [...Deno.readDirSync(root)].map(({ name }) => name);
  assertEquals(rules.unknownEntries(names, entries), []);
  assertEquals(rules.unknownEntries(["lib", "utils", "debug.log"], entries), ["utils"]);
});

Deno.test("importsOf() finds every kind of import, and none in a comment", () => {
  const text = [
    '/** ```ts\n * import { a } from "./a.ts";\n * ``` */',
    'import b, { type B } from "./b.ts"; // import "./c.ts"',
    'import type {\n  D,\n} from "../d.ts";',
    'export * as e from "e";',
    'export { f } from "./f.json" with { type: "json" };',
    'import "g";',
    'const h = await import("./h.ts");',
    "export type I = import('./i.ts').I;",
    "await import(name);",
    'export const j = "from"; export const k = "./k.ts";',
  ].join("\n");
  const found = ["lib/core/b.ts", "lib/d.ts", "e", "lib/core/f.json", "g", "lib/core/h.ts"];
  assertEquals(importsOf("lib/core/x.ts", text), [...found, "lib/core/i.ts", "?"]);
});

Deno.test("withoutComments() and withoutStrings() tell comments and strings apart", () => {
  const text = 'const a = "// no comment"; // "no string"\nconst b = /* c */ \'it\\\'s\';';
  assertEquals(withoutComments(text), "const a = \"// no comment\";  \nconst b =   'it\\'s';");
  assertEquals(withoutStrings(text), 'const a = "";  \nconst b =   "";');
});
