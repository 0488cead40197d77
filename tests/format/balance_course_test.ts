import { assertEquals } from "@std/assert";
import {
  courseOfAll,
  coursesOf,
  envelopeOf,
  faultTimes,
  servedTime,
  thinned,
} from "../../lib/format/balance_course.ts";
import { TraceHistory } from "../../lib/format/trace_history.ts";
import { story, type Told, traceOf } from "./false_trace.ts";

const trace = traceOf(story());

Deno.test("coursesOf() gives what each branch showed, where it changed", () => {
  const courses = [...coursesOf(trace.events)].map((
    [branch, course],
  ) => [branch, course.map(({ balance }) => balance)]);
  assertEquals(courses, [[1, [400, 500, 450]], [2, [400, 500, 450]]]);
});

Deno.test("courseOfAll() adds up what anyone has made, and does not know of an old bank", () => {
  const balances = courseOfAll(new TraceHistory(trace)).map(({ balance }) => balance);
  assertEquals(balances, [400, 500, 450]);
  assertEquals(courseOfAll(new TraceHistory(traceOf(story(), { isOld: true }))), []);
});

Deno.test("envelopeOf() gives the least and the greatest balance over time", () => {
  const one = [{ ms: 0, balance: 5 }, { ms: 20, balance: 9 }];
  const other = [{ ms: 0, balance: 5 }, { ms: 10, balance: 3 }];
  assertEquals(envelopeOf([one, other]), [
    { ms: 0, least: 5, most: 5 },
    { ms: 0, least: 5, most: 5 },
    { ms: 10, least: 3, most: 5 },
    { ms: 20, least: 3, most: 9 },
  ]);
});

Deno.test("thinned() leaves the last of what cannot be told apart", () => {
  const course = [0, 1, 2, 60, 99].map((ms) => ({ ms, balance: ms }));
  assertEquals(thinned(course, { from: 0, to: 100 }, 10).map(({ ms }) => ms), [2, 60, 99]);
});

Deno.test("servedTime() begins with the first command", () => {
  const { from, to } = servedTime(trace.events);
  const sent = trace.events.find(({ by }) => by === "customer 7")?.ms ?? 0;
  const last = trace.events.at(-1)?.ms ?? 0;
  assertEquals([from < sent, from > 0, to > last], [true, true, true]);
});

Deno.test("faultTimes() gives when messages could go wrong, and when links were cut", () => {
  const begun: Told = { by: "branch 1", event: "faults begun" };
  const healed: Told = { by: "branch 1", event: "faults healed" };
  const cuts = [
    { left: [1], right: [2], fromMs: 10, untilMs: 50 },
    { left: [1], right: [2], fromMs: 60 },
  ];
  const faulty = traceOf([begun, ...story(), healed], { faults: { drop: 0, double: 0, cuts } });
  const to = (faulty.events.length - 1) * 10;
  assertEquals(faultTimes(new TraceHistory(faulty)), [
    { what: "faults", from: 0, to },
    { what: "cut", from: 10, to: 50 },
    { what: "cut", from: 60, to },
  ]);
  assertEquals(faultTimes(new TraceHistory(trace)), []);
});
