import { assertEquals } from "@std/assert";
import { money } from "../../lib/core/money.ts";
import type { ReplicaView } from "../../lib/core/replica.ts";
import type { Effects, ExecuteInput, Input } from "../../lib/core/step.ts";
import { BranchTrace } from "../../lib/format/branch_trace.ts";
import type { BranchEvent } from "../../lib/format/trace.ts";
import {
  branch,
  commandId,
  deposit,
  grant,
  propagation,
  query,
  record,
  refusal,
  tickAt,
  vector,
  withdrawal,
} from "../core/samples.ts";

const [one, two, three] = [branch(1), branch(2), branch(3)];
const run = commandId("run");
const nothing: Effects = {
  ...{ records: [], requests: [], fetches: [], claims: [], recalls: [], replies: [] },
  halt: undefined,
};
const view: ReplicaView = {
  ...{ id: one, balance: money(570), allowance: money(370), known: vector({ 1: 2, 2: 1 }) },
  ...{ outcomes: 0, open: 0, peers: [], lacking: vector({}), isSure: true },
};
const shown = { event: "shows", balance: 570, allowance: 370 } as const;

/** A branch, and the events of each turn that it has told of. */
function traced({ life = 1 } = {}) {
  const told: (readonly BranchEvent[])[] = [];
  const trace = new BranchTrace({ id: one, life, run }, (events) => told.push(events));
  return {
    trace,
    told,
    turn(inputs: readonly Input[], effects: Partial<Effects> = {}): readonly BranchEvent[] {
      const before = told.length;
      trace.turned(inputs, { ...nothing, ...effects }, () => view);
      return told.slice(before).flat();
    },
  };
}

function named(position: string) {
  return commandId(`${run}/${position}`);
}

function execute(ticket: number, ...commands: ExecuteInput["commands"]): ExecuteInput {
  return { kind: "execute", ticket, commands, session: vector({ 2: 1 }), attempt: 2 };
}

Deno.test("BranchTrace tells what a turn took, what became true, what is sent and what is answered", () => {
  const write = deposit(`${run}/7/1`, 170);
  const written = record({ origin: one, first: 2, entries: [write, grant("claim", 3, 50)] });
  const request = {
    ...{ from: one, to: [two, three], attempt: 4, last: 3, everywhere: 1 },
    ...{ has: vector({ 2: 1 }), asks: true, records: [written] },
  };
  const known = vector({ 1: 3, 2: 1 });
  const results = [{ kind: "written", branches: 1 }] as const;
  const events = traced().turn([execute(1, write)], {
    records: [written],
    requests: [request],
    replies: [{ kind: "executed", ticket: 1, results, known }],
  });
  const command = { command: "7/1", action: "deposit", amount: 170 } as const;
  assertEquals<unknown>(events, [
    { event: "received", message: "command", ...command, attempt: 2, session: { 2: 1 } },
    { event: "executed", sequence: 2, ...command },
    { event: "granted", sequence: 3, claim: commandId("claim"), to: 3, amount: 50 },
    shown,
    {
      event: "sent",
      to: [2, 3],
      ...{ message: "propagate", attempt: 4, carries: [{ origin: 1, first: 2, last: 3 }] },
      ...{ last: 3, everywhere: 1, has: { 2: 1 }, asks: true },
    },
    {
      event: "sent",
      ...{ message: "result", command: "7/1", attempt: 2, result: "written", branches: 1 },
      known: { 1: 3, 2: 1 },
    },
  ]);
});

Deno.test("BranchTrace tells what each command of a request was answered, also turns later", () => {
  const { turn } = traced();
  const commands = [
    { ...query, id: named("7/1") },
    withdrawal(`${run}/7/2`, 5),
    withdrawal(`${run}/7/3`, 6),
    query,
    deposit("another/1/1", 8),
  ];
  assertEquals(
    turn([execute(1, ...commands)]).map((event) => "command" in event && event.command),
    [
      ...["7/1", "7/2", "7/3", commandId("another/1/1")],
    ],
  );
  const events = turn([tickAt()], {
    replies: [{
      kind: "executed",
      ticket: 1,
      results: [
        { kind: "balance", balance: money(9) },
        { kind: "refused", refusal: "insufficient funds" },
        { kind: "unavailable" },
        { kind: "balance", balance: money(9) },
        { kind: "written", branches: 3 },
      ],
      known: vector({ 1: 1 }),
    }],
  });
  const sent = { event: "sent", message: "result", attempt: 2, known: { 1: 1 } } as const;
  assertEquals<unknown>(events, [
    { ...sent, command: "7/1", result: "balance", balance: 9 },
    { ...sent, command: "7/2", result: "refused", refusal: "insufficient funds" },
    { ...sent, command: "7/3", result: "unavailable" },
    { ...sent, command: commandId("another/1/1"), result: "written", branches: 3 },
  ]);
  assertEquals(turn([], { replies: [{ kind: "rejected", ticket: 1, rejection: behind }] }), []);
});

const behind = { kind: "behind", lacking: vector({ 2: 9 }) } as const;

Deno.test("BranchTrace tells that a request was rejected, and why", () => {
  const asked = execute(5, { ...query, id: named("7/1") });
  const [, ...events] = traced().turn([asked], {
    replies: [{ kind: "rejected", ticket: 5, rejection: behind }],
  });
  const rejected = { result: "rejected", reason: "behind" } as const;
  assertEquals<unknown>(events, [
    { event: "sent", message: "result", command: "7/1", attempt: 2, ...rejected },
  ]);
});

Deno.test("BranchTrace tells what a peer brought, what is applied of it, and the answer", () => {
  const brought = record({ origin: two, first: 1, entries: [withdrawal(`${run}/2/1`, 70)] });
  const input = propagation(3, { from: two, attempt: 9, records: [brought], everywhere: 1 });
  const reply = { kind: "propagated", ticket: 3, has: 1, known: undefined } as const;
  const entry = { action: "withdraw", command: "2/1", amount: 70 } as const;
  const carries = [{ origin: 2, first: 1, last: 1 }];
  const rest = { last: 1, everywhere: 1, asks: false } as const;
  assertEquals<unknown>(traced().turn([input], { records: [brought], replies: [reply] }), [
    { event: "received", from: 2, message: "propagate", attempt: 9, carries, ...rest },
    { event: "applied", origin: 2, first: 1, entries: [entry] },
    shown,
    { event: "sent", message: "propagated", to: [2], attempt: 9, has: 1 },
  ]);
});

Deno.test("BranchTrace tells an entry of its own that it gets back from one that it writes", () => {
  const back = record({ origin: one, first: 1, entries: [deposit(`${run}/1/1`, 1)] });
  const written = record({ origin: one, first: 2, entries: [deposit(`${run}/1/2`, 2)] });
  const fetched: Input = { kind: "fetched", from: two, attempt: 1, records: [back] };
  const events = traced().turn([fetched], { records: [back, written] });
  assertEquals(events.map(({ event }) => event), ["received", "applied", "executed", "shows"]);
});

Deno.test("BranchTrace tells of a refusal what the branch knew", () => {
  const [event, ...more] = traced().turn([], { records: [refusal(`${run}/7/1`, 900)] });
  assertEquals<unknown>([event, more], [{
    event: "refused",
    ...{ command: "7/1", action: "withdraw", amount: 900, refusal: "insufficient funds" },
    ...{ balance: 570, allowance: 370, known: { 1: 2, 2: 1 } },
  }, []]);
});

Deno.test("BranchTrace tells claims and fetches, there and back, under numbers of its life", () => {
  const { trace, told, turn } = traced({ life: 2 });
  const id = commandId("claim");
  const amounts = { need: money(5), wanted: money(10) };
  const claim = { from: one, to: two, attempt: 3, id, ...amounts };
  const [asks, fetches] = turn([], {
    claims: [claim],
    fetches: [{ from: one, to: three, attempt: 4, after: vector({ 2: 8 }) }],
  }).toReversed();
  const said = { claim: id, need: 5, wanted: 10 };
  assertEquals<unknown>([asks, fetches], [
    { event: "sent", to: [2], message: "claim", attempt: 1_000_000_003, ...said },
    { event: "sent", to: [3], message: "fetch", attempt: 1_000_000_004, after: { 2: 8 } },
  ]);
  const heard = turn([
    { kind: "claimed", from: two, attempt: 3, isGranted: true, last: 9, expiredMs: 0 },
    { kind: "fetched", from: three, attempt: 4, records: [record({ origin: two, first: 9 })] },
    { kind: "answer", from: two, attempt: 5, has: 2, known: vector({ 1: 2 }) },
    { kind: "silence", from: two, attempt: 6 },
    { kind: "unclaimed", from: two, attempt: 7 },
    { kind: "unfetched", from: three, attempt: 8 },
    { kind: "claim", ticket: 4, ...claim, from: three, attempt: 2 },
  ], { replies: [{ kind: "claimed", ticket: 4, last: 7, isGranted: false, expiredMs: 0 }] });
  const carries = [{ origin: 2, first: 9, last: 9 }];
  const own = (attempt: number) => ({ attempt: 1_000_000_000 + attempt });
  assertEquals<unknown>(heard, [
    { event: "received", from: 2, message: "claimed", ...own(3), isGranted: true, last: 9 },
    { event: "received", from: 3, message: "fetched", ...own(4), carries },
    { event: "received", from: 2, message: "propagated", ...own(5), has: 2, known: { 1: 2 } },
    { event: "unanswered", message: "propagate", to: 2, ...own(6) },
    { event: "unanswered", message: "claim", to: 2, ...own(7) },
    { event: "unanswered", message: "fetch", to: 3, ...own(8) },
    { event: "received", from: 3, message: "claim", attempt: 2, ...said },
    { event: "sent", message: "claimed", to: [3], attempt: 2, isGranted: false, last: 7 },
  ]);
  trace.gave({ from: two, attempt: 6, after: vector({ 1: 0 }) }, [
    record({ origin: one, first: 1 }),
  ]);
  const given = [{ origin: 1, first: 1, last: 1 }];
  assertEquals<unknown>(told.at(-1), [
    { event: "received", from: 2, message: "fetch", attempt: 6, after: { 1: 0 } },
    { event: "sent", to: [2], message: "fetched", attempt: 6, carries: given },
  ]);
});

Deno.test("BranchTrace tells no answer to a claim that gets none", () => {
  const amounts = { need: money(5), wanted: money(10) };
  const claim: Input = {
    kind: "claim",
    ticket: 4,
    from: two,
    attempt: 1,
    id: named("c"),
    ...amounts,
  };
  const reply = { kind: "claimed", ticket: 4, last: undefined, isGranted: false } as const;
  const events = traced().turn([claim], { replies: [{ ...reply, expiredMs: 0 }] });
  assertEquals(events.map(({ event }) => event), ["received"]);
});

Deno.test("BranchTrace tells how it begins, what went wrong, and why it must end", () => {
  const { trace, told, turn } = traced({ life: 2 });
  trace.started(view, [record({ origin: two, first: 4, entries: [deposit(`${run}/2/9`, 1)] })]);
  trace.faults("faults begun");
  const message = { message: "propagate", from: one, to: two, attempt: 1_000_000_001 } as const;
  trace.befell({ ...message, fault: "late", lateMs: 12.3456 });
  trace.befell({ ...message, fault: "lost" });
  const entries = [{ action: "deposit", command: "2/9", amount: 1 }];
  assertEquals<unknown>(told.flat(), [
    { event: "found", origin: 2, first: 4, entries },
    { event: "started", life: 2, balance: 570, allowance: 370, known: { 1: 2, 2: 1 } },
    { event: "faults begun" },
    { event: "injected", ...message, fault: "late", lateMs: 12.35 },
    { event: "injected", ...message, fault: "lost" },
  ]);
  assertEquals(turn([tickAt()], { halt: "a fork" }), [{ event: "halted", reason: "a fork" }]);
});

Deno.test("BranchTrace says nothing of a turn in which nothing happened, and asks for no view", () => {
  const told: unknown[] = [];
  const trace = new BranchTrace({ id: one, life: 1, run }, (events) => told.push(events));
  trace.turned([tickAt()], nothing, () => {
    throw new Error("nobody has to see the replica");
  });
  assertEquals(told, []);
});
