import { assertEquals, assertRejects } from "@std/assert";
import { nothingKnown } from "../../lib/core/version_vector.ts";
import { executed } from "../../lib/format/customer_service.ts";
import { StatusError } from "../../lib/format/status_error.ts";
import { branch, deposit, vector } from "../core/samples.ts";
import { Bench } from "../host/bench.ts";

const [one, two] = [branch(1), branch(2)];
const request = { commands: [deposit("a", 5)], session: nothingKnown, attempt: 3 };

Deno.test("executed() lets the branch that is meant execute, and tells it which attempt it is", async () => {
  for (const meant of [one, undefined]) {
    const bench = new Bench();
    const response = executed({ branch: one, host: bench.host }, { ...request, branch: meant });
    await bench.turns();
    const { results, session } = await response;
    assertEquals(results, [{ kind: "written", branches: 1 }]);
    assertEquals(session, vector({ 1: 1 }));
    assertEquals(bench.stepped.map((input) => input.kind === "execute" && input.attempt), [3]);
  }
});

Deno.test("executed() executes nothing that is for another branch, or is rejected", async () => {
  const bench = new Bench();
  const served = { branch: one, host: bench.host };
  const wrong = await assertRejects(
    () => executed(served, { ...request, branch: two }),
    StatusError,
  );
  const details = "the command is for branch 2, and this is branch 1";
  assertEquals([wrong.code, wrong.message], ["FAILED_PRECONDITION", details]);
  assertEquals(bench.stepped, []);
  const strange = executed(served, { ...request, branch: one, session: vector({ 9: 1 }) });
  const rejected = assertRejects(() => strange, StatusError, "session names branch 9");
  await bench.turns();
  assertEquals((await rejected).code, "INVALID_ARGUMENT");
});
