import { assertEquals } from "@std/assert";
import { changeOf, entriesOf, TraceEntries } from "../../lib/format/trace_entries.ts";
import { changed, deposit, story, type Told, traceOf } from "./false_trace.ts";

function entriesIn(told: readonly Told[]): TraceEntries {
  return new TraceEntries(traceOf(told).events);
}

Deno.test("TraceEntries add up what lies between what two know", () => {
  const entries = entriesIn(story());
  assertEquals(entries.change({}, { 1: 1, 2: 1 }), 50);
  assertEquals(entries.change({ 1: 1 }, { 1: 1, 2: 1 }), -50);
  assertEquals(entries.change({ 1: 1, 2: 1 }, {}), -50);
  assertEquals(entries.change({}, { 1: 2 }), undefined);
});

Deno.test("TraceEntries do not reach over a gap, but begin where the first is told", () => {
  const told = (first: number): Told => (
    { by: "branch 2", event: "applied", origin: 1, first, entries: [deposit] }
  );
  const entries = entriesIn([told(5), told(6), told(8)]);
  assertEquals(entries.change({ 1: 4 }, { 1: 6 }), 200);
  assertEquals(entries.change({ 1: 4 }, { 1: 8 }), undefined);
  assertEquals(entries.change({}, { 1: 6 }), undefined);
});

Deno.test("TraceEntries give entries by their places, each log in its order", () => {
  const entries = entriesIn(story());
  assertEquals(entries.at(1, 1)?.entry, deposit);
  assertEquals(entries.at(1, 2), undefined);
  const places = entries.all().map(({ origin, sequence }) => [origin, sequence]);
  assertEquals(places, [[1, 1], [2, 1]]);
  assertEquals(entries.within({ 1: 1 }, { 1: 1, 2: 1 }).map(({ origin }) => origin), [2]);
});

Deno.test("TraceEntries find what is told otherwise than before", () => {
  assertEquals(entriesIn(story()).contradictions, []);
  const other = changed(story(), ({ by, event }) => by === "branch 2" && event === "applied", {
    entries: [{ ...deposit, command: "7/8" }],
  });
  const [found, ...more] = entriesIn(other).contradictions;
  assertEquals([found?.event.by, more.length], ["branch 2", 0]);
});

Deno.test("entriesOf() and changeOf() give the entries of an event, and what they change", () => {
  const grant: Told = {
    ...{ by: "branch 3", event: "granted", sequence: 2, claim: "c", to: 1, amount: 5 },
  };
  const entries = traceOf([grant]).events.flatMap(entriesOf);
  assertEquals(entries.map(({ origin, sequence, entry }) => ({ origin, sequence, entry })), [
    { origin: 3, sequence: 2, entry: { action: "grant", claim: "c", to: 1, amount: 5 } },
  ]);
  assertEquals(entries.map(({ entry }) => changeOf(entry)), [0]);
  assertEquals([changeOf(deposit), changeOf({ ...deposit, action: "withdraw" })], [100, -100]);
});
