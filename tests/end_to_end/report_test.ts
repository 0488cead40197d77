import { assert, assertEquals, assertMatch } from "@std/assert";
import { readTrace } from "../../lib/format/trace_reader.ts";
import { judge } from "../../lib/format/verdicts.ts";
import { permitted } from "../permitted.ts";
import { TemporaryFolder } from "../temporary_folder.ts";
import {
  assertFailed,
  branchRecord,
  customerRecord,
  ended,
  input1,
  input1Answers,
  programs,
  records,
  run,
  start,
} from "./bank.ts";
import { killProcess, signalProcess } from "./processes.ts";
import { busyBranch } from "./traced.ts";

permitted("a run writes a page that explains it, and answers the same", programs, async () => {
  using folder = new TemporaryFolder();
  const end = await run([input1.pathname, "--report", "page.html"], folder);
  assertEquals([end.code, end.stdout], [0, input1Answers], end.stderr);
  assertEquals(folder.names(), ["output.txt", "page.html"]);
  const page = folder.read("page.html") ?? "";
  assertMatch(page, /^<!DOCTYPE html>/);
  assertMatch(
    page,
    /<h3>converged <span class="finding">holds<\/span><\/h3><p>all 3 branches ended/,
  );
  assertEquals(page.match(/<details class="command /g)?.length, 5);
  assert(!page.includes('class="verdict fails"'));
});

permitted("a traced run is explained in the terminal, and on a page", programs, async () => {
  using folder = new TemporaryFolder();
  await run([input1.pathname, "--trace", "trace.jsonl", "--quiet"], folder);
  const whole = await run(["--explain", "trace.jsonl", "--report", "page.html"], folder);
  assertEquals([whole.code, whole.stderr], [0, ""]);
  assertMatch(whole.stdout, /\nconverged +holds: all 3 branches ended on 500/);
  assertMatch(whole.stdout, /\n2\/1 +customer 2 +branch 2 +deposit 170 +done; 3 branches had it\n/);
  assertMatch(folder.read("page.html") ?? "", /^<!DOCTYPE html>/);
  const one = await run(["--explain", "trace.jsonl", "--command", "1/1"], folder);
  assertMatch(
    one.stdout,
    /400 \(the opening balance\) \+ 170 \(2\/1\) − 70 \(3\/1\) = 500\. Nobody/,
  );
});

permitted("what cannot be explained is refused in a sentence each", programs, async () => {
  using folder = new TemporaryFolder();
  await run([input1.pathname, "--trace", "trace.jsonl", "--quiet"], folder);
  const cases: readonly (readonly [args: readonly string[], stderr: RegExp | string])[] = [
    [["--explain", "trace.jsonl", "--command", "9/9"], 'trace.jsonl has no command "9/9"'],
    [["--explain", "gone"], /^customer: gone cannot be explained: no such file.*\n$/],
    [
      ["--explain", "output.txt"],
      "output.txt cannot be explained: line 1 of the trace: it is not JSON",
    ],
    [["--explain"], "--explain has no value"],
    [["--explain", "trace.jsonl", "--plan", "free"], "--plan does not go with --explain"],
    [["--explain", "trace.jsonl", "--report", "trace.jsonl"], /--report is the trace trace\.jsonl/],
    [[input1.pathname, "--command", "1/1"], "--command goes with --explain only"],
  ];
  for (const [args, stderr] of cases) {
    const said = typeof stderr === "string" ? `customer: ${stderr}\n` : stderr;
    assertFailed(await run(args, folder), 2, said);
  }
});

permitted("a report that cannot be, is refused before anything starts", programs, async () => {
  using folder = new TemporaryFolder();
  folder.write("scenario.json", JSON.stringify([branchRecord(1, 9)]));
  const refusal = async (...options: readonly string[]) => {
    const { code, stdout, stderr } = await run(["scenario.json", ...options], folder);
    return { code, stdout, stderr, names: folder.names() };
  };
  const same = (what: string) => ({
    ...{ code: 2, stdout: "", names: ["scenario.json"] },
    stderr: `customer: --report is the ${what} itself\n`,
  });
  assertEquals(await refusal("--report", "scenario.json"), same("scenario scenario.json"));
  assertEquals(
    await refusal("--report", "./x.json", "--output", "x.json"),
    same("output x.json"),
  );
  assertEquals(await refusal("--report", "x", "--trace", "x"), same("trace x"));
  const { code, stderr } = await refusal("--report", "gone/page.html");
  assertEquals(code, 2);
  assertMatch(stderr, /the report gone\/page\.html cannot be written/);
});

/** So many writes that something can be done to the run in between. */
const long = [
  customerRecord(1, ...Array(120).fill("deposit 1"), "query 0"),
  ...records(3, (id) => branchRecord(id, 100)),
];

permitted("a run that is interrupted has a page of how far it came", programs, async () => {
  using folder = new TemporaryFolder();
  folder.write("scenario.json", JSON.stringify(long));
  const child = start("run", ["scenario.json", "--report", "page.html"], { folder });
  await busyBranch(folder, { bytes: 8_000 });
  await signalProcess({ pid: child.pid, command: "" }, "TERM");
  assertEquals((await ended(child)).code, 143);
  const page = folder.read("page.html") ?? "";
  assertMatch(page, /failed after [\d.]+ m?s: ended by SIGTERM/);
  assertMatch(page, /<h3>converged <span class="finding">cannot be told<\/span>/);
  assertEquals(folder.names(), ["page.html", "scenario.json"]);
});

permitted(
  "no law is found broken where a branch is killed, and where a bank goes on",
  programs,
  async () => {
    using folder = new TemporaryFolder();
    folder.write("scenario.json", JSON.stringify(long));
    const args = ["scenario.json", "--trace", "trace.jsonl", "--data", "bank"];
    const judged = () => {
      const verdicts = judge(readTrace(folder.read("trace.jsonl") ?? ""));
      return verdicts.filter(({ finding }) => finding !== "holds").map(({ law, because }) => (
        `${law}: ${because}`
      ));
    };
    const child = start("run", args, { folder });
    await killProcess(await busyBranch(folder, { bytes: 8_000 }));
    assertEquals((await ended(child)).code, 0);
    const untested = ["monotonic reads", "writes follow reads"].map((law) => (
      `${law}: nothing in the trace puts it to the test`
    ));
    assertEquals(judged(), untested);
    assertEquals((await run(args, folder)).code, 0);
    assertEquals(judged(), untested);
  },
);
