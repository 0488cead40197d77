import fc from "fast-check";
import { commandIdPrefix } from "../../lib/core/ids.ts";
import { limits } from "../../lib/core/limits.ts";
import { branchService, entriesRecord, replicationService } from "../../lib/format/contract.ts";
import { framed, joined } from "./raw_caller.ts";

const { Deposit, Withdraw, Query, Execute } = branchService;
const { Propagate, Fetch, Claim } = replicationService;

/** The methods of a branch by name, with the codecs of their requests. */
export const methods = { Deposit, Withdraw, Query, Execute, Propagate, Fetch, Claim } as const;

/** The name of a method of a branch. */
export type MethodName = keyof typeof methods;

/** The names of the methods that customers call. */
export const customerMethods: readonly MethodName[] = ["Deposit", "Withdraw", "Query", "Execute"];
const peerMethods: readonly MethodName[] = ["Propagate", "Fetch", "Claim"];

/** A call that means harm, or nothing. */
export interface HostileCall {
  readonly method: MethodName;
  /** Which of two branches gets it. */
  readonly branch: 1 | 2;
  /** What is hostile about it, for people. */
  readonly how: string;
  /** The messages as JSON, for people, as long as they are messages. */
  readonly messages: readonly unknown[];
  readonly body: Uint8Array;
  readonly headers: Readonly<Record<string, string>>;
}

/** The time of commands that are neither old nor ahead. */
export const nowMs = Date.UTC(2025, 10, 22, 12);

/** Draws what could be meant, and one time in eight what means harm. */
function mostly<Value>(
  sound: fc.Arbitrary<Value>,
  hostile: fc.Arbitrary<Value>,
): fc.Arbitrary<Value> {
  return fc.oneof({ weight: 7, arbitrary: sound }, { weight: 1, arbitrary: hostile });
}

// In strings, since protobuf's 64 bits are more than a double has.
const integers = ["0", "9007199254740991", "9007199254740992"];
const sequences = mostly(
  fc.constantFrom("0", "1", "2", "3", "5", "9007199254740991"),
  fc.constantFrom("9007199254740992", "18446744073709551615"),
);
const amounts = mostly(
  fc.integer({ min: 0, max: 60 }).map(String),
  fc.constantFrom(
    ...integers,
    ...["-1", "-9223372036854775808", "9223372036854775807"],
    ...["1000000000000", "1000000000001"],
  ),
);
const anyBranch = fc.constantFrom(0, 1, 2, 3, 4, 2 ** 31, limits.idMax);
const members = fc.constantFrom(1, 2, 3);
const branches = mostly(members, anyBranch);
const vectors = fc.oneof(
  { weight: 30, arbitrary: fc.dictionary(branches.map(String), sequences, { maxKeys: 3 }) },
  {
    weight: 1,
    arbitrary: fc.constant(Object.fromEntries(Array(1_025).entries().map(([at]) => [at, "1"]))),
  },
).map((sequences) => ({ sequences }));
const maybeVector = fc.oneof({ weight: 2, arbitrary: fc.constant(undefined) }, vectors);

const prefix = commandIdPrefix(nowMs);
const ids = fc.oneof(
  { weight: 8, arbitrary: fc.integer({ min: 0, max: 2_000 }).map((at) => `${prefix}${at}`) },
  {
    weight: 1,
    arbitrary: fc.constantFrom(
      ...[
        "",
        "1",
        prefix,
        prefix.toUpperCase() + "A",
        `${prefix}\0`,
        `${prefix}ü`,
        "😀",
        "__proto__",
      ],
      ...[`${prefix}${"x".repeat(114)}`, `${prefix}${"x".repeat(115)}`, "x".repeat(100_000)],
      ...[`${commandIdPrefix(0)}a`, `${commandIdPrefix(limits.issuedMsMax)}a`, `${prefix}\ud800`],
      `${prefix}claim/2/1`,
    ),
  },
);

/** An array that may have the same element twice. */
function some<Value>(element: fc.Arbitrary<Value>, maxLength = 3): fc.Arbitrary<Value[]> {
  const few = fc.array(element, { maxLength });
  return fc.oneof({ weight: 4, arbitrary: few }, few.map((values) => [...values, ...values]));
}

const command = fc.record({
  action: fc.constantFrom(1, 1, 2, 2, 3, 0, 9),
  commandId: ids,
  amount: amounts,
});
const commands = fc.oneof(
  { weight: 20, arbitrary: some(command, 5) },
  {
    weight: 1,
    arbitrary: fc.constantFrom(1_000, 1_001, 60_000).map((count) =>
      Array(count).fill({ action: 3 })
    ),
  },
);
const entry = fc.record({
  commandId: ids,
  change: fc.constantFrom(1, 1, 2, 2, 3, 3, 0, 9),
  amount: amounts,
  to: branches,
});
const entries = fc.oneof(
  { weight: 20, arbitrary: some(entry) },
  { weight: 1, arbitrary: fc.constant(Array(limits.recordEntriesMax + 1).fill({ change: 1 })) },
);
/** What a branch could have written: most of them in their turn. */
const plausible = fc.record({
  origin: fc.constant(3),
  first: fc.integer({ min: 1, max: 4 }),
  after: fc.constantFrom(undefined, { sequences: { 1: 1 } }, { sequences: { 2: 2 } }),
  entries: fc.array(
    fc.record({
      commandId: fc.integer({ min: 0, max: 2_000 }).map((at) => `${prefix}peer/${at}`),
      change: fc.constantFrom(1, 2, 3),
      amount: fc.integer({ min: 0, max: 20 }),
      to: fc.constantFrom(1, 2),
    }),
    { minLength: 1, maxLength: 2 },
  ),
});
const impossible = fc.record({ origin: branches, first: sequences, after: maybeVector, entries });
const record = fc.oneof(
  { weight: 12, arbitrary: plausible.map(encodedRecord) },
  { weight: 4, arbitrary: impossible.map(encodedRecord) },
  { weight: 1, arbitrary: fc.uint8Array({ maxLength: 40 }) },
  { weight: 1, arbitrary: fc.tuple(plausible.map(encodedRecord), fc.nat()).chain(mutated) },
);

function encodedRecord(message: object): Uint8Array {
  return new Uint8Array(entriesRecord.serialize(message));
}

type Requests = Readonly<Record<MethodName, fc.Arbitrary<object>>>;

/** What is asked of a branch, and now and then of another one. */
const requestsTo: Readonly<Record<1 | 2, Requests>> = { 1: requestsFor(1), 2: requestsFor(2) };

function requestsFor(branch: 1 | 2): Requests {
  const served = mostly(fc.constant(branch as number), anyBranch);
  const peer = mostly(fc.constant(3), anyBranch);
  const write = fc.record({
    commandId: ids,
    amount: amounts,
    session: maybeVector,
    branch: served,
  });
  return {
    Deposit: write,
    Withdraw: write,
    Query: fc.record({ commandId: ids, session: maybeVector }),
    Execute: fc.record({ commands, session: maybeVector, branch: served }),
    Propagate: fc.record({
      from: peer,
      to: mostly(served.map((to) => [to]), some(branches)),
      everywhere: sequences,
      asks: fc.boolean(),
      records: some(record),
      last: sequences,
      has: maybeVector,
      attempt: sequences,
    }),
    Fetch: fc.record({ from: peer, to: served, after: maybeVector, attempt: sequences }),
    Claim: fc.record({
      from: mostly(members, anyBranch),
      to: served,
      claimId: ids,
      need: amounts,
      wanted: amounts,
      attempt: sequences,
    }),
  };
}

function encoded(method: MethodName, message: object): Uint8Array {
  // Its type is that of one of the methods, and a hostile message has none.
  const serialize = methods[method].requestSerialize as (message: object) => Uint8Array;
  return new Uint8Array(serialize(message));
}

/** Breaks bytes somewhere: changes, drops, doubles or inserts some. */
function mutated([bytes, seed]: readonly [Uint8Array, number]): fc.Arbitrary<Uint8Array> {
  const at = bytes.length === 0 ? 0 : seed % bytes.length;
  return fc.oneof(
    fc.nat(255).map((value) => bytes.map((byte, index) => index === at ? value : byte)),
    fc.constant(bytes.slice(0, at)),
    fc.constant(joined([bytes, bytes])),
    fc.constant(
      joined([bytes.slice(0, at), oddities[seed % oddities.length] ?? bytes, bytes.slice(at)]),
    ),
  );
}

/** Pieces that a reader of protobuf must not stumble over. */
const oddities: readonly Uint8Array[] = [
  [0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x01], // a varint of 12 bytes
  [0x0a, 0xff, 0xff, 0xff, 0xff, 0x0f], // a length of 2^32 - 1
  [0x0a, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x01], // a length of -1
  [0x00], // field 0
  [0x0f], // wire type 7
  [0x0c], // the end of a group that did not begin
  Array<number>(2_000).fill(0x0b), // groups in groups in groups
  Array(50).fill([0x7b, 0x7c]).flat(), // groups that nobody knows
  [0xf8, 0xff, 0xff, 0xff, 0x0f, 0x01], // the highest field
  [0x12, 0x04, 0x0a, 0x02, 0x08, 0x01], // a part where another is expected
].map((bytes) => Uint8Array.from(bytes));

type Written = Pick<HostileCall, "how" | "messages" | "body" | "headers">;

/** Messages that say hostile things, on a stream sometimes several. */
function messages(method: MethodName, requests: Requests): fc.Arbitrary<Written> {
  const many = method === "Propagate" ? 3 : 1;
  return fc.array(requests[method], { minLength: 1, maxLength: many }).map((messages) => ({
    how: "values",
    messages,
    body: joined(messages.map((message) => framed(encoded(method, message)))),
    headers: {},
  }));
}

/** Bytes that are no message. */
function garbage(method: MethodName, requests: Requests): fc.Arbitrary<Written> {
  const message = requests[method].map((message) => encoded(method, message));
  return fc.oneof(
    fc.uint8Array({ maxLength: 64 }),
    fc.tuple(message, fc.nat()).chain(mutated),
    fc.tuple(message, fc.nat()).chain(mutated).chain((bytes) => mutated([bytes, bytes.length])),
  ).map((bytes) => ({ how: "bytes", messages: [], body: framed(bytes), headers: {} }));
}

/** Frames that lie, or are not what they say. */
function frames(method: MethodName, requests: Requests): fc.Arbitrary<Written> {
  const message = requests[method].map((message) => encoded(method, message));
  const lengths = fc.constantFrom(
    0,
    1,
    5,
    4 * 1024 * 1024,
    4 * 1024 * 1024 + 1,
    2 ** 31,
    2 ** 32 - 1,
  );
  const encodings = fc.constantFrom("gzip", "deflate", "identity", "snappy", "");
  const none = { headers: {} } as const;
  return fc.oneof(
    fc.tuple(message, lengths).map(([bytes, length]) => (
      { ...none, how: `a length of ${length}`, body: framed(bytes, { length }) }
    )),
    fc.tuple(message, encodings).map(([bytes, encoding]) => (
      {
        how: `compressed by ${encoding}`,
        body: framed(bytes, { flag: 1 }),
        headers: { "grpc-encoding": encoding },
      }
    )),
    fc.tuple(message, fc.nat(255)).map(([bytes, flag]) => (
      { ...none, how: `flag ${flag}`, body: framed(bytes, { flag }) }
    )),
    fc.uint8Array({ maxLength: 20 }).map((body) => ({ ...none, how: "no frame", body })),
    message.map((bytes) => (
      { ...none, how: "twice", body: joined([framed(bytes), framed(bytes)]) }
    )),
    fc.tuple(message, fc.constantFrom("soon", "-1S", "99999999H", "0n", "")).map((
      [bytes, timeout],
    ) => (
      { how: `a timeout of ${timeout}`, body: framed(bytes), headers: { "grpc-timeout": timeout } }
    )),
  ).map((written) => ({ ...written, messages: [] }));
}

function callsOf(names: readonly MethodName[]): fc.Arbitrary<HostileCall> {
  return fc.tuple(fc.constantFrom(...names), fc.constantFrom(1 as const, 2 as const))
    .chain(([method, branch]) =>
      fc.oneof(
        { weight: 5, arbitrary: messages(method, requestsTo[branch]) },
        { weight: 2, arbitrary: garbage(method, requestsTo[branch]) },
        { weight: 1, arbitrary: frames(method, requestsTo[branch]) },
      ).map((written) => ({ method, branch, ...written }))
    );
}

/** What somebody with the rights of a customer sends. */
export const customerCalls: fc.Arbitrary<HostileCall> = callsOf(customerMethods);

/** What somebody sends who has the rights of a branch too. */
export const peerCalls: fc.Arbitrary<HostileCall> = callsOf([
  ...customerMethods,
  ...peerMethods,
  ...peerMethods,
]);
