import { assert, assertEquals, assertThrows } from "@std/assert";
import { limits } from "../../lib/core/limits.ts";
import { branchService, replicationService } from "../../lib/format/contract.ts";
import { ExcessError, MalformedError } from "../../lib/format/malformed.ts";
import { branch, query, vector } from "../core/samples.ts";
import { legible, servedToCustomers, servedToPeers } from "../../lib/format/request_reader.ts";

const { Deposit, Withdraw, Query, Execute } = servedToCustomers;
const { Propagate, Fetch, Claim } = servedToPeers;
const small = { Deposit, Withdraw, Query, Execute, Fetch, Claim };
type Bytes = Parameters<typeof Fetch.requestDeserialize>[0];

/** Bytes as a reader of requests wants them; that it wants Node's is nothing to it. */
function bytesOf(values: Iterable<number>): Bytes {
  return Uint8Array.from(values) as Bytes;
}

/** So many times the same part of a message. */
function parts(count: number, part: readonly number[]): Bytes {
  return bytesOf(Array(count).fill(part).flat());
}

Deno.test("servedToCustomers and servedToPeers read what they are sent", () => {
  const plain = branchService.Execute;
  const commands = [{ action: "ACTION_QUERY" as const, commandId: "", amount: 0 }];
  const read = Execute.requestDeserialize(plain.requestSerialize({ commands, branch: 7 }));
  const request = { branch: branch(7), commands: [query], session: vector({}) };
  assertEquals(legible(read), request);
  const answer = { results: [{ kind: "written", branches: 3 } as const], session: vector({}) };
  const written = plain.responseDeserialize(Execute.responseSerialize(answer) as Bytes);
  assertEquals(written.results, [{ outcome: "OUTCOME_SUCCESS", branches: 3, balance: 0 }]);
  const fetch = { from: 1, to: 2, after: { sequences: { 3: 4 } }, attempt: 5 };
  assertEquals(Fetch.requestDeserialize(Fetch.requestSerialize(fetch)), fetch);
});

Deno.test("servedToCustomers and servedToPeers have a careful reader for every method", () => {
  for (
    const [served, plain] of [
      [servedToCustomers, branchService],
      [servedToPeers, replicationService],
    ] as const
  ) {
    for (const [name, method] of Object.entries(served)) {
      const read = (): unknown => method.requestDeserialize(bytesOf([0x0a, 0xff]));
      assert(read() instanceof MalformedError, name);
      assertThrows(() => legible(read()), MalformedError, "the protobuf message that it should be");
      const own = { requestDeserialize: undefined, responseSerialize: undefined };
      assertEquals<unknown>({ ...method, ...own }, { ...plain[name], ...own });
    }
  }
});

Deno.test("servedToCustomers and servedToPeers read nothing that is larger than a request may be", () => {
  const size = limits.requestBytesMax;
  for (const [name, method] of Object.entries(small)) {
    // Of field 100, a number, which none of them has.
    const most: unknown = method.requestDeserialize(parts(size / 3, [0xa0, 0x06, 1]));
    // A write that has no name is none, but it was read.
    assert(!(most instanceof ExcessError), name);
    const read = (): unknown => method.requestDeserialize(parts(size / 3 + 1, [0xa0, 0x06, 1]));
    const complaint = `the request has ${size + 3} bytes; it must have at most ${size}`;
    assertThrows(() => legible(read()), ExcessError, complaint);
  }
});

Deno.test("servedToPeers counts the records of a request, and what is beside them, before it reads", () => {
  const { propagateRecordsMax, requestBytesMax } = limits;
  const read = (bytes: Bytes): unknown => Propagate.requestDeserialize(bytes);
  const records = (count: number) => parts(count, [0x2a, 0]);
  assert(!(read(records(propagateRecordsMax)) instanceof Error));
  assertThrows(() => legible(read(records(propagateRecordsMax + 1))), ExcessError, "14044 records");
  const others = (count: number) => parts(count, [0x10, 1]);
  assert(!(read(others(requestBytesMax / 2)) instanceof Error));
  const complaint = `more than ${requestBytesMax} bytes beside its records`;
  assertThrows(() => legible(read(others(requestBytesMax / 2 + 1))), ExcessError, complaint);
  const large = Propagate.requestSerialize({ records: [new Uint8Array(2 * requestBytesMax)] });
  assert(!(read(bytesOf(large)) instanceof Error));
});
