import { assertEquals } from "@std/assert";
import fc from "fast-check";
import type { Command } from "../../lib/core/command.ts";
import type { Entry } from "../../lib/core/entry.ts";
import { commandIdPrefix } from "../../lib/core/ids.ts";
import type { EntriesRecord, JournalRecord } from "../../lib/core/journal_record.ts";
import { limits } from "../../lib/core/limits.ts";
import { contentsOf } from "../../lib/core/journal_record.ts";
import { money } from "../../lib/core/money.ts";
import { Replica } from "../../lib/core/replica.ts";
import type { Input } from "../../lib/core/step.ts";
import { branch, commandId, madeMs } from "./samples.ts";

const members = [1, 2, 3].map(branch);
const config = { id: branch(1), members, opening: money(300), acknowledge: "all" } as const;

// All that a message can carry, once it is read: every number is one of its kind.
const branches = fc.constantFrom(...[1, 2, 2, 3, 3, 3, 0, 4, limits.idMax].map(branch));
const sequences = fc.constantFrom(0, 1, 2, 3, 4, 2 ** 53 - 1);
const amounts = fc.constantFrom(...[0, 1, 20, 100, 1e12].map(money));
const balances = fc.constantFrom(...[0, 1, 20, 100, Number.MAX_SAFE_INTEGER].map(money));
const vectors = fc.array(fc.tuple(branches, sequences), { maxLength: 3 })
  .map((pairs) => new Map(pairs));
const ids = fc.oneof(
  fc.integer({ min: 0, max: 30 }).map((at) => commandId(`${at}`)),
  fc.constantFrom(
    commandId(`${commandIdPrefix(0)}a`),
    commandId(`${commandIdPrefix(limits.issuedMsMax)}a`),
    commandId("claim/1/1"),
  ),
);
const attempts = fc.integer({ min: 0, max: 6 });
const commands: fc.Arbitrary<Command> = fc.oneof(
  fc.record({ action: fc.constant("deposit" as const), id: ids, amount: amounts }),
  fc.record({ action: fc.constant("withdraw" as const), id: ids, amount: amounts }),
  fc.constant({ action: "query" } as const),
);
const entries: fc.Arbitrary<Entry> = fc.oneof(
  fc.record({ action: fc.constantFrom("deposit" as const, "withdraw"), id: ids, amount: amounts }),
  fc.record({ action: fc.constant("grant" as const), id: ids, amount: balances, to: branches }),
);
const records: fc.Arbitrary<EntriesRecord> = fc.record({
  kind: fc.constant("entries" as const),
  origin: branches,
  first: fc.constantFrom(1, 1, 1, 2, 2, 3, 4, 2 ** 53 - 1),
  after: fc.oneof(fc.constant(new Map()), vectors),
  entries: fc.array(entries, { minLength: 1, maxLength: 3 }),
});
const ticket = fc.nat();
const ticks: fc.Arbitrary<Input> = fc.record({
  kind: fc.constant("tick" as const),
  nowMs: fc.constantFrom(madeMs, madeMs + 1, 0, 2 ** 52),
});
const inputs: fc.Arbitrary<Input> = fc.oneof(
  fc.record({
    kind: fc.constant("execute" as const),
    ticket,
    commands: fc.array(commands, { maxLength: 4 }),
    session: vectors,
  }),
  fc.record({
    kind: fc.constant("propagate" as const),
    ticket,
    from: branches,
    attempt: sequences,
    last: sequences,
    everywhere: sequences,
    has: vectors,
    asks: fc.boolean(),
    records: fc.array(records, { maxLength: 4 }),
  }),
  fc.record({
    kind: fc.constant("answer" as const),
    from: branches,
    attempt: attempts,
    // One that has more of its log than the branch itself ends it, or stops it until it has that.
    has: fc.oneof({ weight: 40, arbitrary: fc.constant(0) }, sequences),
    known: fc.option(vectors, { nil: undefined }),
  }),
  fc.record({ kind: fc.constant("silence" as const), from: branches, attempt: attempts }),
  fc.record({
    kind: fc.constant("fetched" as const),
    from: branches,
    attempt: attempts,
    records: fc.array(records, { maxLength: 4 }),
  }),
  fc.record({ kind: fc.constant("unfetched" as const), from: branches, attempt: attempts }),
  fc.record({
    kind: fc.constant("claim" as const),
    ticket,
    from: branches,
    attempt: sequences,
    id: ids,
    need: balances,
    wanted: balances,
  }),
  fc.record({
    kind: fc.constant("claimed" as const),
    from: branches,
    attempt: attempts,
    last: sequences,
    isGranted: fc.boolean(),
    expiredMs: sequences,
  }),
  fc.record({ kind: fc.constant("unclaimed" as const), from: branches, attempt: attempts }),
  ticks,
  ticks,
);

Deno.test("Replica.step() throws for no input, and its journal makes it again", () => {
  const steps = fc.array(fc.array(inputs, { maxLength: 4 }), { maxLength: 60, size: "max" });
  fc.assert(
    fc.property(steps, fc.boolean(), (steps, isNew) => {
      const replica = Replica.restore({ ...config, isNew });
      const written: JournalRecord[] = [];
      for (const inputs of steps) {
        const { records, halt } = replica.step(inputs);
        // A branch that is told that it has two histories ends, as whoever trusts its peers must.
        if (halt !== undefined) return;
        written.push(...records);
        const { balance, allowance } = replica.inspect();
        if (balance < 0n || allowance < 0n) throw new RangeError(`${balance} and ${allowance}`);
      }
      const again = Replica.restore({ ...config, isNew }, contentsOf(config.id, written)).inspect();
      const { balance, allowance, known, outcomes } = replica.inspect();
      assertEquals(
        [again.balance, again.allowance, again.known, again.outcomes],
        [balance, allowance, known, outcomes],
      );
    }),
    { numRuns: 2_000 },
  );
});
