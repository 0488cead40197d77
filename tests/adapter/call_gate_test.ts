import { assert, assertEquals, assertGreater, assertLess } from "@std/assert";
import { limits } from "../../lib/core/limits.ts";
import { statusNames } from "../../lib/format/grpc_frame.ts";
import { branch, deposit, deposits, record, vector } from "../core/samples.ts";
import { permitted } from "../permitted.ts";
import { network } from "./network.ts";
import type { RawAnswer } from "./raw_caller.ts";
import type { Heard } from "./raw_connection.ts";

const [one, two, three] = [branch(1), branch(2), branch(3)];
const never = { sequences: { 2: 1_000_000 } };

/** A branch that hears of time only what a test says, and what to call it with. */
async function openBank() {
  const { bank, openBranches, secret } = await import("./grpc_bank.ts");
  const { framed, joined, messagesIn, RawCaller } = await import("./raw_caller.ts");
  const { RawConnection } = await import("./raw_connection.ts");
  const { branchService, replicationService } = await import("../../lib/format/contract.ts");
  const options = { members: [one, two, three], acknowledge: "local", isTimed: false } as const;
  const { addresses, gates, hosts } = await openBranches([one], options);
  const [host, gate] = [hosts.get(one), gates.get(one)];
  assert(host !== undefined && gate !== undefined);
  host.tick(Date.now());
  const address = addresses.get(one) ?? "";
  const shown = { secret, digest: bank.digest };
  const dial = () => new RawCaller(address, shown);
  const dialDeaf = () => RawConnection.dial(address, shown);
  const { Deposit, Execute, Query } = branchService;
  const { Fetch, Propagate } = replicationService;
  const query = (session = {}) => (
    { path: Query.path, body: framed(Query.requestSerialize({ session })) }
  );
  const execute = (count: number) => {
    const commands = Array(count).fill({ action: "ACTION_QUERY" });
    const request = Execute.requestSerialize({ branch: 1, commands, session: never });
    return { path: Execute.path, body: framed(request) };
  };
  /** Lets time go by until all of these are answered. */
  const wait = async (open: readonly Promise<RawAnswer>[]) => {
    let answers: readonly RawAnswer[] | undefined;
    void Promise.all(open).then((all) => answers = all);
    while (answers === undefined) {
      host.tick(Date.now());
      await new Promise((resolve) => setImmediate(resolve));
    }
    return answers;
  };
  const tools = { Deposit, Fetch, Propagate, framed, joined, messagesIn };
  return { host, gate, dial, dialDeaf, query, execute, wait, ...tools };
}

function statusOf({ status }: RawAnswer): string {
  return statusNames[status ?? -1] ?? "none";
}

function statusesOf(answers: readonly RawAnswer[]): readonly string[] {
  return [...new Set(answers.map(statusOf))];
}

permitted(
  "serveBranch() refuses a message that is too long as soon as it says so",
  network,
  async () => {
    const { dial, query, Deposit, framed } = await openBank();
    using caller = dial();
    const lengths = [limits.messageBytesMax + 1, 2 ** 32 - 1];
    for (const length of lengths) {
      const body = framed(new Uint8Array(1), { length });
      const answer = await caller.call({ path: Deposit.path, body, isLeftOpen: true });
      assertEquals(statusOf(answer), "RESOURCE_EXHAUSTED");
    }
    const long = framed(new Uint8Array(limits.requestBytesMax + 1));
    assertEquals(
      statusOf(await caller.call({ path: Deposit.path, body: long })),
      "RESOURCE_EXHAUSTED",
    );
    assertEquals(statusOf(await caller.call(query())), "OK");
  },
);

permitted(
  "serveBranch() gives nobody more calls than a caller may have, and goes on for others",
  network,
  async () => {
    const { dial, host, query, wait } = await openBank();
    using greedy = dial();
    using other = dial();
    const open = Array.from({ length: limits.callerCallsMax }, () => greedy.call(query(never)));
    const surplus = await greedy.call(query());
    assertEquals(statusOf(surplus), "RESOURCE_EXHAUSTED");
    assert(surplus.details.includes(`has ${limits.callerCallsMax} calls open`), surplus.details);
    assertEquals(statusOf(await other.call(query())), "OK");
    assertEquals(host.inspect().open, limits.callerCallsMax);
    assertEquals(statusesOf(await wait(open)), ["UNAVAILABLE"]);
    assertEquals(statusOf(await greedy.call(query())), "OK");
  },
);

permitted(
  "serveBranch() gives nobody more commands than a caller may have, and goes on for others",
  network,
  async () => {
    const { dial, execute, query, wait } = await openBank();
    using greedy = dial();
    using other = dial();
    const requests = limits.callerCommandsMax / limits.requestCommandsMax;
    const open = Array.from(
      { length: requests },
      () => greedy.call(execute(limits.requestCommandsMax)),
    );
    assertEquals(statusOf(await greedy.call(execute(1))), "RESOURCE_EXHAUSTED");
    assertEquals(statusOf(await other.call(query())), "OK");
    assertEquals(statusesOf(await wait(open)), ["UNAVAILABLE"]);
    assertEquals(statusOf(await greedy.call(query())), "OK");
  },
);

permitted(
  "serveBranch() says that it has too much to do, and goes on",
  network,
  async () => {
    const { dial, execute, query, wait } = await openBank();
    using stack = new DisposableStack();
    const crowd = limits.inboxCommandsMax / limits.callerCommandsMax;
    const each = limits.callerCommandsMax / limits.requestCommandsMax;
    const fill = Array.from({ length: crowd }, () => stack.use(dial())).flatMap((caller) =>
      Array.from({ length: each }, () => caller.call(execute(limits.requestCommandsMax)))
    );
    using late = dial();
    // It is asked until all of the others have arrived, on their connections.
    let surplus = await late.call(query());
    while (statusOf(surplus) === "OK") surplus = await late.call(query());
    const details = `${limits.inboxCommandsMax} commands wait in this branch already`;
    assertEquals([statusOf(surplus), surplus.details], ["RESOURCE_EXHAUSTED", details]);
    assertEquals(statusesOf(await wait(fill)), ["UNAVAILABLE"]);
    assertEquals(statusOf(await late.call(query())), "OK");
  },
);

permitted(
  "serveBranch() counts a call as open until its answer has been read",
  network,
  async () => {
    const { dial, dialDeaf, query } = await openBank();
    using deaf = await dialDeaf();
    using other = dial();
    const open: Heard[] = [];
    for (let count = 0; count < limits.callerCallsMax; count++) open.push(await deaf.call(query()));
    const surplus = await deaf.call(query());
    await deaf.until(() => surplus.hasEnded);
    assertEquals([surplus.hasBegun, open.some(({ hasEnded }) => hasEnded)], [false, false]);
    assertEquals(statusOf(await other.call(query())), "OK");
    await deaf.read();
    await deaf.until(() => open.every(({ hasEnded }) => hasEnded));
    const more = await deaf.call(query());
    await deaf.until(() => more.hasEnded);
    assert(more.hasBegun);
  },
);

permitted(
  "serveBranch() gives a peer no more old records while it does not read those before",
  network,
  async () => {
    const { dial, dialDeaf, host, query, Fetch, framed } = await openBank();
    for (let step = 0; step < 20; step++) {
      await host.execute(deposits(`${step}/${"x".repeat(90)}`, limits.stepCommandsMax), vector({}));
    }
    const request = { from: 3, to: 1, after: { sequences: { 1: 0 } } };
    const fetch = { path: Fetch.path, body: framed(Fetch.requestSerialize(request)) };
    using deaf = await dialDeaf();
    using other = dial();
    const open: Heard[] = [];
    for (let count = 0; count < 30; count++) open.push(await deaf.call(fetch));
    const isRefused = ({ hasBegun, hasEnded }: Heard) => hasEnded && !hasBegun;
    await deaf.until(() => open.every((heard) => heard.hasBegun || heard.hasEnded));
    assert(open.some(isRefused));
    assertEquals(statusOf(await other.call(fetch)), "OK");
    assertEquals(statusOf(await other.call(query())), "OK");
    await deaf.read();
    await deaf.until(() => open.every(({ hasEnded }) => hasEnded));
    const bytes = open.reduce((sum, { bytes }) => sum + bytes, 0);
    assertGreater(bytes, limits.unreadBytesMax);
    assertLess(bytes, limits.unreadBytesMax + limits.messageBytesMax);
    const more = await deaf.call(fetch);
    await deaf.until(() => more.hasEnded);
    assert(more.hasBegun);
  },
);

permitted(
  "serveBranch() ends a stream whose answers are not read, and gives those that it has made",
  network,
  async () => {
    const { dial, dialDeaf, host, query, Propagate, framed, joined } = await openBank();
    const { encodeRecord } = await import("../../lib/format/record.ts");
    const entries = [deposit("x".repeat(110), 1)];
    const brought = encodeRecord(record({ origin: three, first: 1, entries }));
    const request = (records: Uint8Array[]) =>
      framed(Propagate.requestSerialize({ from: 3, to: [1], last: 1, asks: true, records }));
    using deaf = await dialDeaf();
    using other = dial();
    const first = { path: Propagate.path, body: request([brought]) };
    assertEquals(statusOf(await other.call(first)), "OK");
    const many = 20_000;
    const body = joined(Array(many).fill(request([])));
    const open = await deaf.call({ path: Propagate.path, body, isLeftOpen: true });
    // Its end stands behind answers that are not read; another stream is told so at once.
    for (let heard = open; !heard.hasEnded;) {
      heard = await deaf.call({ path: Propagate.path, body: request([]) });
      await deaf.until(() => heard.hasBegun || heard.hasEnded);
      assertEquals(heard.hasBegun, !heard.hasEnded);
      assertEquals(statusOf(await other.call(query())), "OK");
    }
    await deaf.read();
    await deaf.until(() => open.hasEnded);
    assertGreater(open.bytes, limits.unreadStreamBytesMax);
    assertLess(open.bytes, many * 150);
    assertEquals(host.inspect().balance, 101n);
  },
);

permitted("serveBranch() gives a peer no more streams than it needs", network, async () => {
  const { dial, Propagate, framed } = await openBank();
  using caller = dial();
  const body = framed(Propagate.requestSerialize({ from: 3, to: [1], asks: true }));
  for (let count = 0; count < limits.connectionStreamsMax; count++) {
    void caller.call({ path: Propagate.path, body, isLeftOpen: true });
  }
  const surplus = await caller.call({ path: Propagate.path, body });
  assertEquals(statusOf(surplus), "RESOURCE_EXHAUSTED");
});

permitted(
  "serveBranch() keeps no more of messages that do not come whole than a caller may send",
  network,
  async () => {
    const { dial, gate, query, Deposit, framed } = await openBank();
    using slow = dial();
    using other = dial();
    const part = framed(new Uint8Array(limits.messageBytesMax - 1_000), {
      length: limits.messageBytesMax,
    });
    const parts = limits.arrivingBytesMax / limits.messageBytesMax;
    const open = Array.from(
      { length: parts + 1 },
      () => slow.call({ path: Deposit.path, body: part, isLeftOpen: true }),
    );
    const first = await Promise.race(open);
    assertEquals(statusOf(first), "RESOURCE_EXHAUSTED");
    assertEquals(statusOf(await other.call(query())), "OK");
    gate.endLate(Date.now() + limits.arrivalMs);
    assertEquals(statusesOf(await Promise.all(open)), ["RESOURCE_EXHAUSTED"]);
    assertEquals(statusOf(await slow.call(query())), "OK");
  },
);

permitted(
  "serveBranch() wants nothing more of a call whose message does not come whole in time",
  network,
  async () => {
    const { dialDeaf, gate, query, Deposit, framed } = await openBank();
    using slow = await dialDeaf();
    const part = framed(new Uint8Array(10), { length: 20 });
    const open = await slow.call({ path: Deposit.path, body: part, isLeftOpen: true });
    // What comes behind it on the connection is answered when it has come.
    const whole = await slow.call(query());
    await slow.until(() => whole.hasBegun);
    gate.endLate(Date.now() + limits.arrivalMs - 1_000);
    const more = await slow.call(query());
    await slow.until(() => more.hasBegun);
    assertEquals([open.hasEnded, open.isReset], [false, false]);
    gate.endLate(Date.now() + limits.arrivalMs);
    await slow.until(() => open.isReset);
    assertEquals([open.hasBegun, open.hasEnded], [false, true]);
  },
);

permitted(
  "serveBranch() goes on with a peer that reads, however much that is",
  network,
  async () => {
    const { dial, Propagate, framed, joined, messagesIn } = await openBank();
    const { encodeRecord } = await import("../../lib/format/record.ts");
    const entries = [deposit("x".repeat(110), 1)];
    const brought = encodeRecord(record({ origin: three, first: 1, entries }));
    const first = Propagate.requestSerialize({ from: 3, to: [1], last: 1, records: [brought] });
    using caller = dial();
    const request = Propagate.requestSerialize({ from: 3, to: [1], asks: true });
    // Field 100, as a text that nobody reads: field and length are five bytes.
    const room = limits.requestBytesMax - request.length - 5;
    const head = [0xa2, 0x06, 0x80 | (room & 0x7f), 0x80 | (room >> 7 & 0x7f), room >> 14];
    const long = framed(joined([request, Uint8Array.from([...head, ...new Uint8Array(room)])]));
    const longs = Array(1 + limits.arrivingBytesMax / limits.requestBytesMax | 0).fill(long);
    const shorts = Array(Math.ceil(limits.unreadStreamBytesMax / 128)).fill(framed(request));
    const body = joined([framed(first), ...longs, ...shorts]);
    const answer = await caller.call({ path: Propagate.path, body });
    assertEquals(statusOf(answer), "OK");
    const answers = messagesIn(answer.body, Propagate.responseDeserialize);
    assertEquals(answers.length, longs.length + 1 + shorts.length);
    assertGreater(answer.body.length, limits.unreadStreamBytesMax);
  },
);
