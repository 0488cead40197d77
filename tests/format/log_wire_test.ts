import { assertEquals, assertGreater, assertLessOrEqual, assertThrows } from "@std/assert";
import fc from "fast-check";
import { Buffer } from "node:buffer";
import type { FetchRequest } from "../../lib/core/catch_up.ts";
import type { Claim } from "../../lib/core/escrow.ts";
import { type BranchId, commandIdPrefix } from "../../lib/core/ids.ts";
import type { EntriesRecord } from "../../lib/core/journal_record.ts";
import { limits } from "../../lib/core/limits.ts";
import { money } from "../../lib/core/money.ts";
import type { PeerAnswer, PeerRequest } from "../../lib/core/propagation.ts";
import { replicationService } from "../../lib/format/contract.ts";
import * as wire from "../../lib/format/log_wire.ts";
import { MalformedError } from "../../lib/format/malformed.ts";
import { writePropagation } from "../../lib/format/peer_wire.ts";
import type { Batch } from "../../lib/host/carrier.ts";
import type { Claimed } from "../../lib/host/host.ts";
import { branch, commandId, deposit, grant, madeMs, record, vector } from "../core/samples.ts";

const [one, two] = [branch(1), branch(2)];

/** Objects as a reader makes them. */
function plain<Model>(model: { [Key in keyof Model]: fc.Arbitrary<Model[Key]> }) {
  return fc.record<Model>(model, { noNullPrototype: true });
}

const ids = fc.integer({ min: 0, max: limits.idMax }).map(branch);
const sequences = fc.integer({ min: 0, max: Number.MAX_SAFE_INTEGER });
const vectors = fc.dictionary(ids.map(String), sequences, { maxKeys: 5 }).map((all) => vector(all));
const commandIds = fc.string({ unit: fc.constantFrom(..."abc/-019"), minLength: 1, maxLength: 60 })
  .map((text) => commandId(commandIdPrefix(madeMs) + text));
const amounts = fc.integer({ min: 0, max: limits.amountMax });
const entries = fc.oneof(
  fc.tuple(commandIds, amounts).map(([id, amount]) => deposit(id, amount)),
  fc.tuple(commandIds, ids, amounts).map(([id, to, amount]) => grant(id, to, amount)),
);

function recordsOf(origin: fc.Arbitrary<BranchId>): fc.Arbitrary<EntriesRecord[]> {
  const records = plain({
    origin,
    first: fc.integer({ min: 1, max: 2 ** 40 }),
    after: vectors,
    entries: fc.array(entries, { minLength: 1, maxLength: 4 }),
  });
  return fc.array(records.map(record), { maxLength: 4 });
}

const requests: fc.Arbitrary<PeerRequest> = ids.chain((from) =>
  plain({
    from: fc.constant(from),
    to: fc.uniqueArray(ids, { maxLength: 4 }),
    attempt: sequences,
    last: sequences,
    everywhere: sequences,
    has: vectors,
    asks: fc.boolean(),
    records: recordsOf(fc.constant(from)),
  })
);

const answers: fc.Arbitrary<PeerAnswer> = plain({
  from: ids,
  attempt: sequences,
  has: sequences,
  known: fc.option(vectors, { nil: undefined }),
  lastId: fc.option(commandIds, { nil: undefined }),
}).map(({ lastId, ...answer }) => lastId === undefined ? answer : { ...answer, lastId });

const fetches: fc.Arbitrary<FetchRequest> = plain({
  ...{ from: ids, to: ids, attempt: sequences, after: vectors },
});

const claims: fc.Arbitrary<Claim> = plain({
  ...{ from: ids, to: ids, attempt: sequences, id: commandIds },
  ...{ need: amounts.map(money), wanted: amounts.map(money) },
});

const claimedAnswers: fc.Arbitrary<Claimed> = plain({
  ...{ isGranted: fc.boolean(), last: sequences, expiredMs: sequences },
});

function view(bytes: Uint8Array): Buffer {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

Deno.test("decodeBatch() reads what encodeBatch() wrote", () => {
  fc.assert(fc.property(requests, ({ from, attempt, everywhere, last, records }) => {
    const batch: Batch = { from, attempt, everywhere, last, records };
    assertEquals(wire.decodeBatch(view(wire.encodeBatch(batch)), from), batch);
  }));
});

Deno.test("decodeRequest() reads what encodeRequest() wrote", () => {
  fc.assert(fc.property(requests, (request) => {
    assertEquals(wire.decodeRequest(view(wire.encodeRequest(request)), request.from), request);
  }));
});

Deno.test("decodeAnswer() reads what encodeAnswer() wrote, and whom it is for", () => {
  fc.assert(fc.property(ids, answers, (to, answer) => {
    const read = wire.decodeAnswer(view(wire.encodeAnswer(to, answer)), answer.from);
    assertEquals(read, { to, answer });
  }));
});

Deno.test("decodeFetch() and decodeFetched() read what was written", () => {
  fc.assert(fc.property(fetches, recordsOf(ids), (request, records) => {
    assertEquals(wire.decodeFetch(view(wire.encodeFetch(request)), request.from), request);
    assertEquals(wire.decodeFetched(view(wire.encodeFetched(records))), records);
  }));
});

Deno.test("decodeClaim() and decodeClaimed() read what was written", () => {
  fc.assert(fc.property(claims, claimedAnswers, (claim, claimed) => {
    assertEquals(wire.decodeClaim(view(wire.encodeClaim(claim)), claim.from), claim);
    assertEquals(wire.decodeClaimed(view(wire.encodeClaimed(claimed))), claimed);
  }));
});

const nothing = {
  attempt: 3,
  everywhere: 0,
  last: 1,
  records: [record({ origin: one, first: 1 })],
};
const request: PeerRequest = { ...nothing, from: one, to: [two], has: vector({}), asks: false };
const amount = money(1);
const claim: Claim = {
  ...{ from: one, to: two, attempt: 1, id: commandId("x"), need: amount, wanted: amount },
};
/** Readers of what branch 1 sent, and that. */
const sent = [
  [wire.decodeBatch, wire.encodeBatch({ ...nothing, from: one })],
  [wire.decodeRequest, wire.encodeRequest(request)],
  [wire.decodeAnswer, wire.encodeAnswer(two, { from: one, attempt: 3, has: 1, known: undefined })],
  [wire.decodeFetch, wire.encodeFetch({ from: one, to: two, attempt: 1, after: vector({ 2: 1 }) })],
  [wire.decodeClaim, wire.encodeClaim(claim)],
] as const;
const readers = [...sent.map(([decode]) => decode), wire.decodeFetched, wire.decodeClaimed];

Deno.test("readers of messages hold them to whom their carrier says that they are from", () => {
  for (const [decode, bytes] of sent) {
    assertEquals(typeof decode(view(bytes), one), "object");
    for (const sender of [2, 0, NaN]) {
      const wrong = `from is 1; the message was sent by branch ${sender}`;
      assertThrows(() => decode(view(bytes), sender), MalformedError, wrong, decode.name);
    }
  }
});

Deno.test("readers of messages throw a MalformedError, or nothing, whatever they are given", () => {
  const cut = fc.constantFrom(...sent.map(([, bytes]) => bytes)).chain((bytes) =>
    fc.tuple(fc.nat(bytes.length), fc.nat(255)).map(([at, value]) =>
      bytes.map((byte, index) => index === at ? value : byte)
    )
  );
  fc.assert(
    fc.property(fc.oneof(fc.uint8Array({ maxLength: 60 }), cut), (bytes) => {
      for (const decode of readers) {
        try {
          decode(view(bytes), one);
        } catch (error) {
          if (!(error instanceof MalformedError)) throw error;
        }
      }
    }),
    { numRuns: 500 },
  );
});

Deno.test("readers of messages take none for one that is no protobuf message, or has nothing in it", () => {
  const broken = view(Uint8Array.of(0x0a, 0xff));
  for (const decode of readers) {
    assertThrows(() => decode(broken, one), MalformedError, "the protobuf message", decode.name);
  }
  const none = "acknowledgements has none";
  assertThrows(() => wire.decodeAnswer(view(new Uint8Array()), 0), MalformedError, none);
});

Deno.test("decodeBatch() and decodeRequest() refuse more than any message may have", () => {
  const records = Array<Uint8Array>(limits.propagateRecordsMax + 1).fill(new Uint8Array());
  const { Propagate } = replicationService;
  const bytes = Propagate.requestSerialize({ ...writePropagation(request, [two]), records });
  const wrong = `the request has more than ${limits.propagateRecordsMax} records`;
  for (const [decode] of sent.slice(0, 2)) {
    assertThrows(() => decode(bytes, one), MalformedError, wrong);
  }
});

Deno.test("encodeFetched() leaves out what does not surely fit into a message over NATS", () => {
  const { recordBytesMax, entryBytesMax, natsRecordsBytesMax, natsMessageBytesMax } = limits;
  const entries = Array.from(
    { length: 1_000 },
    (_, index) => deposit(`${index}`.padEnd(limits.commandIdCharactersMax - 15, "x"), 1),
  );
  const most = Math.floor(natsRecordsBytesMax / (recordBytesMax + 1_000 * entryBytesMax));
  const records = Array.from(
    { length: most + 2 },
    (_, index) => record({ origin: one, first: 1 + 1_000 * index, entries }),
  );
  const bytes = wire.encodeFetched(records);
  assertLessOrEqual(bytes.length, natsMessageBytesMax);
  assertGreater(bytes.length, natsMessageBytesMax / 2);
  assertEquals(wire.decodeFetched(view(bytes)), records.slice(0, most));
});
