import { assertEquals } from "@std/assert";
import type { FetchRequest } from "../../lib/core/catch_up.ts";
import type { Claim } from "../../lib/core/escrow.ts";
import { money } from "../../lib/core/money.ts";
import type { PeerRequest } from "../../lib/core/propagation.ts";
import { nothingKnown } from "../../lib/core/version_vector.ts";
import { attemptOfLife, NumberedTransport } from "../../lib/host/numbered_transport.ts";
import type { Transport } from "../../lib/host/ports.ts";
import { branch, commandId } from "../core/samples.ts";

const [one, two] = [branch(1), branch(2)];
const request: PeerRequest = {
  ...{ from: one, to: [two], attempt: 7, last: 0, everywhere: 0 },
  ...{ has: nothingKnown, asks: false, records: [] },
};
const fetchRequest: FetchRequest = { from: one, to: two, attempt: 7, after: nothingKnown };
const amounts = { need: money(1), wanted: money(1) };
const claim: Claim = { from: one, to: two, attempt: 7, id: commandId("c"), ...amounts };

/** Answers everything at once, and says which attempts it was shown. */
function echo(shown: number[]): Transport {
  return {
    send({ attempt }, delivered) {
      shown.push(attempt);
      delivered({ kind: "silence", from: two, attempt });
    },
    ask({ attempt }, fetched) {
      shown.push(attempt);
      fetched({ kind: "unfetched", from: two, attempt });
    },
    claim({ attempt }, claimed) {
      shown.push(attempt);
      claimed({ kind: "unclaimed", from: two, attempt });
    },
  };
}

Deno.test("NumberedTransport numbers attempts of later lives apart, and gives the branch its own back", () => {
  for (const [life, number] of [[1, 7], [2, 1_000_000_007], [21, 20_000_000_007]] as const) {
    const shown: number[] = [];
    const heard: unknown[] = [];
    const transport = new NumberedTransport(echo(shown), life);
    transport.send(request, (delivery) => heard.push(delivery));
    transport.ask(fetchRequest, (fetched) => heard.push(fetched));
    transport.claim(claim, (claimed) => heard.push(claimed));
    assertEquals(shown, [number, number, number]);
    assertEquals(heard, [
      { kind: "silence", from: two, attempt: 7 },
      { kind: "unfetched", from: two, attempt: 7 },
      { kind: "unclaimed", from: two, attempt: 7 },
    ]);
    assertEquals(attemptOfLife(7, life), number);
  }
});
