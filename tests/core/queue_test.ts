import { assert, assertEquals } from "@std/assert";
import type { BranchId, Sequence } from "../../lib/core/ids.ts";
import { patience } from "../../lib/core/patience.ts";
import { answered, balances, bankOf, one, pass, three, told, two } from "./queue_bench.ts";
import { deposit, query, withdrawal } from "./samples.ts";

Deno.test("a withdrawal that the own allowance covers is done at once, without asking anyone", () => {
  const bank = bankOf();
  const ticket = bank.execute(two, [withdrawal("a", 100)]);
  assertEquals(told(bank, ticket), ["written"]);
  assertEquals(bank.flow().filter(({ kind }) => kind === "claim"), []);
  assertEquals(balances(bank), [200n, 200n, 200n]);
});

Deno.test("a withdrawal that a deposit before it covers is done at once, without asking anyone", () => {
  const bank = bankOf();
  const ticket = bank.execute(two, [deposit("a", 50), withdrawal("b", 140)]);
  assertEquals(told(bank, ticket), ["written", "written"]);
  assertEquals(bank.flow().filter(({ kind }) => kind === "claim"), []);
});

Deno.test("a withdrawal that the bank covers is done with what the others grant", () => {
  const bank = bankOf();
  assertEquals(answered(bank, three, [withdrawal("a", 300)]), ["written"]);
  assertEquals(balances(bank), [0n, 0n, 0n]);
  assertEquals([one, two, three].map((id) => bank.view(id).allowance), [0n, 0n, 0n]);
});

Deno.test("a withdrawal that the whole bank does not cover is refused for ever", () => {
  const bank = bankOf();
  assertEquals(answered(bank, one, [withdrawal("a", 301)]), ["insufficient funds"]);
  assertEquals(bank.records(one).map(({ kind }) => kind), ["refusal"]);
  assertEquals(bank.view(two).known.size, 0, "nobody has granted anything for it");
  answered(bank, one, [deposit("b", 1_000)]);
  assertEquals(answered(bank, one, [withdrawal("a", 301)]), ["insufficient funds"]);
});

Deno.test("a withdrawal is not refused for money that this branch has only not heard of", () => {
  const bank = bankOf(0);
  bank.execute(two, [deposit("a", 50)]);
  bank.lose();
  const ticket = bank.execute(one, [withdrawal("b", 50)]);
  pass(bank, patience.resendTicks + patience.backoffTicksMax);
  assertEquals(told(bank, ticket), ["written"]);
});

Deno.test("a withdrawal of money behind a cut link is unavailable, and may be tried again", () => {
  const bank = bankOf();
  const ticket = bank.execute(one, [withdrawal("a", 150)]);
  bank.lose();
  pass(bank, patience.executeTicks - 1, [one]);
  assertEquals(told(bank, ticket), ["unavailable"]);
  assertEquals(bank.records(one), [], "nothing is decided");
  const own = bank.execute(one, [withdrawal("b", 60), query]);
  assertEquals(told(bank, own), ["written", 240n], "what it may pay out itself, it does");
  pass(bank, 2 * patience.backoffTicksMax);
  assertEquals(answered(bank, one, [withdrawal("a", 150)]), ["written"]);
  pass(bank, 1);
  assertEquals(balances(bank), [90n, 90n, 90n]);
});

Deno.test("a withdrawal is soon unavailable where the others are known to be out of reach", () => {
  const bank = bankOf();
  bank.execute(one, [deposit("a", 1)]);
  pass(bank, patience.unreachableTicks, [one]);
  const beyondShare = bank.execute(one, [withdrawal("b", 150)]);
  const beyondAll = bank.execute(one, [withdrawal("c", 500)]);
  assertEquals([beyondShare, beyondAll].map((ticket) => told(bank, ticket)), [
    undefined,
    undefined,
  ]);
  pass(bank, patience.claimSilentTicks, [one]);
  assertEquals(told(bank, beyondShare), ["unavailable"]);
  pass(bank, patience.claimSilentTicks + 1, [one]);
  assertEquals(told(bank, beyondAll), ["unavailable"], "the others may have taken in as much");
});

Deno.test("a withdrawal is done as soon as those who were out of reach are back", () => {
  const bank = bankOf();
  bank.execute(one, [deposit("a", 1)]);
  pass(bank, patience.unreachableTicks, [one]);
  assertEquals(answered(bank, one, [withdrawal("b", 250)]), ["written"]);
});

Deno.test("a withdrawal takes what those have that can be reached, and hoards nothing in vain", () => {
  const bank = bankOf();
  bank.execute(one, [deposit("a", 1)]);
  pass(bank, patience.unreachableTicks, [one, two]);
  const much = bank.execute(one, [withdrawal("b", 250)]);
  pass(bank, patience.claimSilentTicks + 1, [one, two]);
  assertEquals(told(bank, much), ["unavailable"]);
  assertEquals(bank.view(two).allowance, 100n);
  const less = bank.execute(one, [withdrawal("c", 190)]);
  pass(bank, 2, [one, two]);
  assertEquals(told(bank, less), ["written"]);
});

Deno.test("of withdrawals that compete for the last money one is done, and the others are refused", () => {
  for (const order of [[one, two, three], [three, two, one], [two, three, one]]) {
    const bank = bankOf();
    const tickets = order.map((id) => bank.execute(id, [withdrawal(`all-at-${id}`, 300)]));
    pass(bank, patience.claimPauseTicksMax);
    const outcomes = tickets.map((ticket) => told(bank, ticket)?.[0]);
    assertEquals(outcomes.toSorted(), ["insufficient funds", "insufficient funds", "written"]);
    assertEquals(outcomes[order.indexOf(one)], "written", "the lowest id goes first");
    assertEquals(balances(bank), [0n, 0n, 0n]);
  }
});

Deno.test("two branches that want each other's allowance do not wait for each other for ever", () => {
  const bank = bankOf();
  const tickets = [two, three].map((id) => bank.execute(id, [withdrawal(`${id}`, 160)]));
  pass(bank, patience.claimPauseTicksMax);
  const outcomes = tickets.map((ticket) => told(bank, ticket)?.[0]);
  assertEquals(outcomes, ["written", "insufficient funds"]);
  assertEquals(balances(bank), [140n, 140n, 140n]);
});

Deno.test("a withdrawal that waits for others does not hold up those that need nobody", () => {
  const bank = bankOf();
  const much = bank.execute(one, [withdrawal("much", 250)]);
  const little = bank.execute(one, [withdrawal("little", 20), deposit("more", 5)]);
  assertEquals(told(bank, much), undefined);
  assertEquals(told(bank, little), ["written", "written"]);
  bank.flow();
  assertEquals(told(bank, much), ["written"]);
});

Deno.test("a request is executed whole, each command by what the ones before it have left", () => {
  const bank = bankOf();
  const commands = [withdrawal("a", 250), query, withdrawal("b", 51), withdrawal("c", 50), query];
  assertEquals(answered(bank, two, commands), [
    "written",
    50n,
    "insufficient funds",
    "written",
    0n,
  ]);
  bank.execute(three, [deposit("d", 80)]);
  bank.flow();
  bank.execute(one, [deposit("e", 10)]);
  pass(bank, patience.unreachableTicks, [one]);
  const parted = [withdrawal("f", 7), withdrawal("g", 60), withdrawal("h", 3), query];
  const ticket = bank.execute(one, parted);
  pass(bank, patience.claimSilentTicks + 1, [one]);
  assertEquals(told(bank, ticket), ["written", "unavailable", "written", 80n]);
});

Deno.test("a withdrawal out of reach does not keep others in its request from their grants", () => {
  const bank = bankOf();
  bank.execute(one, [deposit("a", 1)]);
  pass(bank, patience.unreachableTicks, [one, two]);
  const ticket = bank.execute(one, [withdrawal("b", 250), withdrawal("c", 150), query]);
  pass(bank, patience.claimSilentTicks + 1, [one, two]);
  assertEquals(told(bank, ticket), ["unavailable", "written", 151n]);
});

Deno.test("a command that waits twice is done once", () => {
  const bank = bankOf();
  const tickets = [1, 2].map(() => bank.execute(one, [withdrawal("a", 150)]));
  bank.flow();
  assertEquals(tickets.map((ticket) => told(bank, ticket)), [["written"], ["written"]]);
  assertEquals(balances(bank), [150n, 150n, 150n]);
});

Deno.test("a claim that is doubled, lost or answered in vain moves allowance once", () => {
  const bank = bankOf();
  const ticket = bank.execute(one, [withdrawal("a", 150)]);
  const [claim] = bank.messages.splice(0);
  assert(claim?.kind === "claim");
  bank.deliver(claim);
  bank.deliver(claim);
  bank.crash(claim.to);
  bank.lose();
  pass(bank, patience.claimTicks + patience.claimPauseTicksMax);
  assertEquals(told(bank, ticket), ["written"]);
  bank.deliver(claim);
  pass(bank, patience.forwardTicks);
  const grants = bank.records(claim.to).flatMap((row) => row.kind === "entries" ? row.entries : [])
    .filter(({ action, id }) => action === "grant" && id === claim.claim.id);
  assertEquals(grants.length, 1);
  assertEquals(balances(bank), [150n, 150n, 150n]);
});

Deno.test("withdrawals in a row at one branch take few claims: about the logarithm of their number", () => {
  const bank = bankOf(30_000);
  let claims = 0;
  for (let count = 0; count < 2_000; count++) {
    const ticket = bank.execute(three, [withdrawal(`${count}`, 10)]);
    claims += bank.flow().filter(({ kind }) => kind === "claim").length;
    assertEquals(told(bank, ticket), ["written"]);
    if (count % 20 === 0) pass(bank, 1);
  }
  assert(
    claims > 0 && claims <= 14,
    `${claims} claims for 2,000 withdrawals, 1,000 beyond its share`,
  );
});

/** A session that counts how often it is looked at. */
class CountedSession extends Map<BranchId, Sequence> {
  looks = 0;

  override [Symbol.iterator]() {
    this.looks += 1;
    return super[Symbol.iterator]();
  }
}

Deno.test("a request that waits for what its session has seen costs nothing until that comes", () => {
  const bank = bankOf();
  const session = new CountedSession([[two, 1]]);
  const ticket = bank.execute(one, [query], { session });
  const looks = session.looks;
  for (let count = 0; count < 10; count++) bank.execute(one, [deposit(`${count}`, 1)]);
  assertEquals([session.looks, told(bank, ticket)], [looks, undefined]);
  bank.execute(two, [deposit("b", 5)]);
  bank.flow();
  assertEquals(told(bank, ticket), [315n]);
});
