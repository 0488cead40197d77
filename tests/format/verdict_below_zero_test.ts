import { assertEquals } from "@std/assert";
import { judgeBelowZero } from "../../lib/format/verdict_below_zero.ts";
import { readTrace } from "../../lib/format/trace_reader.ts";
import { changed, story, type Told, traceOf } from "./false_trace.ts";

function found(told: readonly Told[]) {
  const { finding, because } = judgeBelowZero(traceOf(told));
  return { finding, because };
}

function isShow(balance: number) {
  return (event: Told) => (
    event.by === "branch 2" && event.event === "shows" && event.balance === balance
  );
}

Deno.test("judgeBelowZero() holds where nothing is below zero", () => {
  const because = "20 balances and allowances, none below zero";
  assertEquals(found(story()), { finding: "holds", because });
});

Deno.test("judgeBelowZero() fails where a balance or an allowance is shown below zero", () => {
  assertEquals(found(changed(story(), isShow(450), { balance: -1 })), {
    finding: "fails",
    because: "branch 2 showed a balance of -1",
  });
  assertEquals(found(changed(story(), isShow(450), { allowance: -5 })), {
    finding: "fails",
    because: "branch 2 showed an allowance of -5",
  });
});

Deno.test("judgeBelowZero() reckons by itself what a branch may spend", () => {
  const told = changed(story(), ({ event, by }) => event === "executed" && by === "branch 2", {
    amount: 201,
  });
  assertEquals(found(told), {
    finding: "fails",
    because: "branch 2 spent 1 more than was its to spend",
  });
  const granted: Told = {
    by: "branch 1",
    event: "granted",
    ...{ sequence: 2, claim: "c", to: 2, amount: 301 },
  };
  assertEquals(found([...story(), granted]).because, "branch 1 spent 1 more than was its to spend");
});

Deno.test("judgeBelowZero() lets a branch spend what it was granted, once it has that", () => {
  const grant = { action: "grant", claim: "c", to: 2, amount: 30 } as const;
  const { action: _, ...given } = grant;
  const spent = { action: "withdraw", command: "7/9", amount: 180 } as const;
  const told: readonly Told[] = [
    ...story(),
    { by: "branch 1", event: "granted", sequence: 2, ...given },
    { by: "branch 2", event: "applied", origin: 1, first: 2, entries: [grant] },
    { by: "branch 2", event: "executed", sequence: 2, ...spent },
  ];
  assertEquals(found(told).finding, "holds");
  assertEquals(found(told.toSpliced(-2, 1)).finding, "fails");
});

Deno.test("judgeBelowZero() judges what readTrace() reads: a balance may be told below zero", () => {
  const { header, events } = traceOf(changed(story(), isShow(450), { balance: -1 }));
  const text = [header, ...events].map((line) => `${JSON.stringify(line)}\n`).join("");
  assertEquals(judgeBelowZero(readTrace(text)).finding, "fails");
});
