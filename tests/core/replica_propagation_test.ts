import { assertEquals, assertLessOrEqual } from "@std/assert";
import type { AcknowledgePolicy } from "../../lib/core/acknowledgements.ts";
import type { Result } from "../../lib/core/command.ts";
import { patience } from "../../lib/core/patience.ts";
import type { Reply } from "../../lib/core/step.ts";
import { Mesh } from "./mesh.ts";
import { branch, deposit, tickAt, withdrawal } from "./samples.ts";

const [one, two, three] = [branch(1), branch(2), branch(3)];

/** A bank of as many branches as it says, opened with 100. */
function mesh(count: number, acknowledge: AcknowledgePolicy = "local"): Mesh {
  const members = Array.from({ length: count }, (_, index) => branch(index + 1));
  return new Mesh({ members, opening: 100, acknowledge });
}

function resultsOf(reply: Reply | undefined): readonly Result[] | undefined {
  return reply?.kind === "executed" ? reply.results : undefined;
}

function written(branches: number): Result {
  return { kind: "written", branches };
}

Deno.test("replica sends a peer one request at a time, the next with all written since", () => {
  const bank = mesh(2);
  for (const id of ["a", "b", "c", "d"]) bank.execute(one, [deposit(id, 1)]);
  const sizes = bank.flow().map((message) =>
    message.kind === "request" ? message.request.records.length : "answer"
  );
  assertEquals(sizes, [1, "answer", 3, "answer"]);
  assertEquals(bank.view(two).balance, 104n);
});

Deno.test("replica of each policy answers a write when as many branches have it as it says", () => {
  const expected = {
    local: [1, 1, 1],
    majority: [undefined, 2, 2],
    all: [undefined, undefined, 3],
  };
  for (const policy of ["local", "majority", "all"] as const) {
    const bank = mesh(3, policy);
    const ticket = bank.execute(one, [deposit("a", 1)]);
    const branches = () => {
      const [result] = resultsOf(bank.replies.get(ticket)) ?? [];
      return result?.kind === "written" ? result.branches : undefined;
    };
    const counts = [branches()];
    for (const peer of [two, three]) {
      const [request] = bank.messages.splice(bank.messages.findIndex(({ to }) => to === peer), 1);
      if (request !== undefined) bank.deliver(request);
      const [answer] = bank.messages.splice(bank.messages.findIndex(({ to }) => to === one), 1);
      if (answer !== undefined) bank.deliver(answer);
      counts.push(branches());
    }
    assertEquals(counts, expected[policy], policy);
  }
});

Deno.test("replica waits for the latest write of a request, wherever in it that stands", () => {
  const bank = mesh(2, "all");
  bank.execute(one, [deposit("old", 1)]);
  bank.flow();
  const ticket = bank.execute(one, [deposit("new", 1), deposit("old", 1)]);
  assertEquals(bank.replies.get(ticket), undefined);
  bank.flow();
  assertEquals(resultsOf(bank.replies.get(ticket)), [written(2), written(2)]);
});

Deno.test("replica waits again for a peer whose answer was lost, once that answered another", () => {
  const bank = mesh(3, "all");
  bank.kill(three);
  bank.execute(one, [deposit("a", 1)]);
  const request = bank.messages.shift();
  if (request !== undefined) bank.deliver(request);
  bank.lose();
  for (let ticks = 0; ticks <= patience.unreachableTicks; ticks++) {
    bank.tick();
    bank.flow();
  }
  const reachable = bank.view(one).peers.map((peer) => [peer.id, peer.reachable]);
  assertEquals(reachable, [[two, true], [three, false]]);
  const ticket = bank.execute(one, [deposit("b", 1)]);
  assertEquals(bank.replies.get(ticket), undefined);
  bank.flow();
  assertEquals(resultsOf(bank.replies.get(ticket)), [written(2)]);
});

Deno.test("replica sends a request again soon after it heard that there is no answer", () => {
  const bank = mesh(2);
  bank.execute(one, [deposit("a", 1)]);
  const [sent] = bank.messages.splice(0);
  const attempt = sent?.kind === "request" ? sent.request.attempt : 0;
  bank.step(one, [{ kind: "silence", from: two, attempt }]);
  assertEquals(bank.messages, [], "not at once");
  bank.tick(1, [one]);
  bank.flow();
  assertEquals(bank.view(two).balance, 101n);
});

Deno.test("replica counts the branches that have a write when it is sent again", () => {
  const bank = mesh(3);
  bank.execute(one, [deposit("a", 1)]);
  bank.flow();
  const retry = bank.execute(one, [deposit("a", 1)]);
  assertEquals(resultsOf(bank.replies.get(retry)), [written(3)]);
});

Deno.test("replica sends again what was lost", () => {
  const bank = mesh(3, "all");
  const ticket = bank.execute(one, [deposit("a", 1)]);
  bank.lose();
  bank.tick(patience.resendTicks + 1);
  bank.flow();
  assertEquals(resultsOf(bank.replies.get(ticket)), [written(3)]);
  for (const id of [one, two, three]) assertEquals(bank.view(id).balance, 101n);
});

Deno.test("replica waits once for a peer that is gone, a bounded time, until it answers again", () => {
  const bank = mesh(3, "all");
  const live = [one, two];
  const flow = () => {
    const reached = bank.messages.splice(0).filter(({ to }) => to !== three);
    for (const message of reached) bank.deliver(message);
    if (bank.messages.length > 0 && reached.length > 0) flow();
  };
  const first = bank.execute(one, [deposit("a", 1)]);
  let ticks = 0;
  for (; bank.replies.get(first) === undefined && ticks < 1_000; ticks++) {
    flow();
    bank.tick(1, live);
  }
  assertLessOrEqual(ticks, patience.unreachableTicks + 1);
  assertEquals(resultsOf(bank.replies.get(first)), [written(2)]);
  flow();
  const second = bank.execute(one, [deposit("b", 1)]);
  flow();
  assertEquals(resultsOf(bank.replies.get(second)), [written(2)]);
  for (let count = 0; count < 2 * patience.backoffTicksMax + patience.resendTicks; count++) {
    bank.tick(1, live);
    bank.flow();
  }
  const third = bank.execute(one, [deposit("c", 1)]);
  assertEquals(bank.replies.get(third), undefined);
  bank.flow();
  assertEquals(resultsOf(bank.replies.get(third)), [written(3)]);
});

Deno.test("replicas converge when an origin dies half-way through telling its peers", () => {
  const bank = mesh(4);
  bank.execute(one, [deposit("a", 7), withdrawal("b", 2)]);
  const [toTwo] = bank.messages.splice(0);
  if (toTwo !== undefined) bank.deliver(toTwo);
  bank.kill(one);
  const survivors = [two, three, branch(4)];
  let ticks = 0;
  const agree = () => survivors.every((id) => bank.view(id).balance === 105n);
  for (; !agree() && ticks < 1_000; ticks++) {
    bank.flow();
    bank.tick(1, survivors);
  }
  assertEquals(agree(), true);
  assertLessOrEqual(ticks, patience.forwardTicks + 3 * patience.reviewTicks);
});

Deno.test("replicas converge just as well when several ticks go by in one step", () => {
  for (const stride of [1, 2, 9]) {
    const bank = mesh(3);
    bank.execute(one, [deposit("a", 1)]);
    const [toTwo] = bank.messages.splice(0);
    if (toTwo !== undefined) bank.deliver(toTwo);
    bank.kill(one);
    // A review may be late by a step, and so many of them must have seen what is overdue.
    const reviews = Math.ceil(patience.forwardTicks / patience.reviewTicks) + 1;
    const most = reviews * (patience.reviewTicks + stride) + stride;
    for (let ticks = 0; ticks < most; ticks += stride) {
      for (const id of [two, three]) bank.step(id, Array(stride).fill(tickAt()));
      bank.flow();
    }
    assertEquals(bank.view(three).balance, 101n, `${stride} ticks a step`);
  }
});

Deno.test("replicas speak of what others wrote only where it is missing: no record travels twice", () => {
  const bank = mesh(4);
  for (const id of [one, two, three]) bank.execute(id, [deposit(`${id}`, 1)]);
  const sent = [...bank.flow()];
  // Later they ask each other whether they are there.
  for (let count = 1; count < patience.idleTicks; count++) {
    bank.tick(1);
    sent.push(...bank.flow());
  }
  const requests = sent.filter((message) => message.kind === "request");
  const records = requests.flatMap(({ request }) => request.records);
  assertEquals(records.length, 9, "each record goes to each of three peers once");
  const questions = requests.filter(({ request }) => request.records.length === 0);
  assertEquals(questions.length, 9, "each origin tells each peer once that all have its record");
});

Deno.test("replicas that were told that all have a record do not ask each other about it", () => {
  const bank = mesh(5);
  bank.execute(one, [deposit("a", 1)]);
  const sent = [...bank.flow()];
  // Later they ask each other whether they are there.
  for (let count = 1; count < patience.idleTicks; count++) {
    bank.tick(1);
    sent.push(...bank.flow());
  }
  const requests = sent.filter((message) => message.kind === "request");
  assertEquals(requests.map(({ from }) => from), Array(8).fill(one), "the record, and the word");
});

Deno.test("replicas catch a branch up that was away for as long as it liked", () => {
  const bank = mesh(3);
  bank.execute(three, [deposit("before", 1)]);
  bank.flow();
  for (let count = 0; count < 30; count++) {
    bank.execute(count % 2 === 0 ? one : two, [deposit(`${count}`, 1)]);
    const reached = bank.messages.splice(0).filter(({ to }) => to !== three);
    for (const message of reached) bank.deliver(message);
    bank.tick(5, [one, two]);
  }
  bank.crash(three);
  for (let count = 0; count < 200; count++) {
    bank.flow();
    bank.tick(1);
  }
  for (const id of [one, two, three]) assertEquals(bank.view(id).balance, 131n, `${id}`);
});
