import { assert, assertEquals, assertLess } from "@std/assert";
import { Forecast } from "../../lib/core/forecast.ts";
import { limits } from "../../lib/core/limits.ts";
import { patience } from "../../lib/core/patience.ts";
import type { Input } from "../../lib/core/step.ts";
import { nothingKnown } from "../../lib/core/version_vector.ts";
import type { Message } from "./mesh.ts";
import { answered, balances, bankOf, four, one, pass, three, told, two } from "./queue_bench.ts";
import { branch, deposit, deposits, query, withdrawal } from "./samples.ts";

Deno.test("a grant comes though what it follows is at its giver only, since its origin has died", () => {
  const bank = bankOf();
  bank.execute(three, [deposit("last", 1)]);
  for (const message of bank.messages.splice(0)) if (message.to === two) bank.deliver(message);
  bank.kill(three);
  const ticket = bank.execute(one, [withdrawal("a", 150)]);
  pass(bank, patience.holdTicks + 2, [one, two]);
  assertEquals(told(bank, ticket), ["written"]);
  assertEquals(balances(bank).slice(0, 2), [151n, 151n]);
});

Deno.test("a write comes to all who can be reached though the one that it follows came from a dead branch", () => {
  const bank = bankOf();
  bank.execute(three, [deposit("last", 1)]);
  for (const message of bank.messages.splice(0)) if (message.to === two) bank.deliver(message);
  bank.kill(three);
  bank.execute(two, [deposit("next", 1)]);
  pass(bank, patience.holdTicks + 2, [one, two]);
  assertEquals(balances(bank).slice(0, 2), [302n, 302n]);
});

Deno.test("a branch that cannot get its money lets others have theirs in the end", () => {
  const bank = bankOf(400, 4);
  const up = [one, two, three];
  answered(bank, three, [withdrawal("own", 100)]);
  pass(bank, patience.forwardTicks, [...up, four]);
  bank.kill(four);
  bank.crash(two, { records: [], isNew: true });
  pass(bank, patience.unreachableTicks, up);
  const much = bank.execute(one, [withdrawal("much", 150)]);
  const little = bank.execute(three, [withdrawal("little", 50)]);
  pass(bank, patience.executeTicks, up);
  assertEquals([much, little].map((ticket) => told(bank, ticket)), [["unavailable"], ["written"]]);
});

Deno.test("a withdrawal is done by the one that answers, however many richer ones are silent", () => {
  const bank = bankOf(700, 7);
  const seven = branch(7);
  const isOpen = ({ from, to }: Message) => [from, to].every((id) => [one, seven].includes(id));
  const ticket = bank.execute(one, [withdrawal("a", 150)]);
  bank.messages.splice(0).forEach((message) => isOpen(message) && bank.deliver(message));
  pass(bank, patience.executeTicks - 1, [one, seven]);
  assertEquals(told(bank, ticket), ["written"]);
});

Deno.test("a link that is slower than a claim may be grants all the same", () => {
  const bank = bankOf(2_000, 2);
  const late: { readonly atTick: number; readonly message: Message }[] = [];
  let tick = 0;
  const run = (ticks: number) => {
    for (const end = tick + ticks; tick < end; tick++) {
      bank.tick(1);
      for (const message of bank.messages.splice(0)) {
        late.push({ atTick: tick + patience.claimTicks / 2 + 2, message });
      }
      for (const { atTick, message } of late.splice(0)) {
        if (atTick <= tick) bank.deliver(message);
        else late.push({ atTick, message });
      }
    }
  };
  bank.execute(one, [withdrawal("own", 1_000)]);
  run(patience.executeTicks);
  for (const name of ["a", "b", "c", "d"]) {
    const ticket = bank.execute(one, [withdrawal(name, 100)]);
    run(patience.executeTicks);
    assertEquals(told(bank, ticket), ["written"], name);
  }
});

Deno.test("a branch whose steps are full of commands grants all the same", () => {
  const bank = bankOf();
  const asked = bank.execute(one, [withdrawal("a", 150)]);
  const [message] = bank.messages.splice(0);
  assert(message?.kind === "claim");
  const { to: _, ...claim } = message.claim;
  const half = limits.stepCommandsMax / 2;
  const requests = [1, 2].map((ticket): Input => ({
    kind: "execute",
    ticket: -ticket,
    commands: deposits(`${ticket}`, half),
    session: nothingKnown,
  }));
  const { records, replies } = bank.replicaOf(message.to).step([
    ...requests,
    { kind: "claim", ticket: -3, ...claim },
  ]);
  const grants = records.flatMap((row) => row.kind === "entries" ? row.entries : [])
    .filter(({ action }) => action === "grant");
  assertEquals(grants.length, 1);
  assertEquals(replies.find(({ ticket }) => ticket === -3)?.kind, "claimed");
  assertEquals([claim.attempt > 0, told(bank, asked)], [true, undefined]);
});

Deno.test("requests that wait to be sure keep what they have gathered from those of higher ids", () => {
  const bank = bankOf();
  const mayPass = ({ from, to }: Message) => from !== three && to !== three;
  const lower = bank.execute(one, [withdrawal("a", 150), withdrawal("b", 1_000)]);
  const higher = bank.execute(two, [withdrawal("c", 150), withdrawal("d", 1_000)]);
  let delivered = 0;
  for (let next = bank.messages.shift(); next !== undefined; next = bank.messages.shift()) {
    assertLess(++delivered, 40, "they do not take it from each other over and over");
    if (mayPass(next)) bank.deliver(next);
  }
  pass(bank, patience.executeTicks, [one, two], mayPass);
  assertEquals(told(bank, lower), ["written", "unavailable"]);
  assertEquals(told(bank, higher), ["unavailable", "unavailable"]);
});

Deno.test("a peer that lost its disk after it told how far its log goes is asked again", () => {
  const bank = bankOf(200, 2);
  bank.execute(two, [deposit("lost", 1)]);
  bank.lose();
  const ticket = bank.execute(one, [withdrawal("much", 500)]);
  const claims = bank.messages.splice(0).filter(({ kind }) => kind === "claim");
  claims.forEach((message) => bank.deliver(message));
  const answers = bank.messages.splice(0).filter(({ kind }) => kind === "claimed");
  answers.forEach((message) => bank.deliver(message));
  bank.lose();
  bank.crash(two, { records: [], isNew: true });
  pass(bank, patience.executeTicks - 1, [one, two]);
  assertEquals(told(bank, ticket), ["insufficient funds"]);
});

Deno.test("a peer is asked anew for each request that may have to be refused, whoever else waits", () => {
  const bank = bankOf();
  bank.execute(one, [withdrawal("a", 500)]);
  const isOfTwo = ({ from, to }: Message) => from === two || to === two;
  bank.messages.splice(0).filter(isOfTwo).forEach((message) => bank.deliver(message));
  bank.messages.splice(0).filter(isOfTwo).forEach((message) => bank.deliver(message));
  bank.lose();
  bank.execute(one, [withdrawal("b", 500)]);
  const asked = bank.messages.filter(({ kind }) => kind === "claim").map(({ to }) => to);
  assertEquals(asked, [two], "branch 3 has not answered the first one yet");
});

Deno.test("requests that wait for others are looked at again only when something has changed", () => {
  const bank = bankOf();
  for (let count = 0; count < 50; count++) bank.execute(one, [withdrawal(`${count}`, 150)]);
  bank.lose();
  const { add } = Forecast.prototype;
  let looks = 0;
  Forecast.prototype.add = function (commands) {
    looks += 1;
    return add.call(this, commands);
  };
  try {
    for (let count = 0; count < 20; count++) bank.execute(one, [query]);
    assertEquals(looks <= 2 * 50, true, `${looks} looks at 50 requests in 20 steps`);
    const before = looks;
    bank.execute(one, [deposit("more", 60)]);
    bank.execute(one, [query]);
    assertEquals(looks > before, true, "there is more allowance");
  } finally {
    Forecast.prototype.add = add;
  }
  assertEquals(bank.view(one).balance, 210n, "one of them is paid out of that");
});
