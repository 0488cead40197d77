import { assertEquals, assertRejects } from "@std/assert";
import { BinaryWriter, WireType } from "@bufbuild/protobuf/wire";
import { runningBank } from "../../lib/adapter/running_bank.ts";
import { money } from "../../lib/core/money.ts";
import { expectLine } from "../../lib/format/control_line.ts";
import { branch, customer, vector } from "../core/samples.ts";
import { addressOf, FalseWorld } from "./false_world.ts";

const [one, two] = [branch(1), branch(2)];
const addresses = new Map([one, two].map((id) => [id, addressOf(id)]));

/** The bytes of a QueryResponse: a balance, and how much of branch 1's log it includes. */
function response(balance: number, sequence: number): string {
  const element = new BinaryWriter().tag(1, WireType.Varint).uint32(1)
    .tag(2, WireType.Varint).uint64(sequence).finish();
  const session = new BinaryWriter().tag(1, WireType.LengthDelimited).bytes(element).finish();
  return new BinaryWriter().tag(1, WireType.Varint).int64(balance)
    .tag(2, WireType.LengthDelimited).bytes(session).finish().toBase64();
}

/** A bank whose branches give these answers, one after the other. */
function open(...answers: readonly (readonly [number, number])[]) {
  const world = new FalseWorld();
  const left = [...answers];
  const asked: string[] = [];
  world.before = (line, process) => {
    if (line.kind !== "call") return true;
    asked.push(line.address);
    const [balance, sequence] = left.shift() ?? [0, 0];
    process.say({ kind: "answer", response: response(balance, sequence) });
    return false;
  };
  const trusts = new Map([[customer(7), { secret: "5ec2e7" }]]);
  return { bank: runningBank({ addresses, trusts })(world.spawn), world, asked };
}

Deno.test("runningBank() learns what branches know, as a customer that may reach them only", async () => {
  const { bank, world, asked } = open([500, 3], [400, 1]);
  assertEquals(await bank.known, vector({ 1: 3 }));
  assertEquals(asked, [...addresses.values()]);
  const process = world.named("the process that asks for balances");
  assertEquals([process.request.program, process.request.hosts], [
    "customer",
    [...addresses.values()],
  ]);
  assertEquals(expectLine(process.told[0], "customer setup").trust, { secret: "5ec2e7" });
  assertEquals(await bank.address(two), addressOf(two));
  await assertRejects(async () => await bank.address(branch(9)), TypeError);
});

Deno.test("runningBank() settles when all branches know the same", async () => {
  const { bank } = open([0, 0], [0, 0], [500, 3], [400, 2], [500, 3], [500, 3]);
  await bank.known;
  const { balances, isMoving } = await bank.settle(vector({ 1: 2 }));
  assertEquals([[...balances], isMoving], [[[one, money(500)], [two, money(500)]], false]);
});

Deno.test("runningBank() says when others go on to change it", async () => {
  const rounds = Array.from(
    { length: 5 },
    (_, round) => [[9, 2 * round], [8, 2 * round + 1]] as const,
  );
  const { bank, asked } = open([0, 0], [0, 0], ...rounds.flat());
  await bank.known;
  const { balances, isMoving } = await bank.settle(vector({}));
  assertEquals([[...balances], isMoving], [[[one, money(9)], [two, money(8)]], true]);
  assertEquals(asked.length, 12);
});

Deno.test("runningBank() sees two branches that know the same and show other balances", async () => {
  const { bank } = open([0, 0], [0, 0], [500, 3], [400, 3]);
  await bank.known;
  const { balances, isMoving } = await bank.settle(vector({ 1: 3 }));
  assertEquals([[...balances.values()], isMoving], [[money(500), money(400)], false]);
});
