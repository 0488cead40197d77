import { assertEquals } from "@std/assert";
import { Mesh } from "./mesh.ts";
import { branch, deposit, vector, withdrawal } from "./samples.ts";

const [one, two, three] = [branch(1), branch(2), branch(3)];

/** A bank of three branches, opened with 100. */
function threeBranches(): Mesh {
  return new Mesh({ members: [one, two, three], opening: 100, acknowledge: "local" });
}

Deno.test("Replica.restore() goes on under the next sequence, and sees what it wrote", () => {
  const bank = threeBranches();
  bank.execute(one, [deposit("a", 5), deposit("b", 5)]);
  bank.tick();
  bank.execute(one, [withdrawal("c", 110)]);
  bank.flow();
  bank.crash(one);
  bank.tick();
  bank.flow();
  const refused = bank.execute(one, [withdrawal("d", 1)]);
  bank.flow();
  const taken = bank.execute(one, [deposit("e", 7)], { session: vector({ 1: 3 }) });
  const results = [refused, taken].map((ticket) => {
    const reply = bank.replies.get(ticket);
    return reply?.kind === "executed" ? reply.results : reply;
  });
  assertEquals(results, [
    [{ kind: "refused", refusal: "insufficient funds" }],
    [{ kind: "written", branches: 1 }],
  ]);
  const own = bank.records(one).flatMap((row) =>
    row.kind === "entries" && row.origin === one ? [row.first] : []
  );
  assertEquals(own, [1, 3, 4]);
  assertEquals(bank.view(one).balance, 7n);
});

Deno.test("Replica.restore() gives retries the outcome first given, and does nothing again", () => {
  const bank = threeBranches();
  const commands = [deposit("a", 5), withdrawal("b", 500)];
  const results = () => {
    bank.tick();
    const ticket = bank.execute(one, commands);
    bank.flow();
    const reply = bank.replies.get(ticket);
    return reply?.kind === "executed" ? reply.results : undefined;
  };
  const first = results();
  bank.execute(two, [deposit("c", 1_000)]);
  bank.flow();
  const outcomes = () => bank.records(one).filter(({ kind }) => kind !== "checkpoint");
  const before = outcomes();
  bank.crash(one);
  bank.tick();
  bank.flow();
  const again = results();
  assertEquals(again?.map(({ kind }) => kind), first?.map(({ kind }) => kind));
  assertEquals(again?.map(({ kind }) => kind), ["written", "refused"]);
  assertEquals(outcomes(), before);
  assertEquals(bank.view(one).balance, 1_105n);
});

Deno.test("Replica.restore() has peers brought what they lack, and nothing that they have", () => {
  const bank = threeBranches();
  bank.execute(one, [deposit("a", 1)]);
  bank.flow();
  bank.execute(one, [deposit("b", 1)]);
  bank.messages.splice(0).filter(({ to }) => to === two).forEach((message) =>
    bank.deliver(message)
  );
  bank.lose();
  bank.crash(one);
  const ticket = bank.execute(one, [deposit("c", 1)]);
  bank.tick();
  const requests = bank.messages.flatMap((message) =>
    message.kind === "request" ? [message.request] : []
  );
  assertEquals(requests.map(({ records, asks }) => [records, asks]), [[[], true], [[], true]]);
  assertEquals(bank.replies.get(ticket), undefined, "nothing is executed before they answer");
  const brought = bank.flow().flatMap((message) => {
    const { records } = message.kind === "request"
      ? message.request
      : message.kind === "fetched"
      ? message.answer
      : { records: [] };
    return records.map(({ first }) => [message.kind, message.to, first]);
  });
  assertEquals(brought.toSorted(), [
    ["fetched", three, 2],
    ["fetched", three, 3],
    ["request", two, 3],
  ]);
  for (const id of [two, three]) assertEquals(bank.view(id).balance, 103n);
});
