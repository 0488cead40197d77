import { assertEquals } from "@std/assert";
import type { PeerRequest } from "../../lib/core/propagation.ts";
import { nothingKnown } from "../../lib/core/version_vector.ts";
import { Exchange, type StreamEvents } from "../../lib/host/exchange.ts";
import type { Delivery } from "../../lib/host/ports.ts";
import { branch } from "../core/samples.ts";

const [one, two, three] = [branch(1), branch(2), branch(3)];
const patienceMs = 1_000;

function request(attempt: number): PeerRequest {
  const nothing = { everywhere: 0, has: nothingKnown, asks: false, records: [], last: 0 };
  return { from: one, to: [two], attempt, ...nothing };
}

/** An exchange in false time, over streams that a test answers. */
function open() {
  const streams: (StreamEvents & { sent: number[]; isOver: boolean })[] = [];
  const timers: { readonly atMs: number; readonly action: () => void }[] = [];
  let nowMs = 0;
  const exchange = new Exchange({
    begin: (events) => {
      const stream = { ...events, sent: new Array<number>(), isOver: false };
      streams.push(stream);
      return {
        write: ({ attempt }) => void stream.sent.push(attempt),
        cancel: () => {
          stream.isOver = true;
          // As a real one: its end is told also to whoever has ended it.
          events.ended();
        },
      };
    },
    patienceMs,
    nowMs: () => nowMs,
    after: (ms, action) => void timers.push({ atMs: nowMs + ms, action }),
  });
  const heard: Delivery[] = [];
  const send = (attempt: number, to = [two]) =>
    exchange.send({ request: request(attempt), to, delivered: (each) => heard.push(each) });
  const goTo = (ms: number) => {
    nowMs = ms;
    for (let at = timers.findIndex(isDue); at !== -1; at = timers.findIndex(isDue)) {
      timers.splice(at, 1)[0]?.action();
    }
  };
  const isDue = ({ atMs }: { atMs: number }) => atMs <= nowMs;
  return { exchange, streams, heard, send, goTo };
}

const answer = (attempt: number, from = two) => ({ from, attempt, has: 1, known: undefined });
const silence = (attempt: number, from = two) => ({ kind: "silence", from, attempt } as const);

Deno.test("Exchange tells each answer to whoever asked, in any order, over one stream", () => {
  const { streams: [...none], send, heard, streams } = open();
  assertEquals(none, [], "it begins when there is something to send");
  send(1);
  send(2);
  streams[0]?.responded({ to: one, attempt: 2, answers: [answer(2)] });
  streams[0]?.responded({ to: one, attempt: 1, answers: [answer(1)] });
  assertEquals(heard.map(({ attempt }) => attempt), [2, 1]);
  assertEquals(streams.map(({ sent }) => sent), [[1, 2]]);
});

Deno.test("Exchange takes a branch for silent that an answer leaves out", () => {
  const { streams, send, heard } = open();
  send(1, [two, three]);
  streams[0]?.responded({ to: one, attempt: 1, answers: [answer(1, three)] });
  assertEquals(heard, [silence(1), { kind: "answer", ...answer(1, three) }]);
});

Deno.test("Exchange ignores an answer that nobody waits for", () => {
  const { streams, send, heard } = open();
  send(1);
  streams[0]?.responded({ to: one, attempt: 9, answers: [answer(9)] });
  streams[0]?.responded({ to: two, attempt: 1, answers: [answer(1)] });
  assertEquals(heard, []);
});

Deno.test("Exchange takes the end of a stream for silence, and begins another one", () => {
  const { streams, send, heard } = open();
  send(1);
  send(2);
  streams[0]?.ended();
  assertEquals(heard, [silence(1), silence(2)]);
  send(3);
  assertEquals(streams.map(({ sent }) => sent), [[1, 2], [3]]);
  streams[0]?.ended();
  assertEquals(heard.length, 2, "the end of an old stream means nothing");
});

Deno.test("Exchange gives a stream up on which something comes that means nothing", () => {
  const { streams, send, heard } = open();
  send(1);
  streams[0]?.responded(undefined);
  assertEquals([heard, streams[0]?.isOver], [[silence(1)], true]);
});

Deno.test("Exchange gives a stream up whose oldest request is not answered in time", () => {
  const { streams, send, heard, goTo } = open();
  send(1);
  goTo(patienceMs - 1);
  send(2);
  streams[0]?.responded({ to: one, attempt: 1, answers: [answer(1)] });
  goTo(2 * patienceMs - 2);
  assertEquals(heard.length, 1, "the oldest is another one now");
  goTo(2 * patienceMs - 1);
  assertEquals(heard.slice(1), [silence(2)]);
  assertEquals(streams[0]?.isOver, true);
});

Deno.test("Exchange retires when all that it has sent is answered or given up", () => {
  for (const isAnswered of [true, false]) {
    const { exchange, streams, send, goTo } = open();
    let retired = 0;
    send(1);
    exchange.retire(() => void (retired += 1));
    assertEquals([retired, streams[0]?.isOver], [0, false]);
    if (isAnswered) streams[0]?.responded({ to: one, attempt: 1, answers: [answer(1)] });
    else goTo(patienceMs);
    assertEquals([retired, streams[0]?.isOver], [1, true]);
  }
});

Deno.test("Exchange retires at once when nothing is open", () => {
  const { exchange } = open();
  let retired = 0;
  exchange.retire(() => void (retired += 1));
  assertEquals(retired, 1);
});
