import { assertEquals, assertThrows } from "@std/assert";
import { limits } from "../../lib/core/limits.ts";
import { type OpenCall, OpenCalls, type PeerOrigin } from "../../lib/format/open_calls.ts";
import { StatusError } from "../../lib/format/status_error.ts";

const seven = { caller: "customer-7", connection: "7", isStream: false } as const;
const eight = { caller: "customer-8", connection: "8", isStream: false } as const;

function peer(changes: Partial<PeerOrigin> = {}): PeerOrigin {
  const rest = { unread: () => 0, untaken: () => 0, isStream: true };
  return { caller: "branch-2", connection: "2", ...rest, ...changes };
}

function assertExhausted(action: () => void, details: string): void {
  const { code } = assertThrows(action, StatusError, details);
  assertEquals(code, "RESOURCE_EXHAUSTED");
}

/** Begins so many calls. */
function crowd(calls: OpenCalls, count: number): OpenCall[] {
  return Array.from(
    { length: count },
    (_, at) => calls.begin({ ...seven, connection: `${at % 3}` }, 0),
  );
}

Deno.test("calls.begin() gives a caller so many, over all of its connections", () => {
  const calls = new OpenCalls();
  const open = crowd(calls, limits.callerCallsMax);
  const begin = () => calls.begin(seven, 0);
  assertExhausted(begin, `customer-7 has ${limits.callerCallsMax} calls open`);
  calls.begin(eight, 0).end();
  open[0]?.end();
  // It has ended once, however often it is told so.
  open[0]?.end();
  begin();
  assertExhausted(begin, "calls open");
});

Deno.test("calls.begin() remembers nobody who has nothing open", () => {
  const calls = new OpenCalls();
  const open = [...crowd(calls, 3), calls.beginOfPeer(peer(), 0)];
  assertEquals(calls.size, 2);
  for (const call of open) call.end();
  assertEquals(calls.size, 0);
});

Deno.test("calls.beginOfPeer() gives a connection so many streams, and no end of other calls", () => {
  const calls = new OpenCalls();
  const begin = () => calls.beginOfPeer(peer(), 0);
  const open = Array.from({ length: limits.connectionStreamsMax }, begin);
  assertExhausted(() => void begin(), `the connection has ${limits.connectionStreamsMax} streams`);
  calls.beginOfPeer(peer({ connection: "another" }), 0);
  for (let count = 0; count <= limits.callerCallsMax; count++) {
    calls.beginOfPeer(peer({ isStream: false }), 0);
  }
  open[0]?.end();
  begin();
  assertExhausted(() => void begin(), "streams");
});

Deno.test("call.command() gives a caller so many commands, over all of its calls", () => {
  const calls = new OpenCalls();
  const [first, second] = crowd(calls, 2);
  first?.command(limits.callerCommandsMax - 1);
  second?.command(1);
  const details = `has ${limits.callerCommandsMax} commands open, and asks for 1 more`;
  assertExhausted(() => second?.command(1), details);
  calls.begin(eight, 0).command(limits.callerCommandsMax);
  first?.end();
  second?.command(limits.callerCommandsMax - 1);
});

Deno.test("call.arrive() takes so much of a caller's messages that are not whole", () => {
  const calls = new OpenCalls();
  const [first, second] = crowd(calls, 2);
  first?.arrive(limits.arrivingBytesMax - 1, 0);
  second?.arrive(1, 0);
  assertExhausted(() => second?.arrive(1, 0), `more than ${limits.arrivingBytesMax} bytes`);
  calls.begin(eight, 0).arrive(limits.arrivingBytesMax, 0);
  first?.arrived();
  second?.arrive(limits.arrivingBytesMax - 2, 0);
  assertExhausted(() => second?.arrive(1, 0), "are on their way");
  second?.end();
  first?.arrive(limits.arrivingBytesMax, 0);
});

Deno.test("calls.late() gives calls whose message did not come whole in time", () => {
  const calls = new OpenCalls();
  const call = calls.begin(seven, 1_000);
  const done = calls.begin(seven, 1_000);
  const stream = calls.beginOfPeer(peer(), 1_000);
  done.arrive(5, 1_000);
  done.arrived();
  call.arrive(5, 1_500);
  assertEquals(calls.late(1_000 + limits.arrivalMs - 1), []);
  assertEquals(calls.late(1_000 + limits.arrivalMs), [call]);
  // A stream may be silent between two messages, and not within one.
  stream.arrive(5, 90_000);
  call.end();
  assertEquals(calls.late(90_000 + limits.arrivalMs - 1), []);
  assertEquals(calls.late(90_000 + limits.arrivalMs), [stream]);
  stream.arrived();
  assertEquals(calls.late(900_000), []);
});

Deno.test("call.answerable() looks at all that its connection has not read", () => {
  const calls = new OpenCalls();
  let untaken = 0;
  const rest = { untaken: () => untaken };
  const first = calls.beginOfPeer(peer({ ...rest, unread: () => 60 }), 0);
  const second = calls.beginOfPeer(peer({ ...rest, unread: () => 30 }), 0);
  calls.beginOfPeer(peer({ unread: () => 1_000, connection: "another" }), 0);
  second.answerable(90);
  assertExhausted(() => second.answerable(89), "90 bytes of answers are not read");
  untaken = 5;
  assertExhausted(() => second.answerable(94), "95 bytes");
  second.answerable(95);
  first.end();
  second.answerable(35);
});
