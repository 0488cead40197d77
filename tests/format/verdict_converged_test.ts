import { assertEquals } from "@std/assert";
import { judgeConverged } from "../../lib/format/verdict_converged.ts";
import { changed, story, type Told, traceOf } from "./false_trace.ts";

function found(told: readonly Told[]) {
  const { finding, because } = judgeConverged(traceOf(told));
  return { finding, because };
}

Deno.test("judgeConverged() holds where all end on one balance with all writes", () => {
  const because = "all 2 branches ended on 450, and know the same writes";
  assertEquals(found(story()), { finding: "holds", because });
});

Deno.test("judgeConverged() fails where branches end on different balances", () => {
  const told = changed(
    story(),
    (event) => event.event === "settled" && event.branch === 2,
    { balance: 449 },
  );
  const because = "branch 2 ended on 449, and branch 1 on 450";
  assertEquals(found(told), { finding: "fails", because });
});

Deno.test("judgeConverged() fails where a branch ends without a write of another", () => {
  const told = story().filter(({ by, event }) => (
    by !== "branch 1" || (event !== "applied" && event !== "shows")
  ));
  const because = "branch 1 ended without entry 1 of branch 2";
  assertEquals(found(told), { finding: "fails", because });
});

Deno.test("judgeConverged() fails where branches show different balances with the same entries", () => {
  const told = changed(
    story(),
    (event) => event.by === "branch 2" && event.event === "shows" && event.balance === 500,
    { balance: 501 },
  );
  const because = "branch 2 showed 501, and branch 1 500 with the same entries";
  assertEquals(found(told), { finding: "fails", because });
});

Deno.test("judgeConverged() does not count allowance that is still on its way", () => {
  const grant = { claim: "c", to: 2, amount: 20 } as const;
  const told = story().toSpliced(
    -1,
    0,
    { by: "branch 1", event: "granted", sequence: 2, ...grant },
  );
  assertEquals(found(told).finding, "holds");
});

Deno.test("judgeConverged() cannot tell of a run that failed or was cut off", () => {
  const cut = story().slice(0, -3);
  assertEquals(found(cut), { finding: "open", because: "the trace ends before the run does" });
  const failed: Told = { by: "run", event: "failed", reason: "it was to" };
  assertEquals(found([...cut, failed]), {
    finding: "open",
    because: "the run failed: it was to",
  });
});
