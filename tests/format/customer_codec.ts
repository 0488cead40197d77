import { BinaryWriter, WireType } from "@bufbuild/protobuf/wire";
import fc from "fast-check";
import type { Command } from "../../lib/core/command.ts";
import { isCommandId, isSequence } from "../../lib/core/ids.ts";
import { limits } from "../../lib/core/limits.ts";
import { isAmount, money } from "../../lib/core/money.ts";
import { branchService } from "../../lib/format/contract.ts";
import type { CustomerRequest } from "../../lib/format/customer_wire.ts";
import { ExcessError } from "../../lib/format/malformed.ts";
import type { Command__Output } from "../../lib/gen/bank/v1/Command.ts";
import type { VersionVector__Output } from "../../lib/gen/bank/v1/VersionVector.ts";
import { branch, commandId, vector } from "../core/samples.ts";

/** What a reader makes of the bytes of a request. */
export type Seen = CustomerRequest | "excess" | "malformed";

/** The methods that customers call. */
export type Method = "Deposit" | "Withdraw" | "Query" | "Execute";

/** Tells what became of reading; whatever is thrown but a `RangeError` is a bug. */
export function seen(read: () => CustomerRequest): Seen {
  try {
    return read();
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    return error instanceof ExcessError ? "excess" : "malformed";
  }
}

/** Reads a request by the codec that is made for any message; `unreadable` is what it cannot. */
export function seenByCodec(method: Method, bytes: Uint8Array): Seen | "unreadable" {
  const message = decoded(method, bytes);
  if (message === undefined) return "unreadable";
  const commands = message.commands.map(commandIn);
  const session = vectorIn(message.session);
  if (commands.length > limits.requestCommandsMax) return "excess";
  if (session === undefined || !commands.every((command) => command !== undefined)) {
    return "malformed";
  }
  return { branch: message.branch, commands, session };
}

function decoded(method: Method, bytes: Uint8Array) {
  const { Deposit, Withdraw, Query, Execute } = branchService;
  const buffer = bytes as Parameters<typeof Query.requestDeserialize>[0];
  try {
    if (method === "Query") {
      const { session, commandId } = Query.requestDeserialize(buffer);
      const command = { action: "ACTION_QUERY" as const, commandId, amount: 0 };
      return { session, branch: undefined, commands: [command] };
    }
    if (method === "Execute") {
      const message = Execute.requestDeserialize(buffer);
      return { ...message, branch: branch(message.branch) };
    }
    const { requestDeserialize } = method === "Deposit" ? Deposit : Withdraw;
    const { session, branch: id, commandId, amount } = requestDeserialize(buffer);
    const action = method === "Deposit" ? "ACTION_DEPOSIT" as const : "ACTION_WITHDRAW" as const;
    return { session, branch: branch(id), commands: [{ action, commandId, amount }] };
  } catch {
    return undefined;
  }
}

function commandIn({ action, commandId: id, amount }: Command__Output): Command | undefined {
  if (action === "ACTION_QUERY" && id === "") return { action: "query" };
  if (!isCommandId(id)) return undefined;
  if (action === "ACTION_QUERY") return { action: "query", id };
  if (!isAmount(amount)) return undefined;
  if (action === "ACTION_DEPOSIT") return { action: "deposit", id, amount: money(amount) };
  return action === "ACTION_WITHDRAW"
    ? { action: "withdraw", id, amount: money(amount) }
    : undefined;
}

function vectorIn(message: VersionVector__Output | null) {
  const sequences = message?.sequences ?? {};
  return Object.values(sequences).every(isSequence) ? vector(sequences) : undefined;
}

/** Writes a field. */
type Field = (writer: BinaryWriter) => BinaryWriter;

const ids = fc.oneof(
  { weight: 9, arbitrary: fc.nat(9).map((number) => commandId(`${number}`) as string) },
  fc.constantFrom("", "é", "no id", "\u{feff}", `${commandId("a")} b`),
);
const int64s = fc.oneof(
  { weight: 9, arbitrary: fc.bigInt({ min: 0n, max: BigInt(limits.amountMax) }) },
  fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }),
  fc.constantFrom(2n ** 53n - 1n, 2n ** 53n, -1n, -(2n ** 63n), 2n ** 63n - 1n),
);
const uint32s = fc.integer({ min: 0, max: limits.idMax });

function text(number: number): fc.Arbitrary<Field> {
  return ids.map((id) => (writer) => writer.tag(number, WireType.LengthDelimited).string(id));
}

function int64(number: number): fc.Arbitrary<Field> {
  return int64s.map((value) => (writer) => writer.tag(number, WireType.Varint).int64(value));
}

function uint32(number: number): fc.Arbitrary<Field> {
  return uint32s.map((value) => (writer) => writer.tag(number, WireType.Varint).uint32(value));
}

function code(number: number): fc.Arbitrary<Field> {
  const codes = fc.oneof(
    { weight: 9, arbitrary: fc.integer({ min: 1, max: 3 }) },
    fc.constantFrom(0, 4, -1, 2 ** 31 - 1, -(2 ** 31)),
  );
  return codes.map((value) => (writer) => writer.tag(number, WireType.Varint).int32(value));
}

function inner(number: number, fields: readonly fc.Arbitrary<Field>[]): fc.Arbitrary<Field> {
  return message(fields).map((write) => (writer) =>
    write(writer.tag(number, WireType.LengthDelimited).fork()).join()
  );
}

/** Fields that a later version may add, of every type. */
const unknown: fc.Arbitrary<Field> = fc.constantFrom<Field>(
  (writer) => writer.tag(90, WireType.Varint).int64(-1),
  (writer) => writer.tag(91, WireType.Bit64).fixed64(7),
  (writer) => writer.tag(92, WireType.LengthDelimited).string("later"),
  (writer) => writer.tag(93, WireType.Bit32).fixed32(7),
  (writer) => (
    writer.tag(94, WireType.StartGroup).tag(1, WireType.Varint).uint32(1).tag(94, WireType.EndGroup)
  ),
);

/** These fields in any order, each several times or not at all, and others among them. */
function message(fields: readonly fc.Arbitrary<Field>[]): fc.Arbitrary<Field> {
  const any = fc.oneof(...fields.map((arbitrary) => ({ weight: 3, arbitrary })), unknown);
  const each = fc.tuple(...fields).chain((all) => fc.shuffledSubarray(all, { minLength: 1 }));
  return fc.tuple(fc.array(any, { maxLength: 3 }), each).map(([before, all]) => (writer) =>
    [...before, ...all].reduce((written, write) => write(written), writer)
  );
}

const session = (number: number) => inner(number, [inner(1, [uint32(1), int64(2)])]);
const write = message([text(1), int64(2), session(3), uint32(4)]);
const writers: Readonly<Record<Method, fc.Arbitrary<Field>>> = {
  Deposit: write,
  Withdraw: write,
  Query: message([session(1), text(2)]),
  Execute: message([inner(1, [code(1), text(2), int64(3)]), session(2), uint32(3)]),
};

/** Messages as other programs may write them, with all that there may be in a field. */
export function messagesOf(method: Method): fc.Arbitrary<Uint8Array> {
  return writers[method].map((write) => write(new BinaryWriter()).finish());
}
