import { assert, assertEquals, assertMatch, assertThrows } from "@std/assert";
import { pageOf, reportPage } from "../../lib/format/report.ts";
import { TraceError } from "../../lib/format/trace_reader.ts";
import { asks, brings, changed, story, type Told, traceOf } from "./false_trace.ts";

const page = reportPage(traceOf(story()));

Deno.test("reportPage() loads nothing and runs nothing", () => {
  assertEquals(/<script|<link|<img|@import|url\((?!#)|https?:|\son\w+=/i.exec(page), null);
  assertMatch(page, /content="default-src 'none'; style-src 'unsafe-inline'"/);
});

Deno.test("reportPage() has each section, and one way to it", () => {
  for (const id of ["run", "verdicts", "balances", "messages", "commands"]) {
    assertMatch(page, new RegExp(`<a href="#${id}">`));
    assertEquals(page.match(new RegExp(`<section id="${id}" `, "g"))?.length, 1);
  }
});

Deno.test("reportPage() has no id twice, and refers to none that is not there", () => {
  const ids = [...page.matchAll(/\sid="([^"]+)"/g)].map(([, id]) => id);
  assertEquals(new Set(ids).size, ids.length);
  const used = [...page.matchAll(/(?:href="#|url\(#)([^")]+)/g)].map(([, id]) => id);
  for (const id of new Set(used)) assert(ids.includes(id), id);
});

Deno.test("reportPage() says what failed, and shows where", () => {
  const told = changed(story(), (event) => event.event === "settled" && event.branch === 2, {
    balance: 449,
  });
  const failed = reportPage(traceOf(told));
  assertMatch(failed, /<li class="fails"><span aria-hidden="true">✗<\/span> 2 fail</);
  assertMatch(failed, /class="verdict fails"[^]*branch 2 ended on 449[^]*run #5/);
});

Deno.test("reportPage() lets nothing that a trace says become markup", () => {
  const evil = "<img src=x>";
  const told: readonly Told[] = [
    ...asks(7, 1, { command: evil, action: "query", session: {} }),
    { by: "run", event: "failed", reason: evil },
  ];
  assertEquals(reportPage(traceOf(told)).includes(evil), false);
});

Deno.test("reportPage() is made of a run in which nothing happened", () => {
  assertMatch(reportPage(traceOf([])), /the trace was cut off/);
});

Deno.test("reportPage() is bounded, and says what it leaves out", () => {
  const told = Array.from({ length: 20_000 }, (_, index) => brings(1, 2, index + 1)).flat();
  const large = reportPage(traceOf(told));
  assert(large.length < 4_000_000, `${large.length}`);
  assertMatch(large, /The diagrams end here: 34000 later events are only in the trace/);
});

Deno.test("pageOf() makes a page of the text of a trace, and of no other", () => {
  const { header, events } = traceOf(story());
  const text = [header, ...events].map((line) => `${JSON.stringify(line)}\n`).join("");
  assertEquals(pageOf(text), page);
  assertThrows(() => pageOf("x"), TraceError);
});
