import { assertEquals, assertGreater, assertLessOrEqual } from "@std/assert";
import { assertStrictEquals, assertThrows } from "@std/assert";
import fc from "fast-check";
import type { Write } from "../../lib/core/command.ts";
import { limits } from "../../lib/core/limits.ts";
import { Outbox, type PeerRequest } from "../../lib/core/outbox.ts";
import { replicationService } from "../../lib/format/contract.ts";
import { MalformedError } from "../../lib/format/malformed.ts";
import {
  readAcknowledgement,
  readPropagation,
  writeAcknowledgement,
  writePropagation,
} from "../../lib/format/peer_wire.ts";
import { encodeRecord } from "../../lib/format/record.ts";
import { branch, deposits, record, vector, withdrawal } from "../core/samples.ts";

const { Propagate } = replicationService;
const [one, two, three] = [branch(1), branch(2), branch(3)];

const request: PeerRequest = {
  from: one,
  to: [two, three, branch(4)],
  attempt: 7,
  everywhere: 2,
  asks: true,
  records: [
    record({ origin: one, first: 1, entries: deposits("a", 3) }),
    record({ origin: two, first: 1, after: vector({ 1: 3 }) }),
  ],
};

function carried(message: Parameters<typeof Propagate.requestSerialize>[0]) {
  return Propagate.requestDeserialize(Propagate.requestSerialize(message));
}

/** Carries the answer of one branch there and back. */
function answered(...[id, answer]: Parameters<typeof writeAcknowledgement>) {
  const acknowledgements = [writeAcknowledgement(id, answer)];
  const bytes = Propagate.responseSerialize({ acknowledgements });
  const [message] = Propagate.responseDeserialize(bytes).acknowledgements;
  if (message === undefined) throw new Error("the acknowledgement is lost");
  return readAcknowledgement(message, 7);
}

Deno.test("readPropagation() reads what writePropagation() wrote, for the peers it goes to", () => {
  for (const asks of [true, false]) {
    const { from, everywhere, records } = request;
    const read = readPropagation(carried(writePropagation({ ...request, asks }, [two, three])));
    assertEquals(read, { from, to: [two, three], everywhere, asks, records });
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
  const noSequence = carried({ ...message, everywhere: "18446744073709551615" });
  const wrong = "everywhere is 18446744073709552000;";
  assertThrows(() => readPropagation(noSequence), MalformedError, wrong);
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
  const entry = (index: number): Write =>
    withdrawal(`${index}`.padStart(limits.commandIdCharactersMax, "x"), limits.amountMax);
  const shapes = {
    "many entries": { count: 40, entries: limits.stepCommandsMax, after: vector({}) },
    "many records": { count: 30_000, entries: 1, after: vector({}) },
    "long vectors": { count: 400, entries: 1, after },
    "the largest records": { count: 20, entries: limits.stepCommandsMax, after },
  };
  for (const [shape, { count, entries, after }] of Object.entries(shapes)) {
    const outbox = new Outbox(self, members);
    const written = Array.from({ length: entries }, (_, index) => entry(index));
    for (let index = 0; index < count; index++) {
      const first = 1 + index * entries;
      outbox.append(record({ origin: self, first, after, entries: written }), 0);
    }
    const [largest] = outbox.requests(0);
    if (largest === undefined) throw new Error("there is nothing to send");
    assertGreater(largest.records.length, 0, shape);
    assertGreater(count, largest.records.length, `${shape}: more than goes into a request`);
    const bytes = Propagate.requestSerialize(writePropagation(largest, others));
    assertLessOrEqual(bytes.length, limits.messageBytesMax, shape);
  }
});

const sequences = fc.integer({ min: 0, max: Number.MAX_SAFE_INTEGER });
const vectors = fc.dictionary(fc.integer({ min: 0, max: limits.idMax }).map(String), sequences)
  .map((entries) => vector(entries));

Deno.test("readAcknowledgement() reads what writeAcknowledgement() wrote", () => {
  const answers = fc.tuple(sequences, fc.option(vectors, { nil: undefined }));
  fc.assert(fc.property(answers, ([has, known]) => {
    const read = answered(two, { kind: "propagated", ticket: 1, has, known });
    assertEquals(read, { from: two, attempt: 7, has, known });
  }));
});

Deno.test("writeAcknowledgement() tells an empty vector from one that was not asked for", () => {
  const answer = { kind: "propagated", ticket: 1, has: 0 } as const;
  assertEquals(answered(two, { ...answer, known: vector({}) }).known, vector({}));
  assertEquals(answered(two, { ...answer, known: undefined }).known, undefined);
});

Deno.test("readAcknowledgement() names what is wrong", () => {
  const message = { branch: 2, has: 1, known: null };
  const cases = [
    [{ ...message, known: { sequences: { 5: 2 ** 53 } } }, "known.sequences[5] is 90071992547409"],
    [{ ...message, has: 2 ** 53 }, "has is 9007199254740992;"],
    [{ ...message, branch: -1 }, "branch is -1;"],
  ] as const;
  for (const [hostile, complaint] of cases) {
    assertThrows(() => readAcknowledgement(hostile, 7), MalformedError, complaint);
  }
});
