import { assertEquals } from "@std/assert";
import { Acknowledgements, type AcknowledgePolicy } from "../../lib/core/acknowledgements.ts";
import type { Result } from "../../lib/core/command.ts";
import { Outbox } from "../../lib/core/outbox.ts";
import { patience } from "../../lib/core/patience.ts";
import { nothingKnown } from "../../lib/core/version_vector.ts";
import { branch, record } from "./samples.ts";

const written: Result = { kind: "written", branches: 1 };
const refused: Result = { kind: "refused", refusal: "insufficient funds" };

function waiting(policy: AcknowledgePolicy, { tick = 0, count = 5 } = {}) {
  const members = Array.from({ length: count }, (_, index) => branch(index + 1));
  const outbox = new Outbox(branch(1), members);
  outbox.append(record({ origin: branch(1), first: 1 }));
  outbox.requests(tick, nothingKnown);
  const acknowledgements = new Acknowledgements(policy, members.length);
  acknowledgements.expect(7, { results: [written, refused], sequence: 1, tick });
  const hear = (...ids: number[]) => {
    for (const id of ids) {
      outbox.answered({ from: branch(id), attempt: 1, has: 1, known: undefined });
    }
  };
  const ready = (at = tick) => acknowledgements.ready(outbox, at);
  return { acknowledgements, hear, ready };
}

function answered(branches: number) {
  return [{ ticket: 7, results: [{ kind: "written", branches }, refused] }] as const;
}

Deno.test('acknowledgements of the policy "local" wait for nobody', () => {
  const { ready, acknowledgements } = waiting("local");
  assertEquals(acknowledgements.size, 1);
  assertEquals(ready(), answered(1));
  assertEquals(acknowledgements.size, 0);
  assertEquals(ready(), []);
});

Deno.test('acknowledgements of the policy "majority" wait for more than half of the bank', () => {
  const { hear, ready } = waiting("majority");
  hear(2);
  assertEquals(ready(), []);
  hear(4);
  assertEquals(ready(), answered(3));
});

Deno.test('acknowledgements of the policy "majority" do not take half of a bank for it', () => {
  const { hear, ready } = waiting("majority", { count: 4 });
  hear(2);
  assertEquals(ready(), []);
  hear(3);
  assertEquals(ready(), answered(3));
});

Deno.test('acknowledgements of the policy "all" wait for each branch that can be reached', () => {
  const { hear, ready } = waiting("all");
  hear(2, 3, 4);
  assertEquals(ready(), []);
  hear(5);
  assertEquals(ready(), answered(5));
});

Deno.test("acknowledgements go on without branches that cannot be reached, and count the rest", () => {
  for (const policy of ["all", "majority"] as const) {
    const { hear, ready } = waiting(policy);
    hear(2);
    assertEquals(ready(patience.unreachableTicks - 1), []);
    assertEquals(ready(patience.unreachableTicks), answered(2));
  }
});

Deno.test("acknowledgements never wait longer than a write may, whoever says what", () => {
  const outbox = new Outbox(branch(1), [branch(1), branch(2)]);
  const acknowledgements = new Acknowledgements("all", 2);
  acknowledgements.expect(7, { results: [written], sequence: 1, tick: 10 });
  assertEquals(acknowledgements.ready(outbox, 10 + patience.writeTicks - 1), []);
  assertEquals(acknowledgements.ready(outbox, 10 + patience.writeTicks).length, 1);
});
