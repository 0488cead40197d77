import { assertEquals, assertRejects, assertThrows } from "@std/assert";
import { claimed, fetched, propagated } from "../../lib/format/peer_service.ts";
import { encodeRecord } from "../../lib/format/record.ts";
import { StatusError } from "../../lib/format/status_error.ts";
import { branch, commandId, record, tickAt, vector } from "../core/samples.ts";
import { Bench } from "../host/bench.ts";

const [one, two] = [branch(1), branch(2)];

/** A process that serves branch 1 of two. */
function openProcess({ isNew = false } = {}) {
  const bench = new Bench([one, two], { isNew });
  return { bench, hosts: new Map([[one, bench.host]]) };
}

const nothing = { everywhere: 0, asks: false, records: [], last: 0, has: null } as const;
const absent = { code: "NOT_FOUND", message: "branch 2 is not served here" } as const;

function told({ code, message }: StatusError) {
  return { code, message };
}

Deno.test("propagated() brings records to those that they are for, and tells what these have", async () => {
  const { bench, hosts } = openProcess();
  const bytes = encodeRecord(record({ origin: two, first: 1 })) as Uint8Array & Buffer;
  const request = { ...nothing, from: 2, to: [1], attempt: 7, records: [bytes], last: 1 };
  const response = propagated(hosts, request);
  await bench.turns();
  const acknowledgement = { branch: one, has: 1, lastCommandId: "" };
  assertEquals(await response, { to: two, attempt: 7, acknowledgements: [acknowledgement] });
});

Deno.test("propagated(), fetched() and claimed() say which branch is not served here", async () => {
  const { bench, hosts } = openProcess();
  const request = { ...nothing, records: [], from: 2, to: [1, 2], attempt: 1 };
  const propagation = assertRejects(() => propagated(hosts, request), StatusError);
  const fetch = { from: 1, to: 2, attempt: 1, after: null };
  assertEquals(told(assertThrows(() => fetched(hosts, fetch), StatusError)), absent);
  const claim = { ...fetch, claimId: commandId("c"), need: 1, wanted: 1 };
  assertEquals(told(await assertRejects(() => claimed(hosts, claim), StatusError)), absent);
  assertEquals(told(await propagation), absent);
  await bench.turns();
});

Deno.test("fetched() gives what a branch's journal has of the logs that are named", () => {
  const { bench, hosts } = openProcess();
  const old = record({ origin: two, first: 3 });
  bench.host.recordsAfter = ({ from, after }) => {
    assertEquals([from, after], [two, vector({ 2: 2 })]);
    return [old];
  };
  const request = { from: 2, to: 1, attempt: 1, after: { sequences: { 2: 2 } } };
  assertEquals(fetched(hosts, request), { records: [encodeRecord(old)] });
});

Deno.test("claimed() tells what a branch granted, or that it makes sure of its log", async () => {
  const claim = { from: 2, to: 1, attempt: 1, claimId: commandId("c"), need: 5, wanted: 5 };
  for (const isNew of [false, true]) {
    const { bench, hosts } = openProcess({ isNew });
    bench.host.tick(tickAt().nowMs);
    const response = claimed(hosts, claim).catch((error: unknown) => error);
    await bench.turns();
    const answer = await response;
    if (!isNew) assertEquals(answer, { granted: true, last: 1, expiredMs: 0 });
    else {
      const unsure = { code: "UNAVAILABLE", message: "branch 1 makes sure of its log" } as const;
      assertEquals(answer instanceof StatusError && told(answer), unsure);
    }
  }
});
