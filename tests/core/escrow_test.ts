import { assertEquals } from "@std/assert";
import { type Claim, Escrow, type Surroundings } from "../../lib/core/escrow.ts";
import { type BranchId, issuedMs } from "../../lib/core/ids.ts";
import { Ledger } from "../../lib/core/ledger.ts";
import { limits } from "../../lib/core/limits.ts";
import { money } from "../../lib/core/money.ts";
import { patience } from "../../lib/core/patience.ts";
import { branch, deposit, grant, madeMs } from "./samples.ts";

const [one, two, three, four] = [branch(1), branch(2), branch(3), branch(4)];
const members = [one, two, three, four];

/** Branch 1 of four, where branches 2, 3 and 4 have 10, 50 and 30 to grant, and it has 10. */
class Asker {
  readonly escrow = new Escrow(one, members);
  readonly ledger = new Ledger({ opening: money(40), members });
  readonly unreached = new Set<BranchId>();
  tick = 1;

  constructor() {
    this.ledger.post(three, deposit("rich", 40));
    this.ledger.post(four, deposit("less-rich", 20));
  }

  /** Makes the requests that are due for a need, or to be sure of what was at a moment. */
  claims(need: number, since?: number): readonly Claim[] {
    return this.escrow.claims({ need: money(need), reserved: money(0), since }, this.surroundings);
  }

  get surroundings(): Surroundings {
    const answers = (peer: BranchId) => !this.unreached.has(peer);
    return { ledger: this.ledger, tick: this.tick, nowMs: madeMs, answers };
  }

  /** Has a peer answer a claim, and its entries come, unless they are late. */
  answer(claim: Claim | undefined, { gives = 0, isLate = false, expiredMs = 0 } = {}): void {
    if (claim === undefined) throw new TypeError("there is no such claim");
    const { to, attempt } = claim;
    const last = this.ledger.knownOf(to) + (gives > 0 ? 1 : 0);
    const isGranted = gives > 0;
    this.escrow.answered({ from: to, attempt, last, isGranted, expiredMs }, this.tick);
    if (gives > 0 && !isLate) this.ledger.post(to, grant(claim.id, 1, gives));
  }
}

function asked(claims: readonly Claim[]): readonly (readonly [BranchId, bigint])[] {
  return claims.map(({ to, need }) => [to, need] as const)
    .toSorted(([left], [right]) => left - right);
}

Deno.test("escrow.claims() asks the richest first, and no more peers than it takes", () => {
  assertEquals(asked(new Asker().claims(20)), [[three, 20n]]);
  assertEquals(asked(new Asker().claims(50)), [[three, 50n]]);
  assertEquals(asked(new Asker().claims(70)), [[three, 50n], [four, 20n]]);
  assertEquals(asked(new Asker().claims(500)), [[two, 10n], [three, 50n], [four, 30n]]);
  assertEquals(asked(new Asker().claims(0)), []);
});

Deno.test("escrow.claims() passes over peers that cannot be reached", () => {
  const asker = new Asker();
  asker.unreached.add(three);
  assertEquals(asked(asker.claims(20)), [[four, 20n]]);
  assertEquals(asker.escrow.withinReach(asker.surroundings), 40n);
});

Deno.test("escrow.claims() asks once for what is on its way, and for more when more is lacking", () => {
  const asker = new Asker();
  const [first] = asker.claims(20);
  assertEquals(asked(asker.claims(20)), []);
  assertEquals(asked(asker.claims(45)), [[four, 25n]]);
  asker.answer(first, { gives: 20, isLate: true });
  assertEquals(asked(asker.claims(45)), [], "its grant has not come yet");
  asker.ledger.post(three, grant("late", 1, 20));
  assertEquals(asked(asker.claims(35)), [[three, 10n]]);
});

Deno.test("escrow.claims() asks others when a claim takes long, or brings nothing", () => {
  const slow = new Asker();
  slow.claims(20);
  slow.tick += patience.claimHopeTicks;
  assertEquals(asked(slow.claims(20)), [[four, 20n]]);
  const refused = new Asker();
  refused.answer(refused.claims(20)[0]);
  assertEquals(asked(refused.claims(20)), [[four, 20n]]);
});

Deno.test("escrow.claims() sends a claim again under its name until its grant has come", () => {
  const asker = new Asker();
  asker.unreached.add(two).add(four);
  const [first] = asker.claims(20);
  asker.tick += patience.claimTicks;
  asker.escrow.tick(asker.tick);
  assertEquals(asked(asker.claims(20)), [], "it rests for a tick");
  asker.tick += 1;
  const [second] = asker.claims(40);
  assertEquals([second?.id, second?.need], [first?.id, 40n]);
  asker.answer(second, { gives: 20, isLate: true });
  asker.tick += patience.claimTicks;
  asker.escrow.tick(asker.tick);
  asker.tick += 1;
  const [third] = asker.claims(40);
  assertEquals(third?.id, first?.id);
  asker.ledger.post(three, grant("late", 1, 20));
  const said = { last: asker.ledger.knownOf(three), isGranted: true, expiredMs: 0 };
  asker.escrow.answered({ from: three, attempt: third?.attempt ?? 0, ...said }, asker.tick);
  const [fourth] = asker.claims(20);
  assertEquals(fourth?.to, three);
  assertEquals(fourth?.id === first?.id, false, "the name is used up");
});

Deno.test("escrow.claims() uses a name up also when its answers come too late", () => {
  const asker = new Asker();
  asker.unreached.add(two).add(four);
  const ids = [1, 2, 3].map(() => {
    const [claim] = asker.claims(5);
    asker.tick += patience.claimTicks;
    asker.escrow.tick(asker.tick);
    asker.answer(claim, { gives: 5 });
    asker.tick += 1;
    return claim?.id;
  });
  assertEquals(new Set(ids).size, 3);
});

Deno.test("escrow.claims() leaves a peer alone for a while that granted nothing, longer each time", () => {
  const asker = new Asker();
  asker.unreached.add(two).add(four);
  const pauses: number[] = [];
  for (let rounds = 0; rounds < 6; rounds++) {
    const [claim] = asker.claims(20);
    asker.answer(claim);
    const begun = asker.tick;
    do asker.tick += 1; while (asked(asker.claims(20)).length === 0);
    pauses.push(asker.tick - begun);
    asker.tick += patience.claimTicks;
    asker.escrow.tick(asker.tick);
    asker.tick += 1;
  }
  assertEquals(pauses[0], 1);
  assertEquals(pauses.at(-1), patience.claimPauseTicksMax);
});

Deno.test("escrow.claims() asks a peer again soon that has granted since, or was not asked for long", () => {
  for (const isGranted of [true, false]) {
    const asker = new Asker();
    asker.unreached.add(two).add(four);
    for (let rounds = 0; rounds < 5; rounds++) {
      asker.answer(asker.claims(20)[0]);
      asker.tick += patience.claimPauseTicksMax;
    }
    if (isGranted) asker.answer(asker.claims(20)[0], { gives: 5 });
    else asker.tick += 2 * patience.claimPauseTicksMax;
    asker.answer(asker.claims(20)[0]);
    asker.tick += 1;
    assertEquals(asked(asker.claims(20)), [[three, 20n]], `${isGranted}`);
  }
});

Deno.test("escrow.claims() asks for twice as much each time that it was granted some", () => {
  const asker = new Asker();
  asker.ledger.post(three, deposit("richest", 1_000));
  const wanted = ({ gives = 1 } = {}) => {
    asker.tick += 1;
    const [claim] = asker.claims(10);
    asker.answer(claim, { gives });
    return claim?.wanted;
  };
  assertEquals([wanted(), wanted(), wanted()], [20n, 40n, 80n]);
  asker.tick += patience.hungerTicks - 1;
  assertEquals(wanted(), 160n);
  asker.tick += patience.hungerTicks;
  assertEquals(wanted(), 20n);
  const last = Array.from({ length: 60 }, () => wanted()).at(-1);
  assertEquals(last, 10n << 20n);
});

Deno.test("escrow.claims() does not ask for more for being refused", () => {
  const asker = new Asker();
  asker.unreached.add(two).add(four);
  for (let rounds = 0; rounds < 5; rounds++) {
    const [claim] = asker.claims(10);
    assertEquals(claim?.wanted, 20n);
    asker.answer(claim);
    asker.tick += patience.claimPauseTicksMax;
  }
});

Deno.test("escrow.claims() names a claim later than what the peer takes for forgotten", () => {
  const asker = new Asker();
  asker.unreached.add(two).add(four);
  const [first] = asker.claims(20);
  asker.answer(first, { expiredMs: madeMs + 60_000 });
  asker.tick += patience.claimPauseTicksMax;
  const [second] = asker.claims(20);
  assertEquals(second === undefined ? undefined : issuedMs(second.id), madeMs + 60_001);
});

Deno.test("escrow.claims() names claims whatever the clock shows", () => {
  for (const nowMs of [-1, 0, 2 ** 60]) {
    const asker = new Asker();
    const lack = { need: money(5), reserved: money(0), since: undefined };
    assertEquals(asker.escrow.claims(lack, { ...asker.surroundings, nowMs }).length, 1);
  }
});

Deno.test("escrow.claims() never asks for more than a balance may be", () => {
  const asker = new Asker();
  const rich = limits.openingBalanceMax;
  asker.ledger.post(three, deposit("richest", rich));
  for (let rounds = 0; rounds < 20; rounds++) {
    const [claim] = asker.claims(rich / 100);
    asker.answer(claim, { gives: 1 });
    assertEquals((claim?.wanted ?? 0n) <= BigInt(limits.balanceMax), true);
  }
});

Deno.test("escrow.sureMoment() moves on when every peer has answered a request made after it", () => {
  const asker = new Asker();
  const { escrow, ledger } = asker;
  asker.answer(asker.claims(20)[0], { gives: 20 });
  const { moment } = escrow;
  const isSure = () => moment < escrow.sureMoment(ledger);
  const isSureOfReachable = () => moment < escrow.sureMomentOfReachable(asker.surroundings);
  assertEquals(isSure(), false);
  const claims = asker.claims(0, moment);
  assertEquals(asked(claims), [[two, 0n], [three, 0n], [four, 0n]]);
  for (const claim of claims.slice(0, 2)) asker.answer(claim);
  assertEquals(isSure(), false);
  asker.unreached.add(four);
  assertEquals(isSureOfReachable(), false, "it may be back");
  escrow.failed({ from: four, attempt: claims[2]?.attempt ?? 0 }, asker.tick);
  assertEquals(isSureOfReachable(), true);
  asker.unreached.clear();
  assertEquals(isSureOfReachable(), false);
  asker.tick += 1;
  const [again] = asker.claims(0, moment);
  asker.answer(again);
  assertEquals([isSure(), isSureOfReachable()], [true, true]);
  assertEquals(escrow.moment < escrow.sureMoment(ledger), false);
  assertEquals(asked(asker.claims(0, moment)), [], "all have answered");
});

Deno.test("escrow.sureMoment() waits until all is applied that the peers had, and asks again", () => {
  const asker = new Asker();
  const { escrow, ledger } = asker;
  const [first, ...others] = asker.claims(0, escrow.moment);
  for (const claim of others) asker.answer(claim);
  const answer = { from: two, last: 1, isGranted: false, expiredMs: 0 };
  escrow.answered({ ...answer, attempt: first?.attempt ?? 0 }, asker.tick);
  assertEquals(escrow.sureMoment(ledger), 0);
  asker.tick += patience.claimTicks;
  escrow.tick(asker.tick);
  asker.tick += 1;
  assertEquals(asked(asker.claims(0, 0)), [[two, 0n]], "it may have lost what it had");
  ledger.post(two, deposit("news", 1));
  assertEquals(escrow.sureMoment(ledger) > 0, true);
});

Deno.test("escrow.sureMoment() is not set back by an older answer", () => {
  const asker = new Asker();
  const { escrow, ledger } = asker;
  const older = asker.claims(0, 0);
  asker.tick += patience.claimTicks;
  escrow.tick(asker.tick);
  asker.tick += 1;
  const newer = asker.claims(0, 0);
  for (const claim of [...newer, ...older]) asker.answer(claim);
  assertEquals(escrow.sureMoment(ledger), newer[0]?.attempt);
});

Deno.test("escrow holds a peer for out of reach that owes an answer for too long, until it gives one", () => {
  const asker = new Asker();
  const { escrow } = asker;
  asker.unreached.add(two).add(four);
  const late: (Claim | undefined)[] = [];
  while (asker.tick < patience.unreachableTicks) {
    late.push(asker.claims(20)[0]);
    assertEquals(escrow.withinReach(asker.surroundings), 50n);
    asker.tick += patience.claimTicks;
    escrow.tick(asker.tick);
    asker.tick += 1;
  }
  assertEquals(escrow.withinReach(asker.surroundings), 0n);
  assertEquals(asked(asker.claims(20)), []);
  asker.answer(late[0]);
  assertEquals(escrow.withinReach(asker.surroundings), 50n);
});

Deno.test("escrow of a lone branch is sure, and has nobody to ask", () => {
  const escrow = new Escrow(one, [one]);
  const ledger = new Ledger({ opening: money(40), members: [one] });
  assertEquals(escrow.moment < escrow.sureMoment(ledger), true);
  const surroundings = { ledger, tick: 1, nowMs: madeMs, answers: () => true };
  assertEquals(escrow.claims({ need: money(5), reserved: money(0), since: 0 }, surroundings), []);
});

Deno.test("escrow.claims() asks nobody before it knows the time, by which claims are named", () => {
  const { escrow, surroundings } = new Asker();
  const lack = { need: money(5), reserved: money(0), since: undefined };
  assertEquals(escrow.claims(lack, { ...surroundings, nowMs: undefined }), []);
});

Deno.test("escrow takes no notice of answers to nothing", () => {
  const asker = new Asker();
  const [claim] = asker.claims(20);
  const stale = { from: three, attempt: 99, last: 7, isGranted: true, expiredMs: 0 };
  asker.escrow.answered({ ...stale, from: branch(9) }, 1);
  asker.escrow.failed({ from: two, attempt: 1 }, 1);
  asker.escrow.failed({ from: branch(9), attempt: 1 }, 1);
  assertEquals(asked(asker.claims(20)), [], "the claim is still on its way");
  assertEquals(claim?.from, one);
});
