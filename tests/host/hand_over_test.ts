import { assertEquals, assertRejects } from "@std/assert";
import type { PeerRequest } from "../../lib/core/propagation.ts";
import { nothingKnown } from "../../lib/core/version_vector.ts";
import { handOver, silence, unlessBusy } from "../../lib/host/hand_over.ts";
import { OverloadError } from "../../lib/host/host.ts";
import { branch, record, vector } from "../core/samples.ts";
import { Bench } from "./bench.ts";

const [one, two] = [branch(1), branch(2)];
const request: PeerRequest = {
  from: two,
  to: [one],
  attempt: 7,
  last: 1,
  everywhere: 0,
  has: nothingKnown,
  asks: true,
  records: [record({ origin: two, first: 1 })],
};

Deno.test("handOver() brings a request to a host, and gives what it answers", async () => {
  const bench = new Bench([one, two]);
  const delivery = handOver(request, { to: one, host: bench.host });
  await bench.turns();
  const { lastId: _, ...answer } = { lastId: undefined, ...await delivery };
  const known = vector({ 2: 1 });
  assertEquals<unknown>(answer, { kind: "answer", from: one, attempt: 7, has: 1, known });
});

Deno.test("handOver() hears silence of a host that has too much to do", async () => {
  const bench = new Bench([one, two]);
  bench.host.propagate = () => Promise.reject(new OverloadError("it is full"));
  assertEquals(await handOver(request, { to: one, host: bench.host }), silence(request, one));
});

Deno.test("unlessBusy() lets through what is no overload", async () => {
  await assertRejects(() => unlessBusy(Promise.reject(new TypeError("a bug"))), TypeError, "a bug");
});
