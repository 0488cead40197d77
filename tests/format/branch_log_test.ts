import { assertEquals } from "@std/assert";
import type { Effects } from "../../lib/core/step.ts";
import type { ReplicaView } from "../../lib/core/replica_view.ts";
import { BranchLog, changes } from "../../lib/format/branch_log.ts";
import type { LogRecord } from "../../lib/format/log_record.ts";
import { repeatTicks } from "../../lib/format/repeats.ts";
import { deposit, tickAt, vector } from "../core/samples.ts";
import { peerOf, viewOf } from "./false_status.ts";

function look(changes: Partial<ReplicaView> = {}, isEnding = false) {
  return { view: viewOf(changes), isEnding };
}

/** Says in short what was told. */
function said(records: readonly LogRecord[]): readonly string[] {
  return records.map(({ level, event, message }) => `${level} ${event}: ${message}`);
}

const unsure = { isSure: false, peers: [peerOf(2), peerOf(3, { isHeard: false })] };
const waiting = "it waits for branch 3 to say how much of its log is known there";

Deno.test("changes() says at first whether a branch serves, and nothing of peers that answer", () => {
  assertEquals(said(changes(undefined, look())), ["info serving: branch 1 serves"]);
  const [told, ...more] = changes(undefined, look(unsure));
  assertEquals(told, {
    level: "info",
    event: "not_serving",
    message: `branch 1 does not serve: ${waiting}`,
    fields: { branch: 1, reasons: [waiting] },
  });
  assertEquals(more, []);
});

Deno.test("changes() tells nothing where nothing has changed but amounts", () => {
  for (const each of [look(), look(unsure), look({ peers: [peerOf(2, { reachable: false })] })]) {
    assertEquals(changes(each, { ...each, view: { ...each.view, open: 7, outcomes: 9 } }), []);
  }
});

Deno.test("changes() tells that a branch serves, and warns when it does no more", () => {
  assertEquals(said(changes(look(unsure), look())), [
    "info peer_heard: branch 3 has told branch 1 how much it knows",
    "info serving: branch 1 serves",
  ]);
  assertEquals(said(changes(look(), look({ isSure: false }))), [
    "warn not_serving: branch 1 does not serve: it is starting",
  ]);
  assertEquals(changes(look(), look({}, true)), [], "it was told to end");
});

Deno.test("changes() tells of peers that are lost and reached", () => {
  const lost = look({ peers: [peerOf(2, { reachable: false }), peerOf(3)] });
  const fields = { branch: 1, peer: 2 };
  assertEquals(changes(look(), lost), [{
    level: "warn",
    event: "peer_lost",
    message: "branch 1 gets no answer from branch 2",
    fields,
  }]);
  assertEquals(changes(lost, look()), [{
    level: "info",
    event: "peer_reached",
    message: "branch 2 answers branch 1 again",
    fields,
  }]);
  assertEquals(said(changes(undefined, lost)), [
    "warn peer_lost: branch 1 gets no answer from branch 2",
    "info serving: branch 1 serves",
  ]);
});

Deno.test("changes() tells that a branch lacks entries, once, and when it has them all", () => {
  const behind = look({ lacking: vector({ 2: 5, 3: 1 }) });
  assertEquals(said(changes(look(), behind)), [
    "debug behind: branch 1 lacks 3 entries that others have, and fetches them",
  ]);
  assertEquals(changes(behind, look({ lacking: vector({ 2: 4 }) })), []);
  assertEquals(said(changes(behind, look())), [
    "debug caught_up: branch 1 has all that others have said to have",
  ]);
});

const nothing: Effects = {
  ...{ records: [], requests: [], fetches: [], claims: [], recalls: [], replies: [] },
  halt: undefined,
};

Deno.test("BranchLog looks when time goes by, and remembers how it was", () => {
  const told: LogRecord[] = [];
  let isEnding = false;
  const log = new BranchLog((record) => void told.push(record), () => isEnding);
  const turn = (view: ReplicaView) => log.turned([tickAt()], nothing, () => view);
  log.turned([], nothing, () => viewOf(unsure));
  assertEquals(told, []);
  for (const view of [viewOf(unsure), viewOf(), viewOf()]) turn(view);
  assertEquals(told.map(({ event }) => event), ["not_serving", "peer_heard", "serving"]);
  isEnding = true;
  turn(viewOf());
  assertEquals(told.length, 3);
});

Deno.test("BranchLog tells of requests that were turned away at once, then together", () => {
  const told: LogRecord[] = [];
  const log = new BranchLog((record) => void told.push(record), () => false);
  const tick = () => log.turned([tickAt()], nothing, viewOf);
  tick();
  told.length = 0;
  log.overloaded();
  tick();
  assertEquals(told, [{
    level: "warn",
    event: "overloaded",
    message: "branch 1 has no room, and turned 1 request away",
    fields: { branch: 1, requests: 1 },
  }]);
  for (let count = 1; count < repeatTicks; count++) {
    log.overloaded();
    tick();
  }
  assertEquals(told.length, 1);
  log.overloaded();
  tick();
  assertEquals(told.map(({ fields }) => fields?.requests), [1, repeatTicks]);
  for (let count = 0; count < 2 * repeatTicks; count++) tick();
  assertEquals(told.length, 2);
});

Deno.test("BranchLog tells of connections that were turned away, each reason by itself", () => {
  const told: LogRecord[] = [];
  const log = new BranchLog((record) => void told.push(record), () => false);
  const tick = () => log.turned([tickAt()], nothing, viewOf);
  tick();
  told.length = 0;
  log.turnedAway("unproven", "10.0.0.8");
  tick();
  for (let count = 0; count < 1_000; count++) log.turnedAway("unproven", "10.0.0.9");
  log.turnedAway("strangers", "10.0.0.9");
  tick();
  assertEquals(said(told), [
    "warn connections_refused: branch 1 turned 1 connection away, the last one from 10.0.0.8: " +
    "no certificate was shown that is trusted",
    "warn connections_refused: branch 1 turned 1 connection away, the last one from 10.0.0.9: " +
    "their host has 64 that have not shown yet whose they are",
  ]);
  for (let count = 1; count < repeatTicks; count++) tick();
  const fields = { branch: 1, reason: "unproven", connections: 1_000, host: "10.0.0.9" };
  assertEquals(told.slice(2).map((record) => record.fields), [fields]);
});

Deno.test("BranchLog says nothing of what customers do", () => {
  const told: LogRecord[] = [];
  const log = new BranchLog((record) => void told.push(record), () => false);
  log.turned([tickAt()], nothing, viewOf);
  told.length = 0;
  const commands = [deposit("a", 5)];
  const execute = { kind: "execute", ticket: 1, commands, session: vector({}) } as const;
  log.turned([execute, tickAt()], nothing, () => viewOf({ open: 1 }));
  assertEquals(told, []);
});
