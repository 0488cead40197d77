import { assertEquals } from "@std/assert";
import { Books } from "../../lib/core/books.ts";
import type { Command } from "../../lib/core/command.ts";
import { commandIdPrefix } from "../../lib/core/ids.ts";
import { contentsOf } from "../../lib/core/journal_record.ts";
import { limits } from "../../lib/core/limits.ts";
import { money } from "../../lib/core/money.ts";
import { examine, scrutinize, type Standing } from "../../lib/core/rejections.ts";
import { nothingKnown, type VersionVector } from "../../lib/core/version_vector.ts";
import {
  branch,
  commandId,
  deposit,
  madeMs,
  query,
  record,
  vector,
  withdrawal,
} from "./samples.ts";

const [one, two] = [branch(1), branch(2)];
const members = [one, two];

const sure = { isSure: true, unheard: () => [] };

/** What a request to branch 1 is held against: it has executed the deposit `a` of 5. */
function standing(changes: Partial<Standing> = {}): Standing {
  const outcomeMs = limits.outcomeMsMin;
  const records = [record({ origin: one, first: 1, entries: [deposit("a", 5)] })];
  const config = { self: one, members, opening: money(0), outcomeMs };
  const books = new Books(config, contentsOf(one, records));
  return { self: one, members: new Set(members), books, nowMs: madeMs, ...sure, ...changes };
}

interface Asked {
  readonly session?: VersionVector;
  readonly against?: Standing;
}

function rejected(
  commands: readonly Command[],
  { session = nothingKnown, against = standing() }: Asked = {},
) {
  return examine({ kind: "execute", ticket: 1, commands, session }, against).rejection;
}

function obstacleTo(
  commands: readonly Command[],
  { session = nothingKnown, against = standing() }: Asked = {},
) {
  return scrutinize({ kind: "execute", ticket: 1, commands, session }, against).obstacle;
}

Deno.test("examine() finds nothing wrong with what is new, or was executed before", () => {
  assertEquals(rejected([]), undefined);
  assertEquals(rejected([query, deposit("a", 5), withdrawal("b", 5), deposit("b2", 5)]), undefined);
  assertEquals(rejected([query], { session: vector({ 1: 1, 2: 99 }) }), undefined);
});

Deno.test("examine() finds a session that names a stranger, or what was never written here", () => {
  const stranger = { kind: "stranger", origin: branch(9) } as const;
  assertEquals(rejected([query], { session: vector({ 9: 1 }) }), stranger);
  const unissued = { kind: "unissued", origin: one, sequence: 2 } as const;
  assertEquals(rejected([query], { session: vector({ 1: 2 }) }), unissued);
});

Deno.test("examine() finds an id that stands for another write, before or in the request", () => {
  const contradiction = (name: string) => (
    { kind: "contradiction", id: commandId(name) } as const
  );
  assertEquals(rejected([deposit("new", 1), withdrawal("a", 5)]), contradiction("a"));
  assertEquals(rejected([deposit("c", 1), query, deposit("c", 2)]), contradiction("c"));
  for (const apart of [["c", "d"], ["d", "c"], ["c", "dd"], ["dd", "c"]]) {
    const [first = "", between = ""] = apart;
    const others = [deposit(first, 1), deposit(between, 1), deposit(first, 2)];
    assertEquals(rejected(others), contradiction(first), `${apart}`);
  }
  assertEquals(rejected([deposit("c", 1), deposit("c", 1)]), undefined);
});

Deno.test("examine() finds a command that is too old to know, unless it is remembered", () => {
  const against = standing();
  against.books.outcomes.expire(madeMs);
  const old = deposit("old", 1);
  assertEquals(rejected([query, old], { against }), { kind: "expired", id: old.id });
  assertEquals(rejected([deposit("a", 5)], { against }), undefined);
  const later = deposit(`${commandIdPrefix(madeMs + 1)}later`, 1);
  assertEquals(rejected([later], { against }), undefined);
});

Deno.test("examine() finds a command that is more than an hour ahead of the clock", () => {
  const ahead = (ms: number) => {
    const write = deposit(`${commandIdPrefix(madeMs + ms)}ahead`, 1);
    return { write, rejection: { kind: "ahead", id: write.id } as const };
  };
  const [just, most] = [ahead(limits.commandAheadMsMax + 1), ahead(limits.commandAheadMsMax)];
  assertEquals(rejected([just.write]), just.rejection);
  assertEquals(rejected([most.write]), undefined);
  assertEquals(rejected([just.write], { against: standing({ nowMs: undefined }) }), undefined);
  const nowMs = madeMs - limits.commandAheadMsMax - 1;
  const behind = standing({ nowMs });
  assertEquals(rejected([deposit("b", 1)], { against: behind })?.kind, "ahead");
  assertEquals(rejected([deposit("a", 5)], { against: behind }), undefined, "it is remembered");
});

Deno.test("scrutinize() lets whatever is asked wait while a branch is not sure what it wrote", () => {
  const against = standing({ isSure: false, unheard: () => [two] });
  for (const session of [nothingKnown, vector({ 1: 99 })]) {
    assertEquals(obstacleTo([query], { session, against }), {
      rejection: { kind: "recovering", unheard: [two] },
      isPassing: true,
    });
  }
});

Deno.test("scrutinize() turns a stranger's session away, also while a branch is not sure", () => {
  const against = standing({ isSure: false, unheard: () => [two] });
  const session = vector({ 1: 1, 9: 1 });
  assertEquals(obstacleTo([query], { session, against }), {
    rejection: { kind: "stranger", origin: branch(9) },
    isPassing: false,
  });
});

Deno.test("scrutinize() lets a request wait for what its session has seen, unless it is wrong", () => {
  const obstacle = (session: VersionVector) => obstacleTo([query], { session });
  assertEquals(obstacle(vector({ 1: 1 })), undefined);
  assertEquals(obstacle(vector({ 1: 1, 2: 3 })), {
    rejection: { kind: "behind", lacking: vector({ 2: 3 }) },
    isPassing: true,
  });
  assertEquals(obstacle(vector({ 1: 2, 2: 3 })), {
    rejection: { kind: "unissued", origin: one, sequence: 2 },
    isPassing: false,
  });
});

Deno.test("examine() finds a command that has to be recalled, if nothing else is wrong", () => {
  const config = { self: one, members, opening: money(0), outcomeMs: limits.outcomeMsMin };
  const books = new Books(
    { ...config, checkpointEntries: 1, heldOutcomesMax: 1 },
    contentsOf(one, []),
  );
  for (const [index, name] of ["a", "b", "c"].entries()) {
    const id = commandIdPrefix(madeMs + index) + name;
    books.execute(deposit(id, 5), { isSure: true });
    books.turnPage(madeMs);
  }
  const against = standing({ books });
  const old = deposit("a", 5);
  const recalling = { kind: "recalling", id: old.id } as const;
  const other = deposit(`${commandIdPrefix(madeMs + 1)}b`, 5);
  assertEquals(rejected([query, old, other], { against }), recalling);
  const wrong = deposit(`${commandIdPrefix(madeMs + limits.commandAheadMsMax + 1)}ahead`, 1);
  assertEquals(rejected([old, wrong], { against })?.kind, "ahead");
  const input = { kind: "execute", ticket: 1, commands: [old], session: nothingKnown } as const;
  assertEquals(scrutinize(input, against).obstacle, { rejection: recalling, isPassing: true });
});

Deno.test("scrutinize() takes only those for new of which no write may have an outcome", () => {
  const isNew = (commands: readonly Command[], against = standing()) => (
    scrutinize({ kind: "execute", ticket: 1, commands, session: nothingKnown }, against).isNew
  );
  assertEquals(isNew([deposit("b", 1), query, deposit("c", 1)]), true);
  assertEquals(isNew([deposit("a", 5), deposit("b", 1)]), false, "one was executed before");
  assertEquals(isNew([deposit("b", 1), deposit("b", 1)]), false, "one comes twice");
  assertEquals(isNew([deposit("b", 1)], standing({ isSure: false })), false);
});
