import { assertEquals, assertRejects } from "@std/assert";
import { money } from "../../lib/core/money.ts";
import { Replica } from "../../lib/core/replica.ts";
import { nothingKnown, type VersionVector } from "../../lib/core/version_vector.ts";
import type { Executed } from "../../lib/host/host.ts";
import { settledBalance } from "../../lib/host/settled_balance.ts";
import { branch, query, vector } from "../core/samples.ts";

const known = vector({ 2: 5 });

/** A branch that is behind so often, and then is not. */
function behind(times: number) {
  const replica = Replica.restore({
    id: branch(1),
    members: [branch(1), branch(2)],
    opening: money(0),
    acknowledge: "all",
  });
  const asked: [unknown, VersionVector][] = [];
  const execute = (commands: unknown, session: VersionVector): Promise<Executed> => {
    asked.push([commands, session]);
    return Promise.resolve(
      asked.length > times
        ? { kind: "executed", results: [{ kind: "balance", balance: money(7) }], known }
        : { kind: "rejected", rejection: { kind: "behind", lacking: nothingKnown } },
    );
  };
  return { execute, inspect: () => replica.inspect(), asked };
}

Deno.test("settledBalance() asks again as long as the branch is behind what is known", async () => {
  const host = behind(5);
  assertEquals(await settledBalance(host, known), money(7));
  assertEquals(host.asked, Array(6).fill([[query], known]));
});

Deno.test("settledBalance() says which branch does not come to know it", async () => {
  const claim = "branch 1 has not heard of every write after half a minute";
  await assertRejects(() => settledBalance(behind(6), known), Error, claim);
});
