import { assert, assertEquals, assertGreater, assertLessOrEqual } from "@std/assert";
import { assertStrictEquals, assertThrows } from "@std/assert";
import fc from "fast-check";
import type { Write } from "../../lib/core/command.ts";
import { limits } from "../../lib/core/limits.ts";
import { Outbox } from "../../lib/core/outbox.ts";
import type { PeerRequest } from "../../lib/core/propagation.ts";
import { replicationService } from "../../lib/format/contract.ts";
import { MalformedError } from "../../lib/format/malformed.ts";
import {
  readFetch,
  readFetched,
  readPropagated,
  readPropagation,
  writeAcknowledgement,
  writeFetch,
  writeFetched,
  writePropagated,
  writePropagation,
} from "../../lib/format/peer_wire.ts";
import { encodeRecord } from "../../lib/format/record.ts";
import { branch, commandId, deposits, record, vector, withdrawal } from "../core/samples.ts";

const { Fetch, Propagate } = replicationService;
const [one, two, three] = [branch(1), branch(2), branch(3)];

const request: PeerRequest = {
  from: one,
  to: [two, three, branch(4)],
  attempt: 7,
  last: 9,
  everywhere: 2,
  has: vector({ 1: 8, 3: 5 }),
  asks: true,
  records: [
    record({ origin: one, first: 1, entries: deposits("a", 3) }),
    record({ origin: one, first: 4, after: vector({ 2: 3 }) }),
  ],
};

function carried(message: Parameters<typeof Propagate.requestSerialize>[0]) {
  return Propagate.requestDeserialize(Propagate.requestSerialize(message));
}

/** Carries the answer of one branch there and back. */
function answered(...[id, answer]: Parameters<typeof writeAcknowledgement>) {
  const answers = writePropagated({ from: one, attempt: 7 }, [writeAcknowledgement(id, answer)]);
  const message = Propagate.responseDeserialize(Propagate.responseSerialize(answers));
  const { to, attempt, answers: [read] } = readPropagated(message);
  assertEquals([to, attempt], [one, 7]);
  assert(read !== undefined);
  return read;
}

Deno.test("readPropagation() reads what writePropagation() wrote, for the peers it goes to", () => {
  const { from, attempt, last, everywhere, records } = request;
  const to = [two, three];
  for (const asks of [true, false]) {
    for (const has of [request.has, vector({})]) {
      const read = readPropagation(carried(writePropagation({ ...request, asks, has }, to)));
      assertEquals(read, { from, to, attempt, last, everywhere, has, asks, records });
    }
  }
});

Deno.test("writePropagation() sends the bytes of each record as they are, however often", () => {
  for (const to of [[two], [three]]) {
    const { records = [] } = writePropagation(request, to);
    for (const [index, bytes] of records.entries()) {
      assertStrictEquals(bytes, request.records[index] && encodeRecord(request.records[index]));
    }
  }
});

Deno.test("readPropagation() refuses a record that is none, and a sequence that cannot be", () => {
  const message = writePropagation(request, [two]);
  const noRecord = carried({ ...message, records: [Uint8Array.of(255)] });
  assertThrows(() => readPropagation(noRecord), MalformedError, "record");
  const large = "18446744073709551615";
  const cases = [
    [{ everywhere: large }, "everywhere is 18446744073709552000;"],
    [{ last: large }, "last is 18446744073709552000;"],
    [{ has: { sequences: { 3: large } } }, "has.sequences[3] is 18446744073709552000;"],
  ] as const;
  for (const [hostile, complaint] of cases) {
    const read = () => readPropagation(carried({ ...message, ...hostile }));
    assertThrows(read, MalformedError, complaint);
  }
});

Deno.test("readPropagation() refuses a destination that comes twice, and what others wrote", () => {
  const message = writePropagation(request, [two]);
  const twice = carried({ ...message, to: [2, 3, 2] });
  assertThrows(() => readPropagation(twice), MalformedError, "to names a branch twice");
  const records = [encodeRecord(record({ origin: two, first: 1 }))];
  const wrong = "record.origin is 2; a request brings only what its sender wrote, branch 1";
  assertThrows(() => readPropagation(carried({ ...message, records })), MalformedError, wrong);
});

Deno.test("readPropagation() refuses more destinations than a bank has branches", () => {
  const message = writePropagation(request, Array(limits.branchesMax + 1).fill(two));
  const wrong = "to names 1025 branches; a bank has at most 1024";
  assertThrows(() => readPropagation(carried(message)), MalformedError, wrong);
});

Deno.test("writePropagation() of the largest requests makes messages that a peer takes", () => {
  const members = Array.from({ length: limits.branchesMax }, (_, id) => branch(limits.idMax - id));
  const [self = one, ...others] = members;
  const after = new Map(others.map((id) => [id, Number.MAX_SAFE_INTEGER]));
  const ownCharacters = limits.commandIdCharactersMax + 1 - commandId("x").length;
  const entry = (index: number): Write =>
    withdrawal(`${index}`.padStart(ownCharacters, "x"), limits.amountMax);
  const shapes = {
    "many entries": { count: 25, entries: limits.stepCommandsMax, after: vector({}) },
    "many records": { count: 30_000, entries: 1, after: vector({}) },
    "long vectors": { count: 400, entries: 1, after },
    "the largest records": { count: 20, entries: limits.stepCommandsMax, after },
  };
  for (const [shape, { count, entries, after }] of Object.entries(shapes)) {
    const outbox = new Outbox(self, members);
    const written = Array.from({ length: entries }, (_, index) => entry(index));
    for (let index = 0; index < count; index++) {
      const first = 1 + index * entries;
      outbox.append(record({ origin: self, first, after, entries: written }));
    }
    const [due] = outbox.requests(0, vector({}));
    if (due === undefined) throw new Error("there is nothing to send");
    const largest = { ...due, has: after };
    assertGreater(largest.records.length, 0, shape);
    assertGreater(count, largest.records.length, `${shape}: more than goes into a request`);
    const bytes = Propagate.requestSerialize(writePropagation(largest, others));
    assertLessOrEqual(bytes.length, limits.messageBytesMax, shape);
  }
});

function fetched(message: Parameters<typeof Fetch.responseSerialize>[0]) {
  return readFetched(Fetch.responseDeserialize(Fetch.responseSerialize(message)));
}

Deno.test("readFetch() reads what writeFetch() wrote, of each log asked for, also of its beginning", () => {
  const after = vector({ 1: 0, 3: Number.MAX_SAFE_INTEGER });
  const asked = { from: one, to: two, attempt: 7, after };
  const carried = Fetch.requestDeserialize(Fetch.requestSerialize(writeFetch(asked)));
  assertEquals(readFetch(carried), asked);
});

Deno.test("readFetch() names what is wrong", () => {
  const message = { from: 1, to: 2, attempt: 7, after: null };
  assertEquals(readFetch(message), { from: one, to: two, attempt: 7, after: vector({}) });
  const cases = [
    [{ ...message, attempt: -1 }, "attempt is -1;"],
    [{ ...message, to: -1 }, "to is -1;"],
    [{ ...message, after: { sequences: { 5: 2 ** 53 } } }, "after.sequences[5] is 90071992547409"],
  ] as const;
  for (const [hostile, complaint] of cases) {
    assertThrows(() => readFetch(hostile), MalformedError, complaint);
  }
});

Deno.test("readFetched() reads what writeFetched() wrote, in its order, in the same bytes", () => {
  const { records } = request;
  assertEquals(fetched(writeFetched(records)), records);
  assertEquals(fetched(writeFetched(records.toReversed())), records.toReversed());
  assertEquals(fetched(writeFetched([])), []);
  const written = writeFetched(records).records ?? [];
  for (const [index, record] of records.entries()) {
    assertStrictEquals(written[index], encodeRecord(record));
  }
});

Deno.test("readFetched() refuses a record that is none", () => {
  const records = [...writeFetched(request.records).records ?? [], Uint8Array.of(255)];
  assertThrows(() => fetched({ records }), MalformedError, "record");
});

const sequences = fc.integer({ min: 0, max: Number.MAX_SAFE_INTEGER });
const vectors = fc.dictionary(fc.integer({ min: 0, max: limits.idMax }).map(String), sequences)
  .map((entries) => vector(entries));

Deno.test("readPropagated() reads what writePropagated() and writeAcknowledgement() wrote", () => {
  const answers = fc.tuple(sequences, fc.option(vectors, { nil: undefined }));
  fc.assert(fc.property(answers, ([has, known]) => {
    const read = answered(two, { has, known });
    assertEquals(read, { from: two, attempt: 7, has, known });
    const lastId = commandId("last");
    const named = answered(two, { has, known, lastId });
    assertEquals(named, { ...read, lastId });
  }));
});

Deno.test("writeAcknowledgement() tells an empty vector from one that was not asked for", () => {
  const answer = { kind: "propagated", ticket: 1, has: 0 } as const;
  assertEquals(answered(two, { ...answer, known: vector({}) }).known, vector({}));
  assertEquals(answered(two, { ...answer, known: undefined }).known, undefined);
});

Deno.test("readPropagated() names what is wrong", () => {
  const message = { branch: 2, has: 1, known: null, lastCommandId: "" };
  const cases = [
    [{ ...message, known: { sequences: { 5: 2 ** 53 } } }, "known.sequences[5] is 90071992547409"],
    [{ ...message, has: 2 ** 53 }, "has is 9007199254740992;"],
    [{ ...message, branch: -1 }, "branch is -1;"],
    [{ ...message, lastCommandId: "a b" }, 'last_command_id is "a b";'],
  ] as const;
  for (const [hostile, complaint] of cases) {
    const response = { to: 1, attempt: 7, acknowledgements: [hostile] };
    assertThrows(() => readPropagated(response), MalformedError, complaint);
  }
  const response = { to: 1, attempt: 7, acknowledgements: [message] };
  assertThrows(() => readPropagated({ ...response, to: -1 }), MalformedError, "to is -1;");
  const attempt = 2 ** 53;
  assertThrows(() => readPropagated({ ...response, attempt }), MalformedError, "attempt is 90");
});
